"""What a step of flow starts from and what it leads to, at many points at once."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from fem_asslb.bulk.flow_rule import Array

Index = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a step starts from, arrays of shape (n,).

    Attributes:
        volume: v, elastic trial strain by which volume is smaller.
        shear: s, size sqrt(2/3 d : d) of its deviator d.
        plastic_volume: Volume that the plastic strain at the start of the step leaves; 1 of logarithmic strain, where
            only the change of it in the step counts.
        density: Relative density there.
        accumulated: Amount of flow until there.
        logarithmic: Whether strains add up to the logarithm of a volume; otherwise to its relative change.
    """

    volume: Array
    shear: Array
    plastic_volume: Array
    density: Array
    accumulated: Array
    logarithmic: bool = False

    def volume_ratio(self, start: float | None, density: Array) -> tuple[Array | float, float]:
        """What makes of a Cauchy stress one per volume at the start, and d ln / d ln D of it; strain decides it.

        Args:
            start: Relative density at the start; None where flow keeps the volume.
            density: D.
        """
        return (1.0, 0.0) if start is None or not self.logarithmic else (start / density, -1.0)

    def at(self, index: Index) -> "Trial":
        """Some of the points."""
        return self._each(lambda values: values[index])

    def flat(self) -> "Trial":
        """The same points in a row."""
        return self._each(lambda values: np.reshape(values, -1))

    def _each(self, change: Callable[[Array], Array]) -> "Trial":
        arrays = (part.name for part in fields(self) if part.name != "logarithmic")
        changed: dict[str, Any] = {name: change(getattr(self, name)) for name in arrays}
        return replace(self, **changed)


@dataclass(frozen=True, kw_only=True)
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
        return _each(lambda values: values.reshape(shape), self)

    def replaced(self, index: Index, others: "Flowed") -> "Flowed":
        """The same points, some of which are others."""

        def mix(values: Array, new: Array) -> Array:
            """Values of all points."""
            mixed = values.copy()
            mixed[index] = new
            return mixed

        return _each(mix, self, others)


def _each(change: Callable[..., Array], *ends: Flowed) -> Flowed:
    """What a function makes of each array of one or several ends."""
    found: dict[str, Any] = {}
    for part in fields(Flowed):
        values = [getattr(end, part.name) for end in ends]
        pairs = isinstance(values[0], tuple)
        found[part.name] = tuple(map(change, *values)) if pairs else change(*values)
    return Flowed(**found)
