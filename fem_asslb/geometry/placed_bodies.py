"""Discs or spheres whose places a table states: a measured or computed section."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fem_asslb.geometry.point_table import read_points

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class PlacedBodies:
    """Discs (2D) or spheres (3D) in a box; they may overlap, and reach beyond its sides.

    Attributes:
        centres: From the lower corner of the box, the last coordinate along the stack, shape (bodies, dimension) [um].
        radii: Shape (bodies,) [um].
    """

    centres: Array
    radii: Array

    def fraction(self, extents: tuple[float, ...]) -> float:
        """Part of a box inside the bodies.

        Overlaps count twice, and a body counts as a whole if its centre is in the box: those of a periodic section
        then count once each.
        """
        inside = np.all((self.centres >= 0) & (self.centres < extents), axis=1)
        unit_ball = np.pi if len(extents) == 2 else 4 / 3 * np.pi
        return float(unit_ball * np.sum(self.radii[inside] ** len(extents)) / np.prod(extents))


def read_bodies(path: Path, dimension: int) -> PlacedBodies:
    """Bodies of a table with the columns ``x [um]``, ``y [um]``, in 3D ``z [um]``, and ``radius [um]``.

    Raises:
        ValueError: The file is missing or is not such a table; one line.
    """
    return PlacedBodies(*read_points(path, dimension, "radius [um]", zero=False))
