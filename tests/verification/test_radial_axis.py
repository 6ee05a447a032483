"""Radial crystal axes point away from the centre of the particle, of which the mesh may be a part only."""

import numpy as np
import pytest
from dolfinx import mesh as dmesh

from fem_asslb.app.driver import build_domain
from fem_asslb.case.reading.reader import read_case
from fem_asslb.model.build import crystal_axes
from tests.support import largest

SHELL = """
[case]
title = "Sphere"
[geometry]
kind = "particle-in-shell"
dimension = {dimension}
core_radius = "2 um"
shell_radius = "3 um"
element_size = "0.7 um"
part = "{part}"
[materials]
electrolyte = "lpscl"
particle = {{ use = "ncm85", axis = "radial" }}
[fixture]
kind = "pressure"
[protocol]
steps = ["press to 1 MPa in 1 min"]
"""


@pytest.mark.ends_in_parallel
@pytest.mark.parametrize("part", ["symmetric", "full"])
@pytest.mark.parametrize("dimension", [2, 3])
def test_radial_axis_of_a_whole_particle_and_of_a_part(comm, shared_path, dimension, part):
    path = shared_path / "case.toml"
    if comm.rank == 0:
        path.write_text(SHELL.format(dimension=dimension, part=part))
    comm.Barrier()
    case = read_case(path)
    domain = build_domain(comm, case, shared_path)[1]
    cells = domain.cells_of(["particle"])
    axis = crystal_axes(case, domain, ["particle"])[cells]
    middle = dmesh.compute_midpoints(domain.mesh, domain.dimension, cells)
    distance = np.linalg.norm(middle, axis=1)
    # The centre of mass of a whole particle is found but for the roughness of the mesh.
    far = distance > 0.5
    along = np.einsum("ij,ij->i", axis, middle / distance[:, None])[far]
    assert largest(domain, along - 1.0) < (1e-12 if part == "symmetric" else 1e-3)
