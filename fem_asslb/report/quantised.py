"""Arrays of numbers as short texts, for a page that has to hold them: 16 bits for each number, compressed."""

import base64
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

LEVELS = 2**16 - 1
"""Largest number of 16 bits; 0 stands for what is undefined, the others for equal steps of a range."""


@dataclass(frozen=True)
class Range:
    """Numbers that 16 bits tell apart.

    Attributes:
        low: The lowest.
        high: The highest.
    """

    low: float
    high: float

    @classmethod
    def of(cls, values: FloatArray) -> "Range":
        """Range of values, some of which may be NaN."""
        known = values[np.isfinite(values)]
        return cls(float(known.min()), float(known.max())) if known.size else cls(0.0, 0.0)

    def codes(self, values: FloatArray) -> npt.NDArray[np.uint16]:
        """Numbers of steps, from 1 on; 0 where a value is not finite."""
        step = (self.high - self.low) / (LEVELS - 1) or 1.0
        known = np.isfinite(values)
        levels = np.round((np.where(known, values, self.low) - self.low) / step) + 1.0
        return np.where(known, levels, 0.0).astype(np.uint16)


def packed(numbers: npt.NDArray[np.uint16] | npt.NDArray[np.uint32]) -> str:
    """Numbers in base 64, compressed byte by byte of their place: high bytes of neighbours are often the same."""
    planes = np.ascontiguousarray(numbers).reshape(-1).view(np.uint8).reshape(-1, numbers.dtype.itemsize).T
    return base64.b64encode(zlib.compress(np.ascontiguousarray(planes).tobytes(), level=6)).decode("ascii")
