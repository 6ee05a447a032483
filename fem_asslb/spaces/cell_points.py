"""Quadrature points of some cells: functions that live there alone, and expressions evaluated there."""

from collections.abc import Iterator
from dataclasses import dataclass

import basix
import basix.ufl
import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb.base import compatibility
from fem_asslb.mesh.domain import Domain

CHUNK = 20_000
"""Points that are evaluated at once: what a law needs in between stays small beside the fields."""


@dataclass(frozen=True)
class CellPoints:
    """Points of a quadrature rule in some owned cells.

    Attributes:
        domain: The mesh.
        cells: Local numbers of the cells, shape (num_cells,).
        degree: Of the rule, UFL's default one.
    """

    domain: Domain
    cells: npt.NDArray[np.int32]
    degree: int

    @property
    def reference(self) -> npt.NDArray[np.float64]:
        """Points of one reference cell, shape (num_points, dimension)."""
        return np.asarray(basix.make_quadrature(self.domain.mesh.basix_cell(), self.degree)[0])

    @property
    def count(self) -> int:
        """Points of one cell."""
        return len(self.reference)

    def function(self, size: int) -> fem.Function:
        """Function with ``size`` numbers at each point, zero; its values are in the order of cells and points.

        No other cell has memory for it: forms must not integrate it there.
        """
        mesh, owned = self.domain.mesh, max(len(self.cells), 1)
        cell_map = mesh.topology.index_map(self.domain.dimension)
        dofs = np.zeros((cell_map.size_local + cell_map.num_ghosts, self.count), dtype=np.int32)
        dofs[self.cells] = np.arange(len(self.cells) * self.count).reshape(-1, self.count)
        none = np.zeros(0, dtype=np.int64)
        index_map = compatibility.create_index_map(mesh.comm, owned * self.count, none, none.astype(np.int32))
        element = basix.ufl.quadrature_element(mesh.basix_cell(), value_shape=(size,), degree=self.degree)
        return fem.Function(compatibility.space_from_dofmap(mesh, element, index_map, dofs))

    def values(self, function: fem.Function) -> npt.NDArray[np.float64]:
        """Values of such a function, shape (num_cells, num_points, size); writable."""
        size = function.function_space.dofmap.index_map_bs
        return function.x.array[: len(self.cells) * self.count * size].reshape(-1, self.count, size)

    def expression(self, components: list[Expr]) -> fem.Expression:
        """Compiled vector at the points."""
        return fem.Expression(ufl.as_vector(components), self.reference)

    def places(self, cells: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
        """Coordinates of the points of some cells [um], shape (num_cells, num_points, dimension); not collective."""
        geometry = self.domain.mesh.geometry
        nodes = geometry.x[geometry.dofmap[cells], : self.domain.dimension]
        return np.array([geometry.cmap.push_forward(self.reference, corners) for corners in nodes])

    def evaluate(self, expression: fem.Expression) -> Iterator[tuple[slice, npt.NDArray[np.float64]]]:
        """Values of a compiled vector by chunks of cells: which of them, and values (num_cells, num_points, size)."""
        step = max(CHUNK // self.count, 1)
        for start in range(0, len(self.cells), step):
            chunk = slice(start, min(start + step, len(self.cells)))
            values = expression.eval(self.domain.mesh, self.cells[chunk])
            yield chunk, values.reshape(chunk.stop - chunk.start, self.count, -1)
