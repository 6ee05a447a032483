"""Fields at the corners of every cell, where broken fields stay broken."""

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem

from fem_asslb.bulk.bulk_law import ReportingLaw
from fem_asslb.bulk.tensor import PLACES
from fem_asslb.equations.phase import STRESS as REMEMBERED_STRESS
from fem_asslb.equations.phase import Memory
from fem_asslb.output.names import AXIS, HYDROSTATIC, PRINCIPAL, REGION, ROLE, STRESS, VON_MISES
from fem_asslb.problem.problem import Problem

FloatArray = npt.NDArray[np.float64]


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
        state, formulation = problem.state, problem.formulation
        self._fields = []
        for field in problem.fields:
            if field.written is not None:
                written, cells = field.written(state), field.cells(domain)
                expression = fem.Expression(written.values, corners)
                self._fields.append((written, cells[cells < self._count], expression))
        self._stresses: list[Callable[[FloatArray], None]] = []
        for name, phase in formulation.bulk.phases.items():
            if phase.memory is not None:
                self._stresses.append(partial(_remembered_stress, phase.memory, corners))
                continue
            tensor = formulation.bulk.stress(state, name)
            vector = ufl.as_vector([tensor[place] for place in PLACES])
            cells, expression = domain.owned_cells_of(phase.roles), fem.Expression(vector, stress_points)
            self._stresses.append(partial(self._add_stress, cells, expression))
        # Laws are asked for the stress that does work on the strain.
        ratio = formulation.bulk.stress_ratio(state)
        self._ratio = None if isinstance(ratio, int) else fem.Expression(ufl.as_vector([ratio]), stress_points)
        self._hosts = domain.owned_cells_of(model.hosts)
        self._reporting = [
            (phase.law, phase.memory)
            for phase in formulation.bulk.phases.values()
            if isinstance(phase.law, ReportingLaw) and phase.memory is not None
        ]
        self._corners = corners

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
        for evaluate in self._stresses:
            evaluate(stress)
        if self._ratio is not None:
            stress *= self._evaluate(self._ratio, np.arange(self._count, dtype=np.int32), 1)
        return fields | stress_measures(stress.reshape(-1, 6)) | self._remembered()

    def _remembered(self) -> dict[str, FloatArray]:
        """What laws report of what they remember, by name; NaN elsewhere."""
        fields: dict[str, FloatArray] = {}
        for law, memory in self._reporting:
            assert memory.history is not None
            history = memory.history.layout.numbers(memory.points.values(memory.history.function))
            for name, values in law.reported(history).items():
                field = fields.setdefault(name, np.full((self._count, self.corners), np.nan))
                field[memory.points.cells] = _to_corners(memory, values[..., None], self._corners)[..., 0]
        return {name: values.reshape(-1) for name, values in fields.items()}

    def in_cells(self) -> dict[str, npt.NDArray[np.generic]]:
        """Numbers of role and region of the cells, and crystal axis, zero where there is no crystal."""
        domain = self._problem.domain
        region = domain.cell_region[: self._count]
        field = self._problem.formulation.bulk.coefficients.axis
        axis = np.zeros((self._count, 3))
        axis[self._hosts] = field.x.array.reshape(-1, 3)[field.function_space.dofmap.list[self._hosts, 0]]
        return {ROLE: domain.region_role[region], REGION: region.astype(np.int32), AXIS: axis}

    def _add_stress(self, cells: npt.NDArray[np.int32], expression: fem.Expression, stress: FloatArray) -> None:
        stress[cells] = self._evaluate(expression, cells, 6)

    def _evaluate(self, expression: fem.Expression, cells: npt.NDArray[np.int32], width: int) -> FloatArray:
        """Values, shape (num_cells, corners, width); one point in the middle stands for all corners."""
        values = expression.eval(self._mesh, cells).reshape(len(cells), len(expression.X()), width)
        return np.broadcast_to(values, (len(cells), self.corners, width))


def _remembered_stress(memory: Memory, corners: FloatArray, stress: FloatArray) -> None:
    """Fill in the stress at the points; forms give that of a law that remembers during a step only."""
    values = memory.start.layout.views(memory.points.values(memory.start.function))[REMEMBERED_STRESS]
    stress[memory.points.cells] = _to_corners(memory, values, corners)


def _to_corners(memory: Memory, values: FloatArray, corners: FloatArray) -> FloatArray:
    """The linear function nearest to values at the points of each cell, a mean where there are few points."""
    points = memory.points.reference
    linear = len(points) > points.shape[1]
    at_points, at_corners = (
        np.column_stack([np.ones(len(x)), x]) if linear else np.ones((len(x), 1)) for x in (points, corners)
    )
    fit = at_corners @ np.linalg.pinv(at_points)
    return np.einsum("cp,npk->nck", fit, values)


def stress_measures(stress: FloatArray) -> dict[str, FloatArray]:
    """Stress and its invariants by name [MPa].

    Args:
        stress: Components xx, yy, zz, xy, yz, xz, shape (n, 6), tension positive.
    """
    tensor = np.empty((len(stress), 3, 3))
    for component, (i, j) in enumerate(PLACES):
        tensor[:, i, j] = tensor[:, j, i] = stress[:, component]
    hydrostatic = np.trace(tensor, axis1=1, axis2=2) / 3.0
    deviator = tensor - hydrostatic[:, None, None] * np.eye(3)
    return {
        STRESS: stress,
        HYDROSTATIC: hydrostatic,
        VON_MISES: np.sqrt(1.5 * np.einsum("nij,nij->n", deviator, deviator)),
        PRINCIPAL: np.asarray(np.linalg.eigvalsh(tensor)[:, -1]),
    }
