"""What interfaces remember as values by facet in an order that no partition changes."""

import numpy as np
import numpy.typing as npt
from dolfinx import fem

from fem_asslb.equations.opening_interfaces import OpeningInterfaces

FACETS, HISTORY = "interface facets", "interface history"
"""Names of the arrays of a checkpoint."""

_DIGITS = 9


def owned_history(interfaces: OpeningInterfaces) -> dict[str, npt.NDArray]:
    """Keys of the owned facets, shape (n, dimension), and history at their points, shape (n, points, size)."""
    if (history := interfaces.history) is None:
        return {}
    owned = slice(0, interfaces.mesh.num_owned)
    places = _places(interfaces, history.function)[owned]
    values = history.function.x.array.reshape(-1, history.layout.size)
    return {FACETS: interfaces.keys[owned], HISTORY: values[places]}


def set_history(interfaces: OpeningInterfaces, facets: npt.NDArray, values: npt.NDArray) -> None:
    """Set the history from the keys and values of all ranks.

    Raises:
        KeyError: A facet is missing.
    """
    row = {key.tobytes(): number for number, key in enumerate(facets)}
    mine = [row[key.tobytes()] for key in interfaces.keys]
    assert interfaces.history is not None
    function = interfaces.history.function
    function.x.array.reshape(-1, values.shape[-1])[_places(interfaces, function)] = values[mine]
    function.x.scatter_forward()


def _places(interfaces: OpeningInterfaces, function: fem.Function) -> npt.NDArray[np.int64]:
    """Degree of freedom of each point of each facet, points ordered by their coordinates, shape (facets, points)."""
    dofs = function.function_space.dofmap.list
    x, y, z = np.moveaxis(np.round(interfaces.points, _DIGITS), 2, 0)
    return np.take_along_axis(dofs, np.lexsort((z, y, x), axis=1), axis=1)
