"""The step of a solid that flows: from an elastic trial strain to stress, flow and their derivatives.

How far flow has eased the trial stress and the density D follow from S = R, the resistance, and from D J = D_0 J_0, the
mass, with J = 1 + tr(e_p), or exp(tr(e_p)) of logarithmic strain, the volume that the plastic strain leaves. Written
so, the rows are nearly linear where a powder hardens. With logarithmic strain stresses are those per volume at the
start, so that strengths and moduli shrink as it does.
"""

import numpy as np

from fem_asslb.bulk import local_newton
from fem_asslb.bulk.flow_point import TINY, FlowPoint
from fem_asslb.bulk.flow_rule import Array, FlowRule
from fem_asslb.bulk.flow_step import Flowed, Index, Trial
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
        self._mass = None if rule.density is None else np.log(trial.density) + np.log(trial.plastic_volume)

    def solve(self) -> Flowed:
        """End of the step; not a number where there is none."""
        trial = self._trial
        elastic = FlowPoint(self._rule, self._moduli, trial, np.zeros_like(trial.shear), trial.density)
        everywhere: Index = np.arange(len(trial.shear))
        resistance, _, _ = self._resistance(elastic, everywhere)
        index = np.flatnonzero(~(elastic.stress <= np.maximum(resistance * (1.0 + _STILL), TINY)))
        still = elastic.end()
        if not len(index):
            return still
        unknown, density = local_newton.solve(
            lambda unknown, density, part: self._equations(unknown, density, index[part]),
            (self._start(elastic)[index], trial.density[index]),
            (self._limit, _limit_density),
        )
        point = self._point(np.exp(unknown) if self._rule.starts_at_once else unknown, density, index)
        return still.replaced(index, point.end(self._changes(point, index)))

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

    def _point(self, eased: Array, density: Array, index: Index) -> FlowPoint:
        return FlowPoint(self._rule, self._moduli, self._trial.at(index), eased, density)

    def _resistance(self, point: FlowPoint, index: Index) -> tuple[Array, Array, float]:
        """R, and the derivatives of its logarithm by the flow and by ln D."""
        value, slope = self._rule.resistance(point.flow, self._trial.accumulated[index], self._time_step)
        ratio, shrinks = self._trial.volume_ratio(self._rule.density, point.density)
        return ratio * value, slope / value, shrinks

    def _rows(self, point: FlowPoint, index: Index) -> Equations:
        """Logarithms of R/S and of the mass over that at the start; slopes are those by y and by ln D."""
        resistance, hardens, shrinks = self._resistance(point, index)
        by_eased, by_density = (
            hardens * flow - stress for flow, stress in zip(point.flow_slopes, point.stress_slopes, strict=True)
        )
        by_density = by_density + shrinks
        excess = np.log(resistance / point.stress)
        if self._mass is None:
            zero = np.zeros_like(excess)
            return Equations(excess, zero, ((by_eased, by_density), (zero, zero + 1.0)))
        volume, (first, second), _ = point.volume_left()
        mass = np.log(point.density) + volume - self._mass[index]
        return Equations(excess, mass, ((by_eased, by_density), (first, second + 1.0)))

    def _equations(self, unknown: Array, density: Array, index: Index) -> Equations:
        """Rows for the unknowns y, or its logarithm, and D."""
        logarithmic = self._rule.starts_at_once
        eased = np.exp(unknown) if logarithmic else unknown
        rows = self._rows(self._point(eased, density, index), index)
        value, factor = (rows.first, 1.0) if logarithmic else (np.expm1(rows.first), np.exp(rows.first))
        scale = eased if logarithmic else 1.0
        (first, second), (third, fourth) = rows.slopes
        slopes = (factor * scale * first, factor * second / density), (scale * third, fourth / density)
        return Equations(value, rows.second, slopes)

    def _changes(self, point: FlowPoint, index: Index) -> list[tuple[Array, Array]]:
        """Derivatives of y and of ln D, each by ln v and by ln s."""
        rows, (_, hardens, _) = self._rows(point, index), self._resistance(point, index)
        zero = np.zeros_like(point.flow)
        mass = zero if self._mass is None else point.volume_left()[2]
        by_volume, by_shear = ((hardens * point.flow - 1.0) * weight for weight in point.weights)
        found = rows.solve(-by_volume, -mass), rows.solve(-by_shear, zero)
        return list(zip(*found, strict=True))


def _limit_density(old: Array, new: Array) -> Array:
    return np.clip(new, 0.9 * old, np.minimum(0.5 * (old + 1.0), _DENSEST))
