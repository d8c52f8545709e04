"""Every CUDA kernel compiles for the GPUs in use, without a GPU at hand: its registers and spills."""

from __future__ import annotations

import ctypes
import importlib.util
import re
from functools import cache
from pathlib import Path

import pytest
from cuda_sources import SOURCES

from geoinv.operators.cuda import Source

pytestmark = pytest.mark.emulated

ARCHITECTURES = (80, 90, 100)
REGISTERS = {"prisms/cuda/exact.cu": 128, "prisms/cuda/near.cu": 128, "prisms/cuda/multipole.cu": 168}
"""Most registers of a thread, where a kernel may take more than 64; double ones of the far field may take all 255."""


@cache
def nvrtc() -> ctypes.CDLL:
    """NVIDIA's compiler, from the package nvidia-cuda-nvrtc."""
    found = importlib.util.find_spec("nvidia")
    for folder in found.submodule_search_locations or () if found else ():
        for library in sorted(Path(folder).glob("c*/lib/libnvrtc.so.1?")):
            return ctypes.CDLL(str(library))
    pytest.skip("NVRTC is not installed; pip install nvidia-cuda-nvrtc")


def check(result: int) -> None:
    """Refuse an error of NVRTC's."""
    assert result == 0, f"NVRTC: error {result}"


def compiled(source: Source, architecture: str) -> tuple[bytes, str]:
    """Machine code of a source, and what the compiler says."""
    library, program = nvrtc(), ctypes.c_void_p()
    options = [f"--gpu-architecture={architecture}", *source.options, "--ptxas-options=-v"]
    encoded = (ctypes.c_char_p * len(options))(*(option.encode() for option in options))
    name = source.file.encode()
    check(library.nvrtcCreateProgram(ctypes.byref(program), source.text.encode(), name, 0, None, None))
    result = library.nvrtcCompileProgram(program, len(options), encoded)

    def read(what: str) -> bytes:
        size = ctypes.c_size_t()
        check(getattr(library, f"nvrtcGet{what}Size")(program, ctypes.byref(size)))
        content = ctypes.create_string_buffer(size.value)
        check(getattr(library, f"nvrtcGet{what}")(program, content))
        return content.raw

    log = read("ProgramLog").decode(errors="replace")
    assert result == 0, log
    code = read("CUBIN")
    check(library.nvrtcDestroyProgram(ctypes.byref(program)))
    return code, log


# several models at a time differ by a few sums only: for one architecture
@pytest.mark.parametrize(
    ("name", "architecture"),
    [(name, number) for name in SOURCES for number in ARCHITECTURES if "BATCH=4" not in name or number == 90],
)
def test_a_kernel_compiles_without_a_warning_and_keeps_its_numbers_in_registers(name, architecture):
    source = SOURCES[name]
    code, log = compiled(source, f"sm_{architecture}")
    assert code[:4] == b"\x7fELF"
    assert "warning" not in log, log
    assert set(re.findall(r"entry function '(\w+)'", log)) == set(source.kernels), log
    assert set(re.findall(r"(\d+) bytes spill stores, (\d+) bytes spill loads", log)) == {("0", "0")}, log
    used = [int(count) for count in re.findall(r"Used (\d+) registers", log)]
    ceiling = 255 if source.file == "prisms/cuda/multipole.cu" and "double" in name else REGISTERS.get(source.file, 64)
    assert max(used) <= ceiling, log
