"""The blobs3d problem on a coarse mesh, made once."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

from geoinv.experiments.blobs3d.problem import BlobProblem
from geoinv.experiments.shared.preset import RunSettings


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> RunSettings:
    return RunSettings("quick", 0, tmp_path_factory.mktemp("blobs3d"))


@pytest.fixture(scope="module")
def problem(settings: RunSettings) -> BlobProblem:
    return BlobProblem.of(settings)
