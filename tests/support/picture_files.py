"""Pictures, digits and the files that hold them."""

from __future__ import annotations

import numpy as np


def colour_pictures(count: int) -> np.ndarray:
    """Pictures (count, row, column, channel) without any symmetry."""
    return np.random.default_rng(2).integers(0, 256, (count, 96, 96, 3), dtype=np.uint8)


def stl10_bytes(images: np.ndarray) -> bytes:
    """Pixel by pixel, so that it shares nothing with the reader: picture, plane, column, row."""
    count = len(images)
    content = bytearray()
    for picture in range(count):
        for channel in range(3):
            for column in range(96):
                content += bytes(images[picture, row, column, channel] for row in range(96))
    return bytes(content)
