"""Surfaces of a mesh that go by a name have laws of their own, also where they are between the same roles."""

from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.app.driver import run
from fem_asslb.base.errors import CaseErrors, MeshError
from fem_asslb.base.parallel import on_root
from fem_asslb.case.reading.reader import build_case
from fem_asslb.mesh.source_checks import check_source
from fem_asslb.output.history import read_history
from fem_asslb.simulation.simulation import Simulation
from meshes.survey import survey
from tests.foreign_files import by_gmsh
from tests.grids import box, with_surfaces
from tests.support import domain_of

PRESSURE = 50.0
SOFT, STIFF = 4e4, 1e5


def named_in_a_file(source):
    """The mesh with its surfaces as groups of facets like any other."""
    return replace(source, boundaries=source.groups, surfaces=())


def pressed(path, interfaces, **geometry):
    return {
        "case": {"title": "surfaces"},
        "geometry": {"kind": "mesh-file", "path": str(path), "cut": ["low", "high"], **geometry},
        "materials": {"separator": {"use": "lpscl", "youngs_modulus": "20 GPa", "poisson_ratio": 0.3}},
        "interfaces": interfaces,
        "fixture": {"kind": "constant-force"},
        "protocol": {"steps": [f"press to {PRESSURE} MPa in 1 min"]},
        "output": {"pictures": False},
    }


def springs(between, stiffness):
    return {"between": between, "law": "elastic", "normal_stiffness": f"{stiffness} MPa/um"}


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("low", ["surface:low", ["separator", "separator"]])
def test_two_surfaces_through_one_role_have_two_laws(low, dimension, comm, shared_path):
    """Roles that an interface names stand for all facets between them that no other interface has by name."""
    source = box((2.0, *[3.0] * (dimension - 1)), (2, *[3] * (dimension - 1)), lambda x: np.full(len(x), "separator"))
    source = named_in_a_file(with_surfaces(source, low=(-1, 1.0), high=(-1, 2.0)))
    path = on_root(comm, lambda: by_gmsh(".msh")(source, shared_path))
    table = pressed(path, {"one": springs(low, SOFT), "other": springs("surface:high", STIFF)})
    run(build_case(table), comm, shared_path / "results", folder=shared_path)
    rows = read_history(shared_path / "results")
    first = "separator|separator" + (" at low" if isinstance(low, str) else "")
    assert rows[f"{first} overlap max [um]"][-1] == pytest.approx(PRESSURE / SOFT, rel=1e-8)
    assert rows["separator|separator at high overlap max [um]"][-1] == pytest.approx(PRESSURE / STIFF, rel=1e-8)


def charged(comm, path, columns, law):
    """Columns along x of which the outer two are hosts, charged for an hour; the surface of the first has a law."""
    names = np.array(columns)
    source = box((3.0, 1.0), (6, 2), lambda centres: names[centres[:, 0].astype(int)])
    hosts = {name.partition("/")[0]: "ncm85" for name in columns if "/" in name}
    case = build_case(
        {
            "case": {"title": "hosts"},
            "geometry": {"kind": "mesh-file", "path": str(path), "cut": ["near"]},
            "materials": {"electrolyte": "lpscl", **hosts},
            "interfaces": {"near": law},
            "cell": {"anode": "indium", "one_c": "190 mA/g", "exchange_current_density": "0.5 A/m^2"},
            "fixture": {"kind": "constant-force"},
            "protocol": {"steps": ["press to 5 MPa in 1 min", "charge at 0.2C for 1 h"]},
        }
    )
    simulation = Simulation(case, domain_of(with_surfaces(source, near=(0, 1.0)), comm))
    while not simulation.loading.has_ended:
        record = simulation.advance()
    return record.scalars


def test_hosts_react_through_surfaces_of_their_own(comm, shared_path):
    """A particle whose surface goes by its name charges as one of a role of its own with the same law."""
    path = shared_path / "none.msh"
    on_root(comm, lambda: path.write_text(""))
    law = {"law": "contact", "closed_conduction": {"lowest": 0.3, "knee": "50 MPa", "width": "10 MPa"}}
    by_role, by_name = (
        charged(comm, path, columns, {"between": between, **law})
        for columns, between in (
            (("near/0001", "electrolyte", "far/0002"), ["near", "electrolyte"]),
            (("particle/0001", "electrolyte", "particle/0002"), "surface:near"),
        )
    )
    common = [name for name in by_role if name in by_name and not name.endswith(" error [-]")]
    assert {"cell voltage [V]", "stoichiometry min [-]", "stoichiometry max [-]", "stack pressure [MPa]"} <= {*common}
    assert {name: by_name[name] for name in common} == pytest.approx({name: by_role[name] for name in common}, rel=1e-8)
    assert by_name["particle|electrolyte at near conducting [-]"] < 0.35
    assert by_name["stoichiometry max [-]"] - by_name["stoichiometry min [-]"] > 0.01


STRIPS = ("lower/0001", "lower/0002", "upper")


def striped(strips=STRIPS, **more):
    """Three strips along x, the surfaces between them, and more planes."""
    names = np.array(strips)
    source = box((3.0, 1.0), (3, 1), lambda centres: names[centres[:, 0].astype(int)])
    return with_surfaces(source, low=(0, 1.0), high=(0, 2.0), **more)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            lambda: replace(source := striped(), surfaces=("low",), facet_group=np.minimum(source.facet_group, 4)),
            "surface 'low' lies between 'lower' and 'lower', between 'lower' and 'upper'; accepted: two roles",
        ),
        (
            lambda: striped(strips=("lower", "lower", "upper")),
            r"1 facets of surface 'low' \(the first at \(1, 0.5\) um\) have one region on both sides",
        ),
        (
            lambda: striped(side=(0, 3.0)),
            "surface 'side' .* on the outside of the mesh",
        ),
        (
            lambda: replace(
                source := striped(),
                facets=np.vstack([source.facets, source.facets[-1:]]),
                facet_group=np.append(source.facet_group, 4),
            ),
            "are named more than once, as 'high', 'low'",
        ),
    ],
)
def test_surfaces_that_are_none_are_refused(source, message):
    with pytest.raises(MeshError, match=message):
        check_source(source())


@pytest.mark.two_ranks
def test_a_surface_that_ends_in_a_body_is_refused(comm, shared_path):
    """What is bonded around the end of a surface would hold its sides together."""
    source = box((2.0, 2.0), (2, 2), lambda x: np.where(x[:, 1] < 1.0, "lower", "upper"))
    source = with_surfaces(source, low=(1, 1.0))
    kept = np.flatnonzero((source.facet_group < len(source.boundaries)) | (source.points[source.facets][:, 0, 0] < 0.5))
    path = shared_path / "none.msh"
    on_root(comm, lambda: path.write_text(""))
    table = pressed(path, {"low": springs("surface:low", SOFT)}, cut=["low"])
    table["materials"] = {"lower": "lpscl", "upper": "lpscl"}
    half = replace(source, facets=source.facets[kept], facet_group=source.facet_group[kept])
    with pytest.raises(MeshError, match="the interface between 'lower' and 'upper' may open, but both are bonded"):
        Simulation(build_case(table), domain_of(half, comm))
    table["interfaces"]["others"] = springs(["lower", "upper"], SOFT)
    assert Simulation(build_case(table), domain_of(half, comm)).run() == "end of protocol"
    with pytest.raises(MeshError, match="interfaces.others: no facet .* 'lower' and 'upper', but for those of named"):
        Simulation(build_case(table), domain_of(source, comm))


@pytest.mark.serial
@pytest.mark.parametrize(
    ("interfaces", "key", "message"),
    [
        (
            {"a": springs("surface:none", SOFT)},
            "interfaces.a.between",
            "no surface 'none'; geometry.cut has: 'low', 'high'",
        ),
        (
            {"a": springs("low", SOFT)},
            "interfaces.a.between",
            "'low' is not accepted; expected two roles, or 'surface:NAME'",
        ),
        ({"a": springs("surface:../x", SOFT)}, "interfaces.a.between", "expected two roles, or 'surface:NAME'"),
        (
            {"a": springs("surface:low", SOFT), "b": springs("surface:low", STIFF)},
            "interfaces.b.between",
            "surface 'low' is already that of interfaces.a",
        ),
        ({"a": {"law": "bonded", "between": "surface:low"}}, "interfaces.a.between", "expected two roles"),
        (
            {"a": {"law": "coated", "between": "surface:low", "thickness": "10 nm", "material": "linbo3"}},
            "interfaces.a.between",
            "expected two different roles",
        ),
    ],
)
def test_mistakes_in_names_of_surfaces_are_told(interfaces, key, message, tmp_path):
    (tmp_path / "any.msh").write_text("")
    with pytest.raises(CaseErrors) as caught:
        build_case(pressed(tmp_path / "any.msh", interfaces))
    [error] = caught.value.errors
    assert error.key == key and message in error.message


@pytest.mark.serial
def test_only_mesh_files_have_surfaces():
    geometry = {
        "kind": "layered-stack",
        "dimension": 2,
        "width": "2 um",
        "element_size": "1 um",
        "layers": {"separator": {"thickness": "2 um"}},
    }
    table = pressed("", {"a": springs("surface:low", SOFT)}) | {"geometry": geometry}
    with pytest.raises(CaseErrors, match="interfaces.a.between: there is no surface 'low'; only a mesh file has any"):
        build_case(table)


@pytest.mark.serial
def test_a_conductance_on_a_surface_between_electrolytes_is_refused(comm, tmp_path):
    (tmp_path / "any.msh").write_text("")
    law = springs("surface:low", SOFT) | {"conductance": "1 S/cm^2"}
    source = with_surfaces(
        box((2.0, 2.0), (2, 2), lambda x: np.where(x[:, 1] < 1.0, "separator/0001", "separator/0002")), low=(1, 1.0)
    )
    case = build_case(pressed(tmp_path / "any.msh", {"low": law}, cut=["low"]))
    with pytest.raises(CaseErrors, match="interfaces.low.conductance: .* there is none in 'separator'"):
        Simulation(case, domain_of(source, comm))


@pytest.mark.serial
def test_a_surface_is_named_once(tmp_path):
    (tmp_path / "any.msh").write_text("")
    with pytest.raises(CaseErrors, match=r"geometry\.cut: 'low' is not accepted; expected each name once"):
        build_case(pressed(tmp_path / "any.msh", {}, cut=["low", "low"]))


@pytest.mark.serial
def test_roles_whose_facets_are_all_named_are_told_before_the_mesh_is_built(tmp_path):
    source = box((2.0, 3.0), (2, 3), lambda x: np.full(len(x), "separator"))
    path = by_gmsh(".msh")(named_in_a_file(with_surfaces(source, low=(-1, 1.0), high=(-1, 2.0))), tmp_path)
    named = {name: springs(f"surface:{name}", SOFT) for name in ("low", "high")}
    assert "surface high: 2" in list(survey(build_case(pressed(path, named))))
    all_others = {"others": springs(["separator", "separator"], SOFT)}
    assert list(survey(build_case(pressed(path, {"low": named["low"], **all_others}))))
    with pytest.raises(CaseErrors, match="interfaces.others.between: all facets between 'separator', 'separator' are"):
        list(survey(build_case(pressed(path, {**named, **all_others}))))
