"""OMF projects of the Open Mining Format: surveys and models on tensor meshes, written by its own library, not read."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError
from geoinv.formats.atomic import whole_file
from geoinv.formats.base import Format, Head, Writer
from geoinv.formats.model_parts import model_parts
from geoinv.meshes.base import Mesh
from geoinv.meshes.octree import OctreeGrid
from geoinv.surveys.survey import Survey

__all__ = ["FORMAT", "write_omf_mesh", "write_omf_model", "write_omf_survey"]

_SUFFIX = ".omf"
_MARK = b"\x84\x83\x82\x81"


def write_omf_survey(path: str | Path, survey: Survey) -> None:
    """Write a survey as a set of points with the data of each component and their standard deviations.

    Raises
    ------
    InputError
        If omf is not installed, or the file cannot be written.
    """
    omf = _omf(path)
    vertices = np.stack([survey.easting, survey.northing, survey.upward], axis=-1)
    rows: dict[str, npt.NDArray[np.float64]] = {}
    for values, suffix in ((survey.data, ""), (survey.uncertainty, "_uncertainty")):
        if values is not None:
            rows |= {f"{name}{suffix}": row for name, row in zip(survey.components, values, strict=True)}
    with _quietly():
        data = [omf.ScalarData(name=name, array=row, location="vertices") for name, row in rows.items()]
        points = omf.PointSetElement(geometry=omf.PointSetGeometry(vertices=vertices), data=data)
    _write(path, points)


def write_omf_mesh(path: str | Path, mesh: Mesh) -> None:
    """Write a tensor mesh, with which cells are ``active`` (1) as its data.

    Raises
    ------
    InputError
        If omf is not installed, the mesh is an octree, or the file cannot be written.
    """
    _write_on_mesh(path, mesh, {"active": np.asarray(mesh.active, np.float64)})


def write_omf_model(path: str | Path, mesh: Mesh, model: npt.ArrayLike, name: str = "susceptibility") -> None:
    """Write a model on a tensor mesh; a magnetization as three data, easting, northing, upward.

    Cells that are not active are NaN.

    Raises
    ------
    InputError
        If omf is not installed, the mesh is an octree, the model does not have its shape, or the file cannot be
        written.
    """
    _write_on_mesh(path, mesh, dict(model_parts(path, mesh, model, name)))


def _write_on_mesh(path: str | Path, mesh: Mesh, models: Mapping[str, npt.NDArray[np.float64]]) -> None:
    if isinstance(mesh, OctreeGrid):
        raise InputError(
            f"{path} expects a tensor mesh, got an octree, which OMF's library does not write; write .vtu or .geoh5"
        )
    _omf(path)
    tensor: Any = mesh
    with _quietly():
        # discretize counts easting fastest and upwards, as a raveled model does
        element = tensor.to_discretize().to_omf({name: values.ravel() for name, values in models.items()})
    _write(path, element)


def _write(path: str | Path, element: Any) -> None:
    omf = _omf(path)
    element.name = Path(path).stem
    with _quietly():
        project = omf.Project(name=Path(path).stem, elements=[element])
    # the library writes by the suffix, which the temporary file beside the target has not
    with _quietly(), whole_file(path) as partial:
        whole = partial.with_name(f"{partial.name}{_SUFFIX}")
        try:
            omf.OMFWriter(project, str(whole))
            partial.write_bytes(whole.read_bytes())
        finally:
            whole.unlink(missing_ok=True)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without the library's own warnings of what NumPy 2 will no longer do."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def _omf(path: str | Path) -> Any:
    try:
        import omf
    except ImportError:
        raise InputError(f"{path} expects omf, which is not installed; run: pip install 'geoinv[omf]'") from None
    return omf


def _recognises(head: Head) -> bool:
    return head.start.startswith(_MARK)


FORMAT = Format(
    name="OMF project",
    recognises=_recognises,
    describe=lambda path, options: ["written, not read: open it with a program that knows OMF 1"],
    writers=(
        Writer("survey", (_SUFFIX,), write_omf_survey, loses="the field, which a set of points cannot hold"),
        Writer("mesh", (_SUFFIX,), write_omf_mesh),
        Writer("model", (_SUFFIX,), write_omf_model),
    ),
)
