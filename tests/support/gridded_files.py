"""A grid as GDAL writes it in every format that it knows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

EASTING = 500_000.0 + 25.0 * np.arange(5)
NORTHING = 6_200_000.0 + 25.0 * np.arange(4)
VALUES = np.round(100.0 * np.sin(np.arange(20.0)).reshape(4, 5), 3)
VALUES[1, 2] = np.nan


def by_gdal(path: Path, driver: str, null: float = -99999.0, crs: str | None = None) -> Path:
    """File of :data:`VALUES` that GDAL has written."""
    rasterio = pytest.importorskip("rasterio")
    from rasterio.shutil import copy

    across = rasterio.transform.from_origin(EASTING[0] - 12.5, NORTHING[-1] + 12.5, 25.0, 25.0)
    shape = {"height": 4, "width": 5, "count": 1, "dtype": "float64" if driver in ("GTiff", "GS7BG") else "float32"}
    draft = path.with_name("draft.tif")
    with rasterio.open(draft, "w", driver="GTiff", transform=across, nodata=null, crs=crs, **shape) as file:
        file.write(np.where(np.isnan(VALUES), null, VALUES)[::-1], 1)
    copy(draft, path, driver=driver)
    draft.unlink()
    return path
