"""Particles at the places of a table: what is meshed, how they come apart, and what is refused."""

import math
from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.app import cli
from fem_asslb.app.new_case import copy_case
from fem_asslb.base.errors import CaseErrors, MeshError
from fem_asslb.case.checks import placement_checks
from fem_asslb.case.estimates.estimates import summary
from fem_asslb.case.reading.reader import read_case
from fem_asslb.geometry import EqualDiameters, Grains, Layer, LayeredStack, PlacedParticles, point_table
from fem_asslb.studies.section import section_table
from fem_asslb.studies.spheres import ACTIVE, ELECTROLYTE, Spheres
from meshes import build
from meshes.bodies import CUT_LIMIT
from meshes.cache import mesh_digest
from meshes.layered_stack import pack_layers

pytestmark = pytest.mark.serial

HEADER = "x [um],y [um],radius [um]\n"
CASE = """
[case]
title = "section"
[geometry]
kind = "layered-stack"
dimension = 2
width = "12 um"
element_size = "0.8 um"
[geometry.layers.separator]
thickness = "2 um"
[geometry.layers.cathode]
thickness = "10 um"
[geometry.layers.cathode.particles]
kind = "placed"
path = "section.csv"
minimum_gap = "0.1 um"
walls = "cut"
[materials]
separator = "lpscl"
cathode = "lpscl"
particle = "ncm811"
[fixture]
kind = "constant-force"
[protocol]
steps = ["press to 10 MPa in 1 min"]
"""
KEY = "geometry.layers.cathode.particles.path"


@pytest.fixture
def stack(tmp_path):
    """A stack over a thin layer whose particles are those of the given rows."""

    def make(rows, walls="cut", gap=0.1, **others):
        path = tmp_path / "section.csv"
        path.write_text(HEADER + "".join(",".join(map(str, row)) + "\n" for row in rows))
        layers = {"separator": Layer(2.0), "cathode": Layer(10.0, PlacedParticles(path, gap, walls, **others))}
        return LayeredStack(2, layers, width=12.0, element_size=0.8, order=2)

    return make


def placed(stack):
    return pack_layers(stack)["cathode"]


# What is meshed


def test_discs_with_room_are_meshed_as_they_are(stack, tmp_path):
    given = stack([(3.0, 2.0, 1.5), (8.0, 3.0, 1.2), (5.0, 7.0, 2.0)])
    report = build(given, tmp_path / "section.msh")
    numbers = report.packing["cathode particles"]
    areas = [math.pi * radius**2 for radius in (1.5, 1.2, 2.0)]
    assert list(report.particle_volumes().values()) == pytest.approx(areas, rel=1e-3)
    assert numbers["number"] == 3 and numbers["left out"] == 0 and numbers["largest displacement"] == 0
    for kind in ("wanted", "placed", "meshed"):
        assert numbers[kind] == pytest.approx(sum(areas) / 120, rel=1e-3)
    assert report.volumes["cathode"] == pytest.approx(120 - sum(areas), rel=1e-3)


def test_both_halves_of_a_periodic_disc_are_one_disc(stack, tmp_path):
    given = stack([(0.5, 5.0, 2.0), (12.5, 5.0, 2.0)])
    assert given.particle_fraction("cathode") == pytest.approx(math.pi * 4 / 120)
    report = build(given, tmp_path / "section.msh")
    assert sum(report.particle_volumes().values()) == pytest.approx(math.pi * 4, rel=1e-3)
    assert report.packing["cathode particles"]["largest displacement"] == 0


def test_spheres_have_a_column_more(tmp_path):
    (tmp_path / "spheres.csv").write_text("x [um],y [um],z [um],radius [um]\n3,3,2,1.5\n3,2.5,6,1\n")
    layers = {"cathode": Layer(8.0, PlacedParticles(tmp_path / "spheres.csv", 0.2))}
    report = build(LayeredStack(3, layers, 6.0, 0.6, depth=5.0, order=2), tmp_path / "spheres.msh")
    volumes = [4 / 3 * math.pi * radius**3 for radius in (1.5, 1.0)]
    assert list(report.particle_volumes().values()) == pytest.approx(volumes, rel=5e-3)


def test_placed_particles_take_grains_and_roles(stack, tmp_path):
    rows = [(3.0, 2.5, 2.0), (8.5, 2.5, 2.0), (3.0, 7.5, 2.0), (8.5, 7.5, 2.0)]
    grains = Grains(EqualDiameters(1.5), share=0.5)
    report = build(stack(rows, grains=grains, roles={"coated": 0.5, "bare": 0.5}), tmp_path / "section.msh")
    assert report.particles == 4 and report.grains > 4
    assert {name.partition("/")[0] for name in report.volumes} == {"separator", "cathode", "coated", "bare"}


# How they come apart


def test_two_discs_part_by_the_same_way_and_keep_their_radii(stack):
    found = placed(stack([(5.0, 5.0, 1.0), (6.4, 5.0, 1.0)], gap=0.2))
    order = np.argsort(found.centres[:, 0])
    # The wanted gap is 2 % wider than the smallest one.
    assert found.centres[order] == pytest.approx(np.array([[5.7 - 1.102, 5.0], [5.7 + 1.102, 5.0]]), abs=1e-3)
    assert found.displacements == pytest.approx(1.102 - 0.7, abs=1e-3)
    assert found.radii == pytest.approx(1.0)


def test_crowded_discs_keep_the_gap_from_each_other_and_from_bottom_and_top(stack):
    generator = np.random.default_rng(3)
    rows = np.column_stack([generator.uniform(0, 12, 40), generator.uniform(0, 10, 40), generator.uniform(0.4, 1, 40)])
    first, again = placed(stack(rows)), placed(stack(rows))
    assert np.array_equal(first.centres, again.centres)
    assert sorted(first.radii) == pytest.approx(sorted(rows[:, 2]))
    one, other = np.triu_indices(40, 1)
    distance = np.linalg.norm(first.centres[one] - first.centres[other], axis=1)
    assert np.min(distance - first.radii[one] - first.radii[other]) >= 0.1
    height = first.centres[:, 1]
    assert np.all(np.minimum(height, 10 - height) >= first.radii + 0.1 - 1e-9)
    to_side = np.minimum(first.centres[:, 0], 12 - first.centres[:, 0])
    assert np.all((np.abs(to_side) <= CUT_LIMIT * first.radii + 1e-9) | (to_side >= first.radii + 0.1 - 1e-9))


def test_a_disc_that_only_touches_a_side_is_left_out(stack, tmp_path):
    given = stack([(6.0, 5.0, 1.0), (-1.9, 5.0, 2.0), (13.0, 2.0, 2.0)])
    numbers = build(given, tmp_path / "section.msh").packing["cathode particles"]
    assert (numbers["number"], numbers["left out"]) == (2, 1)


def test_walls_that_do_not_cut_push_discs_inside(stack):
    assert placed(stack([(0.5, 5.0, 2.0)], walls="inside")).centres == pytest.approx(np.array([[2.1, 5.0]]))


def test_discs_without_room_are_refused(stack, tmp_path):
    rows = [(2.0 + 0.1 * i, 5.0, 1.9) for i in range(9)]
    with pytest.raises(MeshError, match="layer 'cathode': bodies of the table cannot be moved apart"):
        build(stack(rows), tmp_path / "section.msh")


def test_a_table_that_leaves_a_layer_without_discs_is_refused(stack, tmp_path):
    with pytest.raises(MeshError, match="layer 'cathode': no body of the table reaches into the box"):
        build(stack([(-1.9, 5.0, 2.0)]), tmp_path / "section.msh")


def test_grains_larger_than_the_discs_are_refused(stack, tmp_path):
    rows = [(3.0, 5.0, 1.0), (8.0, 5.0, 1.5), (11.0, 8.0, 1.0)]
    with pytest.raises(MeshError, match="layer 'cathode': median .* grains is 2.5; accepted: less than .* 2 um"):
        build(stack(rows, grains=Grains(EqualDiameters(2.5))), tmp_path / "section.msh")


# The case


@pytest.fixture
def case(tmp_path):
    """Directory of a case with one disc."""
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "case.toml").write_text(CASE)
    (folder / "section.csv").write_text(HEADER + "6,5,2\n")
    return folder


def test_figures_follow_from_the_table(case):
    figures = {row.name: row.value for row in summary(read_case(case))}
    assert figures["active volume fraction of cathode"] == pytest.approx(math.pi * 4 / 120)
    assert figures["number of particles"] == 1


def test_the_mesh_is_known_by_the_content_of_the_table(case, tmp_path):
    digest = mesh_digest(read_case(case))
    (case / "section.csv").rename(case / "other.csv")
    (case / "case.toml").write_text(CASE.replace("section.csv", "other.csv"))
    assert mesh_digest(read_case(case)) == digest
    (case / "other.csv").write_text(HEADER + "6,5,2.1\n")
    assert mesh_digest(read_case(case)) != digest


def test_a_path_is_relative_to_the_case_that_states_it(case, tmp_path):
    (tmp_path / "variant").mkdir()
    (tmp_path / "variant" / "case.toml").write_text('extends = "../case"\n[geometry]\nelement_size = "0.5 um"\n')
    copy_case(case, tmp_path / "deep" / "copy")
    for folder in (tmp_path / "variant", tmp_path / "deep" / "copy"):
        assert read_case(folder).geometry.layers == read_case(case).geometry.layers


def test_a_variant_places_what_the_other_case_packs(case, tmp_path):
    packed = 'diameter = { kind = "equal", value = "2 um" }\nvolume_fraction = 0.3'
    (tmp_path / "case.toml").write_text(CASE.replace('kind = "placed"\npath = "section.csv"', packed))
    (case / "case.toml").write_text(
        'extends = ".."\n[geometry.layers.cathode.particles]\nkind = "placed"\npath = "section.csv"\n'
    )
    particles = read_case(case).geometry.layers["cathode"].particles
    assert particles == PlacedParticles(case / "section.csv", 0.1, "cut")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (None, ["section.csv' cannot be read", "x [um], y [um], radius [um]", "relative to the case's folder"]),
        ("x,y,r\n1,2,3\n", ["has x, y, r", "x [um], y [um], radius [um]"]),
        (HEADER, ["has no rows", "at least one row"]),
        ("", ["expected a table"]),
        (HEADER + "6,5,2\n6,5,0\n", ["line 3", "6, 5, 0 is not accepted", "radius from 0.0001"]),
        (HEADER + "6,5,two\n", ["line 2", "6, 5, two", "3 finite numbers"]),
        (HEADER + "6,nan,2\n", ["line 2", "3 finite numbers"]),
        (HEADER + "6,5\n", ["line 2", "3 finite numbers"]),
        (HEADER + "6,5,1e-9\n", ["line 2", "radius from 0.0001"]),
        (HEADER + "1e300,5,2\n", ["line 2", "none beyond 1e+06 um"]),
        (HEADER + "6,11,2\n", ["line 2", "6, 11, 2 does not fit", "12 x 10 um", "a centre in it"]),
        (HEADER + "-3,5,2\n", ["line 2", "beyond a side by at most the radius"]),
        (HEADER + "6,5,4.95\n", ["line 2", "gap of 0.1 um"]),
        (HEADER + "6,5,3\n" * 4, ["fill 0.942", "up to 0.8"]),
        (HEADER + "-1.9,5,2\n", ["no particle of", "section.csv' has its centre in the layer", "at least one"]),
        ("\x00\xff", ["expected a table"]),
    ],
)
def test_a_faulty_table_is_refused_in_one_line(case, table, words, capsys):
    if table is None:
        (case / "section.csv").unlink()
    else:
        (case / "section.csv").write_text(table, encoding="latin-1")
    with pytest.raises(CaseErrors) as caught:
        read_case(case)
    (error,) = caught.value.errors
    assert error.key == KEY and "\n" not in str(error)
    for word in words:
        assert word in error.message
    assert cli.main(["check", str(case)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("change", "key", "word"),
    [
        ("geometry.layers.cathode.particles.kind=thrown", "geometry.layers.cathode.particles.kind", "'placed'"),
        ("geometry.layers.cathode.particles.diameter='2 um'", "geometry.layers.cathode.particles.diameter", "unknown"),
        (
            "geometry.layers.cathode.voids={volume_fraction=0.1, diameter={kind='equal', value='1 um'}}",
            "geometry.layers.cathode.voids",
            "none in a layer with placed particles",
        ),
        (
            "geometry.layers.cathode.particles.grains={diameter={kind='equal', value='50 um'}}",
            "geometry.layers.cathode.particles.grains.diameter",
            "median diameter of the grains is 50.0; accepted: less than that of particles, 4 um",
        ),
    ],
)
def test_keys_that_do_not_go_with_placed_particles(case, change, key, word):
    with pytest.raises(CaseErrors) as caught:
        read_case(case, [change])
    (error,) = caught.value.errors
    assert error.key == key and word in error.message


def test_a_table_may_change_after_the_check(case, tmp_path):
    geometry = read_case(case).geometry
    (case / "section.csv").write_text(HEADER + "60,5,2\n")
    with pytest.raises(MeshError, match="layer 'cathode': .* does not fit"):
        build(geometry, tmp_path / "section.msh")
    particles = replace(geometry.layers["cathode"].particles, walls="inside")
    with pytest.raises(ValueError, match="expected a centre in it$"):
        particles.bodies(geometry.extents("cathode"))


# The section of a packing


def test_a_section_holds_large_active_discs_and_their_images():
    centres = [[1.0, 5.0, 4.0], [9.5, 6.0, 2.0], [5.0, 5.0, 5.0], [5.0, 6.9, 8.0]]
    kinds = [ACTIVE, ACTIVE, ELECTROLYTE, ACTIVE]
    spheres = Spheres(np.array(centres), np.array([2.0, 2.0, 1.0, 1.93]), np.array(kinds), np.full(3, 10.0))
    text, lost = section_table(spheres)
    small, second = 1.93**2 - 1.9**2, 2.0**2 - 1.0**2
    assert small < 0.4**2
    assert lost == pytest.approx(small / (4 + second + small))
    rows = [
        "1.0000,4.0000,2.0000",
        f"9.5000,2.0000,{math.sqrt(second):.4f}",
        "11.0000,4.0000,2.0000",
        f"-0.5000,2.0000,{math.sqrt(second):.4f}",
    ]
    assert text == HEADER + "\n".join(rows) + "\n"


@pytest.mark.parametrize(
    ("module", "limit", "words"),
    [
        (point_table, "MOST_ROWS", "has more than 2 rows"),
        (point_table, "LARGEST_FILE", "bytes; accepted: up to 2;"),
        (placement_checks, "MOST_BODIES", "3 particles, more than 2; expected fewer rows, or --force"),
    ],
)
def test_a_table_has_a_size(case, module, limit, words, monkeypatch):
    (case / "section.csv").write_text(HEADER + "2,2,1\n6,2,1\n6,7,1\n")
    read_case(case)
    monkeypatch.setattr(module, limit, 2)
    with pytest.raises(CaseErrors) as caught:
        read_case(case)
    (error,) = caught.value.errors
    assert error.key == KEY and words in error.message
    if limit == "MOST_BODIES":
        read_case(case, any_size=True)
