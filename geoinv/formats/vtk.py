"""VTK files of models, for ParaView and PyVista: written, not read."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, shape_text
from geoinv.formats.atomic import whole_file
from geoinv.formats.base import Format, Head, Writer
from geoinv.meshes.base import AXES, Mesh

__all__ = ["FORMAT", "write_vtk_model"]


def write_vtk_model(path: str | Path, mesh: Mesh, model: npt.ArrayLike, name: str = "susceptibility") -> None:
    """Write a model as cell data of what its mesh is: a rectilinear grid (``.vtr``), or voxels of an octree (``.vtu``).

    The file has a further array ``active``; inactive cells are NaN. A magnetization is an array of vectors (easting,
    northing, upward).

    Raises
    ------
    InputError
        If PyVista is not installed, or the model does not have the shape of the mesh.
    """
    if find_spec("pyvista") is None:
        raise InputError(f"{path} expects PyVista, which is not installed; run: pip install 'geoinv[view]'")
    values = np.asarray(model)
    if name == "magnetization":
        if values.shape != (3, *mesh.shape):
            wanted = shape_text((3, *mesh.shape), ("component", *mesh.dims))
            raise InputError(
                f"{path} expects a magnetization of shape {wanted}, got {shape_text(values.shape)}; "
                "stack easting, northing and upward"
            )
        parts = {f"{name}_{axis}": part for axis, part in zip(reversed(AXES), values, strict=True)}
        data = mesh.to_pyvista(**parts)
        data.cell_data[name] = np.column_stack([data.cell_data.pop(part) for part in parts])
    else:
        data = mesh.to_pyvista(**{name: model})
    # PyVista writes by the suffix, which the temporary file beside the target has not
    with TemporaryDirectory() as folder, whole_file(path) as partial:
        whole = Path(folder) / f"model{Path(path).suffix.lower()}"
        data.save(whole)
        partial.write_bytes(whole.read_bytes())


def _never(head: Head) -> bool:
    """Recognise none: VTK files are not read."""
    return False


FORMAT = Format(
    name="VTK model",
    recognises=_never,
    writers=(
        Writer("model", (".vtr",), write_vtk_model, dims=AXES),
        Writer("model", (".vtu",), write_vtk_model, dims=("cell",)),
    ),
)
