"""A point that has flowed: stresses for how far the flow has eased them, and their derivatives.

With v and s the volume and shear of the trial strain, pressure and von Mises stress are p = K v/(1 + w_p y) and
q = 3 G s/(1 + w_q y). Here y = (K b + 3 G a) g/S is how far the flow g has eased the trial stress, w_p and w_q are the
shares of both terms in the sum. Where the trial strain expands, b is zero.
"""

from collections.abc import Sequence

import numpy as np

from fem_asslb.bulk.flow_rule import Array, FlowRule
from fem_asslb.bulk.flow_step import Flowed, Trial

TINY = 1e-200
"""Strains and stresses count as no smaller, so that nothing is divided by zero."""


class FlowPoint:
    """Stresses and flow for some easing y and density D, and their derivatives by y and ln D.

    Args:
        rule: How the solid flows.
        moduli: Bulk and shear modulus of the dense solid [MPa].
        trial: What the step starts from.
        eased: y.
        density: D.

    Attributes:
        density: D.
        stress: Equivalent stress S [MPa].
        stress_slopes: Derivatives of ln S.
        flow: Amount of flow g.
        flow_slopes: Derivatives of g.
        weights: Derivatives of ln S by ln v and by ln s; g times these are those of g.
    """

    def __init__(self, rule: FlowRule, moduli: tuple[float, float], trial: Trial, eased: Array, density: Array) -> None:
        surface, (stiffness, stiffens) = rule.equivalent_stress(density), rule.stiffness(density)
        self._trial, self.density = trial, density
        ratio, shrinks = trial.volume_ratio(rule.density, density)
        bulk, shear, grows = ratio * moduli[0] * stiffness, 3.0 * ratio * moduli[1] * stiffness, stiffens + shrinks
        a, b = surface.deviatoric, np.where(trial.volume > 0.0, surface.volumetric, 0.0)
        a_slope, b_slope = surface.deviatoric_slope, surface.volumetric_slope
        rate = shear * a + bulk * b
        shares = shear * a / rate, bulk * b / rate
        turns = shares[0] * shares[1] * (a_slope - b_slope)
        sheared = _Eased(trial.shear, shear, shares[0], turns, eased, grows)
        pressed = _Eased(trial.volume, bulk, shares[1], -turns, eased, grows)
        self._sheared, self._pressed = sheared, pressed
        squares = b * pressed.stress**2, a * sheared.stress**2
        self.stress: Array = np.sqrt(squares[0] + squares[1])
        whole = np.maximum(self.stress, TINY) ** 2
        self.weights: tuple[Array, Array] = squares[0] / whole, squares[1] / whole
        pairs = zip(pressed.stress_slopes, sheared.stress_slopes, strict=True)
        by_eased, by_density = (self.weights[0] * pressure + self.weights[1] * mises for pressure, mises in pairs)
        by_density = by_density + 0.5 * (self.weights[0] * b_slope + self.weights[1] * a_slope)
        self.stress_slopes: tuple[Array, Array] = by_eased, by_density
        self.flow: Array = eased * self.stress / rate
        turned = by_density - grows - shares[0] * a_slope - shares[1] * b_slope
        self.flow_slopes: tuple[Array, Array] = self.stress / rate + self.flow * by_eased, self.flow * turned

    def easing(self, volume: Array) -> Array:
        """Easing at which so much of the volume has flowed; large where there is less."""
        pressed = self._pressed
        return volume / np.maximum(pressed.share * (pressed.trial - volume), TINY)

    def volume_left(self) -> tuple[Array, tuple[Array, Array], Array]:
        """Logarithm of the volume that the plastic strain leaves, its derivatives, and that by ln v.

        Of logarithmic strain it is that over the volume at the start of the step.
        """
        flow, (by_eased, by_density) = self._pressed.flow, self._pressed.flow_slopes
        if self._trial.logarithmic:
            return -flow, (-by_eased, -by_density), -flow
        volume = self._trial.plastic_volume - flow
        return np.log(volume), (-by_eased / volume, -by_density / volume), -flow / volume

    def end(self, changes: Sequence[tuple[Array, Array]] = ()) -> Flowed:
        """The point as the end of a step.

        Args:
            changes: Derivatives of y and of ln D, each by ln v and by ln s; none where nothing flows.
        """
        sheared, pressed = self._sheared, self._pressed
        volume, shear = (np.where(np.abs(part.trial) > TINY, part.trial, TINY) for part in (pressed, sheared))
        found = []
        for part, own in ((pressed, (1.0, 0.0)), (sheared, (0.0, 1.0))):
            logarithmic = [np.full_like(self.flow, value) for value in own]
            for slope, change in zip(part.stress_slopes, changes, strict=False):
                logarithmic = [total + slope * by_trial for total, by_trial in zip(logarithmic, change, strict=True)]
            found.append(logarithmic)
        return Flowed(
            pressure=pressed.stress,
            softness=sheared.modulus,
            volume=pressed.flow,
            shear=sheared.flow,
            flow=self.flow,
            density=self.density,
            pressure_slopes=(pressed.modulus * found[0][0], pressed.stress / shear * found[0][1]),
            mises_slopes=(sheared.stress / volume * found[1][0], sheared.modulus * found[1][1]),
        )


class _Eased:
    """A stress M e/(1 + w y) of a trial strain e, and what has flowed of that strain.

    Both are proportional to e; derivatives are those by y and by ln D, of the stress those of its logarithm.

    Args:
        trial: e.
        modulus: M of the elastic solid [MPa].
        share: w.
        turns: Derivative of w by ln D.
        eased: y.
        grows: Derivative of ln M by ln D.
    """

    def __init__(self, trial: Array, modulus: Array, share: Array, turns: Array, eased: Array, grows: Array) -> None:
        left = 1.0 / (1.0 + share * eased)
        self.share, self.trial, self.modulus = share, trial, modulus * left
        self.stress, self.flow = self.modulus * trial, trial * share * eased * left
        rates, remains = (share * left, turns * eased * left), trial * left
        self.flow_slopes = remains * rates[0], remains * rates[1]
        self.stress_slopes = -rates[0], grows - rates[1]
