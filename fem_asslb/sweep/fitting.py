"""Parameters from a measured curve by least squares, with the intervals that the data leave open.

Parameters are shares of their ranges, 0 to 1, logarithmic where the range is. The intervals are those of linear
regression about the optimum (Seber and Wild, Nonlinear Regression (1989), ch. 5).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares
from scipy.stats import t as student

FloatArray = npt.NDArray[np.float64]

Residuals = Callable[[Sequence[FloatArray]], list[FloatArray]]
"""Computed minus measured values at several points, which may be found at the same time."""

DIFFERENCE = 0.03
"""Step of a derivative, over the range: far above what time steps that choose themselves leave in a curve."""

MOST_EVALUATIONS = 20
"""Points at which the optimiser looks, besides those of the derivatives."""

CONFIDENCE = 0.95

TRADED = 0.95
"""Correlation of two estimates above which the data determine a combination of them."""

UNSTATED = 1e-3
"""Uncertainty of a value over the range of the data, where none is stated."""


@dataclass(frozen=True)
class Estimate:
    """What the data say of the parameters.

    Attributes:
        shares: Best values, shape (num_parameters,).
        half_widths: Of their intervals; infinite of a parameter without effect.
        correlation: Of the estimates, shape (num_parameters, num_parameters).
        residual: Computed minus measured values at the best values.
        uncertainty: Standard deviation of a measured value that the intervals are for.
        evaluations: Points at which the optimiser looked.
        has_converged: Whether it found a minimum.
    """

    shares: FloatArray
    half_widths: FloatArray
    correlation: FloatArray
    residual: FloatArray
    uncertainty: float
    evaluations: int
    has_converged: bool

    @property
    def is_determined(self) -> npt.NDArray[np.bool_]:
        """Whether the interval of each parameter is narrower than its range."""
        return 2.0 * self.half_widths < 1.0

    def traded(self) -> list[tuple[int, int]]:
        """Pairs of parameters of which one makes up for the other."""
        count = len(self.shares)
        pairs = [(one, other) for one in range(count) for other in range(one + 1, count)]
        return [pair for pair in pairs if abs(self.correlation[pair]) > TRADED]


def fit(
    residuals: Residuals, start: FloatArray, spread: float, uncertainty: float | None, together: bool = True
) -> Estimate:
    """Best values, and how far the data determine them.

    Args:
        residuals: Computed minus measured values.
        start: Where to begin, shares of the ranges.
        spread: Range of the measured values.
        uncertainty: Of one of them, as it is stated; None without.
        together: Whether points of a derivative are asked for with the point that it belongs to, as where they are
            found at the same time.
    """
    known: dict[bytes, FloatArray] = {}

    def look(points: list[FloatArray]) -> list[FloatArray]:
        """Residuals at points, each found once."""
        new = {point.tobytes(): point for point in points if point.tobytes() not in known}
        if new:
            known.update(zip(new, residuals(list(new.values())), strict=True))
        return [known[point.tobytes()] for point in points]

    def function(point: FloatArray) -> FloatArray:
        """Residuals at a point."""
        return look([point, *(_neighbours(point) if together else [])])[0]

    def jacobian(point: FloatArray) -> FloatArray:
        """Derivatives by differences, shape (num_points, num_parameters)."""
        neighbours = _neighbours(point)
        here, *there = look([point, *neighbours])
        steps = [float((other - point)[place]) for place, other in enumerate(neighbours)]
        return np.stack([(values - here) / step for values, step in zip(there, steps, strict=True)], axis=1)

    found = least_squares(
        function, start, jac=jacobian, bounds=(0.0, 1.0), xtol=1e-3, ftol=1e-3, max_nfev=MOST_EVALUATIONS
    )
    floor = UNSTATED * spread if uncertainty is None else uncertainty
    return _with_intervals(found.x, found.fun, found.jac, floor, int(found.nfev), bool(found.success))


def _with_intervals(
    shares: FloatArray, residual: FloatArray, jacobian: FloatArray, floor: float, evaluations: int, success: bool
) -> Estimate:
    freedom = max(1, len(residual) - len(shares))
    # Residuals that follow one another are fewer observations (Bayley and Hammersley, J. R. Stat. Soc. Suppl., 1946).
    scatter = float(residual @ residual) / freedom * (1.0 + (lag := _lag(residual))) / (1.0 - lag)
    variance = max(scatter, floor**2)
    # With fewer points than parameters there are directions that no point sees.
    blank = np.zeros((max(0, len(shares) - len(residual)), len(shares)))
    _, sizes, rotation = np.linalg.svd(np.vstack([jacobian, blank]), full_matrices=False)
    inverse = 1.0 / np.maximum(sizes, 1e-12 * max(1.0, float(sizes.max()))) ** 2
    covariance = variance * (rotation.T * inverse) @ rotation
    deviations = np.sqrt(np.diag(covariance))
    quantile = float(student.ppf(0.5 + CONFIDENCE / 2.0, freedom))
    return Estimate(
        shares=shares,
        half_widths=quantile * deviations,
        correlation=covariance / np.outer(deviations, deviations),
        residual=residual,
        uncertainty=math.sqrt(variance),
        evaluations=evaluations,
        has_converged=success,
    )


def _neighbours(point: FloatArray) -> list[FloatArray]:
    """Points of the differences by each parameter, inside its range."""
    found = []
    for place, share in enumerate(point):
        other = point.copy()
        other[place] += DIFFERENCE if share + DIFFERENCE <= 1.0 else -DIFFERENCE
        found.append(other)
    return found


def _lag(residual: FloatArray) -> float:
    """Correlation of neighbouring residuals, 0 to 0.99."""
    whole = float(residual @ residual)
    return min(0.99, max(0.0, float(residual[1:] @ residual[:-1]) / whole)) if whole > 0.0 else 0.0
