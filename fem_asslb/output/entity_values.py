"""Functions as numbers by entity of the mesh file and point in it, which no partition changes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dolfinx import fem

FloatArray = npt.NDArray[np.float64]

_DIRECTION = np.sqrt([1.0, 2.0, 3.0])
"""No two points of a mesh, however regular, lie in a plane across it: points are in their order along it."""


@dataclass(frozen=True, kw_only=True)
class EntityValues:
    """What a run knows at the points of some cells or facets.

    Attributes:
        name: In checkpoints.
        keys: Of the entities on this rank, ghosts included: numbers that tell them apart on all, shape (n, k).
        owned: Which of them this rank owns, shape (n,).
        points: Where the numbers are, shape (n, num_points, 3) [um].
        places: Degree of freedom at each point, shape (n, num_points).
        variables: Functions with these degrees of freedom, and the components that are one variable, by its name.
    """

    name: str
    keys: npt.NDArray[np.int64]
    owned: npt.NDArray[np.bool_]
    points: FloatArray
    places: npt.NDArray[np.int32]
    variables: Mapping[str, tuple[fem.Function, slice]]

    @property
    def shapes(self) -> dict[str, list[int]]:
        """Points, and numbers at each, of every variable."""
        return {name: [self.places.shape[1], values.shape[1]] for name, values in self._arrays().items()}

    def gather(self) -> dict[str, FloatArray]:
        """Variables in the owned entities, shape (num_owned, num_points, size)."""
        places = self._ordered_places()[self.owned]
        return {name: values[places] for name, values in self._arrays().items()}

    def scatter(self, values: Mapping[str, FloatArray]) -> None:
        """Set the variables from their values in all entities of this rank, shape (n, num_points, size)."""
        places = self._ordered_places()
        for name, array in self._arrays().items():
            array[places] = values[name]
        for function, _ in self.variables.values():
            function.x.scatter_forward()

    def _arrays(self) -> dict[str, FloatArray]:
        """Each variable at all degrees of freedom, as a view."""
        return {
            name: function.x.array.reshape(-1, function.function_space.dofmap.index_map_bs)[:, components]
            for name, (function, components) in self.variables.items()
        }

    def _ordered_places(self) -> npt.NDArray[np.int32]:
        """The places, points of each entity in an order that depends on where they are alone."""
        return np.take_along_axis(self.places, np.argsort(self.points @ _DIRECTION, axis=1), axis=1)
