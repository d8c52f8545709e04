"""The options of a regularizer, and what they mean together."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoinv.cli.support.extras import require_learning
from geoinv.cli.support.terminal import say
from geoinv.core.checks import InputError, choice
from geoinv.core.wording import way

if TYPE_CHECKING:
    from geoinv.regularizers.base import Regularizer

__all__ = [
    "MIXTURE",
    "ClassesOption",
    "NormsOption",
    "RegularizerOption",
    "SmallnessOption",
    "SmoothnessOption",
    "WeightingOption",
    "WeightsOption",
    "regularizer_from",
    "regularizer_named",
]

RegularizerOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="What is asked of the model besides fitting the data: smooth, sparse (few cells and edges), compact (as "
        "sparse, with sharper edges), aligned (as compact, in each body of nearly one direction: for a "
        "magnetization), blocky (few edges), total-variation, mixture (the values of classes of rock, see --classes), "
        "or learned (geology as a network has learnt it from synthetic models, for a susceptibility).  [default: "
        "smooth; aligned for a magnetization]",
    ),
]
WeightsOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Networks of --regularizer learned, as safetensors.  [default: those that come with geoinv]",
    ),
]
ClassesOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Classes of --regularizer mixture: a table of name, mean, standard_deviation and, if known, proportion, "
        "the mean in the unit of the model.",
    ),
]
SmallnessOption = Annotated[
    float | None, typer.Option(metavar="A", help="Factor of the distance from the reference.  [default: 1]")
]
SmoothnessOption = Annotated[
    str | None,
    typer.Option(
        metavar="B",
        help="Factor of the roughness, one or three for upward,northing,easting, as in 4,1,1.  [default: 1, or as the "
        "regularizer has it]",
    ),
]
WeightingOption = Annotated[
    str,
    typer.Option(metavar="sensitivity|distance|depth|none", help="Weights against the decay of the field with depth."),
]
NormsOption = Annotated[
    str | None,
    typer.Option(
        metavar="P,Q",
        help="Powers from 0 to 2 of the model and of its gradient (one, or three for upward,northing,easting), for "
        "sparse, compact and blocky; as in 0,1.",
    ),
]


MIXTURE = "mixture"
"""Name of :class:`geoinv.Mixture`, which asks for classes."""

LEARNED = "learned"
"""Name of :class:`geoinv.learned.GeologyPrior`, which asks for PyTorch."""


def regularizer_named(name: str | None, vector: bool) -> str:
    """Name of the regularizer, the usual one for a model or for a vector where none is given; sparse ones are said.

    Raises
    ------
    InputError
        If there is none of that name, or it is for vectors and the model is none.
    """
    from geoinv.regularizers.registry import REGULARIZERS

    name = name or ("aligned" if vector else "smooth")
    choice("the inversion", "--regularizer", name, (*REGULARIZERS, LEARNED))
    if name == LEARNED:
        say("prior", "learned: geology as networks have learnt it from synthetic models; chi^2/N is met all the same")
        return name
    if REGULARIZERS[name].vectors and not vector:
        remedy = way("add --unknown magnetization", "", "take another one")
        raise InputError(f"--regularizer {name} expects a vector in each cell; {remedy}")
    if name != "smooth":
        say("norms", f"{name}: {REGULARIZERS[name].summary}")
    return name


def regularizer_from(
    name: str,
    smallness: float | None,
    smoothness: str | None,
    weighting: str,
    norms: str | None,
    reference: Any,
    weights: Path | None = None,
    classes: Path | None = None,
) -> Regularizer:
    """Regularizer that the options ask for.

    Raises
    ------
    InputError
        If an option is not what it should be.

    Examples
    --------
    >>> regularizer_from("smooth", None, "4,1,1", "none", None, 0.0).smoothness
    (4.0, 1.0, 1.0)
    """
    from geoinv.regularizers.registry import REGULARIZERS, regularizer_of
    from geoinv.regularizers.weighting import WEIGHTINGS

    choice("the inversion", "--weighting", weighting, (*WEIGHTINGS, "none"))
    arguments: dict[str, Any] = {"reference": reference, "weighting": None if weighting == "none" else weighting}
    if smallness is not None:
        arguments["smallness"] = _numbers("--smallness", str(smallness), (1,), math.inf)[0]
    if smoothness is not None:
        factors = _numbers("--smoothness", smoothness, (1, 3), math.inf)
        arguments["smoothness"] = factors[0] if len(factors) == 1 else factors
    powers = () if norms is None else _numbers("--norms", norms, (1, 2, 4), 2.0)
    if powers and (name == LEARNED or not REGULARIZERS[name].norms):
        others = ", ".join(other for other, entry in REGULARIZERS.items() if entry.norms)
        raise InputError(
            f"--norms expects a --regularizer that has some to choose ({others}), got {name}; leave it out"
        )
    if name == LEARNED:
        require_learning(f"--regularizer {LEARNED}")
        from geoinv.learned import GeologyPrior

        return GeologyPrior(weights=weights, **arguments)
    if weights is not None:
        raise InputError(f"--weights expects --regularizer {LEARNED}, got {name}; add it, or leave --weights out")
    if (classes is None) == (name == MIXTURE):
        given = "none" if classes is None else f"--classes {classes} for {name}"
        raise InputError(f"--regularizer {MIXTURE} expects its classes from --classes FILE, got {given}; give both")
    if classes is not None:
        from geoinv.regularizers.rock_classes import read_classes

        rocks = read_classes(classes)
        for rock in rocks:
            say("class", f"{rock.name}: {rock.mean:g} +- {rock.standard_deviation:g}, proportion {rock.proportion:g}")
        arguments["classes"] = rocks
    return regularizer_of(name, powers, **arguments)


def _numbers(option: str, text: str, counts: tuple[int, ...], most: float) -> tuple[float, ...]:
    """Numbers between commas, from zero to a highest one."""
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    allowed = len(values) in counts and all(0.0 <= value <= most and math.isfinite(value) for value in values)
    if not allowed:
        many = " or ".join(map(str, counts))
        wanted = "a number" if counts == (1,) else f"{many} numbers between commas, each"
        between = "of zero or more" if most == math.inf else f"from 0 to {most:g}"
        raise InputError(f"{option} expects {wanted} {between}, got {text!r}")
    return values
