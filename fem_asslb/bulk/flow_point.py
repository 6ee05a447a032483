"""A point that has flowed: stresses for how far the flow has eased them, and their derivatives.

With v and s the volume and shear of the trial strain, pressure and von Mises stress are p = K v/(1 + w_p y) and
q = 3 G s/(1 + w_q y). Here y = (K b + 3 G a) g/S is how far the flow g has eased the trial stress, w_p and w_q are the
shares of both terms in the sum. Derivatives are those by y, by ln D, by ln v and by ln s, in this order. Where the
trial strain expands, b is zero.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fem_asslb.bulk.flow_rule import Array, FlowRule

TINY = 1e-200
"""Strains and stresses count as no smaller, so that nothing is divided by zero."""

Index = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Trial:
    """What a step starts from, arrays of shape (n,).

    Attributes:
        volume: v, elastic trial strain by which volume is smaller.
        shear: s, size sqrt(2/3 d : d) of its deviator d.
        plastic_volume: Volume that the plastic strain at the start of the step leaves.
        density: Relative density there.
        accumulated: Amount of flow until there.
    """

    volume: Array
    shear: Array
    plastic_volume: Array
    density: Array
    accumulated: Array

    def at(self, index: Index) -> "Trial":
        """Some of the points."""
        return self._each(lambda values: values[index])

    def flat(self) -> "Trial":
        """The same points in a row."""
        return self._each(lambda values: np.reshape(values, -1))

    def _each(self, change: Callable[[Array], Array]) -> "Trial":
        parts = (self.volume, self.shear, self.plastic_volume, self.density, self.accumulated)
        return Trial(*(change(part) for part in parts))


@dataclass(frozen=True)
class Flowed:
    """End of a step, arrays of shape (n,); of derivatives the first is by v, the second by s.

    Attributes:
        pressure: p [MPa].
        softness: q over the trial strain s [MPa].
        volume: Plastic strain by which volume shrinks in the step.
        shear: Size of that which shears.
        flow: Amount of flow.
        density: Relative density.
        pressure_slopes: Derivatives of p.
        mises_slopes: Derivatives of q.
    """

    pressure: Array
    softness: Array
    volume: Array
    shear: Array
    flow: Array
    density: Array
    pressure_slopes: tuple[Array, Array]
    mises_slopes: tuple[Array, Array]

    def reshaped(self, shape: tuple[int, ...]) -> "Flowed":
        """The same points in another arrangement."""
        single = (self.pressure, self.softness, self.volume, self.shear, self.flow, self.density)
        pressure, softness, volume, shear, flow, density = (part.reshape(shape) for part in single)
        pairs = (self.pressure_slopes, self.mises_slopes)
        first, second = ((pair[0].reshape(shape), pair[1].reshape(shape)) for pair in pairs)
        return Flowed(pressure, softness, volume, shear, flow, density, first, second)


class FlowPoint:
    """Stresses and flow for some easing and density."""

    def __init__(self, rule: FlowRule, moduli: tuple[float, float], trial: Trial, eased: Array, density: Array) -> None:
        surface, (stiffness, grows) = rule.equivalent_stress(density), rule.stiffness(density)
        self._trial, self._density = trial, density
        bulk, shear = moduli[0] * stiffness, 3.0 * moduli[1] * stiffness
        a, b = surface.deviatoric, np.where(trial.volume > 0.0, surface.volumetric, 0.0)
        a_slope, b_slope = surface.deviatoric_slope, surface.volumetric_slope
        rate = shear * a + bulk * b
        shares = shear * a / rate, bulk * b / rate
        turns = shares[0] * shares[1] * (a_slope - b_slope)
        sheared = _Eased(trial.shear, shear, shares[0], turns, eased, grows, (0.0, 1.0))
        pressed = _Eased(trial.volume, bulk, shares[1], -turns, eased, grows, (1.0, 0.0))
        self._sheared, self._pressed = sheared, pressed
        squares = a * sheared.stress**2, b * pressed.stress**2
        self.stress: Array = np.sqrt(squares[0] + squares[1])
        weights = [square / np.maximum(self.stress, TINY) ** 2 for square in squares]
        pairs = zip(sheared.stress_slopes, pressed.stress_slopes, strict=True)
        self.stress_slopes: list[Array] = [weights[0] * mises + weights[1] * pressure for mises, pressure in pairs]
        self.stress_slopes[1] = self.stress_slopes[1] + 0.5 * (weights[0] * a_slope + weights[1] * b_slope)
        self.flow: Array = eased * self.stress / rate
        self.flow_slopes: list[Array] = [self.flow * slope for slope in self.stress_slopes]
        self.flow_slopes[0] = self.flow_slopes[0] + self.stress / rate
        self.flow_slopes[1] = self.flow_slopes[1] - self.flow * (grows + shares[0] * a_slope + shares[1] * b_slope)

    def easing(self, volume: Array) -> Array:
        """Easing at which so much of the volume has flowed; large where there is less."""
        pressed = self._pressed
        return volume / np.maximum(pressed.share * (pressed.trial - volume), TINY)

    def volume_left(self) -> tuple[Array, list[Array]]:
        """Volume 1 + tr(e_p) that the plastic strain leaves, and derivatives of its logarithm."""
        volume = self._trial.plastic_volume - self._pressed.flow
        return volume, [-slope / volume for slope in self._pressed.flow_slopes]

    def end(self, index: Index, changes: Sequence[tuple[Array, Array]]) -> Flowed:
        """The point as the end of a step.

        Args:
            index: Where something flows.
            changes: There: derivatives of y and ln D by ln v and by ln s.
        """
        sheared, pressed = self._sheared, self._pressed
        volume, shear = (np.where(np.abs(part.trial) > TINY, part.trial, TINY) for part in (pressed, sheared))
        found = []
        for part in (pressed, sheared):
            logarithmic = [part.stress_slopes[2].copy(), part.stress_slopes[3].copy()]
            for total, (eased, density) in zip(logarithmic, changes, strict=False):
                total[index] += part.stress_slopes[0][index] * eased + part.stress_slopes[1][index] * density
            found.append(logarithmic)
        return Flowed(
            pressure=pressed.stress,
            softness=sheared.modulus,
            volume=pressed.flow,
            shear=sheared.flow,
            flow=self.flow,
            density=self._density,
            pressure_slopes=(pressed.modulus * found[0][0], pressed.stress / shear * found[0][1]),
            mises_slopes=(sheared.stress / volume * found[1][0], sheared.modulus * found[1][1]),
        )


class _Eased:
    """A stress M e/(1 + w y) of a trial strain e, and what has flowed of that strain.

    Args:
        trial: e.
        modulus: M of the elastic solid [MPa].
        share: w.
        turns: Derivative of w by ln D.
        eased: y.
        grows: Derivative of ln M by ln D.
        own: Derivatives of ln e by ln v and ln s.
    """

    def __init__(
        self, trial: Array, modulus: Array, share: Array, turns: Array, eased: Array, grows: Array, own: tuple
    ) -> None:
        self.share = share
        self.trial, left, zero = trial, 1.0 / (1.0 + share * eased), np.zeros_like(eased)
        self.modulus = modulus * left
        self.stress, self.flow = self.modulus * trial, trial * share * eased * left
        rates = share, turns * eased
        flows = [trial * left * left * rate for rate in rates]
        self.flow_slopes = [*flows, own[0] * self.flow, own[1] * self.flow]
        self.stress_slopes = [-rates[0] * left, grows - rates[1] * left, own[0] + zero, own[1] + zero]
