"""Run by mpirun: what slabs come to together, beside the whole in one process. Writes a report as JSON."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import geoinv
from geoinv.core import interrupts
from geoinv.core.whole import in_slabs, standard_normal, total
from geoinv.meshes.tensor_faces import TensorFaces
from geoinv.operators import Gravity, Magnetics
from geoinv.parallel import ensemble, invert, split, team
from geoinv.parallel.slab_mesh import SlabMesh
from geoinv.parallel.slabs import LayerSlabs
from geoinv.regularizers.held import Held

TOGETHER = team()
RANDOM = np.random.default_rng(0)
FIELD = geoinv.MainField(65.0, 20.0, 50000.0)


def padded() -> geoinv.Grid:
    """Layers of several thicknesses, the highest with air."""
    upward = [-90.0, -60.0, -45.0, -30.0, -20.0, -10.0]
    active = np.ones((5, 6, 7), bool)
    active[-1, :2] = False
    return geoinv.Grid(20.0 * np.arange(8), 20.0 * np.arange(7), upward, active)


def survey(*components: str) -> geoinv.Survey:
    easting, northing = (v.ravel() for v in np.meshgrid(np.linspace(5, 135, 8), np.linspace(5, 115, 7)))
    upward = 12.0 + np.random.default_rng(1).random(easting.size)
    field = None if components == ("gz",) else FIELD
    return geoinv.Survey(easting, northing, upward, components=components or ("tmi",), field=field)


def worst(error: Any) -> float:
    """Largest of a number over the processes."""
    return max(TOGETHER.communicator.allgather(float(np.max(np.abs(error), initial=0.0))))


def faces(grid: geoinv.Grid) -> dict[str, float]:
    slabs = LayerSlabs(TOGETHER, grid.shape)
    own, ours = slabs.own, SlabMesh(grid, slabs).faces()[0]
    mine, theirs = slice(own.start, own.start + ours.shape[0]), TensorFaces(grid, "upward")
    found = {
        "area": worst(ours.area - theirs.area),
        "distance": worst(ours.distance - theirs.distance[mine]),
        "both_active": worst(ours.both_active ^ theirs.both_active[mine]),
    }
    for leading in ((), (3,)):
        model = RANDOM.standard_normal((*leading, *grid.shape))
        values = RANDOM.standard_normal((*leading, *theirs.shape))
        part, flux = slabs.part_of(model), values[..., mine, :, :]
        found[f"difference {leading}"] = worst(ours.difference(part) - theirs.difference(model)[..., mine, :, :])
        found[f"mean {leading}"] = worst(ours.mean(part) - theirs.mean(model)[..., mine, :, :])
        found[f"adjoint {leading}"] = worst(ours.adjoint(flux) - slabs.part_of(theirs.adjoint(values)))
        into = ours.mean_adjoint(flux, out=part.copy())
        found[f"mean_adjoint {leading}"] = worst(into - slabs.part_of(theirs.mean_adjoint(values, out=model.copy())))
    return found


def operator(physics: Any, grid: geoinv.Grid, stations: geoinv.Survey, **arguments: Any) -> dict[str, Any]:
    whole = physics(grid, stations, **arguments)
    A = split(physics, grid, stations, TOGETHER, **arguments)
    x, y = RANDOM.standard_normal(whole.domain_shape), RANDOM.standard_normal(whole.range_shape)
    part, data, gradient = A.slabs.part_of(x), whole(x), whole.T(y)
    TOGETHER.traffic.sent.clear()
    image = A(part)
    forward = TOGETHER.communicator.allgather(TOGETHER.traffic.sent.get("sums of data", 0))
    TOGETHER.traffic.sent.clear()
    own = A.T(y)
    adjoint = TOGETHER.communicator.allgather(TOGETHER.traffic.sent.get("sums of data", 0))
    diagonal = whole.gram_diagonal(2.0)
    with in_slabs(A.slabs):
        mismatch = abs(float(np.vdot(image, y)) - total(float(np.vdot(part, own))))
    return {
        "forward": worst(image - data) / np.abs(data).max(),
        "adjoint": worst(own - A.slabs.part_of(gradient)) / np.abs(gradient).max(),
        "gram": worst(A.gram_diagonal(2.0) - A.slabs.part_of(diagonal)) / np.abs(diagonal).max(),
        "dot": worst(mismatch) / (np.linalg.norm(image) * np.linalg.norm(y)),
        "same in all": len(set(TOGETHER.communicator.allgather(image.tobytes()))) == 1,
        "forward bytes": forward,
        "adjoint bytes": adjoint,
        "data": data.size,
    }


def inversions(grid: geoinv.Grid) -> dict[str, Any]:
    whole, A = Magnetics(grid, survey(), engine="dense"), split(Magnetics, grid, survey(), TOGETHER, engine="dense")
    truth = np.zeros(grid.shape)
    truth[2:4, 2:4, 2:5] = 0.05
    data = whole(truth)
    noise = 0.02 * float(np.abs(data).max())
    data = data + noise * np.random.default_rng(2).standard_normal(data.shape)
    reference = 1e-3 * RANDOM.random(grid.shape)
    highest = np.full(grid.shape, 0.08)
    highest[:2] = 0.01
    cases: dict[str, tuple[Any, Any]] = {
        "smooth": (geoinv.Smooth(reference=reference), (0.0, highest)),
        "held": (geoinv.Smooth(held=Held(0.02 * truth, 10.0 * (truth > 0.0))), (0.0, 0.08)),
        "sum": (geoinv.Smooth(smallness=0.1) + 0.1 * geoinv.Smooth(weighting="distance"), (-np.inf, np.inf)),
        "total variation": (geoinv.TotalVariation(), (0.0, 0.08)),
    }
    found: dict[str, Any] = {}
    for name, (phi, bounds) in cases.items():
        TOGETHER.traffic.sent.clear()
        TOGETHER.traffic.calls.clear()
        solution = invert(A, data, noise, phi, bounds)
        found[name] = {"elsewhere": worst(0.0 if solution is None else TOGETHER.rank) == 0.0}
        if solution is not None:
            alone = geoinv.invert(whole, data, noise, phi, bounds)
            found[name] |= {
                "error": float(np.abs(solution.model - alone.model).max() / np.abs(alone.model).max()),
                "reached": [solution.reached, alone.reached],
                "sent": dict(TOGETHER.traffic.sent),
                "calls": dict(TOGETHER.traffic.calls),
                "written": sorted(solution.to_xarray().data_vars) == sorted(alone.to_xarray().data_vars),
            }
    found["layer"], found["data"], found["cells"] = 8 * 6 * 7, data.size, grid.size
    alone = geoinv.invert(whole, data, noise)
    members = ensemble(alone, 5, seed=3, together=TOGETHER)
    if members is not None:
        apart = geoinv.ensemble(alone, 5, seed=3)
        found["members"] = bool(np.array_equal(members.samples, apart.samples))
        found["members' levels"] = bool(np.array_equal(members.base_levels, apart.base_levels))
        found["members' doubts"] = members.doubts == apart.doubts
    return found


def resumed(grid: geoinv.Grid) -> dict[str, Any]:
    """An inversion that is gone on with, after one process was killed as it wrote its last result."""
    A = split(Magnetics, grid, survey(), TOGETHER, engine="dense")
    truth = np.zeros(grid.shape)
    truth[2:4, 2:4, 2:5] = 0.05
    data = A(A.slabs.part_of(truth)) + 5.0 * np.random.default_rng(2).standard_normal(A.range_shape)
    path = Path(sys.argv[1]).with_name(f"of-{TOGETHER.rank}.checkpoint")
    models, calls = [], []
    for _ in range(2):
        TOGETHER.traffic.calls.clear()
        solution = invert(A, data, 5.0, bounds=(0.0, 1.0), checkpoint=path)
        models.append(None if solution is None else solution.model)
        calls.append(TOGETHER.traffic.calls["sums of data"])
        if TOGETHER.rank == TOGETHER.size - 1:
            os.truncate(path, path.stat().st_size - 10)
        TOGETHER.communicator.Barrier()
    return {"same": TOGETHER.first and bool(np.array_equal(*models)), "calls": calls}  # type: ignore[arg-type]


def refusals(grid: geoinv.Grid) -> dict[str, str]:
    A = split(Magnetics, grid, survey(), TOGETHER, engine="dense")
    found = {}
    for name, attempt in {
        "regularizer": lambda: invert(A, np.ones(A.range_shape), 1.0, geoinv.Aligned()),
        "operator": lambda: invert(Magnetics(grid, survey(), engine="dense"), np.ones(A.range_shape), 1.0),  # type: ignore[arg-type]
        "data": lambda: invert(A, np.ones(3), 1.0),
        "mesh": lambda: split(Magnetics, "mesh", survey(), TOGETHER),
        "physics": lambda: split(geoinv.operators.SelfDemagnetization, grid, survey(), TOGETHER),  # type: ignore[arg-type]
        "layers": lambda: LayerSlabs(TOGETHER, (TOGETHER.size - 1, 2, 2)),
        "plan": lambda: TOGETHER.agree({"the version": str(TOGETHER.rank)}),
    }.items():
        try:
            attempt()
        except geoinv.InputError as error:
            found[name] = str(error)
    return found


def interrupted(grid: geoinv.Grid) -> list[str]:
    """What each process meets when an interrupt has come to the last one."""
    slabs = replace(LayerSlabs(TOGETHER, grid.shape), held=interrupts.Held(int(TOGETHER.rank == TOGETHER.size - 1)))
    met = []
    with in_slabs(slabs):
        for _ in range(2):
            try:
                met.append(str(total(1.0)))
            except KeyboardInterrupt:
                met.append("interrupted")
    return [*map(" ".join, TOGETHER.communicator.allgather(met))]


def numbers(grid: geoinv.Grid) -> dict[str, Any]:
    slabs = LayerSlabs(TOGETHER, grid.shape)
    with in_slabs(slabs):
        drawn = {
            shape: worst(
                standard_normal(np.random.default_rng(4), slabs.part_of(np.empty(shape)).shape)
                - slabs.part_of(np.random.default_rng(4).standard_normal(shape))
            )
            for shape in (grid.shape, (3, *grid.shape))
        }
    model = RANDOM.standard_normal((3, *grid.shape))
    whole = slabs.gathered(slabs.part_of(model))
    return {
        "drawn": list(drawn.values()),
        "gathered": worst(0.0 if whole is None else whole - model),
        "layers": slabs.layers,
        "own": TOGETHER.communicator.allgather([slabs.own.start, slabs.own.stop]),
    }


def main() -> None:
    grid = padded()
    report = {
        "faces": faces(grid),
        "numbers": numbers(grid),
        "magnetics": operator(Magnetics, grid, survey(), engine="dense"),
        "vector": operator(Magnetics, grid, survey("be", "tmi"), engine="direct", unknown="magnetization"),
        "gravity": operator(Gravity, grid, survey("gz"), engine="dense"),
        "inversions": inversions(grid),
        "interrupted": interrupted(grid),
        "resumed": resumed(grid),
        "refusals": refusals(grid),
    }
    if TOGETHER.first:
        with open(sys.argv[1], "w", encoding="utf-8") as file:
            json.dump(report, file)


if __name__ == "__main__":
    main()
