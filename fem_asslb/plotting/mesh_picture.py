"""Picture of the mesh of a case with its crystals, before anything is computed."""

from pathlib import Path

import numpy as np
import pyvista
from mpi4py import MPI

from fem_asslb.case.sections.case import Case
from fem_asslb.mesh.distribution import distribute
from fem_asslb.mesh.domain import Domain, check_roles, region_particles
from fem_asslb.mesh.reader import read_source
from fem_asslb.model.build import crystal_axes
from fem_asslb.output.names import AXIS, REGION, ROLE
from fem_asslb.plotting.crystals import PARTICLE, draw_crystals
from fem_asslb.plotting.panels import view_of
from fem_asslb.plotting.snapshots import Snapshot
from fem_asslb.plotting.style import paper_style


def draw_mesh_picture(case: Case, mesh: Path, picture: Path) -> Path:
    """Draw layers in the colours of their roles and particles in those of their crystal axes; on one process.

    Args:
        case: A checked case.
        mesh: Its mesh.
        picture: File to write.

    Raises:
        MeshError: The mesh cannot be read, or has other regions than the case has materials.
    """
    domain = distribute(MPI.COMM_SELF, read_source(mesh, case.geometry.is_periodic))
    check_roles(domain, case.materials)
    snapshot = _cells(case, domain)
    with paper_style():
        return draw_crystals(snapshot, view_of(snapshot), picture, domain.roles)


def _cells(case: Case, domain: Domain) -> Snapshot:
    """Cells that share no point, as those of results."""
    hosts = sorted(role for role, material in case.resolved_materials().items() if material.host is not None)
    corners = domain.mesh.geometry.dofmap[:, : domain.dimension + 1]
    kind = pyvista.CellType.TRIANGLE if domain.dimension == 2 else pyvista.CellType.TETRA
    apart = np.arange(corners.size).reshape(corners.shape)
    grid = pyvista.UnstructuredGrid({kind: apart}, domain.mesh.geometry.x[corners.ravel()])
    axis = np.where(domain.regions_of(hosts)[domain.cell_region, None], crystal_axes(case, domain, hosts), 0.0)
    grid.cell_data[REGION], grid.cell_data[ROLE] = domain.cell_region, domain.region_role[domain.cell_region]
    grid.cell_data[PARTICLE], grid.cell_data[AXIS] = region_particles(domain)[domain.cell_region], axis
    return Snapshot(0.0, grid)
