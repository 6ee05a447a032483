"""Named variables at points of cells or facets: what laws remember, and what points have of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from dolfinx import fem
from ufl.core.expr import Expr

Value: TypeAlias = Any
"""A number of UFL, or a tuple of as many as the shape of its variable says."""


class Layout:
    """Names and places of variables that lie one after the other at each point.

    Attributes:
        shapes: Of each variable by name, ``()`` or ``(n,)``.
        places: Of each variable among the numbers at a point.
        size: Numbers at a point.

    Args:
        shapes: Of each variable by name; several laws may name the same.

    Raises:
        ValueError: Two laws give one name to variables of different shapes.
    """

    def __init__(self, *shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.shapes: dict[str, tuple[int, ...]] = {}
        for name, shape in ((name, shape) for item in shapes for name, shape in item.items()):
            if self.shapes.setdefault(name, shape) != shape:
                raise ValueError(f"'{name}' has the shapes {self.shapes[name]} and {shape}; accepted: one")
        sizes = [int(np.prod(shape, dtype=int)) for shape in self.shapes.values()]
        ends = np.cumsum(sizes, dtype=int)
        self.places = {
            name: slice(int(end) - size, int(end)) for name, size, end in zip(self.shapes, sizes, ends, strict=True)
        }
        self.size = sum(sizes)

    def read(self, value: Expr) -> dict[str, Value]:
        """Variables in a vector of UFL."""
        found: dict[str, Value] = {}
        for name, place in self.places.items():
            parts = tuple(value[index] for index in range(place.start, place.stop))
            found[name] = parts if self.shapes[name] else parts[0]
        return found

    def flat(self, values: Mapping[str, Value]) -> list[Expr]:
        """Numbers in the order of their places; variables that are left out are zero."""
        numbers: list[Expr] = []
        for name, place in self.places.items():
            value = values.get(name, (0.0,) * (place.stop - place.start) if self.shapes[name] else 0.0)
            numbers += value if isinstance(value, tuple) else (value,)
        return numbers

    def views(self, array: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.float64]]:
        """Views of an array of shape (..., size), of shape (...) or (..., n) each."""
        return {
            name: array[..., place] if self.shapes[name] else array[..., place.start]
            for name, place in self.places.items()
        }

    def numbers(self, array: npt.NDArray[np.float64]) -> dict[str, Value]:
        """The same as laws have them: an array, or a tuple of arrays for a variable of several numbers."""
        views = self.views(array)
        return {name: tuple(np.moveaxis(view, -1, 0)) if self.shapes[name] else view for name, view in views.items()}


@dataclass(frozen=True)
class PointVariables:
    """Variables at points; what laws remember moves on when a step is accepted, and not before.

    Attributes:
        layout: Their names and places.
        function: All of them; it lives on cells or facets.
        side: Side of a facet by which forms name the function; empty on cells.
    """

    layout: Layout
    function: fem.Function
    side: str = ""

    @property
    def values(self) -> dict[str, Value]:
        """Expressions by name, a tuple for a variable of several numbers."""
        return self.layout.read(self.function(self.side) if self.side else self.function)

    @property
    def arrays(self) -> dict[str, npt.NDArray[np.float64]]:
        """Numbers by name, shape (num_points,) or (num_points, n), in the order of the function; writable."""
        return self.layout.views(self.function.x.array.reshape(-1, self.layout.size))
