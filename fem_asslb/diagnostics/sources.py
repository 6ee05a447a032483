"""What sources of a problem bring into it: force, work and lithium, for the balances to know."""

import numpy as np
from dolfinx import fem, la

from fem_asslb.base.constants import FARADAY
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.parallel import FloatArray, global_sum
from fem_asslb.diagnostics import columns
from fem_asslb.fields import displacement, lithium
from fem_asslb.problem.problem import Problem
from fem_asslb.spaces.state import SCALARS

WORK, LITHIUM, LITHIUM_WORK = "work", "lithium", "lithium work"


class SourceBooks:
    """Sums over the steps of a run.

    Attributes:
        force: Along the stack in the step booked last, positive upwards [pJ/um; per um of depth in 2D].
        sums: ``work`` of forces on what moves, trapezoidal [pJ], ``lithium`` that has come into being [pmol], and the
            ``lithium work`` of bringing it there, -F phi for each pmol [pJ]; in 2D per um of depth.

    Args:
        problem: The problem.

    Raises:
        FemAsslbError: Lithium comes into being, and hosts of two electrodes would share it.
    """

    def __init__(self, problem: Problem) -> None:
        if lithium.NAME in problem.sources and problem.model.negative is not None:
            raise FemAsslbError("sources: lithium comes into being in a model with one electrode of hosts only")
        self._problem = problem
        self.force = 0.0
        self.sums = dict.fromkeys((WORK, LITHIUM, LITHIUM_WORK), 0.0) if problem.sources else {}
        self._last = {name: np.zeros_like(problem.state[name].x.array) for name in problem.sources}

    @property
    def work(self) -> float:
        """Of forces since the start [pJ]."""
        return self.sums.get(WORK, 0.0)

    @property
    def lithium_work(self) -> float:
        """Of bringing lithium to where it has come into being since the start [pJ]."""
        return self.sums.get(LITHIUM_WORK, 0.0)

    def book(self) -> float:
        """Add what the step just solved has brought; returns its lithium [pmol]."""
        added, problem = 0.0, self._problem
        for name, form in problem.sources.items():
            vector, state, previous = self._assembled(form, name), problem.state[name], problem.previous[name]
            moved = state.x.array - previous.x.array
            mean = 0.5 * (vector + self._last[name])
            if name == displacement.NAME:
                self.force = self._sum(name, vector.reshape(-1, 3)[:, problem.domain.dimension - 1])
            if name in (displacement.NAME, SCALARS):
                self.sums[WORK] += self._sum(name, mean * moved)
            if name == lithium.NAME:
                # The first component is a potential that loads x, the second charge that comes at phi.
                potential = 0.5 * (state.x.array + previous.x.array).reshape(-1, 2)[:, 1]
                charge = vector.reshape(-1, 2)[:, 1]
                added = self._sum(name, charge) / FARADAY
                self.sums[LITHIUM] += added
                self.sums[LITHIUM_WORK] += self._sum(name, (mean * moved).reshape(-1, 2)[:, 0] - charge * potential)
            self._last[name] = vector
        return added

    def scalars(self) -> dict[str, float]:
        """Sums by name, those of what has sources."""
        found = {}
        if displacement.NAME in self._problem.sources:
            found[columns.SOURCE_WORK] = self.sums[WORK]
        if lithium.NAME in self._problem.sources:
            found[columns.SOURCE_LITHIUM] = self.sums[LITHIUM]
            found[columns.SOURCE_LITHIUM_WORK] = self.sums[LITHIUM_WORK]
        return found

    def snapshot(self) -> dict[str, float]:
        """Everything needed to continue, besides the state."""
        return dict(self.sums)

    def restore(self, snapshot: dict[str, float]) -> None:
        """Continue from a snapshot; state and controls are those at its end."""
        self.sums = {name: snapshot[name] for name in self.sums}
        self._last = {name: self._assembled(form, name) for name, form in self._problem.sources.items()}

    def _assembled(self, form: fem.Form, name: str) -> FloatArray:
        dofmap = self._problem.state[name].function_space.dofmap
        vector = la.vector(dofmap.index_map, dofmap.bs)
        fem.assemble_vector(vector.array, form)
        vector.scatter_reverse(la.InsertMode.add)
        return vector.array.copy()

    def _sum(self, name: str, values: FloatArray) -> float:
        """Sum over all ranks of numbers at the nodes, or at the unknowns, of a field."""
        dofmap = self._problem.state[name].function_space.dofmap
        nodes = values.reshape(dofmap.index_map.size_local + dofmap.index_map.num_ghosts, -1)
        return float(global_sum(self._problem.domain.comm, nodes[: dofmap.index_map.size_local].sum())[0])
