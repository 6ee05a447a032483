"""Symmetric tensors of six components: the same formulae serve floats, numpy arrays and UFL expressions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from fem_asslb.base.functions import NumberLike

PLACES = ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (0, 2))
"""Row and column of each component, in VTK's order."""

_INDEX = {place: index for index, (i, j) in enumerate(PLACES) for place in ((i, j), (j, i))}


@dataclass(frozen=True)
class SymmetricTensor:
    """A symmetric 3 x 3 tensor.

    Attributes:
        components: xx, yy, zz, xy, yz, xz; shear components are those of the tensor, not engineering strains.
    """

    __array_ufunc__: ClassVar[None] = None
    """An array times a tensor is the product of each component, not an array of tensors."""

    components: tuple[NumberLike, ...]

    @classmethod
    def of(cls, matrix: NumberLike) -> "SymmetricTensor":
        """The tensor of a symmetric 3 x 3 matrix, of numbers or UFL."""
        return cls(tuple(matrix[place] for place in PLACES))

    def __getitem__(self, place: tuple[int, int]) -> NumberLike:
        """Component of a row and a column."""
        return self.components[_INDEX[place]]

    def __iter__(self) -> Iterator[NumberLike]:
        """The six components."""
        return iter(self.components)

    def __add__(self, other: "SymmetricTensor") -> "SymmetricTensor":
        """Sum."""
        return SymmetricTensor(tuple(a + b for a, b in zip(self, other, strict=True)))

    def __sub__(self, other: "SymmetricTensor") -> "SymmetricTensor":
        """Difference."""
        return SymmetricTensor(tuple(a - b for a, b in zip(self, other, strict=True)))

    def __rmul__(self, factor: NumberLike) -> "SymmetricTensor":
        """Product with a number."""
        return SymmetricTensor(tuple(factor * a for a in self))

    def inner(self, other: "SymmetricTensor") -> NumberLike:
        """Double contraction a : b; shear components count twice."""
        products = [a * b for a, b in zip(self, other, strict=True)]
        return sum(products[:3]) + 2 * sum(products[3:])

    @property
    def trace(self) -> NumberLike:
        """Sum of the diagonal."""
        return sum(self.components[:3])

    @property
    def deviator(self) -> "SymmetricTensor":
        """What is left without the mean of the diagonal."""
        return self - spherical(self.trace / 3)

    def matrix(self) -> list[list[NumberLike]]:
        """Rows of the 3 x 3 matrix."""
        return [[self[i, j] for j in range(3)] for i in range(3)]


def spherical(value: NumberLike) -> SymmetricTensor:
    """The unit tensor times a number."""
    return SymmetricTensor((value, value, value, 0.0, 0.0, 0.0))


def symmetric(components: Sequence[NumberLike]) -> SymmetricTensor:
    """The tensor of six components."""
    return SymmetricTensor(tuple(components))
