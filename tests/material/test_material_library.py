"""The library's entries, their origins, and the materials that a case describes."""

import subprocess
import sys
import tomllib
from importlib.resources import files
from math import inf, nan
from pathlib import Path

import pytest

from fem_asslb.base.errors import CaseError, CaseErrors
from fem_asslb.bulk.elasticity import IsotropicElasticity, TransverselyIsotropicElasticity
from fem_asslb.materials.bibliography import sources_of
from fem_asslb.materials.library import anode_names, load, load_anode, names, resolve, stated

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

MARKS = {"seed", "lit", "lit2", "code", "est", "derived", "mem"}
FLAT = {"value": 1.0, "slope": 0.0}
USER_HOST = {
    "youngs_modulus": "100 GPa",
    "poisson_ratio": 0.25,
    "maximum_concentration": "50 mol/l",
    "diffusivity": "1e-14 m^2/s",
    "lattice": {"a": {"value": 1.0, "slope": 0.01}, "c": {"value": 1.0, "slope": 0.02}},
    "potential": {"line": {"value": 4.3, "slope": -0.7}},
}


def origins(value, path):
    """Pairs of path and table wherever a value or law states its origin."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from origins(item, f"{path}.{index}")
    elif isinstance(value, dict):
        yield path, value


@pytest.mark.parametrize("name", names())
def test_every_value_has_a_source_and_a_mark(name):
    table = tomllib.loads((files("fem_asslb.materials") / "data" / f"{name}.toml").read_text(encoding="utf-8"))
    for key, value in table.items():
        if key in ("use", "title", "bibliography"):
            continue
        assert isinstance(value, (dict, list)), f"{key} states no origin"
        for path, origin in origins(value, key):
            assert origin.get("mark") in MARKS, path
            assert origin.get("source"), path
            assert origin["mark"] not in ("seed", "lit", "lit2", "code") or origin["source"] != "assumed", path
    assert load(name).title


def test_a_key_of_the_library_is_one_work():
    """In every file the same citation, and all that a material names is at the end of what is shown of it."""
    known = {}
    for name in names():
        shown = stated(name)
        for key, citation in shown.get("bibliography", {}).items():
            assert known.setdefault(key, citation) == citation
        tables = [table for key, value in shown.items() for _, table in origins(value, key)]
        named = {source for table in tables for source in sources_of(table)} - {"assumed"}
        assert named == set(shown.get("bibliography", {})) and (not named or list(shown)[-1] == "bibliography")
    assert (
        load("ncm85").sources["strength"].startswith("Sedlatschek et al., J. Power Sources 681, 240276 (2026): micro")
    )


CITED = {"value": "31 GPa", "source": "me", "note": "dense", "mark": "lit"}


def test_sources_are_kept_where_values_are():
    """Citations of values that are replaced are gone, those of laws that are named come with them."""
    own = {"use": "lpscl", "youngs_modulus": CITED, "bibliography": {"me": "My thesis (2025)", "other": "Not used"}}
    sources = resolve(own, "m.p").sources
    assert sources["youngs_modulus"] == "My thesis (2025): dense [lit]"
    assert sources["poisson_ratio"].startswith("Adjah et al., Energy Storage Mater. 104461 (2025); Deng (2016): 0.28")
    assert sources["density"] == "Doux (2020); Minnmann (2021): crystal [lit2]"
    assert resolve({"use": "ncm85", "lattice": "graphite-host"}, "m.p").sources["lattice"].startswith("Adjah")


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        (
            {"youngs_modulus": CITED},
            "m.p.youngs_modulus.source",
            "'me' is no key of m.p.bibliography; accepted: 'assumed'",
        ),
        ({"density": {"value": "2 g/cm^3", "source": ["assumed", 3]}}, "m.p.density.source", "3 is no key of"),
        ({"bibliography": ["me"]}, "m.p.bibliography", "is no table; accepted: a citation for each key"),
        ({"bibliography": {"me": ""}}, "m.p.bibliography.me", "is no citation; accepted: a text"),
        ({"bibliography": {"assumed": "x"}}, "m.p.bibliography.assumed", "is for values without a source"),
        (
            {"youngs_modulus": CITED | {"source": "doux2020"}, "bibliography": {"doux2020": "Another"}},
            "m.p.bibliography.doux2020",
            "'Another' is 'Doux (2020)' in the material that is used; expected another key",
        ),
    ],
)
def test_a_source_that_is_none_is_refused(changes, key, words):
    with pytest.raises(CaseError) as caught:
        resolve({"use": "lpscl"} | changes, "m.p")
    assert caught.value.key == key and words in str(caught.value) and len(str(caught.value)) <= 300


def test_the_library_holds_every_class_of_material():
    expected = {
        "ncm811",
        "ncm85",
        "ncm95",
        "lpscl",
        "lto",
        "lto-composite",
        "indium",
        "liin",
        "lithium",
        "steel",
    }
    expected |= {"graphite", "graphite-host", "linbo3", "silicon", "lithium-creeping", "indium-creeping"}
    assert expected | {"llzo", "li3ycl6", "li3incl6", "peo-litfsi", "carbon"} == set(names())
    metals = ["indium", "indium-creeping", "liin", "lithium", "lithium-creeping"]
    assert anode_names() == ["graphite", *metals, "lto", "silicon"]


@pytest.mark.parametrize(
    ("name", "youngs_modulus", "poisson_ratio"),
    [
        ("lpscl", 24e3, 0.33),
        ("lto", 181e3, 0.25),
        ("indium", 12.6e3, 0.45),
        ("lithium", 7.8e3, 0.38),
        ("llzo", 150e3, 0.26),
        ("peo-litfsi", 70.0, 0.35),
        ("li3ycl6", 25e3, 0.28),
        ("steel", 200e3, 0.30),
    ],
)
def test_values_arrive_in_internal_units(name, youngs_modulus, poisson_ratio):
    law = load(name).elasticity
    assert (law.youngs_modulus, law.poisson_ratio) == pytest.approx((youngs_modulus, poisson_ratio), rel=1e-12)


def test_host_values_arrive_in_internal_units():
    host = load("ncm85").host
    assert host.c_max == pytest.approx(0.04914)
    assert host.diffusivity.in_plane == pytest.approx(0.005)
    assert host.theoretical_capacity / 3.6 == pytest.approx(275.0, abs=0.5)
    assert load("ncm811").density == pytest.approx(host.c_max * 97.28, rel=1e-3)


def test_metals_swell_along_the_stack_by_their_molar_volume():
    assert load("liin").reaction_volume == pytest.approx(7.89)
    assert load("lithium").reaction_volume == pytest.approx(13.0)
    assert load("lithium").swelling_kind == "stack"
    assert pytest.approx(4.85, abs=0.01) == 13.0 * 36.0 / 96485.33 * 1e3


def test_origin_is_kept():
    material = resolve({"use": "lpscl", "strength": "150 MPa"}, "materials.separator")
    assert material.sources["density"] == "Doux (2020); Minnmann (2021): crystal [lit2]"
    assert material.sources["strength"] == "stated in the case"
    assert material.strength == 150.0


def test_an_isotropic_modulus_replaces_the_tensor():
    assert isinstance(load("ncm85").elasticity, TransverselyIsotropicElasticity)
    material = resolve({"use": "ncm85", "youngs_modulus": "165 GPa"}, "materials.particle")
    assert material.elasticity.youngs_modulus == 165e3
    assert material.elasticity.poisson_ratio == load("ncm85").elasticity.isotropic_average().poisson_ratio
    assert material.host == load("ncm85").host


def test_one_stiffness_of_the_tensor_changes_alone():
    law = resolve({"use": "ncm85", "c33": "235 GPa"}, "materials.particle").elasticity
    assert (law.c11, law.c33) == pytest.approx((290e3, 235e3))


def test_diffusivity_may_be_changed_in_one_direction_or_all():
    one = resolve({"use": "ncm85", "diffusivity_along_axis": "1e-16 m^2/s"}, "materials.particle").host.diffusivity
    assert (one.in_plane, one.along_axis) == pytest.approx((5e-3, 1e-4))
    both = resolve({"use": "ncm85", "diffusivity": "1e-14 m^2/s"}, "materials.particle").host.diffusivity
    assert (both.in_plane, both.along_axis) == pytest.approx((1e-2, 1e-2))


def test_a_law_may_be_taken_from_another_material():
    material = resolve({"use": "ncm811", "potential": "ncm95"}, "materials.particle")
    assert material.host.potential == load("ncm95").host.potential
    assert material.host.lattice == load("ncm811").host.lattice


def test_a_composite_may_be_changed_and_written_anew():
    porous = resolve({"use": "lto-composite", "porosity": 0.1}, "materials.anode")
    assert porous.elasticity.youngs_modulus < load("lto-composite").elasticity.youngs_modulus
    assert porous.density == pytest.approx(0.9 * load("lto-composite").density)
    parts = [
        {"material": "lpscl", "weight_fraction": 0.5},
        {"material": {"use": "lpscl", "density": "1.8 g/cm^3"}, "weight_fraction": 0.5},
    ]
    own = resolve({"ingredients": parts}, "materials.separator")
    assert own.elasticity.youngs_modulus == pytest.approx(24e3, rel=1e-9)


def test_a_material_of_the_users_own():
    material = resolve(USER_HOST, "materials.particle")
    assert material.name == "particle"
    assert material.elasticity == IsotropicElasticity(100e3, 0.25)
    assert material.host.c_max == pytest.approx(0.05)
    assert material.host.lattice.strain_c(1.0, 0.5) == pytest.approx(1.02 / 1.01 - 1.0)
    assert material.host.potential.slope(0.3) == -0.7


def without(key):
    return {name: value for name, value in USER_HOST.items() if name != key}


@pytest.mark.parametrize(
    ("entry", "key", "message"),
    [
        ("unobtainium", "m.p", "no material 'unobtainium' in the library; accepted: carbon, graphite"),
        (3, "m.p", "3 is no material; accepted"),
        ({"use": "unobtainium"}, "m.p.use", "accepted: carbon"),
        ({"use": 3}, "m.p.use", "3 is no name"),
        (
            {"use": "lpscl", "youngs": "3 GPa"},
            "m.p.youngs",
            "unknown key; did you mean 'youngs_modulus'?; accepted: use, title, youngs_modulus",
        ),
        ({"use": "lpscl", "youngs_modulus": 24}, "m.p.youngs_modulus", "24 has no unit"),
        ({"use": "lpscl", "youngs_modulus": "24 m"}, "m.p.youngs_modulus", "wrong dimension"),
        ({"use": "lpscl", "youngs_modulus": "-1 GPa"}, "m.p", "youngs_modulus = -1000 is out of range"),
        ({"use": "lpscl", "poisson_ratio": 0.5}, "m.p", "poisson_ratio = 0.5 is out of range"),
        ({"use": "lpscl", "poisson_ratio": "soft"}, "m.p.poisson_ratio", "'soft' is not accepted; expected a number"),
        ({"use": "lpscl", "c11": "3 GPa"}, "m.p", "elasticity needs"),
        ({"use": "ncm85", "youngs_modulus": "1 GPa", "c11": "3 GPa"}, "m.p", "elasticity needs"),
        ({"use": "ncm85", "c33": "10 GPa"}, "m.p", "c33 = 10000 is out of range"),
        ({"density": "1 g/cm^3"}, "m.p", "elasticity needs"),
        ({"use": "lpscl", "density": "0 g/cm^3"}, "m.p", "density = 0 is out of range"),
        ({"use": "lpscl", "strength": "-3 MPa"}, "m.p", "strength = -3 is out of range"),
        (
            {"use": "lpscl", "strength_kind": "creep"},
            "m.p.strength_kind",
            "'creep' is not accepted; expected 'yield' or",
        ),
        ({"use": "ncm85", "molar_mass": 97}, "m.p.molar_mass", "97 has no unit"),
        ({"use": "ncm85", "diffusivity": "0 m^2/s"}, "m.p", "diffusivity = 0 is out of range"),
        ({"use": "ncm85", "potential": "lto"}, "m.p.potential", "'lto' has no potential; accepted: graphite-host"),
        ({"use": "ncm85", "potential": "iron"}, "m.p.potential", "no material 'iron'"),
        (without("lattice"), "m.p", "a lithium host needs lattice, potential, maximum_concentration"),
        (without("diffusivity"), "m.p", "a lithium host needs diffusivity"),
        (USER_HOST | {"potential": {"line": {"value": 4.0, "slope": 0.1}}}, "m.p", "potential rises at x"),
        ({"use": "lto-composite", "porosity": 0.7}, "m.p", "porosity = 0.7 leaves no stiffness"),
        ({"ingredients": [{"material": "steel", "weight_fraction": 1.0}]}, "m.p", "without density: steel"),
        (
            {"ingredients": [{"material": "iron", "weight_fraction": 1}]},
            "m.p.ingredients[0]",
            "no material 'iron'",
        ),
        ({"use": "lpscl", "poisson_ratio": "0.3"}, "m.p.poisson_ratio", "'0.3' is not accepted; expected a number"),
        ({"use": "lpscl", "poisson_ratio": True}, "m.p.poisson_ratio", "true is not accepted; expected a number"),
        ({"use": "lpscl", "poisson_ratio": inf}, "m.p.poisson_ratio", "inf is not accepted; expected a finite"),
        ({"use": "lto-composite", "porosity": nan}, "m.p.porosity", "nan is not accepted; expected a finite"),
        ({"use": "ncm85", "lattice": 3}, "m.p.lattice", "3 is not accepted; expected a table"),
        ({"use": "ncm85", "lattice": {"a": 3, "c": FLAT}}, "m.p.lattice.a", "3 is not accepted; expected a table"),
        ({"use": "ncm85", "lattice": {"a": FLAT}}, "m.p", "lattice has no law; accepted: a and c, or a table"),
        (
            {"use": "ncm85", "lattice": {"a": FLAT | {"offset": 1.0}, "c": FLAT}},
            "m.p.lattice.a.offset",
            "unknown key; accepted: value, slope, bends",
        ),
        (
            {"use": "ncm85", "lattice": {"a": FLAT | {"value": nan}, "c": FLAT}},
            "m.p.lattice.a.value",
            "nan is not accepted; expected a finite number",
        ),
        (
            {"use": "ncm85", "lattice": {"a": FLAT, "c": {"value": -1.0, "slope": 1.0}}},
            "m.p",
            "lattice parameter c is -1 at x = 0.000; accepted: more than 0",
        ),
        ({"use": "ncm85", "lattice": {"a": FLAT | {"value": 0.0}, "c": FLAT}}, "m.p", "lattice parameter a is 0"),
        ({"use": "ncm85", "lattice": {"a": FLAT, "c": FLAT, "x_min": -1}}, "m.p.lattice.x_min", "at least 0"),
        ({"use": "ncm85", "lattice": {"a": FLAT, "c": FLAT, "x_min": 1}}, "m.p", "accepted: below x_max, 1"),
        ({"use": "ncm85", "potential": {"line": {"value": nan, "slope": -1}}}, "m.p.potential.line.value", "nan is"),
        ({"use": "ncm85", "potential": {"line": {"value": 4, "slope": nan}}}, "m.p.potential.line.slope", "nan is"),
        ({"ingredients": 3}, "m.p.ingredients", "3 is not accepted; expected a list"),
        ({"ingredients": [3]}, "m.p.ingredients[0]", "3 is not accepted; expected a table"),
        ({"ingredients": [{"material": "lpscl"}]}, "m.p.ingredients[0].weight_fraction", "this key is missing"),
        (
            {"ingredients": [{"material": 3, "weight_fraction": 1.0}]},
            "m.p.ingredients[0].material",
            "3 is no material; accepted: a name of the library or a table",
        ),
        (
            {"ingredients": [{"material": "lpscl", "weight_fraction": "all"}]},
            "m.p.ingredients[0].weight_fraction",
            "'all' is not accepted; expected a number",
        ),
        (
            {"use": "lithium", "anode": {"kind": "tailed-plateau", "plateau": "1 V"}},
            "m.p",
            "accepted: all of",
        ),
    ],
)
def test_faults_name_their_key_and_what_is_accepted(entry, key, message):
    with pytest.raises(CaseError) as caught:
        resolve(entry, "m.p")
    assert caught.value.key == key
    assert message in caught.value.message


def test_all_faults_of_an_entry_come_at_once():
    with pytest.raises(CaseErrors) as caught:
        resolve({"use": "lpscl", "density": "1 m", "strength": 3}, "materials.separator")
    assert [error.key for error in caught.value.errors] == [
        "materials.separator.density",
        "materials.separator.strength",
    ]


def test_all_values_out_of_range_come_at_once():
    values = {"youngs_modulus": "-1 GPa", "poisson_ratio": 0.7, "diffusivity": "-1e-14 m^2/s", "strength": "-3 MPa"}
    with pytest.raises(CaseErrors) as caught:
        resolve({"use": "ncm85", **values, "molar_mass": "-97 g/mol", "density": "0 g/cm^3"}, "m.p")
    assert [str(error).partition(";")[0] for error in caught.value.errors] == [
        "m.p: youngs_modulus = -1000 is out of range",
        "m.p: poisson_ratio = 0.7 is out of range",
        "m.p: molar_mass = -97 is out of range",
        "m.p: diffusivity = -0.01 is out of range",
        "m.p: density = 0 is out of range",
        "m.p: strength = -3 is out of range",
    ]


def test_every_ingredient_is_looked_at():
    bad = [{"material": name, "weight_fraction": 0.5} for name in ("mud", "ncm85", "sand")]
    with pytest.raises(CaseErrors) as caught:
        resolve({"ingredients": bad, "strength": "-3 MPa"}, "m.p")
    assert [error.key for error in caught.value.errors] == ["m.p.ingredients[0]", "m.p.ingredients[2]", "m.p"]


def test_unknown_anode():
    with pytest.raises(CaseError, match="cell.anode: no anode 'lpscl'; accepted: graphite, indium"):
        load_anode("lpscl", "cell.anode", {})


def test_the_library_needs_no_finite_element_package():
    program = (
        "import sys; from fem_asslb.materials.library import load; load('ncm85').host.conductivity(0.5, 298.15); "
        "assert not {'ufl', 'dolfinx', 'mpi4py', 'gmsh'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_documented_example_works_and_the_table_is_complete():
    text = (Path(__file__).parents[2] / "docs" / "materials.md").read_text(encoding="utf-8")
    example = tomllib.loads(text.split("```toml")[1].split("```")[0])["materials"]
    assert {name: resolve(entry, f"materials.{name}").elasticity for name, entry in example.items()}
    assert all(f"`{name}`" in text for name in names())
