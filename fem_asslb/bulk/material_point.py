"""One point of a solid, led along a path of strains and stresses: a law without a mesh."""

from collections.abc import Mapping

import numpy as np

from fem_asslb.base.errors import ConvergenceError
from fem_asslb.base.temperatures import ROOM_TEMPERATURE
from fem_asslb.bulk.bulk_law import BulkLaw, BulkResponse, Deformation, History
from fem_asslb.bulk.flow_rule import Array
from fem_asslb.bulk.tensor import symmetric

_TOLERANCE = 1e-11
"""Stress that is off, over the largest tangent times the strain so far, at which a step is solved."""

_LEAST_STRAIN = 1e-6
_ITERATIONS = 50


class MaterialPoint:
    """A point of a law that answers at points.

    Attributes:
        law: The law.
        strain: Six components, in VTK's order.
        stress: The same [MPa].
        history: What the law remembers.
        stored: Energy per volume [MPa].
        dissipated: By name, so far [MPa].
        work: Trapezoidal, so far [MPa].

    Args:
        law: The law.
        logarithmic: Whether strains are logarithmic.
    """

    def __init__(self, law: BulkLaw, logarithmic: bool = False) -> None:
        self.law, self._logarithmic = law, logarithmic
        self.strain: Array = np.zeros(6)
        self.stress: Array = np.zeros(6)
        self.history: History = {
            name: tuple(np.zeros((*shape, 1))) if shape else np.zeros(1) for name, shape in law.HISTORY.items()
        }
        self.stored, self.work = 0.0, 0.0
        self.dissipated = dict.fromkeys(law.DISSIPATION, 0.0)

    def advance(
        self,
        strain: Mapping[int, float],
        stress: Mapping[int, float],
        time_step: float = 1.0,
        temperature: float = ROOM_TEMPERATURE,
    ) -> None:
        """One step to strains and stresses; each component is led by one of both.

        Args:
            strain: Components that are led, by number.
            stress: All others [MPa].
            time_step: [s].
            temperature: [K].

        Raises:
            ConvergenceError: No state has them; the point is then as it was.
        """
        led, free = list(strain), list(stress)
        if sorted(led + free) != list(range(6)):
            raise ValueError(f"components {led} and {free} are led; accepted: each of 0 to 5 once")
        now = self.strain.copy()
        now[led] = [strain[component] for component in led]
        wanted = np.array([stress[component] for component in free])
        for _ in range(_ITERATIONS):
            response = self._respond(now, time_step, temperature)
            answer, tangent = _numbers(response)
            if not np.all(np.isfinite(answer)):
                break
            missing = wanted - answer[free]
            size = np.abs(tangent).max() * max(np.abs(now).max(), _LEAST_STRAIN)
            if not free or np.abs(missing).max() <= _TOLERANCE * size:
                self._accept(now, answer, response)
                return
            try:
                now[free] += np.linalg.solve(tangent[np.ix_(free, free)], missing)
            except np.linalg.LinAlgError:
                break
        raise ConvergenceError(f"no strain bears the stresses {dict(stress)} MPa within {time_step:g} s")

    def _respond(self, strain: Array, time_step: float, temperature: float) -> BulkResponse:
        axis = np.zeros(1), np.zeros(1), np.ones(1)
        strains = (symmetric(tuple(values[:, None])) for values in (strain, self.strain))
        now, before = (Deformation(values, axis, self._logarithmic, temperature=temperature) for values in strains)
        with np.errstate(all="ignore"):
            return self.law.respond(now, before, self.history, time_step)

    def _accept(self, strain: Array, stress: Array, response: BulkResponse) -> None:
        twice = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
        self.work += float(0.5 * (stress + self.stress) * twice @ (strain - self.strain))
        self.strain, self.stress, self.history = strain, stress, response.history
        self.stored = float(sum(np.ravel(energy)[0] for energy in response.stored.values()))
        for name, energy in response.dissipated.items():
            self.dissipated[name] += float(energy[0])


def _numbers(response: BulkResponse) -> tuple[Array, Array]:
    """Stress, shape (6,), and its derivative by the components of the strain, shape (6, 6)."""
    assert response.stress is not None and response.tangent is not None
    stress = np.array([float(np.ravel(part)[0]) for part in response.stress])
    tangent, unit = response.tangent, np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    normal = np.array([float(np.ravel(part)[0]) for part in tangent.direction])
    names = ("volumetric", "shear", "directed", "pressed", "turned")
    volumetric, shear, directed, pressed, turned = (float(np.ravel(getattr(tangent, name))[0]) for name in names)
    along = normal * np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
    matrix = shear * np.eye(6) + np.outer(volumetric * unit + turned * normal, unit)
    return stress, matrix + np.outer(directed * normal + pressed * unit, along)
