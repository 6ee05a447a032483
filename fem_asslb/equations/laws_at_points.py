"""What the points of phases answer and remember: laws in numpy, many cells at a time, and the memory of formulae."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from ufl.core.expr import Expr

from fem_asslb.base.energies import require_declared
from fem_asslb.bulk.bulk_law import BulkResponse, Deformation, is_bounded
from fem_asslb.bulk.tensor import SymmetricTensor, symmetric
from fem_asslb.equations.bulk import Bulk
from fem_asslb.equations.controls import Controls
from fem_asslb.equations.phase import STRAIN, STRESS, Memory, Phase
from fem_asslb.spaces.point_variables import PointVariables
from fem_asslb.spaces.state import State

FloatArray = npt.NDArray[np.float64]


class LawAtPoints:
    """Evaluates the law of a phase at its points.

    Args:
        name: Of the phase.
        phase: A phase whose law answers at points.
        strain: Its elastic trial strain, shape (3, 3).
        bulk: What the phase is one of.
        controls: Time step and temperature.
    """

    def __init__(self, name: str, phase: Phase, strain: Expr, bulk: Bulk, controls: Controls) -> None:
        assert phase.memory is not None and phase.memory.answers is not None and phase.memory.tangent is not None
        self._name, self._law, self._memory, self._controls = name, phase.law, phase.memory, controls
        self._answers, self._tangent = phase.memory.answers, phase.memory.tangent
        self._kinematics, axis = bulk.kinematics, bulk.coefficients.axis
        self._asked = phase.memory.points.expression([*SymmetricTensor.of(strain), axis[0], axis[1], axis[2]])

    def refresh(self) -> None:
        """Answer to the present state with stress and tangent."""
        for chunk, response in self._responses():
            assert response.tangent is not None
            _write({STRESS: self._views(self._answers, chunk)[STRESS]}, {STRESS: response.stress})
            _write(self._views(self._tangent, chunk), vars(response.tangent))

    def settle(self) -> None:
        """Say the energies of the present state, and what would be remembered of it."""
        for chunk, response in self._responses():
            with np.errstate(all="ignore"):
                require_declared(self._law, response)
                answers = self._views(self._answers, chunk)
                _write(answers, {STRESS: answers[STRESS], **response.stored, **response.dissipated})
                if self._memory.end is not None:
                    _write(self._views(self._memory.end, chunk), response.history)

    def advance(self) -> None:
        """Remember the present state, which is settled, as the start of the next step."""
        memory = self._memory
        for chunk, asked in memory.points.evaluate(self._asked):
            stress = self._views(self._answers, chunk)[STRESS]
            _write(self._views(memory.start, chunk), {STRAIN: asked[..., :6], STRESS: stress})
        if memory.history is not None and memory.end is not None:
            memory.history.function.x.array[:] = memory.end.function.x.array
        # Answers to a step that is over are no answers to the next.
        self._answers.function.x.array[:] = np.nan

    def failure(self) -> str | None:
        """The first point of this rank that has no answer to the state looked at last, in words; None without one."""
        points = self._memory.points
        stress = self._answers.layout.views(points.values(self._answers.function))[STRESS]
        fails = ~np.isfinite(stress).all(axis=-1)
        if not fails.any():
            return None
        cell, point = np.argwhere(fails)[0]
        place = points.places(points.cells[cell : cell + 1])[0, point]
        asked = self._asked.eval(points.domain.mesh, points.cells[cell : cell + 1]).reshape(points.count, -1)[point]
        where = ", ".join(f"{coordinate:.4g}" for coordinate in place)
        strain = "the strain is not a number"
        if np.all(np.isfinite(asked)):
            shortest = np.linalg.eigvalsh(np.array(symmetric(tuple(asked[:6])).matrix()))[0]
            strain = f"the least principal strain is {shortest:.3g}"
        return f"the law of '{self._name}' has no answer at ({where}) um, where {strain}"

    def _responses(self) -> Iterator[tuple[slice, BulkResponse]]:
        """Which cells, and what the law answers there."""
        for chunk, asked in self._memory.points.evaluate(self._asked):
            start, history = self._numbers(self._memory.start, chunk), self._memory.history
            remembered = self._numbers(history, chunk) if history is not None else {}
            axis = asked[..., 6], asked[..., 7], asked[..., 8]
            strains = symmetric(tuple(np.moveaxis(asked[..., :6], -1, 0))), symmetric(start[STRAIN])
            length, temperature = float(self._controls.time_step.value), float(self._controls.temperature.value)
            now, before = (
                Deformation(strain, axis, self._kinematics.LOGARITHMIC, temperature=temperature) for strain in strains
            )
            # Where there is no answer it is not a number, which the solver sees on every rank.
            with np.errstate(all="ignore"):
                response = self._law.respond(now, before, remembered, length)
            yield chunk, self._within_range(now.strain, response)

    def _within_range(self, strain: SymmetricTensor, response: BulkResponse) -> BulkResponse:
        """An answer that is none where the strain is larger than its measure bears."""
        least, size = self._kinematics.LEAST_STRAIN, strain.inner(strain)
        doubtful = (size > least**2) & np.isfinite(size)
        if response.stress is None or not is_bounded(self._law) or not np.any(doubtful):
            return response
        parts = np.array([[part[doubtful] for part in row] for row in strain.matrix()])
        fails = np.zeros_like(doubtful)
        fails[doubtful] = np.linalg.eigvalsh(np.moveaxis(parts, (0, 1), (-2, -1)))[..., 0] < least
        return replace(response, stress=symmetric([np.where(fails, np.nan, part) for part in response.stress]))

    def _numbers(self, variables: PointVariables, chunk: slice) -> dict[str, Any]:
        return variables.layout.numbers(self._memory.points.values(variables.function)[chunk])

    def _views(self, variables: PointVariables, chunk: slice) -> dict[str, FloatArray]:
        return variables.layout.views(self._memory.points.values(variables.function)[chunk])


class FormulaMemory:
    """Moves on what the points of a law remember that is a formula.

    Args:
        memory: The points.
        strain: Elastic strain at the end of the step, shape (3, 3).
        stress: Stress there [MPa], shape (3, 3).
        response: Answer of the law there.
    """

    def __init__(self, memory: Memory, strain: Expr, stress: Expr, response: BulkResponse) -> None:
        self._memory = memory
        start = {STRAIN: tuple(SymmetricTensor.of(strain)), STRESS: tuple(SymmetricTensor.of(stress))}
        self._parts = [(memory.start, memory.start.layout.flat(start))]
        if memory.history is not None:
            self._parts.append((memory.history, memory.history.layout.flat(response.history)))
        self._ends = np.cumsum([len(values) for _, values in self._parts])[:-1]
        self._expression = memory.points.expression([value for _, values in self._parts for value in values])

    def refresh(self) -> None:
        """Nothing: forms hold the formulae themselves."""

    def settle(self) -> None:
        """Nothing, for the same reason."""

    def failure(self) -> str | None:
        """None: a formula that fails is a residual that is not a number."""
        return None

    def advance(self) -> None:
        """Remember the present state as the start of the next step."""
        for chunk, values in self._memory.points.evaluate(self._expression):
            parts = np.split(values, self._ends, axis=-1)
            for (variables, _), part in zip(self._parts, parts, strict=True):
                self._memory.points.values(variables.function)[chunk] = part


def memories(bulk: Bulk, state: State, controls: Controls) -> list[LawAtPoints | FormulaMemory]:
    """What is evaluated at points of all phases that remember or answer there, for a state of the bulk."""
    found: list[LawAtPoints | FormulaMemory] = []
    for name, phase in bulk.phases.items():
        if phase.memory is None:
            continue
        strain = bulk.elastic_strain(state, name)
        if phase.law.AT_POINTS:
            found.append(LawAtPoints(name, phase, strain, bulk, controls))
        else:
            response = bulk.response(state, name)
            found.append(FormulaMemory(phase.memory, strain, bulk.stress(state, name), response))
    return found


def _write(views: Mapping[str, FloatArray], values: Mapping[str, Any]) -> None:
    for name, view in views.items():
        if isinstance(values[name], SymmetricTensor | tuple):
            for index, component in enumerate(values[name]):
                view[..., index] = component
        else:
            view[...] = values[name]
