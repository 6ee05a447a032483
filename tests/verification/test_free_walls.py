"""A body with free walls needs no side walls: between plates its stress is along the stack alone."""

import gmsh
import numpy as np
import pytest

from fem_asslb.base.parallel import on_root
from meshes.session import gmsh_session
from tests.verification.test_uniform_block import PRESSURE, deviation, pressed

pytestmark = pytest.mark.two_ranks


def pellet(path, dimension):
    """A cylinder of wedges (in 2D a rectangle) of one group, off the origin, whose outside has no names."""
    with gmsh_session("pellet"):
        if dimension == 3:
            disc = gmsh.model.occ.addDisk(3.0, -2.0, 1.0, 2.0, 2.0)
            gmsh.model.occ.extrude([(2, disc)], 0.0, 0.0, 2.0, [2], recombine=True)
        else:
            gmsh.model.occ.addRectangle(3.0, 1.0, 0.0, 4.0, 2.0)
        gmsh.model.occ.synchronize()
        gmsh.model.addPhysicalGroup(dimension, [1], -1, "pellet")
        gmsh.option.setNumber("Mesh.MeshSizeMax", 1.0)
        gmsh.model.mesh.generate(dimension)
        gmsh.write(str(path))


@pytest.mark.parametrize(("dimension", "preset"), [(2, "direct"), (3, "direct"), (3, "iterative")])
def test_a_round_pellet_with_free_walls_is_under_a_uniform_stress(dimension, preset, comm, shared_path):
    path = shared_path / "pellet.msh"
    on_root(comm, lambda: pellet(path, dimension))
    geometry = {"kind": "mesh-file", "path": str(path), "boundaries": "ends"}
    across = {"out_of_plane": "generalised-plane-strain"} if dimension == 2 else {}
    fixture = {"kind": "constant-force", "walls": "free", **across}
    simulation = pressed(comm, shared_path, geometry, 2, preset, roles=["pellet"], fixture=fixture)
    stress = np.zeros((3, 3))
    stress[dimension - 1, dimension - 1] = -PRESSURE
    assert deviation(simulation, stress) < 1e-8 * PRESSURE
