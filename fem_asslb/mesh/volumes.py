"""Volumes of cells and roles, exact on curved cells too."""

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem

from fem_asslb.base.parallel import global_sum
from fem_asslb.mesh.domain import Domain


def cell_volumes(domain: Domain) -> npt.NDArray[np.float64]:
    """Volume of each local cell, shape (num_cells,) [um^3; um^2 in 2D, that is per um of depth]."""
    space = fem.functionspace(domain.mesh, ("DG", 0))
    volumes = fem.Function(space)
    assembled = fem.assemble_vector(fem.form(ufl.TestFunction(space) * ufl.dx(domain.mesh)))
    volumes.x.array[:] = assembled.array
    volumes.x.scatter_forward()
    return volumes.x.array[space.dofmap.list[:, 0]].copy()


def region_volumes(domain: Domain) -> npt.NDArray[np.float64]:
    """Volume of each region, shape (num_regions,) [um^3; um^2 in 2D]."""
    owned = slice(0, domain.num_owned_cells)
    local = np.bincount(domain.cell_region[owned], cell_volumes(domain)[owned], minlength=len(domain.regions))
    return global_sum(domain.comm, local)


def role_volumes(domain: Domain) -> dict[str, float]:
    """Volume of all regions of each role [um^3; um^2 in 2D]."""
    per_region, roles = region_volumes(domain), np.array(domain.region_roles)
    return {role: float(per_region[roles == role].sum()) for role in domain.roles}
