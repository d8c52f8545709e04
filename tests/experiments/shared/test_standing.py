"""What a table says of EUnet beside its rivals."""

from __future__ import annotations

from geoinv.experiments.shared.standing import lowest, standing
from geoinv.experiments.shared.table import Row

WITHOUT = "EUnet without embedding"


def rows(spread: float | None = None, **values: float | None) -> dict[str, Row]:
    names = {"without": WITHOUT}
    return {
        names.get(name, name): Row(
            method=names.get(name, name), metric="NMSE", value=value, spread=spread, preset="full", seed=0
        )
        for name, value in values.items()
    }


def test_the_lowest_is_called_so_and_the_ablation_is_no_rival():
    errors = rows(EUnet=0.19, Proximal=0.2, OPTEnet=0.25, without=0.18)
    assert standing(errors, WITHOUT) == "lowest, 5.0 % below Proximal; one seed, no spread"


def test_a_margin_is_held_against_the_spread():
    for spread, word in ((0.01, "less"), (0.001, "more")):
        said = standing(rows(spread, EUnet=0.19, Proximal=0.2), WITHOUT)
        assert said.endswith(f"{word} than twice the spread over the seeds")


def test_where_it_is_not_the_lowest_the_ablation_tells_what_the_embedding_is_worth():
    said = standing(rows(EUnet=0.22, Proximal=0.2, without=0.21), WITHOUT)
    assert said.startswith("not the lowest: 10.0 % above Proximal; one seed, no spread; ")
    assert "EUnet without embedding has 0.21: at equal size the embedding raises the error by 4.8 %" in said
    assert said.endswith("from there to Proximal it is -4.8 %")
    assert standing(rows(EUnet=0.22, Proximal=0.2), WITHOUT).endswith("no spread")


def test_a_rival_that_failed_is_not_below():
    assert lowest(rows(EUnet=0.22, Proximal=None))
    assert not lowest(rows(EUnet=0.22, Proximal=0.2))
