"""What each ending of an inversion means: the words that files and scripts have seen."""

from __future__ import annotations

import pytest

from geoinv.inversion.outcome import Outcome


@pytest.mark.parametrize(
    ("words", "unfitted", "searched", "incomplete"),
    [
        ("target reached", False, True, False),
        ("target reached by the reference model", False, False, False),
        ("target reached by the model that the regularizer alone prefers", False, True, False),
        ("target met", False, False, False),
        ("stalled", True, True, False),
        ("out of iterations", True, True, False),
        ("interrupted", False, False, True),
        ("not finite", False, False, True),
        ("beta as given", False, False, False),
        ("corner of the L-curve", False, False, False),
    ],
)
def test_an_outcome_has_its_words_and_what_follows(words: str, unfitted: bool, searched: bool, incomplete: bool):
    outcome = Outcome(words)
    assert (outcome.unfitted, outcome.searched, outcome.incomplete) == (unfitted, searched, incomplete)


def test_no_outcome_is_another_one_cut_short_and_searched():
    # sentences begin with these words: one that goes on where another ends must not be taken for it
    for outcome in Outcome:
        others = [other for other in Outcome if other is not outcome and other.value.startswith(outcome.value)]
        assert others in ([], [Outcome.REFERENCE_FITS, Outcome.PREFERRED_FITS])
