from __future__ import annotations

import sys

import pytest

from geoinv import InputError
from geoinv.preparation.libraries import require


@pytest.mark.parametrize(("name", "subject"), [("ppigrf", "the main field expects"), ("shapely", "polygons .* expect")])
def test_a_library_that_is_missing_is_said_with_its_extra(
    name: str, subject: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(InputError, match=rf"{subject} {name}, which is not .* pip install 'geoinv\[desk\]'"):
        require(name)
