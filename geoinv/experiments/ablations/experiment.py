"""Ablations: what the embedding, unshared weights, learned dictionaries and the number of layers are worth."""

from __future__ import annotations

import shutil

from geoinv.experiments.ablations.dictionaries import dictionary_rows
from geoinv.experiments.ablations.duathlon import embedding_rows, layer_rows, sharing_rows
from geoinv.experiments.duathlon.problem import Duathlon
from geoinv.experiments.shared.fair_training import PROTOCOL
from geoinv.experiments.shared.figures import panels
from geoinv.experiments.shared.preset import RunSettings
from geoinv.experiments.shared.table import Row, Table
from geoinv.experiments.shared.tuned_training import CHECKPOINTS

__all__ = ["run"]


def run(settings: RunSettings) -> Table:
    """Change one thing at a time, at an equal number of parameters where the thing allows it.

    The size of the embedding, sharing and the number of layers are tried on the duathlon, whose Bayes
    error is known; the dictionaries on magnetic sections of ellipses made by a formula.
    """
    training = settings.choose(quick=300, cpu=10_000, full=10_000)
    test = settings.choose(quick=500, cpu=100_000, full=100_000)
    seeds = range(settings.seed, settings.seed + settings.choose(quick=1, cpu=1, full=3))
    problems = [Duathlon.draw(training, test, seed) for seed in seeds]
    sizes = embedding_rows(settings, problems)
    sharing, eunets = sharing_rows(settings, problems)
    rows = [*sizes, *sharing, *layer_rows(settings, problems, eunets), *dictionary_rows(settings)]
    _draw(settings, sizes)
    shutil.rmtree(settings.folder / CHECKPOINTS, ignore_errors=True)
    origin = {"dataset": "duathlon, and magnetic sections of generated ellipses", "networks": PROTOCOL}
    return Table("ablations", rows, origin)


def _draw(settings: RunSettings, sizes: list[Row]) -> None:
    """NMSE over the Bayes error against K/N."""
    shown = [row for row in sizes if row.metric == "NMSE / Bayes error"]
    embedded = [row for row in shown if row.method.startswith("K/N = ")]
    with panels(settings.folder / "embedding.png", 1, 1, size=(4.2, 3.0)) as axes:
        panel = axes[0][0]
        ratios = [float(row.method.removeprefix("K/N = ")) for row in embedded]
        panel.semilogx(ratios, [row.value for row in embedded], "o-", base=2, label="EUnet, equal parameters")
        for row in shown:
            if row not in embedded and row.value is not None:
                panel.axhline(row.value, color="tab:orange", linestyle="--", label=row.method)
        panel.axhline(1.0, color="0.5", linewidth=0.8, label="Bayes error")
        panel.set(xlabel="unknowns z over unknowns x, K/N", ylabel="NMSE / Bayes error", title="duathlon")
        panel.legend(fontsize=7)
