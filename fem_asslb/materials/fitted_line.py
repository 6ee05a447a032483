"""A bent line through measured points, which rises and falls where they do.

Bends of one width at equal distances make the slope a mean of the slopes of the branches between them, with weights
that are nowhere negative. So the line is monotone where its branches are, and a fit with bounds on their slopes keeps
what the data show, however noisy the rest of it is. Where as many bends as there may be do not pass the points, they
are put where the data bend, and the line is looked at.
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
    curve, goal = PchipInterpolator(places, heights), DEVIATION * np.ptp(heights)
    best: Fit | None = None
    for edges_of in (_even, _crowded):
        count = 1
        while count <= MOST_BENDS:
            found = _fit(curve, places, edges_of(curve, count), falls)
            if found is not None and (best is None or found.deviation < best.deviation):
                best = found
            if best is not None and best.deviation <= goal:
                return best
            count = count + 1 + count // 4
    assert best is not None
    return best


def _even(curve: PchipInterpolator, count: int) -> FloatArray:
    """Ends and places of bends at equal distances."""
    return np.linspace(curve.x[0], curve.x[-1], count + 2)


def _crowded(curve: PchipInterpolator, count: int) -> FloatArray:
    """The same where the curve bends: with the cube root of its curvature, half of them evenly, and graded."""
    x = np.linspace(curve.x[0], curve.x[-1], 20 * _SAMPLES)
    density = np.abs(np.gradient(curve.derivative()(x), x)) ** (1 / 3)
    density = density / density.sum() + 1.0 / len(x)
    reach = max(1, len(x) // (2 * count))
    density = np.convolve(np.pad(density, reach, mode="edge"), np.ones(2 * reach + 1), mode="valid")
    passed = np.cumsum(density) - density[0]
    return np.interp(np.linspace(0.0, passed[-1], count + 2), passed, x)


def _fit(curve: PchipInterpolator, x: FloatArray, edges: FloatArray, falls: bool) -> Fit | None:
    """The line with some bends: least squares of a monotone curve through the points, in the slopes of its branches.

    None where it does not rise and fall as that does; with bends of one width it always does.
    """
    distances = np.diff(edges)
    widths = _WIDTH * np.minimum(distances[1:], distances[:-1])
    bends = [Bend(float(place), float(width), 1.0) for place, width in zip(edges[1:-1], widths, strict=True)]
    samples = np.unique(np.concatenate([x, np.linspace(x[0], x[-1], _SAMPLES)]))
    ramps = np.array([samples, *(bend.value(samples) for bend in bends)])
    # A branch begins with the bend before it and ends with the one after it.
    columns = np.column_stack([np.ones_like(samples), *(ramps[:-1] - ramps[1:]), ramps[-1]])
    bounds = _bounds(curve, edges, falls)
    found = lsq_linear(columns, curve(samples), bounds, method="bvls").x
    slopes = found[1:]
    line = BentLine(
        float(found[0]),
        float(slopes[0]),
        tuple(
            Bend(bend.position, bend.width, float(change)) for bend, change in zip(bends, np.diff(slopes), strict=True)
        ),
    )
    if np.ptp(widths) > 1e-9 * widths.max() and not _is_alike(line, edges, *bounds):
        return None
    return Fit(line, float(np.abs(line(x) - curve(x)).max()))


def _is_alike(line: BentLine, edges: FloatArray, least: FloatArray, most: FloatArray) -> bool:
    """Whether the slope of a line has in each branch the sign that its bounds ask for, far outside too."""
    outside = (edges[-1] - edges[0]) * np.geomspace(1e-3, 1e2, 200)
    x = np.concatenate([np.linspace(edges[0], edges[-1], 20 * _SAMPLES), edges[0] - outside, edges[-1] + outside])
    branch = 1 + np.clip(np.searchsorted(edges, x) - 1, 0, len(edges) - 2)
    slope = line.derivative(x)
    falls, rises = most[branch] <= 0.0, least[branch] >= 0.0
    return bool(np.all(slope[falls & ~rises] <= 0.0) and np.all(slope[rises & ~falls] >= 0.0))


def _bounds(curve: PchipInterpolator, edges: FloatArray, falls: bool) -> tuple[FloatArray, FloatArray]:
    """Least and largest value of the start and of the slopes: where the curve has a sign, they have it."""
    flat = _STEEPNESS * np.ptp(curve(edges)) / (edges[-1] - edges[0])
    least, most = [-np.inf], [np.inf]
    for branch in range(len(edges) - 1):
        around = np.linspace(edges[max(branch - 1, 0)], edges[min(branch + 2, len(edges) - 1)], 40)
        slopes = curve.derivative()(around)
        rises, sinks = bool(slopes.min() >= 0.0), bool(slopes.max() <= 0.0)
        least.append(-2.0 * flat if rises and sinks else 0.0 if rises and not falls else -np.inf)
        most.append(-flat if falls else 0.0 if sinks else np.inf)
    return np.array(least), np.array(most)
