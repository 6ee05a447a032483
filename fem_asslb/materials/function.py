"""Positive functions of the stoichiometry, such as a diffusivity that falls over decades."""

import math
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
import numpy.typing as npt

from fem_asslb.base.arrhenius import arrhenius
from fem_asslb.base.functions import NumberLike, exp
from fem_asslb.materials.bent_line import Bend, BentLine
from fem_asslb.materials.fitted_line import fit_line

_EDGE = 0.01
"""Over the range of the data: half of the length over which a function comes to rest beyond them."""


@runtime_checkable
class HostFunction(Protocol):
    """A positive function of the stoichiometry, of floats, arrays and UFL alike: a frozen dataclass of numbers.

    Attributes:
        x_min: Least stoichiometry at which it is trusted.
        x_max: The largest.
    """

    @property
    def x_min(self) -> float:
        """See above."""

    @property
    def x_max(self) -> float:
        """See above."""

    def __call__(self, x: NumberLike) -> NumberLike:
        """Value at x."""


@dataclass(frozen=True)
class PositiveFunction:
    """f(x) = exp(line(x)).

    Args:
        line: Its natural logarithm.
        x_min: Least stoichiometry of the data behind it.
        x_max: Largest stoichiometry of the data.
    """

    line: BentLine
    x_min: float = 0.0
    x_max: float = 1.0

    def __call__(self, x: NumberLike) -> NumberLike:
        """Value at x."""
        return exp(self.line(x))

    def times(self, factor: float) -> "PositiveFunction":
        """The function times a positive number."""
        return replace(self, line=replace(self.line, value=self.line.value + math.log(factor)))


@dataclass(frozen=True)
class Activated:
    """What temperature makes faster or slower, times exp(-(Q/R)(1/T - 1/T_r)).

    Args:
        value: At the reference temperature, a number or a function of the stoichiometry.
        activation_energy: Q [J/mol].
        reference_temperature: T_r [K].
    """

    value: NumberLike | HostFunction
    activation_energy: NumberLike
    reference_temperature: NumberLike


HostValue: TypeAlias = NumberLike | HostFunction | Activated
"""A number, a function of the stoichiometry, or one of them that changes with temperature."""


def value_at(law: HostValue, x: NumberLike, temperature: NumberLike) -> NumberLike:
    """Value at a stoichiometry x and a temperature [K]."""
    if isinstance(law, Activated):
        faster = arrhenius(law.activation_energy, temperature, law.reference_temperature)
        return faster * value_at(law.value, x, temperature)
    return law(x) if isinstance(law, HostFunction) else law


def fit_positive(x: npt.ArrayLike, values: npt.ArrayLike, x_min: float, x_max: float) -> PositiveFunction:
    """The function through data, which holds its value beyond them.

    Args:
        x: Stoichiometries, increasing, at least three.
        values: Positive values there.
        x_min: Least stoichiometry at which the data are trusted.
        x_max: The largest.
    """
    return PositiveFunction(_held(fit_line(x, np.log(values)).line, x_min, x_max), x_min, x_max)


def _held(line: BentLine, least: float, most: float) -> BentLine:
    """The line inside a range, and straight on without slope a little beyond it."""
    width = _EDGE * (most - least)
    last = line.slope + sum(bend.slope_change for bend in line.bends)
    first = Bend(least - 2.0 * width, width, line.slope)
    held = BentLine(0.0, 0.0, (first, *line.bends, Bend(most + 2.0 * width, width, -last)))
    middle = 0.5 * (least + most)
    return replace(held, value=float(line(middle) - held(middle)))
