"""Laws of a case on its mesh: stiffnesses from the neighbours, and what is refused there."""

import pytest

from fem_asslb.case.reader import build_case, read_table
from fem_asslb.driver import build_domain
from fem_asslb.errors import CaseError, MeshError
from fem_asslb.interface_laws import build_interfaces
from fem_asslb.interface_stiffness import STIFFNESS_FACTOR
from fem_asslb.mesh.interface_mesh import mean_facet_size
from tests.unit.test_interface_output import CELL


def interfaces_of(comm, folder, *overrides, text=CELL):
    if comm.rank == 0:
        (folder / "case.toml").write_text(text)
    comm.Barrier()
    case = build_case(read_table(folder, list(overrides)))
    _, domain = build_domain(comm, case, folder / "mesh")
    return domain, build_interfaces(case.interfaces, case.resolved_materials(), domain, 1)


def test_defaults_follow_from_the_neighbours(comm, shared_path):
    """The host is the plus side, and the stiffness is that of the softer side."""
    domain, (boundary, surface) = interfaces_of(comm, shared_path)
    assert boundary.pair == ("particle", "particle") and surface.pair == ("particle", "cathode")
    size = mean_facet_size(domain, surface.pair)
    electrolyte = 24e3
    assert surface.law.normal_stiffness == pytest.approx(STIFFNESS_FACTOR * electrolyte / size, rel=0.1)
    assert surface.conductance is None and boundary.conductance > 0.0
    assert surface.law.shear_stiffness == surface.law.normal_stiffness
    assert surface.law.friction_stiffness == pytest.approx(electrolyte / size, rel=0.1)


def test_soft_boundaries_between_grains_are_refused(comm, shared_path):
    words = r"interfaces.boundary.normal_stiffness: 2e\+06 MPa/um softens grains of 1.* um"
    with pytest.raises(CaseError, match=words):
        interfaces_of(comm, shared_path, "interfaces.boundary.normal_stiffness=2e6 MPa/um")


def test_stiffness_of_friction(comm, shared_path):
    _, (_, surface) = interfaces_of(comm, shared_path, "interfaces.surface.friction_stiffness=5e4 MPa/um")
    assert surface.law.friction_stiffness == pytest.approx(5e4)
    words = r"interfaces.surface: friction_stiffness = 1e\+09 MPa/um; accepted: up to the shear stiffness"
    with pytest.raises(CaseError, match=words):
        interfaces_of(comm, shared_path, "interfaces.surface.friction_stiffness=1e9 MPa/um")


def test_an_interface_without_facets_is_an_error(comm, shared_path):
    """Single crystals have no boundaries between grains."""
    head, _, rest = CELL.partition("[geometry.layers.cathode.particles.grains]")
    text = head + rest[rest.index("[materials]") :]
    with pytest.raises(MeshError, match="interfaces.boundary: no facet of the mesh lies between 'particle' and 'part"):
        interfaces_of(comm, shared_path, text=text)


def test_bonded_facets_and_strengths_are_drawn_apart(comm, shared_path):
    seeds = ("interfaces.boundary.seed=3", "interfaces.boundary.scatter.seed=5")
    _, (boundary, _) = interfaces_of(comm, shared_path, *seeds)
    assert (boundary.start.seed, boundary.start.scatter_seed) == (3, 5)
