"""Closed surfaces whose volumes are known, and the tables of a drill hole."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geoinv.formats.triangles import Triangles

FACES = ((0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (2, 6, 7, 3), (0, 4, 6, 2), (1, 3, 7, 5))
"""Corners of a box, by bits (upward, northing, easting), of each of its sides, seen from outside."""

COLLARS = "hole_id,easting,northing,elevation,depth\nA,130,110,0,110\n"
SURVEYS = "hole_id,depth,azimuth,dip\nA,0,0,-90\nA,100,10,-85\n"
INTERVALS = "hole_id,from,to,susceptibility,uncertainty\nA,0,40,0,0.002\nA,40,80,0.05,0.005\nA,80,110,0,0.002\n"


def box(low, high):
    corners = np.array([[(low, high)[bits >> k & 1][k] for k in range(3)] for bits in range(8)], float)
    halves = [half for a, b, c, d in FACES for half in ((a, b, c), (a, c, d))]
    return Triangles.welded(corners, np.array(halves))


def sphere(centre, radius, parts=4):
    """Sphere of triangles: an octahedron, each triangle of which is cut in four and pushed out."""
    corners = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], float)
    faces = [(0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4), (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5)]
    points = corners[np.array(faces)]
    for _ in range(parts):
        a, b, c = points.swapaxes(0, 1)
        ab, bc, ca = a + b, b + c, c + a
        points = np.concatenate(
            [np.stack(part, axis=1) for part in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
        )
        points /= np.linalg.norm(points, axis=-1, keepdims=True)
    flat = (np.asarray(centre) + radius * points).reshape(-1, 3)
    return Triangles.welded(flat.round(9), np.arange(len(flat)).reshape(-1, 3))


def turned(surface):
    """The same surface, seen from the other side."""
    return Triangles(surface.vertices, surface.corners[:, ::-1])


def together(*surfaces):
    vertices = np.concatenate([surface.vertices for surface in surfaces])
    starts = np.cumsum([0, *(len(surface.vertices) for surface in surfaces[:-1])])
    return Triangles(vertices, np.concatenate([s.corners + k for s, k in zip(surfaces, starts, strict=True)]))


def written_tables(folder: Path, collars=COLLARS, surveys=SURVEYS, intervals=INTERVALS):
    """Paths of the three tables of drill holes."""
    paths = [folder / name for name in ("collars.csv", "surveys.csv", "intervals.csv")]
    for path, text in zip(paths, (collars, surveys, intervals), strict=True):
        path.write_text(text)
    return paths


def stl_text(surface, name="body"):
    lines = [f"solid {name}"]
    for corners in surface.vertices[surface.corners]:
        lines += [" facet normal 0 0 0", "  outer loop"]
        lines += ["   vertex " + " ".join(map(repr, corner)) for corner in corners.tolist()]
        lines += ["  endloop", " endfacet"]
    return "\n".join([*lines, f"endsolid {name}", ""])


def stl_bytes(surface):
    facets = np.zeros(len(surface.corners), [("n", "<f4", 3), ("v", "<f4", (3, 3)), ("a", "<u2")])
    facets["v"] = surface.vertices[surface.corners]
    return b"binary".ljust(80) + len(facets).to_bytes(4, "little") + facets.tobytes()


def obj_text(surface):
    lines = ["v " + " ".join(map(repr, vertex)) for vertex in surface.vertices.tolist()]
    return "\n".join([*lines, *("f " + " ".join(map(str, face)) for face in (surface.corners + 1).tolist()), ""])


def gocad_text(surface, header=""):
    lines = ["GOCAD TSurf 1", "HEADER {", "name:body", "}", *header.splitlines(), "TFACE"]
    lines += [f"VRTX {k} " + " ".join(map(repr, vertex)) for k, vertex in enumerate(surface.vertices.tolist(), 1)]
    lines += ["TRGL " + " ".join(map(str, corners)) for corners in (surface.corners + 1).tolist()]
    return "\n".join([*lines, "END", ""])
