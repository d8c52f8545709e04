"""What a pre-corrected FFT says that it costs."""

from __future__ import annotations

from lattice_cases import at, problem_of

from geoinv.operators.prisms.precorrected_fft.estimate import lattice_estimate
from geoinv.operators.prisms.precorrected_fft.plan import plan_of


def test_a_station_far_away_costs_memory_that_the_estimate_shows():
    near = problem_of(at([(0.0, 0.0, 1.0), (900.0, 800.0, 1.0)], ("tmi",)))
    far = problem_of(at([(0.0, 0.0, 1.0), (9.0e5, 8.0e5, 1.0)], ("tmi",)))
    bytes_near, bytes_far = (lattice_estimate(problem, plan_of(problem)).memory for problem in (near, far))
    assert bytes_near < 1e9 < 1e10 < bytes_far
