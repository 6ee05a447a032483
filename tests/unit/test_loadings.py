"""Thickness, fraction and anode from what a cell is to hold; what is stated twice agrees."""

import pytest

from fem_asslb.base.errors import CaseErrors
from fem_asslb.base.units import parse
from fem_asslb.case.checks.doubts import doubts
from fem_asslb.case.estimates.layers import active_thickness
from fem_asslb.case.reading.reader import build_case, read_case, read_table
from fem_asslb.materials.library import load, resolve
from fem_asslb.output.resolved import resolved_table
from tests.unit.test_bad_input import GOOD

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

LOADING = parse("9 mg/cm^2", "pg/um^2")
SPECIFIC = parse("202 mAh/g", "pC/pg")


@pytest.fixture
def table(tmp_path):
    """A case without the thickness of its cathode."""
    (tmp_path / "case.toml").write_text(GOOD)
    found = read_table(tmp_path)
    del found["geometry"]["layers"]["cathode"]["thickness"]
    return found


def loading_of(case, role="particle"):
    return active_thickness(case.geometry, case.resolved_materials())[role] * load("ncm85").density


@pytest.mark.parametrize(
    "stated", [{"loading": "9 mg/cm^2"}, {"areal_capacity": f"{9 * 0.202!r} mAh/cm^2"}], ids=["loading", "capacity"]
)
def test_thickness_follows(table, stated):
    cathode = table["geometry"]["layers"]["cathode"]
    cathode |= stated
    case = build_case(table)
    thickness = LOADING / load("ncm85").density / cathode["particles"]["volume_fraction"]
    assert case.geometry.layers["cathode"].thickness == pytest.approx(thickness, rel=1e-9)
    assert loading_of(case) == pytest.approx(LOADING, rel=1e-9)
    assert resolved_table(build_case(resolved_table(case))) == resolved_table(case)


def test_fraction_follows(table):
    cathode = table["geometry"]["layers"]["cathode"]
    del cathode["particles"]["volume_fraction"]
    cathode |= {"loading": "9 mg/cm^2", "thickness": "50 um"}
    assert loading_of(build_case(table)) == pytest.approx(LOADING, rel=1e-9)


def test_kinds_of_particles_count_with_their_shares(table):
    """One of which takes up no lithium."""
    cathode = table["geometry"]["layers"]["cathode"]
    cathode["particles"]["roles"] = {"oxide": 0.75, "inert": 0.25}
    table["materials"] |= {"oxide": table["materials"].pop("particle"), "inert": "lto"}
    cathode["loading"] = "9 mg/cm^2"
    del table["interfaces"]
    assert loading_of(build_case(table), "oxide") == pytest.approx(LOADING, rel=1e-9)


@pytest.mark.parametrize("composite", [True, False])
def test_the_anode_has_the_capacity_of_the_ratio(table, composite):
    """Its active material is the layer, or an ingredient of it by weight."""
    table["geometry"]["layers"]["cathode"]["loading"] = "9 mg/cm^2"
    del table["geometry"]["layers"]["anode"]["thickness"]
    parts = [{"material": name, "weight_fraction": share} for name, share in (("graphite", 3.0), ("lpscl", 2.0))]
    entry = {"ingredients": parts, "porosity": 0.1} if composite else "graphite"
    table["materials"]["anode"] = entry
    table["cell"] |= {"anode": "graphite", "n_to_p": 1.2, "positive_reference_capacity": "202 mAh/g"}
    layer, density = build_case(table).geometry.layers["anode"], resolve(entry, "").density
    held = (0.6 if composite else 1.0) * density * layer.thickness * parse("372 mAh/g", "pC/pg")
    assert held == pytest.approx(1.2 * SPECIFIC * LOADING, rel=1e-9)


@pytest.mark.parametrize(
    ("layer", "key", "words"),
    [
        (
            {"loading": "9 mg/cm^2", "thickness": "50 um"},
            "geometry.layers.cathode.loading",
            "'9 mg/cm^2', but the layer",
        ),
        ({"areal_capacity": "9 mAh/cm^2", "thickness": "50 um"}, "geometry.layers.cathode.areal_capacity", "holds 2.1"),
        ({"loading": "9 mg"}, "geometry.layers.cathode.loading", "'9 mg' has the wrong dimension"),
        ({}, "geometry.layers.cathode.thickness", "this key is missing, and does not follow; expected it, or loading"),
    ],
)
def test_what_does_not_agree_is_told(table, layer, key, words):
    table["geometry"]["layers"]["cathode"] |= layer
    with pytest.raises(CaseErrors) as caught:
        build_case(table)
    assert any(error.key == key and words in error.message for error in caught.value.errors)
    assert all(len(str(error)) <= 300 for error in caught.value.errors)


def test_an_area_without_a_capacity(table):
    table["geometry"]["layers"]["cathode"] |= {"areal_capacity": "2 mAh/cm^2", "thickness": "50 um"}
    del table["cell"]["n_to_p"], table["cell"]["positive_reference_capacity"]
    table["cell"]["anode"] = "indium"
    with pytest.raises(CaseErrors, match="capacity: this key is missing; geometry.layers.cathode.areal_capacity"):
        build_case(table)


def test_a_ratio_that_the_anode_has_not_is_told(tmp_path):
    """A layer of graphite of another capacity than n_to_p says."""
    (tmp_path / "case.toml").write_text(GOOD)
    changes = ["materials.anode=graphite", "cell.anode=graphite", "cell.n_to_p=1.2", "initial.anode_state=0.05"]
    told = [line for line in doubts(read_case(tmp_path, changes)) if line.startswith("cell.n_to_p: 1.2, but 'anode'")]
    assert len(told) == 1
