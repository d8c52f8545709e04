"""Arrays as tensors and back: shared memory where that is safe, copies where it is not."""

from __future__ import annotations

import numpy as np
import numpy.testing as npt
import pytest
import torch

import geoinv
from geoinv.algebra.torch_bridge import to_numpy, to_torch


def test_tensors_and_arrays_share_their_memory():
    array = np.arange(4.0)
    assert to_torch(array).data_ptr() == array.ctypes.data
    assert to_torch(array[::2]).data_ptr() == array.ctypes.data
    tensor = torch.randn(3, 4, requires_grad=True)
    for view in (tensor, tensor.T, tensor[:, 1::2]):
        values = to_numpy(view)
        assert values.ctypes.data == view.data_ptr()
        npt.assert_array_equal(values, view.tolist())


def test_arrays_that_tensors_cannot_stand_for_are_copied():
    array = np.arange(6.0)
    frozen = array.copy()
    frozen.setflags(write=False)
    to_torch(frozen).add_(1.0)
    npt.assert_array_equal(frozen, array)
    packed = np.zeros(3, dtype=[("flag", "i1"), ("value", "f8")])
    packed["value"] = [1, 2, 3]
    unaligned = np.frombuffer(bytearray(b"\0" + array.tobytes()), offset=1)
    for odd in (array[::-1], array.reshape(2, 3)[:, ::-2], array.astype(">f8"), packed["value"], unaligned):
        assert to_torch(odd).tolist() == odd.tolist()
    assert to_torch(np.broadcast_to(2.0, (2, 2))).tolist() == [[2.0, 2.0], [2.0, 2.0]]
    assert to_torch(np.float64(3.0)).tolist() == 3.0
    with pytest.raises(geoinv.InputError, match="to_torch expects numbers that PyTorch has, got <U1"):
        to_torch(np.array(["a"]))


def test_tensors_that_are_not_computed_yet_are_copied():
    z = torch.complex(torch.ones(3), torch.ones(3)).conj()
    npt.assert_array_equal(to_numpy(z), [1 - 1j] * 3)
    npt.assert_array_equal(to_numpy(z.imag), [-1.0] * 3)
    with pytest.raises(geoinv.InputError, match=r"to_numpy expects a type that NumPy has, got torch\.bfloat16"):
        to_numpy(torch.zeros(2, dtype=torch.bfloat16))


def test_masked_arrays_are_no_tensors():
    with pytest.raises(geoinv.InputError, match="to_torch expects the array without masked values, got 1 of 2 masked"):
        to_torch(np.ma.masked_equal([1.0, 2.0], 2.0))
