"""A surface inside a mesh from elsewhere is an interface: a block that is cut in two gives way there."""

from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.app.driver import build_domain
from fem_asslb.base.errors import MeshError
from fem_asslb.base.parallel import on_root
from fem_asslb.case.reading.reader import build_case
from fem_asslb.fields.platen import POSITION
from fem_asslb.geometry import MeshFile
from fem_asslb.mesh.source_checks import check_source
from fem_asslb.simulation.simulation import Simulation
from meshes.arranged_mesh import arrange
from tests.foreign_files import by_gmsh, two_layers

MODULUS, RATIO, STIFFNESS, PRESSURE = 20e3, 0.3, 4e4, 50.0
TOGETHER = {"lower": "separator", "upper": "separator"}


def faulted(dimension, chosen=lambda centres: centres[:, 0] < np.inf):
    """Box of 1 um height whose facets at half its height are a group."""
    source = two_layers(dimension)
    at = np.isclose(source.points[:, -1], 0.5)
    inner = [nodes[at[nodes]] for nodes in source.cells[source.cell_region == 0]]
    facets = np.array([nodes for nodes in inner if len(nodes) == dimension])
    facets = facets[chosen(source.points[facets].mean(axis=1))]
    return replace(
        source,
        facets=np.concatenate([source.facets, facets]),
        facet_group=np.append(source.facet_group, np.full(len(facets), len(source.boundaries))),
        boundaries=(*source.boundaries, "fault"),
    )


@pytest.mark.two_ranks
@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("between", [["separator", "separator"], "surface:fault"])
def test_a_fault_adds_its_compliance(between, dimension, comm, shared_path):
    path = on_root(comm, lambda: by_gmsh(".msh")(faulted(dimension), shared_path))
    law = {"between": between, "law": "elastic", "normal_stiffness": f"{STIFFNESS} MPa/um"}
    material = {"use": "lpscl", "youngs_modulus": f"{MODULUS} MPa", "poisson_ratio": RATIO}
    table = {
        "case": {"title": "fault"},
        "geometry": {"kind": "mesh-file", "path": str(path), "names": TOGETHER, "cut": ["fault"]},
        "materials": {"separator": material},
        "interfaces": {"fault": law},
        "fixture": {"kind": "constant-force"},
        "protocol": {"steps": [f"press to {PRESSURE} MPa in 1 min"]},
    }
    case = build_case(table)
    simulation = Simulation(case, build_domain(comm, case, shared_path)[1])
    assert simulation.run() == "end of protocol"
    confined = MODULUS * (1 - RATIO) / ((1 + RATIO) * (1 - 2 * RATIO))
    expected = -PRESSURE * (1.0 / confined + 1.0 / STIFFNESS)
    assert simulation.problem.state.number(POSITION) == pytest.approx(expected, rel=1e-8)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("chosen", "keys", "message"),
    [
        (lambda x: x[:, 0] < 1.0, {"cut": ("fault",)}, "1 facets of geometry.cut end inside region 'separator'"),
        (lambda x: x[:, 0] < 9.0, {"cut": ("none",)}, "no group 'none' of facets to cut along; there are: .*fault"),
        (lambda x: x[:, 0] < 9.0, {"cut": ("top", "fault")}, "2 facets of surface 'top' .* on the outside of the mesh"),
    ],
)
def test_surfaces_that_divide_nothing_are_refused(chosen, keys, message, tmp_path):
    path = by_gmsh(".msh")(faulted(2, chosen), tmp_path)
    with pytest.raises(MeshError, match=message):
        check_source(arrange(MeshFile(path, names=TOGETHER, **keys)).source())
