"""What every figure needs: Matplotlib, and the name of a picture."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure
from view_subjects import without

from geoinv import InputError
from geoinv.view import style


def test_a_missing_matplotlib_is_said_in_the_words_of_the_command(monkeypatch):
    style.require_matplotlib("compare")
    monkeypatch.setattr(style, "find_spec", without("matplotlib"))
    with pytest.raises(InputError, match=r"compare expects Matplotlib.*pip install 'geoinv\[view\]'"):
        style.require_matplotlib("compare")


def test_pictures_have_their_suffixes_in_any_case(tmp_path):
    for name, start in (("a.PNG", b"\x89PNG"), ("b.pdf", b"%PDF")):
        style.check_suffix(name)
        style.save(Figure(), tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)
    with pytest.raises(InputError, match="expects a suffix for a picture"):
        style.check_suffix("a.jpg")
