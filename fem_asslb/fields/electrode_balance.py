"""The potential at which a given current passes: its one equation is solved exactly, whatever the fields are."""

import math
from collections.abc import Sequence

import numpy as np
from dolfinx import fem

from fem_asslb.base.parallel import FloatArray, global_sum
from fem_asslb.equations.currents import Currents
from fem_asslb.equations.lithium import overpotential_scale
from fem_asslb.spaces.state import State


class ElectrodeBalance:
    """Potential of the electrode at which the given current passes while all else stays as it is.

    With a = F/(2 R T) and the currents A exp(a dV) out of the hosts and B exp(-a dV) into them, summed over what
    conducts of the reacting surface, a current I passes at dV = (asinh(I/(2 sqrt(A B))) - ln(A/B)/2)/a. Where all of it
    is coated, the drop (I - (A - B))/Y is added, Y being the sum of its conductances: exact where the current is the
    same everywhere, and else better each time.

    A tangent of these exponentials is worth little where the current jumps, or where the surface that conducts comes
    to nothing; no time step is short enough for it.

    Args:
        currents: Of a model with charge transfer.
        now: Unknowns at the end of a step.
        before: Unknowns at its start.
        name: Of the potential among them.
        is_negative: Whether it is that of the negative electrode, which takes up the current.
    """

    def __init__(self, currents: Currents, now: State, before: State, name: str, is_negative: bool = False) -> None:
        self._formulation, self._state, self._name = currents.formulation, now, name
        compile_form = self._formulation.compile
        model = self._formulation.model
        roles, self._sign = (model.negative_hosts, -1.0) if is_negative else (model.positive_hosts, 1.0)
        exchanges = currents.exchanges(now, before, roles)
        self._parts = [(compile_form(out * at.measure), compile_form(into * at.measure)) for out, into, at in exchanges]
        one = fem.Constant(self._formulation.domain.mesh, 1.0)
        given = currents.exchanges(now, before, model.positive_hosts)
        (self._area,) = self._total([(compile_form(one * at.measure),) for _, _, at in given])
        covered = [
            (compile_form(at.share / at.resistance * at.measure),)
            for _, _, at in exchanges
            if at.resistance is not None
        ]
        # Beside a bare surface a coated one hardly conducts more for a higher drop.
        self._admittance = covered if len(covered) == len(exchanges) else []

    def mended(self, potential: float, before: float) -> float | None:
        """Potential at which the given current passes, where another one is far from it; None elsewhere.

        Where it is near, Newton's method does better with all unknowns at once, and ends with fewer iterations.

        Args:
            potential: That of a tangent or an extrapolation [V], which may be beyond all numbers.
            before: One that is not [V].
        """
        controls = self._formulation.controls
        if controls.forced.value or controls.potentiostatic.value or controls.conductance.value:
            return None
        self._state.set_number(self._name, before)
        balanced = self.potential()
        self._state.set_number(self._name, potential)
        is_near = abs(potential - balanced) <= self._scale
        return balanced if math.isfinite(balanced) and not is_near else None

    def potential(self) -> float:
        """Potential [V vs Li]; not finite where the present one is too far off to tell."""
        out, into = self._total(self._parts)
        current = self._sign * float(self._formulation.controls.current_density.value) * self._area
        if not 0.0 < out * into < math.inf:
            return math.nan
        jump = math.asinh(0.5 * current / math.sqrt(out * into)) - 0.5 * math.log(out / into)
        drop = (current - (out - into)) / float(self._total(self._admittance)[0]) if self._admittance else 0.0
        return self._state.number(self._name) + self._scale * jump + drop

    @property
    def _scale(self) -> float:
        """Overpotential at which the reaction leaves its linear range, at the present temperature [V]."""
        return float(overpotential_scale(float(self._formulation.controls.temperature.value)))

    def _total(self, parts: Sequence[Sequence[fem.Form]]) -> FloatArray:
        """Sum over the surfaces of each integral that they have."""
        local = [[fem.assemble_scalar(form) for form in part] for part in parts]
        return global_sum(self._formulation.domain.comm, np.sum(local, axis=0))
