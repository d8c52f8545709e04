"""The case of two bodies: python docs/cases/two_bodies.py inverts them and draws docs/cases/two_bodies.png.

Magnetics and gravity over two bodies of unlike rocks: each property by its own data, both jointly with cross-gradients,
and jointly with a drill hole, logged for both, in the deeper one.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import geoinv
from geoinv.constraints import DrillHoles, apply_constraints
from geoinv.experiments.shared.figures import panels
from geoinv.formats import collected

__all__ = ["Case"]

NAMES = "susceptibility", "density"
UNCERTAINTY = {"susceptibility": 0.003, "density": 30.0}


class Case:
    """Bodies, data and drill hole on cubes of one width (m) over 400 x 400 x 200 m."""

    def __init__(self, width: float = 40.0) -> None:
        across, down = round(400 / width), round(200 / width)
        self.mesh = geoinv.Grid.regular((down, across, across), (width,) * 3, (-200.0, 0.0, 0.0))
        upward, northing, easting = np.meshgrid(self.mesh.upward, self.mesh.northing, self.mesh.easting, indexing="ij")
        shallow = (np.abs(easting - 120) < 50) & (np.abs(northing - 180) < 75) & (np.abs(upward + 75) < 50)
        deep = (np.abs(easting - 280) < 50) & (np.abs(northing - 220) < 75) & (np.abs(upward + 110) < 55)
        self.true = {"susceptibility": 0.05 * shallow + 0.03 * deep, "density": 300.0 * shallow + 500.0 * deep}
        east, north = (part.ravel() for part in np.meshgrid(self.mesh.easting, self.mesh.northing))
        stations = east, north, np.full(east.size, 20.0)
        magnetic = geoinv.Survey(*stations, field=geoinv.MainField(65.0, 25.0, 50000.0))
        gravity = geoinv.Survey(*stations, components=("gz",))
        operators = geoinv.operators.Magnetics(self.mesh, magnetic), geoinv.operators.Gravity(self.mesh, gravity)
        random = np.random.default_rng(4)
        self.data_sets = [
            geoinv.DataSet(A, A(self.true[name]) + noise * random.standard_normal(A.range_shape), noise)
            for A, name, noise in zip(operators, NAMES, (2.0, 0.008), strict=True)
        ]

    def properties(self, hole: bool) -> dict[str, Any]:
        """What is asked of each property: that it is not negative, and what the hole tells."""
        if not hole:
            return {name: geoinv.Property(bounds=(0.0, np.inf)) for name in NAMES}
        properties = {}
        with TemporaryDirectory() as folder, collected():
            collars, surveys, intervals = (Path(folder) / f"{name}.csv" for name in ("collars", "surveys", "intervals"))
            collars.write_text("hole_id,easting,northing,elevation,depth\nA,280,220,0,190\n")
            surveys.write_text("hole_id,depth,azimuth,dip\nA,0,0,90\n")
            depths = np.arange(0.0, 190.0, 5.0)
            cells = self.mesh.touching(np.full(depths.size, 280.0), np.full(depths.size, 220.0), -depths - 2.5)[:, 0]
            random = np.random.default_rng(9)
            for name in NAMES:
                logged = self.true[name].ravel()[cells] * (1.0 + 0.05 * random.standard_normal(depths.size))
                rows = (
                    f"A,{top},{top + 5},{value:.6g},{UNCERTAINTY[name]}"
                    for top, value in zip(depths, logged, strict=True)
                )
                intervals.write_text(f"hole_id,from,to,{name},uncertainty\n" + "\n".join(rows) + "\n")
                known = apply_constraints(
                    self.mesh, [DrillHoles(collars, surveys, intervals)], bounds=(0.0, np.inf), quantity=name
                )
                properties[name] = geoinv.Property(known.regularizer(), known.bounds)
        return properties

    def models(self) -> dict[str, dict[str, Any]]:
        """Models by how they were found, with a line of the table for each."""
        found: dict[str, dict[str, Any]] = {}
        for hole in (False, True):
            began = time.process_time()
            joint = geoinv.invert_jointly(self.data_sets, self.properties(hole))
            spent = time.process_time() - began
            if not hole:
                found["separate"] = {name: one.model for name, one in joint.separate.items()}
                self._say("separate", found["separate"], [one.chi2_per_datum for one in joint.separate.values()])
            title = "joint, a drill hole" if hole else "joint"
            found[title] = joint.models
            self._say(title, joint.models, [part.chi2_per_datum for part in joint.parts])
            print(f"{title}: {joint.status}; {spent:.1f} s")
        return found

    def errors(self, models: dict[str, Any]) -> list[float]:
        """Normalised mean squared error of each property."""
        return [float(np.sum((models[name] - self.true[name]) ** 2) / np.sum(self.true[name] ** 2)) for name in NAMES]

    def _say(self, title: str, models: dict[str, Any], fits: list[float]) -> None:
        errors, structure = self.errors(models), geoinv.structural_error(self.mesh, *models.values())
        numbers = [f"{error:.2f}" for error in errors] + [f"{fit:.3f}" for fit in fits] + [f"{structure:.3f}"]
        print("| " + " | ".join([f"{self.mesh.size:,}", title, *numbers]) + " |")


def main(path: Path) -> None:
    """Invert, print the table and draw the sections through both bodies."""
    case = Case()
    shown = {"truth": case.true, **case.models()}
    Case(25.0).models()
    row = int(np.argmin(np.abs(case.mesh.northing - 200.0)))
    with panels(path, 2, 4, size=(2.4, 1.6)) as axes:
        for line, name, unit, scale in zip(axes, NAMES, ("SI", "kg/m3"), (0.05, 500.0), strict=True):
            for ax, (title, models) in zip(line, shown.items(), strict=True):
                drawn = ax.pcolormesh(
                    case.mesh.easting_edges, case.mesh.upward_edges, models[name][:, row], cmap="magma_r",
                    vmin=0.0, vmax=scale,
                )  # fmt: skip
                ax.set_title(f"{title}" if name == NAMES[0] else "", fontsize=8)
                ax.tick_params(labelsize=6)
                if "hole" in title:
                    ax.plot([280.0, 280.0], [0.0, -190.0], color="#00796b", linewidth=1.2)
            line[0].set_ylabel("upward (m)", fontsize=7)
            line[0].figure.colorbar(drawn, ax=line[-1], label=f"{name} ({unit})")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_suffix(".png"))
