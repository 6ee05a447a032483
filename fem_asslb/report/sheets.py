"""All triangles of an interactive view: what it shows uncut, and behind each plane that cuts a mesh in 3D."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from fem_asslb.output.names import REGION, ROLE
from fem_asslb.plotting.panels import View
from fem_asslb.plotting.snapshots import Snapshot
from fem_asslb.report.patches import Patch, places_of, section, surfaces, whole

FloatArray = npt.NDArray[np.float64]

SECTIONS = 5
"""Planes across each axis, at equal distances over the box that pictures show."""

BESIDE = 1e-4
"""Shift of the planes over the size of the box: a plane in which cells meet would cut through none."""


@dataclass(frozen=True)
class Plane:
    """A plane that cuts.

    Attributes:
        axis: Its normal.
        height: Where it is along the axis [um].
    """

    axis: int
    height: float


@dataclass(frozen=True)
class Sheets:
    """Triangles in patches, those of each in the order of their roles.

    Attributes:
        planes: Planes that cut.
        patches: What is shown uncut, and for each plane its section.
        role: Number of the role of each cell.
        region: Number of the region of each cell.
    """

    planes: list[Plane]
    patches: list[Patch]
    role: npt.NDArray[np.integer]
    region: npt.NDArray[np.integer]

    @classmethod
    def of(cls, snapshot: Snapshot, view: View) -> "Sheets":
        """Sheets of a mesh, with planes through the box of a view."""
        role, region = (np.asarray(snapshot.grid.cell_data[name]) for name in (ROLE, REGION))
        if snapshot.dimension == 2:
            return cls([], [whole(snapshot).ordered(role)], role, region)
        shares = (np.arange(SECTIONS) + 1.0) / (SECTIONS + 1.0) + BESIDE
        size = view.high - view.low
        planes = [Plane(axis, float(view.low[axis] + share * size[axis])) for axis in range(3) for share in shares]
        numbers = places_of(snapshot.points())
        sections = [section(snapshot, numbers, plane.axis, plane.height) for plane in planes]
        found = [surfaces(snapshot, numbers), *sections]
        return cls(planes, [patch.ordered(role) for patch in found], role, region)

    @cached_property
    def _starts(self) -> list[int]:
        """Corners before each patch, and all of them."""
        return [0, *np.cumsum([patch.places.size for patch in self.patches]).tolist()]

    @property
    def count(self) -> int:
        """Corners of all triangles."""
        return self._starts[-1]

    def at(self, values: FloatArray) -> FloatArray:
        """Values at the corners of all triangles, shape (count, ...), from those at the corners of all cells."""
        parts = [patch.at(values) for patch in self.patches]
        return np.concatenate([part.reshape(-1, *part.shape[2:]) for part in parts])

    def regions(self) -> npt.NDArray[np.integer]:
        """Number of the region at each corner, shape (count,)."""
        return np.repeat(np.concatenate([self.region[patch.cells] for patch in self.patches]), 3)

    @cached_property
    def edges(self) -> npt.NDArray[np.int64]:
        """Lines where regions end, as numbers of two corners, shape (m, 2); patch by patch in the order of roles."""
        return np.concatenate(self._edges)

    @cached_property
    def _edges(self) -> list[npt.NDArray[np.int64]]:
        found = []
        for start, patch in zip(self._starts, self.patches, strict=False):
            edges = patch.borders(self.region)
            found.append(start + edges[np.argsort(edges[:, 0], kind="stable")])
        return found

    def groups(self) -> list[dict[str, Any]]:
        """For each patch and role the triangles and lines: role, number of the plane or -1, first and count of each."""
        found, lines = [], 0
        for plane, (start, patch, edges) in enumerate(zip(self._starts, self.patches, self._edges, strict=False), -1):
            role = np.repeat(self.role[patch.cells], 3)
            of_edges = role[edges[:, 0] - start]
            for number in np.unique(role):
                first, count = int(np.searchsorted(role, number)), int((role == number).sum())
                group = {"role": int(number), "plane": plane, "first": start + first, "count": count}
                before, length = int(np.searchsorted(of_edges, number)), int((of_edges == number).sum())
                found.append(group | {"first line": lines + before, "lines": length})
            lines += len(edges)
        return found
