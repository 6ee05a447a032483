"""Lithium crosses no interface that opens unless a host beside it is there to notice."""

import numpy as np
import pytest

from fem_asslb.base.errors import CaseErrors
from fem_asslb.case.checks.lithium_path import anodes_beside_hosts, lithium_has_its_way, ungated_interfaces
from fem_asslb.case.reading.reader import build_case
from fem_asslb.case.sections.interfaces import BondedInterface, ContactInterface, ElasticInterface
from fem_asslb.materials.library import load
from fem_asslb.model.build import build_model
from tests.grids import box
from tests.support import domain_of

STACK = [("anode", "separator"), ("separator", "cathode"), ("cathode", "particle"), ("cathode", "piston")]
COATED = [("particle", "coating"), ("coating", "electrolyte"), ("particle", "electrolyte")]
KINDS = {"particle": "ncm85", "anode": "indium", "piston": "steel"}


def refused(touching, *opening, law=ContactInterface):
    materials = {role: load(KINDS.get(role, "lpscl")) for pair in touching for role in pair}
    interfaces = {f"{a}-{b}": law(between=(a, b)) for a, b in opening}
    return [error.key for error in ungated_interfaces(touching, materials, interfaces)]


@pytest.mark.serial
@pytest.mark.parametrize(
    ("touching", "opening", "faulty"),
    [
        (COATED[:2], [("electrolyte", "coating")], ["electrolyte-coating"]),
        (COATED, [("coating", "electrolyte")], ["coating-electrolyte"]),
        (COATED[:2], [("particle", "coating")], []),
        (STACK, [("separator", "cathode")], ["separator-cathode"]),
        (STACK, [("anode", "separator")], ["anode-separator"]),
        (STACK, [("separator", "cathode"), ("anode", "separator")], ["separator-cathode"]),
        (STACK, [("cathode", "particle")], []),
        # Grains of one role.
        (STACK, [("separator", "separator")], ["separator-separator"]),
        (STACK[1:], [("cathode", "cathode")], ["cathode-cathode"]),
        (STACK, [("particle", "particle")], []),
        # Not on the way to the anode; without an anode either side may be the way.
        (STACK, [("cathode", "piston")], []),
        (STACK[1:], [("cathode", "piston")], ["cathode-piston"]),
    ],
)
def test_interfaces_that_open_behind_the_surface_of_a_host_are_found(touching, opening, faulty):
    assert refused(touching, *opening) == [f"interfaces.{name}.law" for name in faulty]
    assert refused(touching, *opening, law=BondedInterface) == refused(touching, *opening, law=ElasticInterface) == []


@pytest.mark.serial
@pytest.mark.parametrize(
    ("touching", "faulty"), [(STACK, []), ([("anode", "particle")], ["anode"]), ([("indium", "anode")], [])]
)
def test_an_anode_touches_no_host(touching, faulty):
    materials = {role: load(KINDS.get(role, "lpscl")) for pair in touching for role in pair}
    errors = list(anodes_beside_hosts(touching, materials))
    assert [error.key for error in errors] == [f"materials.{role}.reaction_volume" for role in faulty]
    assert all("it touches 'particle'" in error.message for error in errors)


@pytest.mark.serial
def test_a_role_without_a_material_is_passed_over():
    """It is told of by itself, beside all other mistakes."""
    materials = {"anode": load("indium"), "cathode": load("lpscl"), "particle": load("ncm85")}
    touching = [*STACK[:3], ("anode", "particle")]
    assert [error.key for error in lithium_has_its_way(touching, materials, {}, "indium")] == [
        "materials.anode.reaction_volume"
    ]


@pytest.mark.two_ranks
def test_a_matrix_that_would_swell_as_the_anode_is_refused(comm, tmp_path):
    """Beside an anode that does not swell, the matrix would take the whole charge."""
    table = {
        "case": {"title": "matrix"},
        "geometry": {"kind": "mesh-file", "path": str(tmp_path / "cell.msh")},
        "materials": {
            "particle": "ncm85",
            "electrolyte": {"use": "lpscl", "reaction_volume": "5 cm^3/mol"},
        },
        "cell": {"anode": "indium", "one_c": "190 mA/g", "exchange_current_density": "1 A/m^2"},
        "fixture": {"kind": "spring", "stiffness": "1 MPa/um"},
        "protocol": {"steps": ["press to 5 MPa in 1 min", "charge at 0.2C until x = 0.5"]},
    }
    (tmp_path / "cell.msh").write_text("")
    strips = np.array(["particle/0001", "electrolyte"])
    domain = domain_of(box((2.0, 1.0), (2, 1), lambda centres: strips[centres[:, 0].astype(int)]), comm)
    with pytest.raises(
        CaseErrors, match=r"materials\.electrolyte\.reaction_volume: '5 cm\^3/mol': it touches 'particle'"
    ):
        build_model(build_case(table), domain)


@pytest.mark.two_ranks
def test_a_coating_that_may_come_off_is_refused_when_the_mesh_is_read(comm, tmp_path):
    """Which regions of a mesh file touch is known then."""
    (tmp_path / "cell.msh").write_text("")
    table = {
        "case": {"title": "coated"},
        "geometry": {"kind": "mesh-file", "path": str(tmp_path / "cell.msh")},
        "materials": {"particle": "ncm85", "coating": "lpscl", "electrolyte": "lpscl"},
        "interfaces": {"skin": {"law": "contact", "between": ["coating", "electrolyte"]}},
        "cell": {"anode": "indium", "one_c": "190 mA/g", "exchange_current_density": "1 A/m^2"},
        "fixture": {"kind": "spring", "stiffness": "1 MPa/um"},
        "protocol": {"steps": ["press to 5 MPa in 1 min", "charge at 0.2C until x = 0.5"]},
    }
    strips = np.array(["particle/0001", "coating", "electrolyte"])
    domain = domain_of(box((3.0, 1.0), (3, 1), lambda centres: strips[centres[:, 0].astype(int)]), comm)
    with pytest.raises(CaseErrors, match=r"interfaces\.skin\.law: 'contact': lithium would pass between 'coating'"):
        build_model(build_case(table), domain)
    table["interfaces"]["skin"]["between"] = ["particle", "coating"]
    build_model(build_case(table), domain)
