"""The step of a solid that flows: from an elastic trial strain to stress, flow and their derivatives.

How far flow has eased the trial stress and the density D follow from S = R, the resistance, and from D J = D_0 J_0, the
mass, with J = 1 + tr(e_p) the volume that the plastic strain leaves. Written so, the rows are nearly linear where a
powder hardens.
"""

import numpy as np

from fem_asslb.bulk import local_newton
from fem_asslb.bulk.flow_point import TINY, Flowed, FlowPoint, Index, Trial
from fem_asslb.bulk.flow_rule import Array, FlowRule
from fem_asslb.bulk.local_newton import Equations

_STILL = 1e-14
"""Excess of the equivalent stress over the resistance, relative, up to which nothing flows."""

_RELAXED = np.log(1e6)
"""Logarithm of an easing that leaves next to no stress: from there Newton's method comes down without an overshoot."""

_DENSEST = 1.0 - 1e-12


class ReturnMapping:
    """Equations of one step at many points.

    Args:
        rule: How the solid flows.
        moduli: Bulk and shear modulus of the dense solid [MPa].
        trial: What the step starts from.
        time_step: [s].
    """

    def __init__(self, rule: FlowRule, moduli: tuple[float, float], trial: Trial, time_step: float) -> None:
        self._rule, self._moduli, self._trial, self._time_step = rule, moduli, trial, time_step
        self._mass = np.log(trial.density * trial.plastic_volume) if rule.density is not None else None

    def solve(self) -> Flowed:
        """End of the step; not a number where there is none."""
        trial = self._trial
        eased, density = np.zeros_like(trial.shear), trial.density.copy()
        elastic = FlowPoint(self._rule, self._moduli, trial, eased, density)
        resistance, _ = self._rule.resistance(elastic.flow, trial.accumulated, self._time_step)
        index = np.flatnonzero(~(elastic.stress <= np.maximum(resistance * (1.0 + _STILL), TINY)))
        if not len(index):
            return elastic.end(index, [])
        unknown, density[index] = local_newton.solve(
            lambda unknown, density, part: self._equations(unknown, density, index[part]),
            (self._start(elastic)[index], density[index]),
            (self._limit, _limit_density),
        )
        eased[index] = np.exp(unknown) if self._rule.starts_at_once else unknown
        end = FlowPoint(self._rule, self._moduli, trial, eased, density)
        return end.end(index, self._changes(eased[index], density[index], index))

    def _start(self, elastic: FlowPoint) -> Array:
        """First guess of y, or of its logarithm: next to no stress left, but half of the pores.

        From more volume than the pores have, Newton's method runs after a density of one.
        """
        trial = self._trial
        if not self._rule.starts_at_once:
            return np.zeros_like(trial.shear)
        if self._rule.density is None:
            return np.full_like(trial.shear, _RELAXED)
        return np.minimum(np.log(elastic.easing(0.5 * (1.0 - trial.density))), _RELAXED)

    def _limit(self, old: Array, new: Array) -> Array:
        if self._rule.starts_at_once:
            return np.clip(new, old - 50.0, old + 50.0)
        return np.where(new < 0.0, 0.5 * old, new)

    def _rows(self, eased: Array, density: Array, index: Index) -> tuple[Array, list[Array], Array, list[Array]]:
        """Logarithms of R/S and of the mass over that at the start, and their derivatives."""
        trial = self._trial.at(index)
        point = FlowPoint(self._rule, self._moduli, trial, eased, density)
        resistance, slope = self._rule.resistance(point.flow, trial.accumulated, self._time_step)
        hardens = slope / resistance
        excess = [hardens * flow - stress for flow, stress in zip(point.flow_slopes, point.stress_slopes, strict=True)]
        zero = np.zeros_like(eased)
        if self._mass is None:
            return np.log(resistance / point.stress), excess, zero, [zero, zero + 1.0, zero, zero]
        volume, slopes = point.volume_left()
        slopes[1] = slopes[1] + 1.0
        return np.log(resistance / point.stress), excess, np.log(density * volume) - self._mass[index], slopes

    def _equations(self, unknown: Array, density: Array, index: Index) -> Equations:
        """Rows for the unknowns y, or its logarithm, and D."""
        logarithmic = self._rule.starts_at_once
        eased = np.exp(unknown) if logarithmic else unknown
        excess, slopes, mass, changes = self._rows(eased, density, index)
        value, factor = (excess, 1.0) if logarithmic else (np.expm1(excess), np.exp(excess))
        scale = eased if logarithmic else 1.0
        first = factor * scale * slopes[0], factor * slopes[1] / density
        return Equations(value, mass, (first, (scale * changes[0], changes[1] / density)))

    def _changes(self, eased: Array, density: Array, index: Index) -> list[tuple[Array, Array]]:
        """Derivatives of y and ln D by ln v and by ln s."""
        excess, slopes, mass, changes = self._rows(eased, density, index)
        equations = Equations(excess, mass, ((slopes[0], slopes[1]), (changes[0], changes[1])))
        return [equations.solve(-slopes[column], -changes[column]) for column in (2, 3)]


def _limit_density(old: Array, new: Array) -> Array:
    return np.clip(new, 0.9 * old, np.minimum(0.5 * (old + 1.0), _DENSEST))
