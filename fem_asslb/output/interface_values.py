"""What interfaces remember as values by facet in an order that no partition changes."""

import numpy as np
import numpy.typing as npt

from fem_asslb.equations.opening_interfaces import OpeningInterfaces

FACETS, HISTORY = "interface facets", "interface history"
"""Names of the arrays of a checkpoint."""

_DIGITS = 9


def owned_history(interfaces: OpeningInterfaces) -> dict[str, npt.NDArray]:
    """Keys of the owned facets, shape (n, dimension), and history at their points, shape (n, points, size)."""
    owned = slice(0, interfaces.mesh.num_owned)
    places = _places(interfaces)[owned]
    values = interfaces.state.history.x.array.reshape(-1, interfaces.state.history.function_space.dofmap.index_map_bs)
    return {FACETS: interfaces.keys[owned], HISTORY: values[places]}


def set_history(interfaces: OpeningInterfaces, facets: npt.NDArray, values: npt.NDArray) -> None:
    """Set the history from the keys and values of all ranks.

    Raises:
        KeyError: A facet is missing.
    """
    row = {key.tobytes(): number for number, key in enumerate(facets)}
    mine = [row[key.tobytes()] for key in interfaces.keys]
    history = interfaces.state.history
    history.x.array.reshape(-1, values.shape[-1])[_places(interfaces)] = values[mine]
    history.x.scatter_forward()


def _places(interfaces: OpeningInterfaces) -> npt.NDArray[np.int64]:
    """Degree of freedom of each point of each facet, points ordered by their coordinates, shape (facets, points)."""
    dofs = interfaces.state.history.function_space.dofmap.list
    x, y, z = np.moveaxis(np.round(interfaces.points, _DIGITS), 2, 0)
    return np.take_along_axis(dofs, np.lexsort((z, y, x), axis=1), axis=1)
