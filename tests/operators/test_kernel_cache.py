"""Compiled kernels on disk: truncated files, a full disk and no folder at all change no result."""

from __future__ import annotations

import errno
import os
import warnings

import numba
import pytest

from geoinv.core.checks import MachineWarning
from geoinv.operators import _kernel_cache
from geoinv.operators._jit import kernel

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="nothing is compiled")


def twice_and_one(x):
    return 2.0 * x + 1.0


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Cache of its own, and nothing said so far."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(_kernel_cache, "_TOLD", set())
    return tmp_path


def called():
    """Compile or load the kernel as a new process would, and call it; returns how often it was loaded."""
    compiled = kernel()(twice_and_one)
    assert compiled(3.0) == 7.0
    return sum(compiled.stats.cache_hits.values())


def test_a_kernel_is_compiled_once_and_loaded_then(folder):
    assert called() == 0
    assert called() == 1


def test_a_kernel_is_compiled_anew_where_the_file_of_another_has_changed(folder, monkeypatch):
    called()
    monkeypatch.setattr(_kernel_cache, "_kernel_sources", lambda: (("_other_numba.py", 1, 2),))
    assert called() == 0
    assert called() == 1


def test_the_files_of_all_kernels_are_looked_at():
    names = {name for name, _, _ in _kernel_cache._kernel_sources()}
    assert {"_jit.py", "_kernel_numba.py", "_fourier_numba.py"} <= names


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize("length", [0, 1, 40, -1])
def test_a_truncated_file_is_compiled_again_and_mended(kind, length, folder):
    called()
    (path,) = folder.rglob(f"*.{kind}")
    path.write_bytes(path.read_bytes()[:length])
    assert called() == 0
    assert called() == 1


@pytest.mark.parametrize("content", [b"\x80\x04N.", b"not a pickle", b"\x80\x04K\x01."], ids=["none", "text", "number"])
@pytest.mark.parametrize("kind", ["nbi", "nbc"])
def test_a_file_of_something_else_is_compiled_again(kind, content, folder):
    called()
    (path,) = folder.rglob(f"*.{kind}")
    path.write_bytes(content)
    called()


def test_a_full_disk_is_said_once_and_everything_runs(folder, monkeypatch):
    def full(self, path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile._open_for_write", full)
    with pytest.warns(MachineWarning, match=r"not kept, as 'No space left on device' in .*NUMBA_CACHE_DIR") as told:
        assert called() == 0
    assert len(told) == 1
    assert called() == 0  # warnings are errors: this one said nothing


def test_a_broken_index_on_a_full_disk_is_no_obstacle(folder, monkeypatch):
    called()
    (path,) = folder.rglob("*.nbi")
    path.write_bytes(b"")

    def full(self, path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile._open_for_write", full)
    with pytest.warns(MachineWarning):
        called()


def test_no_folder_at_all_is_said_once(folder, monkeypatch):
    monkeypatch.setattr("numba.core.caching.CompileResultCacheImpl._locator_classes", [])
    with pytest.warns(MachineWarning, match="no folder that can be written to"):
        assert called() == 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert called() == 0
