"""Coefficients that are constant in each region or cell, and laws whose numbers are constants of a form."""

import dataclasses
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from dolfinx import fem

from fem_asslb.mesh.domain import Domain

Law = TypeVar("Law")


def cell_field(domain: Domain, values: npt.NDArray[np.float64], name: str = "") -> fem.Function:
    """Cell-wise constant function.

    Args:
        domain: The mesh.
        values: Value of each local cell, shape (num_cells,) or (num_cells, n).
        name: Name of the function.
    """
    shape = values.shape[1:]
    function = fem.Function(fem.functionspace(domain.mesh, ("DG", 0, shape) if shape else ("DG", 0)), name=name)
    dofs = function.function_space.dofmap.list[:, 0]
    block = int(np.prod(shape)) if shape else 1
    function.x.array.reshape(-1, block)[dofs] = values.reshape(len(values), block)
    return function


def region_field(domain: Domain, values: npt.ArrayLike, name: str = "") -> fem.Function:
    """Function constant in each region; `values` of shape (num_regions,) or (num_regions, n)."""
    return cell_field(domain, np.asarray(values, dtype=float)[domain.cell_region], name)


def with_constants(domain: Domain, law: Law) -> Law:
    """The same law with every float replaced by a constant of the mesh, so that a new value compiles nothing."""
    return _replace(domain, law)


def _replace(domain: Domain, value: Any) -> Any:
    if isinstance(value, float):
        return fem.Constant(domain.mesh, value)
    if isinstance(value, tuple):
        return tuple(_replace(domain, item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)]
        return dataclasses.replace(value, **{name: _replace(domain, getattr(value, name)) for name in names})
    return value
