"""The table of quantities: what is measured and what rock has, in which unit, and what each component is made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from geoinv.conventions.units import PROJECT_UNITS

__all__ = [
    "COMPONENTS",
    "GRAVITY_COMPONENTS",
    "MAGNETIC_COMPONENTS",
    "MODELS",
    "QUANTITIES",
    "Quantity",
    "attributes_of",
    "kinds_of",
    "units_among",
    "unknown_of",
]

_AXES = "enu"
_PROJECTED = "p"

_CF_UNITS = {"SI": "1", "nT/m": "nT m-1", "A/m": "A m-1", "kg/m3": "kg m-3", "Eotvos": "1e-9 s-2"}
"""Units as UDUNITS reads them, where they differ from those of the project."""


@dataclass(frozen=True)
class Quantity:
    """A component of a survey, or a quantity of a model.

    Parameters
    ----------
    name : str
        Of variables, columns and components: "tmi".
    long_name : str
        For a reader.
    dimension : str
        A key of :data:`geoinv.conventions.units.PROJECT_UNITS`, which gives the unit.
    kind : str
        Physics it belongs to: "magnetic" or "gravity".
    tensor : mapping of str to float
        What a component is made of: derivatives of the potential of gravity (``u``: the upward attraction, ``ee``: how
        the easting attraction changes along easting), or, for magnetics, parts of B (``e``) and their derivatives
        (``ee``); ``p`` is along the anomaly direction of the survey. Empty for quantities of models.
    computed_from : tuple of str
        Components that a component is computed from, where it is no sum of derivatives.
    ubc_unit : str
        Unit in UBC-GIF files, where it is another.
    lowest, highest : float
        Values that a model can have.
    faintest, strongest, total : float
        Of a component: magnitudes that data in this unit stay between, and the median of their magnitudes beyond which
        they are no anomaly but a total field.

    Examples
    --------
    >>> QUANTITIES["gz"].unit, QUANTITIES["gz"].order, QUANTITIES["tmi"].order, QUANTITIES["bee"].order
    ('mGal', 1, 2, 3)
    """

    name: str
    long_name: str
    dimension: str
    kind: str
    tensor: Mapping[str, float] = field(default_factory=dict)
    computed_from: tuple[str, ...] = ()
    ubc_unit: str = ""
    lowest: float = -np.inf
    highest: float = np.inf
    faintest: float = 0.0
    strongest: float = np.inf
    total: float = np.inf

    @property
    def unit(self) -> str:
        """Unit of every number in the project: "nT/m"."""
        return PROJECT_UNITS[self.dimension]

    @property
    def order(self) -> int:
        """How often the integral of 1/r is differentiated: 1 to 3 for sums of derivatives, 0 for all others."""
        letters = max(map(len, self.tensor), default=0)
        return letters + (self.kind == "magnetic") if letters else 0

    @property
    def projected(self) -> bool:
        """Whether the component is taken along the anomaly direction of the survey."""
        return any(_PROJECTED in term for term in self.tensor)

    @cached_property
    def attributes(self) -> Mapping[str, str]:
        """CF attributes of a variable that holds the quantity."""
        return {"long_name": self.long_name, "units": _CF_UNITS.get(self.unit, self.unit)}

    def coefficients(self, projection: npt.ArrayLike | None = None) -> npt.NDArray[np.float64]:
        """Tensor of the component over (easting, northing, upward).

        Parameters
        ----------
        projection : (3,) array_like, optional
            Unit vector of the anomaly direction, for what is projected on it.

        Returns
        -------
        (3,) or (3, 3) array
            c_i of a field ``sum_i c_i F_i``, or c_ij of a gradient ``sum_ij c_ij dF_i/dx_j``.

        Examples
        --------
        >>> QUANTITIES["gz"].coefficients().tolist()
        [0.0, 0.0, -1.0]
        """
        vectors = dict(zip(_AXES, np.eye(3), strict=True))
        if projection is not None:
            vectors[_PROJECTED] = np.asarray(projection, dtype=np.float64)
        total = np.zeros(())
        for letters, factor in self.tensor.items():
            term = np.array(factor)
            for letter in letters:
                term = np.multiply.outer(term, vectors[letter])
            total = total + term
        return np.asarray(total)


_NAMES = {"e": "easting", "n": "northing", "u": "upward"}
_PAIRS = (("e", "e"), ("e", "n"), ("e", "u"), ("n", "n"), ("n", "u"), ("u", "u"))


def _magnetic() -> Iterable[Quantity]:
    def component(name: str, long_name: str, tensor: Mapping[str, float]) -> Quantity:
        if len(next(iter(tensor))) == 2:
            return Quantity(name, long_name, "magnetic gradient", "magnetic", tensor, faintest=1e-6, strongest=1e7)
        dimension = "magnetic field"
        return Quantity(name, long_name, dimension, "magnetic", tensor, faintest=1e-3, strongest=1e7, total=15000.0)

    yield component("tmi", "total magnetic intensity anomaly, projected on the anomaly direction", {"p": 1.0})
    for axis, along in _NAMES.items():
        yield component(f"b{axis}", f"anomalous magnetic field, {along} component", {axis: 1.0})
    for i, j in _PAIRS:
        yield component(f"b{i}{j}", f"derivative of B_{i} along {j}", {i + j: 1.0})
    vector = tuple(f"b{axis}" for axis in _NAMES)
    strength = "strength of the anomalous magnetic field"
    yield Quantity("b_amplitude", strength, "magnetic field", "magnetic", {}, vector, faintest=1e-3, strongest=1e7)
    exact = "change of the strength of the magnetic field"
    yield Quantity("tmi_exact", exact, "magnetic field", "magnetic", {}, vector, faintest=1e-3, strongest=1e7)


def _gravity() -> Iterable[Quantity]:
    def component(name: str, long_name: str, tensor: Mapping[str, float]) -> Quantity:
        if len(next(iter(tensor))) == 2:
            return Quantity(name, long_name, "gravity gradient", "gravity", tensor, faintest=1e-4, strongest=1e7)
        return Quantity(name, long_name, "gravity", "gravity", tensor, faintest=1e-6, strongest=1e5, total=5000.0)

    yield component("gz", "gravity anomaly, positive down", {"u": -1.0})
    for axis, along in _NAMES.items():
        yield component(f"g{axis}", f"gravity anomaly, {along} component", {axis: 1.0})
    for i, j in _PAIRS:
        yield component(f"g{i}{j}", f"derivative of g_{i} along {j}, in Eotvos", {i + j: 1.0})


def _models() -> Iterable[Quantity]:
    chi = "susceptibility"
    yield Quantity(chi, "magnetic susceptibility, SI", chi, "magnetic", lowest=-1.0, highest=1e6)
    vector = "magnetization"
    for along in _NAMES.values():
        yield Quantity(f"{vector}_{along}", f"magnetization, {along} component", vector, "magnetic")
    yield Quantity(f"{vector}_amplitude", "strength of the magnetization", vector, "magnetic", lowest=0.0)
    yield Quantity(f"{vector}_inclination", "inclination of the magnetization, positive down", "angle", "magnetic")
    clockwise = "declination of the magnetization, clockwise from north"
    yield Quantity(f"{vector}_declination", clockwise, "angle", "magnetic")
    yield Quantity("density", "density contrast", "density", "gravity", ubc_unit="g/cm3", lowest=-3e4, highest=3e4)


QUANTITIES: Mapping[str, Quantity] = {quantity.name: quantity for quantity in (*_models(), *_magnetic(), *_gravity())}
"""Every quantity by its name, in the order in which they are listed."""

COMPONENTS: tuple[str, ...] = tuple(name for name, of in QUANTITIES.items() if of.tensor or of.computed_from)
"""What surveys may hold."""

_SUMS = tuple(quantity for quantity in QUANTITIES.values() if quantity.tensor)

MAGNETIC_COMPONENTS: tuple[str, ...] = tuple(quantity.name for quantity in _SUMS if quantity.kind == "magnetic")
GRAVITY_COMPONENTS: tuple[str, ...] = tuple(quantity.name for quantity in _SUMS if quantity.kind == "gravity")
"""Those that are linear in a model."""

MODELS: tuple[str, ...] = tuple(name for name in QUANTITIES if name not in COMPONENTS)
"""What models may hold."""


def attributes_of(name: str) -> Mapping[str, str]:
    """CF attributes of a variable by its name; none where it is unknown."""
    quantity = QUANTITIES.get(name)
    return {} if quantity is None else quantity.attributes


def kinds_of(components: Iterable[str]) -> tuple[str, ...]:
    """Kinds of physics that components belong to, each once.

    Examples
    --------
    >>> kinds_of(("tmi", "bee")), kinds_of(("tmi", "gz"))
    (('magnetic',), ('magnetic', 'gravity'))
    """
    return tuple(dict.fromkeys(QUANTITIES[name].kind for name in components))


def units_among(components: Iterable[str]) -> tuple[str, ...]:
    """Units of components, each once.

    Examples
    --------
    >>> units_among(("tmi", "bu", "bee"))
    ('nT', 'nT/m')
    """
    return tuple(dict.fromkeys(QUANTITIES[name].unit for name in components))


def unknown_of(kind: str) -> Quantity:
    """Quantity of models that data of a kind are inverted for, unless the user says another.

    Examples
    --------
    >>> unknown_of("magnetic").name, unknown_of("gravity").unit
    ('susceptibility', 'kg/m3')
    """
    return next(QUANTITIES[name] for name in MODELS if QUANTITIES[name].kind == kind)
