"""The nodes of a grid over a survey: where they stand, how high, and which are too far from any station."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geoinv.core.checks import InputError, array_of, positive
from geoinv.core.memory import require_memory
from geoinv.core.wording import way
from geoinv.meshes.topography import Topography
from geoinv.surveys.survey import Survey

__all__ = ["Nodes", "nodes_over"]

Array = npt.NDArray[np.float64]

BYTES_A_NODE = 400.0
"""What prediction holds for a node, with three components of a gradient."""


@dataclass(frozen=True, eq=False)
class Nodes:
    """Nodes at whole multiples of a spacing.

    Attributes
    ----------
    easting, northing : (nodes,) arrays
        Coordinates of the axes in metres.
    upward : (northing, easting) array
        Heights in metres; NaN where a node is too far from the stations.
    flight : (northing, easting) array
        Height of the stations there, interpolated between them; NaN in the same nodes.
    distance : float
        Metres from the nearest station beyond which a node is left out.
    constant : bool
        Whether all heights are one.
    """

    easting: Array
    northing: Array
    upward: Array
    flight: Array
    distance: float
    constant: bool

    @property
    def kept(self) -> npt.NDArray[np.bool_]:
        """Nodes (northing, easting) that are near enough to a station."""
        return np.isfinite(self.upward)

    @property
    def spacing(self) -> float:
        """Metres between neighbours."""
        return float(self.easting[1] - self.easting[0])

    def places(self) -> tuple[Array, Array, Array]:
        """Easting, northing and upward (kept,) of the nodes that are kept."""
        easting, northing = np.meshgrid(self.easting, self.northing)
        return easting[self.kept], northing[self.kept], self.upward[self.kept]

    def below_flight(self) -> Array:
        """Metres by which each node that is kept lies below the stations; negative above."""
        return np.asarray((self.flight - self.upward)[self.kept])


def nodes_over(survey: Survey, spacing: float, distance: float, height: float | None = None, up: float = 0.0) -> Nodes:
    """Nodes over the extent of a survey.

    Parameters
    ----------
    survey : Survey
        Stations.
    spacing : float
        Metres between nodes.
    distance : float
        Metres from the nearest station beyond which a node is left out.
    height : float, optional
        Height of all nodes in metres; by default that of the stations, linear between them.
    up : float
        Metres above the height of the stations, where `height` is not given.

    Raises
    ------
    InputError
        If a length is not positive, the spacing is wider than the survey, or the nodes do not fit in memory.

    Examples
    --------
    >>> import geoinv
    >>> survey = geoinv.Survey([0.0, 100.0, 0.0], [0.0, 0.0, 100.0], [40.0, 40.0, 40.0], components=("gz",))
    >>> nodes = nodes_over(survey, spacing=50.0, distance=60.0, up=10.0)
    >>> nodes.easting.tolist(), nodes.upward.tolist()
    ([0.0, 50.0, 100.0], [[50.0, 50.0, 50.0], [50.0, nan, 50.0], [50.0, 50.0, nan]])
    """
    from scipy.spatial import cKDTree

    option = way("--spacing", "spacing", "spacing")
    positive("the grid", option, array_of("the grid", option, spacing, shape=()), "give metres between nodes")
    farthest = way("--distance", "distance", "distance")
    positive("the grid", farthest, array_of("the grid", farthest, distance, shape=()), "give metres to a station")
    counts, axes = [], []
    for values in (survey.easting, survey.northing):
        first, last = math.floor(values.min() / spacing + 1e-9), math.ceil(values.max() / spacing - 1e-9)
        counts.append(last - first + 1)
        axes.append((first, last))
    if min(counts) < 3 or spacing > max(np.ptp(survey.easting), np.ptp(survey.northing)) / 2.0:
        raise InputError(
            f"the grid expects a spacing of a few nodes across the survey of {np.ptp(survey.easting):.6g} x "
            f"{np.ptp(survey.northing):.6g} m, got {spacing:g} m; give a smaller {option}"
        )
    size = float(counts[0]) * float(counts[1])
    what = f"{counts[1]} x {counts[0]} nodes {spacing:g} m apart"
    require_memory("the grid", what, BYTES_A_NODE * size, f"give a larger {option}")
    easting, northing = (spacing * np.arange(first, last + 1) for first, last in axes)
    middle = np.array([survey.easting.mean(), survey.northing.mean()])
    places = np.column_stack([part.ravel() for part in np.meshgrid(easting, northing)])
    stations = np.column_stack([survey.easting, survey.northing])
    near = np.isfinite(cKDTree(stations - middle).query(places - middle, distance_upper_bound=distance)[0])
    flight = np.full(len(places), np.nan)
    level = float(np.ptp(survey.upward)) == 0.0
    between = Topography(np.column_stack([stations, survey.upward]))
    flight[near] = survey.upward[0] if level else between.elevation(*places[near].T)
    upward = flight + up if height is None else np.where(near, height, np.nan)
    shape = (northing.size, easting.size)
    constant = height is not None or level
    return Nodes(easting, northing, upward.reshape(shape), flight.reshape(shape), distance, constant)
