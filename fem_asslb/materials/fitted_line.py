"""A bent line through measured points, which rises and falls where they do.

Bends of one width at equal distances make the slope a mean of the slopes of the branches between them, with weights
that are nowhere negative. So the line is monotone where its branches are, and a fit with bounds on their slopes keeps
what the data show, however noisy the rest of it is.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator
from scipy.optimize import lsq_linear

from fem_asslb.materials.bent_line import Bend, BentLine

FloatArray = npt.NDArray[np.float64]

MOST_BENDS = 40
"""More would be noise of the data, and each takes time in every point of the mesh."""

DEVIATION = 1e-3
"""Over the range of the values: what the line may be off at the points while more bends help."""

_SAMPLES = 400
_WIDTH = 0.5
"""Of a bend, over the distance of two."""

_STEEPNESS = 1e-3
"""Of what is flat, over the mean slope; a potential that falls falls no slower, or it would have no mobility."""


@dataclass(frozen=True)
class Fit:
    """A line and how well it fits.

    Attributes:
        line: The line.
        deviation: Largest difference at a point, in the unit of the values.
    """

    line: BentLine
    deviation: float


def fit_line(x: npt.ArrayLike, values: npt.ArrayLike, falls: bool = False) -> Fit:
    """The line with the fewest bends that passes the points to a thousandth of their range, or the best one.

    Args:
        x: Places, increasing, at least three.
        values: Values there.
        falls: Whether the line falls everywhere, also where the values do not.
    """
    return _best(tuple(np.asarray(x, dtype=float)), tuple(np.asarray(values, dtype=float)), falls)


@lru_cache(maxsize=100)
def _best(x: tuple[float, ...], values: tuple[float, ...], falls: bool) -> Fit:
    """See `fit_line`; the materials of a case are asked for more than once."""
    places, heights = np.array(x), np.array(values)
    if np.ptp(heights) == 0.0:
        return Fit(BentLine(float(heights[0]), 0.0), 0.0)
    best: Fit | None = None
    count = 1
    while count <= MOST_BENDS:
        found = _fit(places, heights, count, falls)
        if best is None or found.deviation < best.deviation:
            best = found
        if best.deviation <= DEVIATION * np.ptp(heights):
            break
        count = count + 1 + count // 4
    assert best is not None
    return best


def _fit(x: FloatArray, values: FloatArray, count: int, falls: bool) -> Fit:
    """The line with some bends: least squares of a monotone curve through the points, in the slopes of its branches."""
    curve = PchipInterpolator(x, values)
    edges = np.linspace(x[0], x[-1], count + 2)
    distance = edges[1] - edges[0]
    bends = [Bend(float(place), _WIDTH * distance, 1.0) for place in edges[1:-1]]
    samples = np.unique(np.concatenate([x, np.linspace(x[0], x[-1], _SAMPLES)]))
    ramps = np.array([samples, *(bend.value(samples) for bend in bends)])
    # A branch begins with the bend before it and ends with the one after it.
    columns = np.column_stack([np.ones_like(samples), *(ramps[:-1] - ramps[1:]), ramps[-1]])
    bounds = _bounds(curve, edges, distance, falls)
    found = lsq_linear(columns, curve(samples), bounds, method="bvls").x
    slopes = found[1:]
    line = BentLine(
        float(found[0]),
        float(slopes[0]),
        tuple(
            Bend(bend.position, bend.width, float(change)) for bend, change in zip(bends, np.diff(slopes), strict=True)
        ),
    )
    return Fit(line, float(np.abs(line(x) - values).max()))


def _bounds(curve: PchipInterpolator, edges: FloatArray, distance: float, falls: bool) -> tuple[FloatArray, FloatArray]:
    """Least and largest value of the start and of the slopes: where the curve has a sign, they have it."""
    flat = _STEEPNESS * np.ptp(curve(edges)) / (edges[-1] - edges[0])
    least, most = [-np.inf], [np.inf]
    for start, stop in zip(edges, edges[1:], strict=False):
        around = np.linspace(max(start - distance, edges[0]), min(stop + distance, edges[-1]), 40)
        slopes = curve.derivative()(around)
        rises, sinks = bool(slopes.min() >= 0.0), bool(slopes.max() <= 0.0)
        least.append(-2.0 * flat if rises and sinks else 0.0 if rises and not falls else -np.inf)
        most.append(-flat if falls else 0.0 if sinks else np.inf)
    return np.array(least), np.array(most)
