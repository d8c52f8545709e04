"""From the options of the commands that grid a survey to its equivalent sources, the nodes, and the file."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from geoinv.cli.support.inputs import load_survey
from geoinv.cli.support.noise import Noise, noise_of, say_noise
from geoinv.cli.support.outputs import check_output, provenance, write_result
from geoinv.cli.support.plausible import units_of
from geoinv.cli.support.progress_display import progress_shown
from geoinv.cli.support.terminal import cost, say, warn
from geoinv.core.checks import InputError

if TYPE_CHECKING:
    from geoinv.equivalent_sources.nodes import Nodes
    from geoinv.equivalent_sources.sources import EquivalentSources
    from geoinv.equivalent_sources.trial import Trial
    from geoinv.surveys.survey import Survey

__all__ = [
    "DepthOption",
    "DistanceOption",
    "GridOutOption",
    "NoiseOption",
    "QuantitiesOption",
    "Request",
    "SpacingOption",
    "write_grid",
]

FINEST = 5.0
"""Nodes to a depth of the sources beyond which more of them show nothing new: the field falls with exp(-k z)."""

SPARE = 0.05
"""Share of the depth of the sources that nodes may lie below the stations without a word."""

LOWEST = 0.5
"""Share of the depth of the sources that nodes may lie below the stations at all."""

GridOutOption = Annotated[
    Path,
    typer.Option(
        "--out", metavar="FILE", help="Grid to write: netCDF .nc, GeoTIFF .tif; one quantity: Surfer .grd, ESRI .asc."
    ),
]
SpacingOption = Annotated[
    float | None,
    typer.Option(
        metavar="S",
        help="Metres between the nodes of the grid.  [default: about a quarter of the gaps between stations or lines]",
    ),
]
QuantitiesOption = Annotated[
    str | None,
    typer.Option(
        "--quantities",
        metavar="NAME,...",
        help="What to compute: components (tmi be bn bu bee ..., gz ge gn gu gee ...), easting_derivative, "
        "northing_derivative, downward_derivative, horizontal_gradient, total_gradient (analytic signal), tilt.  "
        "[default: the components of the survey]",
    ),
]
DepthOption = Annotated[
    float | None,
    typer.Option(
        metavar="D", help="Depth of the sources below the stations in metres.  [default: by cross-validation]"
    ),
]
DistanceOption = Annotated[
    float | None,
    typer.Option(
        metavar="D",
        help="Nodes farther than this from the nearest station have no value, in metres.  [default: the gaps between "
        "stations or lines]",
    ),
]
NoiseOption = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help='Standard deviation of the data: "2% + 5" is 0.02 |d| + 5 nT (mGal).  [default: as in the file, or else '
        "by cross-validation]",
    ),
]


@dataclass(frozen=True)
class Request:
    """What a command that grids a survey was asked for; options that several have under their own names."""

    file: Path
    out: Path
    spacing: float | None
    quantities: str | None
    depth: float | None
    distance: float | None
    noise: str | None
    field: tuple[float, float, float] | None
    columns: str | None
    elevation: float | None
    every: int

    def survey(self, noise: Noise | None) -> Survey:
        """Survey of the file with the noise of the option, else its own, and lines about it."""
        try:
            began = load_survey(self.file, self.field, self.columns, None, self.elevation, None, self.every)
        except InputError as error:
            # of these commands --height is that of the grid, not of the stations
            raise InputError(str(error).replace("--height or --elevation", "--elevation")) from None
        if began.data is None:
            raise InputError(
                f"{self.file} expects data to grid, got stations only; add the data, or name them with --columns"
            )
        if noise is not None:
            began = began.with_data(began.data, noise.uncertainty(began.data, units_of(began)))
        if began.uncertainty is None:
            say("noise", "unknown: chosen by cross-validation")
            return began
        say_noise(self.file, began, began.uncertainty, noise)
        return began


def write_grid(
    context: typer.Context, request: Request, *, pole: bool = False, up: float = 0.0, height: float | None = None
) -> None:
    """Fit equivalent sources, predict on a grid, and write it.

    Parameters
    ----------
    context : typer.Context
        Of the command.
    request : Request
        Its options.
    pole : bool
        Reduced to the pole.
    up : float
        Metres above the stations.
    height : float, optional
        Height of all nodes in metres, in place of that of the stations.
    """
    from geoinv.equivalent_sources.grid import grid_of
    from geoinv.equivalent_sources.nodes import nodes_over
    from geoinv.equivalent_sources.quantities import refuse_unknown
    from geoinv.equivalent_sources.sources import EquivalentSources
    from geoinv.equivalent_sources.spacing import spacing_of
    from geoinv.formats.registry import suffixes_of, writer_of

    began = time.perf_counter()
    noise = noise_of(request.noise)
    sources = EquivalentSources(request.depth)
    check_output(request.out, suffixes_of("grid"), [request.file])
    writer = writer_of(request.out, "grid")
    survey = request.survey(noise)
    names = list(survey.components) if request.quantities is None else request.quantities.replace(",", " ").split()
    refuse_unknown(names, survey.components[0])
    if writer.single and len(names) > 1:
        raise InputError(
            f"{request.out} expects one quantity, as its format does, got {', '.join(names)}; choose one with "
            "--quantities, or write netCDF or GeoTIFF"
        )
    if pole:
        _say_of_pole(survey)
    apart = spacing_of(survey)
    say("spacing", f"{apart.station:.3g} m to a station, gaps of {apart.gap:.3g} m between stations or lines")
    nodes = nodes_over(
        survey,
        _chosen_spacing(request.spacing, apart.gap),
        apart.gap if request.distance is None else request.distance,
        height,
        up,
    )
    left_out = float(1.0 - nodes.kept.mean())
    counts = " x ".join(map(str, nodes.kept.shape))
    say("grid", f"{counts} nodes (northing, easting) {nodes.spacing:g} m apart, {_heights(nodes, up, height)}")
    say("", f"{100.0 * left_out:.3g} % of them are more than {nodes.distance:.4g} m from a station and have no value")
    with progress_shown("equivalent sources"):
        sources.fit(survey)
        _say_sources(sources)
        _check_heights(nodes, sources)
        if nodes.spacing < sources.fitted.layer.depth / FINEST:
            warn(
                f"a spacing of {nodes.spacing:g} m shows no more than {sources.fitted.layer.depth / FINEST:.3g} m "
                f"would: the data hold nothing finer over sources {sources.fitted.layer.depth:.4g} m below them"
            )
        grid = grid_of(sources, nodes, names, pole=pole, provenance=provenance(context, [request.file]))
    written = write_result(request.out, lambda path: writer.write(path, grid))
    for name, values in grid.data_vars.items():
        low, high = float(values.min()), float(values.max())
        say(str(name), f"{low:.5g} to {high:.5g} {values.attrs['units']}")
    if survey.crs is None:
        say("crs", "unknown: the grid has none")
    say("cost", cost(began))
    say("wrote", str(written.path))
    written.confirm()


def _say_sources(sources: EquivalentSources) -> None:
    """Say which depth and noise were taken, why, and how the data are fitted."""
    layer, found = sources.fitted.layer, sources.validation
    unit = units_of(sources.survey) if len(sources.survey.components) == 1 else "standard deviations"
    if found is not None:
        tried = [f"{trial.depth:.4g} m: {trial.error:.4g} {unit}{_beside(trial)}" for trial in found.trials]
        say("tried", f"rms error of {found.unit} left out, on {found.stations} stations:\n" + "\n".join(tried))
        if found.best.noise is not None:
            say("noise", f"{found.best.noise:.4g} {units_of(sources.survey)}, which predicts best what was left out")
    count = layer.level.size
    say("sources", f"{count} cubes of {layer.cell:.4g} m, {layer.depth:.4g} m below the stations and more")
    solution = sources.solution
    say("result", solution.ending)
    levels = ", ".join(f"{value:.4g}" for value in solution.base_level)
    say("", f"constant in the data {levels} {units_of(sources.survey)}")
    if not solution.reached:
        warn(f"the sources do not fit the data to their noise: chi^2/N = {solution.chi2_per_datum:.4g}")


def _beside(trial: Trial) -> str:
    """What else to know of a trial."""
    if trial.noise is not None:
        return f" with a noise of {trial.noise:.3g}"
    return "" if trial.fits else f", but chi^2/N = {trial.chi2_per_datum:.3g}"


def _check_heights(nodes: Nodes, sources: EquivalentSources) -> None:
    """Reject heights well below the stations, and warn of those below them."""
    below, depth = nodes.below_flight(), sources.fitted.layer.depth
    deepest = float(below.max())
    if deepest > LOWEST * depth:
        raise InputError(
            f"--height expects a grid above the stations, got one up to {deepest:.6g} m below them, where the field is "
            f"continued downwards and its noise grows without bound; give at least {float(np.nanmax(nodes.flight)):.6g}"
            " m, or leave it out for a grid at the height of the stations"
        )
    if deepest > SPARE * depth:
        share = 100.0 * float((below > 0.0).mean())
        warn(
            f"{share:.3g} % of the nodes lie below the stations, by up to {deepest:.4g} m: short waves are raised there"
        )


def _say_of_pole(survey: Survey) -> None:
    """Say what the reduction to the pole assumes, and warn where it raises noise; reject what has no direction."""
    from geoinv.equivalent_sources.sources import LOW_AMPLIFICATION, pole_amplification

    if survey.field is None:
        raise InputError(
            f"the reduction to the pole expects magnetic data, got {' '.join(survey.components)}, which has no "
            "direction to be reduced; use geoinv grid"
        )
    say("assumed", "magnetization along the inducing field, without remanence")
    factor = pole_amplification(survey)
    if factor > LOW_AMPLIFICATION:
        times = f"{factor:.3g} times" if np.isfinite(factor) else "without bound"
        warn(
            f"at an inclination of {survey.field.inclination:g} degrees the reduction to the pole amplifies what "
            f"varies across the declination, and its noise, {times}; the damped sources leave out what the data do "
            "not show: look at total_gradient beside it"
        )


def _heights(nodes: Nodes, up: float, height: float | None) -> str:
    low, high = float(np.nanmin(nodes.upward)), float(np.nanmax(nodes.upward))
    span = f"{low:.6g} m" if low == high else f"{low:.6g} to {high:.6g} m"
    if height is not None:
        return f"at a height of {span} (--height)"
    return f"{f'{up:g} m above' if up else 'at'} the stations: heights of {span}"


def _chosen_spacing(given: float | None, gap: float) -> float:
    from geoinv.equivalent_sources.spacing import round_down

    return round_down(0.3 * gap) if given is None else given
