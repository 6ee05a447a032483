"""Fields at the corners of every cell, where broken fields stay broken."""

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem

from fem_asslb.output.names import AXIS, HYDROSTATIC, PRINCIPAL, REGION, ROLE, STRESS, VON_MISES
from fem_asslb.problem.problem import Problem

FloatArray = npt.NDArray[np.float64]

_PLACES = ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2))
"""Components of a symmetric tensor in VTK's order."""


class FieldEvaluator:
    """Evaluates the fields of a problem's state on the cells that this rank owns.

    Stress is linear in a cell where the displacement is quadratic; with linear displacement it has one value
    per cell, taken where the energy is.

    Attributes:
        corners: Corners of one cell.

    Args:
        problem: The problem; its ``state`` is read at every call.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem, domain, model = problem, problem.domain, problem.model
        self._mesh, self._count, self.corners = domain.mesh, domain.num_owned_cells, domain.dimension + 1
        corners = np.vstack([np.zeros(domain.dimension), np.eye(domain.dimension)])
        stress_points = corners if model.displacement_degree > 1 else corners.mean(axis=0, keepdims=True)
        state, continuum = problem.state, problem.continuum
        everywhere, self._fields = np.arange(self._count, dtype=np.int32), []
        for field in problem.fields:
            if field.written is not None:
                written, cells = field.written(state), everywhere if field.cells is None else field.cells
                expression = fem.Expression(written.values, corners)
                self._fields.append((written, cells[cells < self._count], expression))
        self._stresses = []
        for part in continuum.parts:
            tensor = continuum.stress(state, part)
            vector = ufl.as_vector([tensor[place] for place in _PLACES])
            roles = model.passive if part is None else (part,)
            self._stresses.append((domain.owned_cells_of(roles), fem.Expression(vector, stress_points)))
        self._hosts = domain.owned_cells_of(model.hosts)

    def points(self) -> FloatArray:
        """Corners of the cells, shape (num_cells * corners, 3) [um]."""
        geometry = self._mesh.geometry
        return geometry.x[geometry.dofmap[: self._count, : self.corners].ravel()]

    def at_corners(self) -> dict[str, FloatArray]:
        """Fields by name, shape (num_cells * corners,) or (num_cells * corners, n); NaN where undefined."""
        fields: dict[str, FloatArray] = {}
        for written, cells, expression in self._fields:
            width = written.values.ufl_shape[0]
            values = np.full((self._count, self.corners, width), np.nan)
            values[cells] = self._evaluate(expression, cells, width)
            fields |= {name: values.reshape(-1, width)[:, part] for name, part in written.names.items()}
        stress = np.zeros((self._count, self.corners, 6))
        for cells, expression in self._stresses:
            stress[cells] = self._evaluate(expression, cells, 6)
        return fields | stress_measures(stress.reshape(-1, 6))

    def in_cells(self) -> dict[str, npt.NDArray[np.generic]]:
        """Numbers of role and region of the cells, and crystal axis, zero where there is no crystal."""
        domain = self._problem.domain
        region = domain.cell_region[: self._count]
        field = self._problem.continuum.coefficients.axis
        axis = np.zeros((self._count, 3))
        axis[self._hosts] = field.x.array.reshape(-1, 3)[field.function_space.dofmap.list[self._hosts, 0]]
        return {ROLE: domain.region_role[region], REGION: region.astype(np.int32), AXIS: axis}

    def _evaluate(self, expression: fem.Expression, cells: npt.NDArray[np.int32], width: int) -> FloatArray:
        """Values, shape (num_cells, corners, width); one point in the middle stands for all corners."""
        values = expression.eval(self._mesh, cells).reshape(len(cells), len(expression.X()), width)
        return np.broadcast_to(values, (len(cells), self.corners, width))


def stress_measures(stress: FloatArray) -> dict[str, FloatArray]:
    """Stress and its invariants by name [MPa].

    Args:
        stress: Components xx, yy, zz, xy, yz, xz, shape (n, 6), tension positive.
    """
    tensor = np.empty((len(stress), 3, 3))
    for component, (i, j) in enumerate(_PLACES):
        tensor[:, i, j] = tensor[:, j, i] = stress[:, component]
    hydrostatic = np.trace(tensor, axis1=1, axis2=2) / 3.0
    deviator = tensor - hydrostatic[:, None, None] * np.eye(3)
    return {
        STRESS: stress,
        HYDROSTATIC: hydrostatic,
        VON_MISES: np.sqrt(1.5 * np.einsum("nij,nij->n", deviator, deviator)),
        PRINCIPAL: np.asarray(np.linalg.eigvalsh(tensor)[:, -1]),
    }
