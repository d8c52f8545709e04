"""Files spoilt at random, for whoever reads them to prove that the outcome is right or a sentence.

Every function takes the content of a good file and a source of random numbers, and gives the content of a bad one;
equal seeds give equal files.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["NASTY", "mutated_bytes", "mutated_idx", "mutated_npy", "mutated_safetensors", "mutated_text"]

Random = np.random.Generator

NASTY: tuple[str, ...] = (
    *("nan", "inf", "-inf", "NaN", "Infinity", "1e400", "-1e400", "1e300", "-1", "0", "-0", "1e-320", "2.5"),
    *("9" * 25, "9" * 5000, "0x" + "f" * 5000, str(2**63), str(2**64), "1000000000", "30000000*1", "1_0"),
    *(
        '"text"',
        "true",
        "null",
        "[]",
        "{}",
        "[1, 2]",
        '""',
        "'",
        '"',
        "*",
        ",",
        ";",
        "\t",
        "\0",
        "\x1b[31m",
        "é",
        "\ufeff",
    ),
    *("1.70141e38", "-3.4e38", "9.96921e36", "-32768", "-99999.999", "1,5"),
)
"""What stands in files where a number should."""

NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:[eE][-+]?\d+)?")
DEEP = 3000


def mutated_bytes(content: bytes, random: Random) -> bytes:
    """Content with one thing done to its bytes: some changed, lost, doubled, put in, or cut off."""
    spoilt = bytearray(content)
    first, second = sorted(int(n) for n in random.integers(0, len(content) + 1, 2))
    kind = int(random.integers(6))
    if kind == 0:
        for place in random.integers(0, max(1, len(spoilt)), 1 + int(random.integers(8))):
            spoilt[int(place)] ^= 1 << int(random.integers(8))
    elif kind == 1:
        del spoilt[first:]
    elif kind == 2:
        del spoilt[first : min(second, first + 64)]
    elif kind == 3:
        spoilt[first:first] = spoilt[first : min(second, first + 4096)]
    elif kind == 4:
        spoilt[first:first] = random.bytes(1 + int(random.integers(64)))
    else:
        spoilt[first:first] = bytes([int(random.choice([0, 10, 13, 34, 39, 91, 255]))]) * int(random.integers(1, 5000))
    return bytes(spoilt)


def mutated_text(content: bytes, random: Random, opening: str = "[", closing: str = "]") -> bytes:
    """Text with a number replaced, a line lost, doubled or moved, a delimiter changed, or nested without end.

    Parameters
    ----------
    content : bytes
        UTF-8.
    random : numpy.random.Generator
    opening, closing : str
        Brackets of the format, for the nesting.
    """
    text = content.decode("utf-8")
    numbers, lines = list(NUMBER.finditer(text)), text.splitlines(keepends=True)
    kind = int(random.integers(8))
    if kind <= 3 and numbers:
        chosen = numbers[int(random.integers(len(numbers)))]
        value = opening * DEEP + closing * DEEP if kind == 3 else str(random.choice(NASTY))
        text = text[: chosen.start()] + value + text[chosen.end() :]
    elif kind == 4 and lines:
        del lines[int(random.integers(len(lines)))]
        text = "".join(lines)
    elif kind == 5 and lines:
        lines.insert(int(random.integers(len(lines))), lines[int(random.integers(len(lines)))])
        text = "".join(lines)
    elif kind == 6:
        old, new = (str(one) for one in random.choice([" ", ",", "=", '"', ".", "\n", "\t", ";"], 2))
        text = text.replace(old, new, 1 + int(random.integers(3)))
    else:
        return mutated_bytes(content, random)
    return text.encode("utf-8")


def mutated_safetensors(content: bytes, random: Random) -> bytes:
    """Safetensors whose header is still JSON of the length it says, with an entry of it or of ``geoinv`` spoilt."""
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    body = content[8 + length :]
    kind = int(random.integers(6))
    if kind == 0:
        return mutated_bytes(content, random)
    if kind == 1:
        # numbers that are not finite, or others
        value = random.choice(np.array([np.nan, np.inf, 1e38, -1.0], np.float32)).tobytes()
        place = 4 * int(random.integers(max(1, len(body) // 4)))
        return content[: 8 + length] + body[:place] + value + body[place + 4 :]
    inside = json.loads(header["__metadata__"]["geoinv"])
    if kind == 2:
        del header["__metadata__"]["geoinv"]
        _spoil(header, random)
    else:
        _spoil(inside, random)
        described = json.dumps(inside)
        if kind == 3:
            described = mutated_text(described.encode(), random).decode("utf-8", "replace")
        header["__metadata__"]["geoinv"] = described
    packed = json.dumps(header).encode()
    return struct.pack("<Q", len(packed)) + packed + body


def _spoil(entries: Any, random: Random) -> None:
    """Change, drop or rename one entry somewhere in nested dictionaries and lists."""
    values: list[Any] = [None, True, -1, 0, 2.5, 1e300, 2**31, 2**40, 10**30, "text", "\0", [], [1, "a"], {}, {"a": 1}]
    while True:
        keys = list(entries) if isinstance(entries, dict) else list(range(len(entries)))
        if not keys:
            return
        key = keys[int(random.integers(len(keys)))]
        if isinstance(entries[key], dict | list) and entries[key] and random.random() < 0.8:
            entries = entries[key]
            continue
        kind = int(random.integers(5))
        if kind == 0:
            del entries[key]
        elif kind == 1 and isinstance(entries, dict):
            entries[f"{key}x"] = entries.pop(key)
        elif kind == 2:
            nested: Any = 1
            for _ in range(900):
                nested = [nested]
            entries[key] = nested
        else:
            entries[key] = values[int(random.integers(len(values)))]
        return


def mutated_npy(content: bytes, random: Random) -> bytes:
    """An .npy file whose header still says its own length, with its type, order or shape spoilt."""
    (length,) = struct.unpack("<H", content[8:10])
    header, body = content[10 : 10 + length].decode("latin-1"), content[10 + length :]
    types = (
        "<f4",
        ">f8",
        "<f2",
        "<i8",
        "|b1",
        "<c16",
        "|O",
        "<U3",
        "|S9",
        "<M8[s]",
        "<f16",
        "[('a', '<f8')]",
        "?",
        "x",
    )
    shapes = ("()", "(0,)", "(-1,)", "(5,)", "(1000000000, 1000000000)", f"({2**62}, 4)", f"({'9' * 30},)", "7", "None")
    kind = int(random.integers(5))
    if kind == 0:
        return mutated_bytes(content, random)
    if kind == 1:
        chosen = str(random.choice(types))
        header = re.sub(r"'descr': '[^']*'", lambda _: f"'descr': {chosen if '(' in chosen else repr(chosen)}", header)
    elif kind == 2:
        shape = str(random.choice([*shapes, "(" + "1, " * 70 + ")", "(" * 500 + ")" * 500]))
        header = re.sub(r"'shape': \([^)]*\)", lambda _: f"'shape': {shape}", header)
    elif kind == 3:
        header = header.replace("False", str(random.choice(["True", "1", "None", "'F'"])))
    else:
        header = mutated_text(header.encode("latin-1"), random, "(", ")").decode("utf-8", "replace")
    packed = header.encode("utf-8")[:65535]
    return content[:8] + struct.pack("<H", len(packed)) + packed + body


def mutated_idx(content: bytes, random: Random) -> bytes:
    """An IDX file with its type, its count of dimensions or one of its extents spoilt."""
    spoilt = bytearray(content)
    kind = int(random.integers(4))
    if kind == 0:
        return mutated_bytes(content, random)
    if kind == 1:
        spoilt[int(random.integers(4))] = int(random.integers(256))
    elif kind == 2:
        spoilt[3] = int(random.choice([0, 1, 2, 4, 33, 65, 255]))
    else:
        place = 4 + 4 * int(random.integers(spoilt[3]))
        spoilt[place : place + 4] = struct.pack(">i", int(random.choice([0, -1, 1, 2**31 - 1, 65536])))
    return bytes(spoilt)


MUTATORS: dict[str, Callable[[bytes, Random], bytes]] = {
    "bytes": mutated_bytes,
    "text": mutated_text,
    "safetensors": mutated_safetensors,
    "npy": mutated_npy,
    "idx": mutated_idx,
}
"""Every mutator by the kind of file it spoils."""
