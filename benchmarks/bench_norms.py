"""What sparse norms recover of bodies that are known, and how they compare with SimPEG's on a real survey."""

from __future__ import annotations

from time import process_time
from typing import Any

import numpy as np
import numpy.typing as npt
from record import Benchmark, shared_data, timed
from synthetic import FIELD

import geoinv
from geoinv.datasets import BODIES, demo_survey
from geoinv.formats import read_mesh, read_survey
from geoinv.operators import Magnetics

Array = npt.NDArray[np.float64]

RAGLAN_TARGET = 27.0
"""chi^2/N that the survey's own control file asks for."""

FASTER = 5.0

BLOCKS = {
    "deep cube": ((slice(5, 9), slice(4, 9), slice(4, 9)), 0.06),
    "deep block": ((slice(4, 10), slice(14, 19), slice(14, 18)), 0.04),
    "shallow block": ((slice(8, 11), slice(3, 8), slice(16, 21)), 0.03),
}
"""Places (upward, northing, easting) in 12 x 24 x 24 cubes of 25 m whose top is at 0 m, and susceptibilities."""


def blocks() -> tuple[Magnetics, Array, Array, Array]:
    """Operator, data, standard deviations and model of three blocks under 576 stations 20 m above flat ground."""
    grid = geoinv.Grid.regular((12, 24, 24), (25.0, 25.0, 25.0), (-300.0, 0.0, 0.0))
    model = np.zeros(grid.shape)
    for place, value in BLOCKS.values():
        model[place] = value
    easting, northing = (c.ravel() for c in np.meshgrid(grid.easting, grid.northing))
    A = Magnetics(grid, geoinv.Survey(easting, northing, np.full(easting.size, 20.0), field=FIELD))
    clean = np.asarray(A(model), np.float64)
    deviation = 1.0 + 0.01 * np.abs(clean)
    return A, clean + deviation * np.random.default_rng(0).standard_normal(clean.shape), deviation, model


def nmse(model: Array, truth: Array) -> float:
    """Squared error, relative to the true model's."""
    return float(np.sum((model - truth) ** 2) / np.sum(truth**2))


def amplitude(model: Array, inside: npt.NDArray[np.bool_]) -> float:
    """Median of the cells of a body above half its highest one."""
    values = model[inside]
    return float(np.median(values[values > 0.5 * values.max()]))


def known_bodies(
    bench: Benchmark, what: str, A: Magnetics, data: Array, deviation: Array, truth: Array, bodies: dict[str, float]
) -> None:
    """Invert with smooth and with sparse norms, and record what is found of each body."""
    found = {}
    for name, phi in (("smooth", geoinv.Smooth()), ("sparse", geoinv.Sparse())):
        seconds, found[name] = timed(geoinv.invert, A, data, deviation, phi, (0.0, np.inf))
        solution = found[name]
        bench.between(f"{what}, {name}: chi^2/N", solution.chi2_per_datum, 0.98, 1.01, solution.status)
        bench.show(f"{what}, {name}: NMSE", nmse(solution.model, truth), "", f"in {seconds:.1f} s")
    ratio = nmse(found["sparse"].model, truth) / nmse(found["smooth"].model, truth)
    bench.at_most(f"{what}: NMSE of sparse beside that of smooth", ratio, 0.7)
    for body, value in bodies.items():
        inside = truth == value
        sizes = (amplitude(found[name].model, inside) / value for name in ("smooth", "sparse"))
        smooth, sparse = sizes
        bench.between(f"{what}: amplitude of the {body}, beside its own", sparse, 0.5, 1.5, f"smooth: {smooth:.2f}")


def simpeg_sparse(A: Magnetics, data: Array, deviation: Array) -> Array:
    """Model of SimPEG's sparse inversion with the settings of its tutorial, at the survey's target."""
    import simpeg.potential_fields.magnetics as mag
    from simpeg import data as simpeg_data
    from simpeg import data_misfit, directives, inverse_problem, inversion, maps, optimization, regularization

    survey, mesh = A.survey, A.grid.to_discretize()
    points = np.column_stack([survey.easting, survey.northing, survey.upward])
    main = survey.field
    source = mag.sources.UniformBackgroundField(
        mag.receivers.Point(points, components="tmi"),
        amplitude=main.intensity,
        inclination=main.inclination,
        declination=main.declination,
    )
    cells = mesh.n_cells
    active = np.ones(cells, bool)
    simulation = mag.simulation.Simulation3DIntegral(
        survey=mag.survey.Survey(source),
        mesh=mesh,
        chiMap=maps.IdentityMap(nP=cells),
        active_cells=active,
        store_sensitivities="ram",
        engine="choclo",
    )
    misfit = data_misfit.L2DataMisfit(
        data=simpeg_data.Data(simulation.survey, dobs=data.ravel(), standard_deviation=deviation.ravel()),
        simulation=simulation,
    )
    phi = regularization.Sparse(mesh, active_cells=active, mapping=maps.IdentityMap(nP=cells), gradient_type="total")
    phi.norms = [0, 2, 2, 2]
    minimiser = optimization.ProjectedGNCG(maxIter=100, lower=0.0, upper=1.0, maxIterLS=20, cg_maxiter=10, cg_rtol=1e-3)
    problem = inverse_problem.BaseInvProblem(misfit, phi, minimiser)
    steps = [
        directives.UpdateSensitivityWeights(every_iteration=False),
        directives.BetaEstimate_ByEig(beta0_ratio=5),
        directives.UpdateIRLS(
            f_min_change=1e-3,
            max_irls_iterations=25,
            irls_cooling_factor=1.5,
            misfit_tolerance=1e-2,
            chifact_start=RAGLAN_TARGET,
            chifact_target=RAGLAN_TARGET,
        ),
        directives.UpdatePreconditioner(),
    ]
    found = inversion.BaseInversion(problem, steps).run(np.full(cells, 1e-4))
    return np.asarray(found, np.float64).reshape(A.grid.shape)


def same_bodies(one: Array, other: Array) -> float:
    """Correlation of two maps, each the sum over depth of a model."""
    return float(np.corrcoef(one.sum(axis=0).ravel(), other.sum(axis=0).ravel())[0, 1])


def raglan(bench: Benchmark) -> None:
    """Invert a real survey beside SimPEG, on the same mesh and to the same misfit."""
    folder = shared_data("raglan_1997")
    if folder is None:
        bench.leave_out("Raglan", "raglan_1997 is not beside the checkout")
        return
    survey, grid = read_survey(folder / "obs.mag"), read_mesh(folder / "mesh.msh")
    data, deviation = np.asarray(survey.data), np.asarray(survey.uncertainty)

    def ours() -> geoinv.Solution:
        A = Magnetics(grid, survey, rtol=1e-5)
        phi = geoinv.Sparse(p_small=0.0, p_smooth=2.0)  # the norms of SimPEG's tutorial
        return geoinv.invert(A, data, deviation, phi, (0.0, 1.0), target=RAGLAN_TARGET)

    began = process_time()
    seconds, solution = timed(ours)
    used = process_time() - began
    bench.between("Raglan: chi^2/N", solution.chi2_per_datum / RAGLAN_TARGET, 0.98, 1.01, "over 27")
    bench.show("Raglan: seconds", seconds, "s", solution.status)
    bench.show("Raglan: largest susceptibility", float(solution.model.max()), "SI")
    if bench.quick or not bench.has("simpeg", "Raglan beside SimPEG"):
        return
    A: Any = solution.operator
    began = process_time()
    theirs, model = timed(simpeg_sparse, A, data, deviation)
    used_by_theirs = process_time() - began
    chi2 = float(np.mean(((data - np.asarray(A(model))) / deviation) ** 2))
    bench.show("Raglan, SimPEG: chi^2/N", chi2, "", "by our operator")
    bench.show("Raglan, SimPEG: seconds", theirs, "s")
    bench.show("Raglan, SimPEG: largest susceptibility", float(model.max()), "SI")
    bench.at_least("Raglan: correlation of the maps of both models", same_bodies(solution.model, model), 0.9)
    bench.at_least("Raglan: times as fast as SimPEG", theirs / seconds, FASTER)
    bench.show("Raglan: processor time of SimPEG beside ours", used_by_theirs / used)


def main() -> None:
    """Invert what is known, then what is not."""
    bench = Benchmark(__doc__)
    A, data, deviation, model = blocks()
    known_bodies(bench, "blocks", A, data, deviation, model, {name: value for name, (_, value) in BLOCKS.items()})
    if bench.quick:
        bench.leave_out("demo", "--quick")
    else:
        demo = demo_survey()
        bodies = {body.name: body.susceptibility for body in BODIES}
        A = Magnetics(demo.grid, demo.survey)
        assert demo.survey.data is not None, "the demo has data"
        assert demo.survey.uncertainty is not None, "and says how noisy they are"
        known_bodies(bench, "demo", A, demo.survey.data, demo.survey.uncertainty, demo.true_model, bodies)
    raglan(bench)
    bench.finish()


if __name__ == "__main__":
    main()
