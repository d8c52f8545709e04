"""What a machine has."""

from __future__ import annotations

from geoinv.cli.support import machine


def test_little_memory_or_a_folder_that_is_not_writable_has_a_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr(machine, "DRAW", "pass")
    monkeypatch.setattr(machine, "available_memory", lambda: 1e9)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "absent"))
    found = {finding.about: finding for finding in machine.findings()}
    assert found["memory"].remedy == "end other programs"
    assert "NUMBA_CACHE_DIR" in found["kernels"].remedy
    assert not found["python"].remedy
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert not {finding.about: finding for finding in machine.findings()}["kernels"].remedy
