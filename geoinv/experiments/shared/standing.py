"""Where EUnet stands among its rivals, and what explains it."""

from __future__ import annotations

from collections.abc import Mapping

from geoinv.experiments.shared.table import Row

__all__ = ["lowest", "standing"]

OWN = "EUnet"


def lowest(errors: Mapping[str, Row]) -> bool:
    """Whether no rival has a smaller error than EUnet."""
    return all(_value(errors[OWN]) <= _value(row) for row in errors.values())


def standing(errors: Mapping[str, Row], ablation: str) -> str:
    """Sentence that says whether EUnet has the least error of networks alike in size and training, and if not, why.

    From EUnet to a rival such as Proximal two things change: the embedding goes, and the gradient of a potential
    becomes a free map. The ablation is EUnet without the former, and tells the two apart.

    Parameters
    ----------
    errors : mapping of str to Row
        Rows of the same metric by method, EUnet's among them.
    ablation : str
        Name of EUnet without embedding, which is no rival; it need not be there.

    Examples
    --------
    >>> row = lambda method, value: Row(method=method, metric="NMSE", value=value, preset="cpu", seed=0)
    >>> standing({name: row(name, value) for name, value in (("EUnet", 0.2), ("Proximal", 0.21))}, "none")
    'lowest, 4.8 % below Proximal; one seed, no spread'
    """
    own = _value(errors[OWN])
    rivals = {name: _value(row) for name, row in errors.items() if name not in (OWN, ablation)}
    best = min(rivals, key=lambda name: rivals[name])
    spreads = [errors[name].spread for name in (OWN, best)]
    if None in spreads:
        margin = "one seed, no spread"
    else:
        spread = max(one or 0.0 for one in spreads)
        margin = f"{'less' if abs(own - rivals[best]) < 2.0 * spread else 'more'} than twice the spread over the seeds"
    if own <= rivals[best]:
        return f"lowest, {_percent(1.0 - own / rivals[best])} below {best}; {margin}"
    said = f"not the lowest: {_percent(own / rivals[best] - 1.0)} above {best}; {margin}"
    if ablation not in errors:
        return said
    without = _value(errors[ablation])
    change = "raises" if own > without else "lowers"
    beside = 100.0 * (rivals[best] / without - 1.0)
    return (
        f"{said}; {ablation} has {without:.4g}: at equal size the embedding {change} the error by "
        f"{_percent(abs(own / without - 1.0))}; from there to {best} it is {beside:+.1f} %"
    )


def _value(row: Row) -> float:
    return float("inf") if row.value is None else row.value


def _percent(share: float) -> str:
    return f"{100.0 * share:.1f} %"
