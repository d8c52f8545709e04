"""The duathlon (Table 1, Figure 2 of arXiv 2402.04653): networks beside the exact posterior, samplers judged by it."""

from __future__ import annotations

from geoinv.experiments.duathlon.experiment import run

__all__ = ["run"]
