"""State of an interface at assembly."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

GapField = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""Gaps [um] of points of shape (3, n)."""


@dataclass(frozen=True)
class InterfaceStart:
    """State of an interface at assembly.

    Attributes:
        bonded_share: Share of the area that adheres; facets are drawn at random.
        gap: Initial gap [um], a number or a function of points of shape (3, n); where it is positive nothing adheres.
        weibull_modulus: Of the scatter of the strength; infinite for none.
        scatter_by_boundary: Whether one strength is drawn for each pair of regions that touch, not for each facet.
        seed: Of the facets that adhere.
        scatter_seed: Of the strengths.
    """

    bonded_share: float = 1.0
    gap: float | GapField = 0.0
    weibull_modulus: float = math.inf
    scatter_by_boundary: bool = False
    seed: int = 1
    scatter_seed: int = 1
