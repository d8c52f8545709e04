"""Templates of pages."""

from __future__ import annotations

import base64
import hashlib

from geoinv.view.template import content_hash, filled


def test_a_place_that_comes_twice_is_filled_twice_and_what_is_filled_in_never():
    assert filled("[%T%] [%T%] %B%!", [("%T%", "%B%"), ("%T%", "2"), ("%B%", "%T%")]) == "[%B%] [2] %T%!"


def test_the_hash_is_that_of_the_bytes():
    told = content_hash("é")
    assert told.startswith("sha256-")
    assert base64.b64decode(told.removeprefix("sha256-")) == hashlib.sha256("é".encode()).digest()
