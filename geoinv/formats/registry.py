"""The list of file formats, and how the one of a file is found: by its content to read, by its suffix to write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from geoinv.core.checks import InputError
from geoinv.formats import (
    aseg_gdf2,
    esri_ascii,
    geoh5,
    geosoft_grd,
    geosoft_xyz,
    geotiff,
    netcdf_grid,
    netcdf_model,
    netcdf_survey,
    netcdf_topography,
    omf_project,
    surfer,
    table_format,
    ubc_gradiometry,
    ubc_gravity,
    ubc_mesh,
    ubc_model,
    ubc_observations,
    ubc_octree,
    ubc_topography,
    ubc_vector_model,
    vtk,
)
from geoinv.formats.base import Format, Head, Writer
from geoinv.formats.budget import guarded
from geoinv.formats.netcdf_content import unknown_content
from geoinv.meshes.base import Mesh

__all__ = ["FORMATS", "must_hold", "recognise", "suffixes_of", "writer_of", "writers_of"]

FORMATS: tuple[Format, ...] = (
    geoh5.FORMAT,
    omf_project.FORMAT,
    geotiff.FORMAT,
    surfer.FORMAT,
    esri_ascii.FORMAT,
    geosoft_grd.FORMAT,
    netcdf_model.SOLUTION,
    netcdf_model.MODEL,
    netcdf_model.MESH,
    netcdf_survey.FORMAT,
    netcdf_topography.FORMAT,
    netcdf_grid.FORMAT,
    aseg_gdf2.FORMAT,
    ubc_octree.FORMAT,
    ubc_mesh.FORMAT,
    ubc_observations.FORMAT,
    ubc_topography.FORMAT,
    ubc_gravity.FORMAT,
    ubc_gradiometry.FORMAT,
    ubc_vector_model.FORMAT,
    ubc_model.FORMAT,
    geosoft_xyz.FORMAT,
    table_format.POINTS,
    table_format.TABLE,
    vtk.FORMAT,
)
"""Every format; the first that recognises a file is its own."""


def recognise(path: str | Path) -> Format:
    """Recognise a file by its content; its name matters only where nothing else tells models from points.

    Parameters
    ----------
    path : str or Path
        netCDF or text file; packed or not.

    Returns
    -------
    Format

    Raises
    ------
    InputError
        If the file cannot be read, is empty, or is nothing that geoinv reads.
    """
    with guarded(path, "file"):
        head = Head(path)
        for one in FORMATS:
            if one.recognises(head):
                name = one.name if one.title is None else one.title(head)
                return replace(one, name=name.replace("netCDF", "Zarr") if head.is_zarr else name)
        if head.is_netcdf:
            raise InputError(f"{path}: {head.of_dataset(unknown_content)}")
        raise InputError(
            f"{path} expects UBC, CSV/XYZ or netCDF content, got text that starts with {head.text.lines[0][:40]!r}; "
            "give a mesh, model, survey or table"
        )


def must_hold(path: str | Path, what: str) -> Format:
    """Format of a file from which `what` must be readable.

    Raises
    ------
    InputError
        If it holds something else.
    """
    found = recognise(path)
    if what not in found.holds:
        names = list(dict.fromkeys(one.name for one in FORMATS if what in one.holds))
        listed = f"{', '.join(names[:-1])} or {names[-1]}"
        raise InputError(f"{path} expects a {what}, got {found.name}; give a file of one of these: {listed}")
    return found


def writers_of(what: str) -> Iterator[Writer]:
    """Ways to write a survey, mesh or model."""
    return (writer for one in FORMATS for writer in one.writers if writer.what == what)


def suffixes_of(what: str) -> tuple[str, ...]:
    """Suffixes of the files that a survey, mesh or model can be written to."""
    return tuple(dict.fromkeys(suffix for writer in writers_of(what) for suffix in writer.suffixes))


def writer_of(path: str | Path, what: str, mesh: Mesh | None = None) -> Writer:
    """Way to write what the suffix of a file asks for, on a mesh if it is written with one.

    Raises
    ------
    InputError
        If no format of `what` has that suffix, or what is given as the mesh is none.
    """
    if mesh is not None and not hasattr(mesh, "dims"):
        raise InputError(
            f"{path} expects a Grid or OctreeGrid to write a {what} on, got {type(mesh).__name__}; give the mesh "
            "before the model"
        )
    suffix = Path(path).suffix.lower()
    for writer in writers_of(what):
        if suffix in writer.suffixes and (mesh is None or writer.dims in ((), mesh.dims)):
            return writer
    raise InputError(f"{path} expects a suffix for a {what} ({' '.join(suffixes_of(what))}), got {suffix!r}; rename it")
