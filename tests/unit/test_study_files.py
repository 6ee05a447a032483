"""Studies as they are written: values of axes, combinations, the cases that come of them, and all mistakes at once."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from fem_asslb.app import cli
from fem_asslb.base.errors import CaseErrors
from fem_asslb.base.schema import fields_of
from fem_asslb.case.reading.reader import read_case
from fem_asslb.sweep import schema
from fem_asslb.sweep.designs import points_of
from fem_asslb.sweep.reading import read_study
from fem_asslb.sweep.variants import variants_of

pytestmark = pytest.mark.serial

CASES = Path(__file__).parents[2] / "cases"

HEAD = f'[study]\ntitle = "t"\nbase = "{CASES / "column"}"\n'
STIFFNESS = '[axes.k]\nkey = "fixture.stiffness"\nvalues = ["100 kPa/um", "0.2 MPa/um"]\n'
RANGE = '[axes.k]\nkey = "fixture.stiffness"\nleast = "0.02 MPa/um"\nmost = "2 MPa/um"\nspacing = "logarithmic"\n'
MODULUS = '[axes.E]\nkey = "materials.cathode.youngs_modulus"\nleast = "100 GPa"\nmost = "200 GPa"\n'


def study(folder, text, base="column"):
    """A study of a case."""
    (folder / "study.toml").write_text(text if "[study]" in text else HEAD.replace("column", base) + text)
    return read_study(folder)


def values(found, axis):
    """Numbers of an axis in the order of the cases."""
    return [point.values[axis].number for point in points_of(found)]


def test_a_grid_has_all_combinations_and_names_that_say_them(tmp_path):
    pressure = '[axes.p]\nkey = "protocol.steps[0]"\ntext = "press to {} in 1 min"\nvalues = ["2 MPa", "81 MPa"]\n'
    found = study(tmp_path, RANGE + "count = 3\n" + pressure)
    names = [point.name for point in points_of(found)]
    assert names == [f"k-{k}_p-{p}" for k, p in itertools.product(("0.02", "0.2", "2"), (2, 81))]
    variants = variants_of(found, points_of(found))
    assert [item.case.fixture.stiffness for item in variants] == pytest.approx([0.02, 0.02, 0.2, 0.2, 2.0, 2.0])
    assert [item.case.protocol.steps[0].pressure for item in variants] == pytest.approx(3 * [2.0, 81.0])
    assert {str(item.case.protocol.steps[2]) for item in variants} == {"set x = 0.3 in 3 h"}


def test_values_of_a_list_share_the_unit_of_the_first(tmp_path):
    found = study(tmp_path, STIFFNESS)
    assert values(found, "k") == pytest.approx([100.0, 200.0])
    assert [item.case.fixture.stiffness for item in variants_of(found, points_of(found))] == pytest.approx([0.1, 0.2])


def test_axes_that_follow_make_pairs(tmp_path):
    found = study(tmp_path, STIFFNESS + MODULUS + 'count = 2\nfollows = "k"\n')
    assert [tuple(value.number for value in point.values.values()) for point in points_of(found)] == [
        (100.0, 100.0),
        (200.0, 200.0),
    ]


def test_seeds_are_those_of_all_that_is_drawn(tmp_path):
    found = study(tmp_path, "[axes.cell]\nseeds = [3, 7]\n", "first")
    cases = [item.case for item in variants_of(found, points_of(found))]
    assert [case.geometry.seed for case in cases] == [case.materials["particle"].axis.seed for case in cases] == [3, 7]


def test_a_latin_hypercube_has_one_sample_in_each_part_of_each_range(tmp_path):
    found = study(tmp_path, RANGE + MODULUS + '[design]\nkind = "latin-hypercube"\nsamples = 10\n')
    shares = np.log(np.array(values(found, "k")) / 0.02) / np.log(100.0)
    assert sorted(np.floor(10.0 * shares)) == list(range(10))
    assert sorted(np.floor((np.array(values(found, "E")) - 100.0) / 10.0)) == list(range(10))


def test_a_sobol_design_is_saltellis(tmp_path):
    found = study(tmp_path, RANGE + MODULUS + '[design]\nkind = "sobol"\nsamples = 4\n')
    k, modulus = (np.array(values(found, name)).reshape(4, 4) for name in ("k", "E"))
    # A, B, and A with one column of B.
    assert np.array_equal(k[2], k[1]) and np.array_equal(modulus[2], modulus[0])
    assert np.array_equal(k[3], k[0]) and np.array_equal(modulus[3], modulus[1])
    assert not set(k[0]) & set(k[1])


def test_a_case_that_is_written_is_the_one_that_was_checked(tmp_path):
    """Also with paths, which are relative to the study."""
    (tmp_path / "hosts").mkdir()
    (tmp_path / "hosts" / "soft.toml").write_text('use = "lpscl"\nyoungs_modulus = "5 GPa"\n')
    text = '[axes.e]\nkey = "materials.separator"\nvalues = ["lpscl", "./hosts/soft.toml"]\n'
    found = study(tmp_path, text + '[changes.time]\nlargest_step = "10 min"\n')
    for variant in variants_of(found, points_of(found)):
        folder = tmp_path / "sweep" / variant.name
        folder.mkdir(parents=True)
        (folder / "case.toml").write_text(variant.text(found, folder))
        assert read_case(folder) == variant.case
        assert variant.case.time.largest_step == 600.0
    assert folder.name == "e-hosts-soft-toml"
    assert read_case(folder).resolved_materials()["separator"].elasticity.youngs_modulus == pytest.approx(5000.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "axes: this section is missing"),
        ("[axes]\n", "axes: there is no axis"),
        (STIFFNESS + "[runs]\njob = 2\n", "runs.job: unknown key; did you mean 'jobs'?"),
        (STIFFNESS + "[run]\njobs = 2\n", "run: unknown key; did you mean 'runs'?"),
        (STIFFNESS.replace("values", "value"), "axes.k.value: unknown key; did you mean 'values'?"),
        (STIFFNESS.replace('["100 kPa/um", "0.2 MPa/um"]', "[]"), "axes.k.values: [] is not accepted; expected 1 to"),
        (STIFFNESS.replace("0.2 MPa", "0.1 MPa"), "axes.k.values: '0.1 MPa/um' is there twice"),
        (
            STIFFNESS.replace("fixture.stiffness", "stiffness"),
            "axes.k.key[0]: 'stiffness' is not accepted; expected a d",
        ),
        (
            STIFFNESS.replace("fixture.stiffness", "fixture.stifness"),
            "all cases: fixture.stifness: unknown key; did you",
        ),
        (STIFFNESS.replace("0.2 MPa/um", "0.2 MPa"), "1 of 2 cases, such as k-0-2-MPa: fixture.stiffness: '0.2 MPa'"),
        (STIFFNESS.replace("0.2 MPa/um", "-2 MPa/um"), "1 of 2 cases, such as k--2000: fixture.stiffness: '-2 MPa/um'"),
        (
            STIFFNESS.replace("fixture.stiffness", "protocol.steps[7]"),
            "axes.k.key: 'protocol.steps[7]': this key of the",
        ),
        (STIFFNESS + 'text = "press"\n', "axes.k.text: 'press' is not accepted; expected text with {} once"),
        (RANGE, "axes.k.count: this key is missing; a grid needs"),
        (RANGE.replace(' "2 MPa/um', ' "2 MPa') + "count = 2\n", "axes.k.most: '2 MPa' has the wrong dimension"),
        (RANGE.replace('most = "2', 'most = "0.001') + "count = 2\n", "axes.k.most: '0.001 MPa/um' is not accepted"),
        (RANGE.replace("0.02", "0") + "count = 2\n", "axes.k.least: '0 MPa/um' is not accepted; expected more than 0"),
        (RANGE.replace('most = "2 MPa/um"\n', ""), "axes.k.most: this key is missing, of a range"),
        (STIFFNESS + "seeds = [1]\n", "axes.k: values beside seeds; expected one of"),
        ("[axes.k]\nseeds = [1, 2]\n", "axes.k.seeds: nothing in the base case is drawn at random"),
        ('[axes.k]\nkey = "fixture.stiffness"\n', "axes.k: no values; expected one of values, seeds"),
        (STIFFNESS + 'follows = "j"\n', "axes.k.follows: 'j' is not accepted; expected the name of another axis"),
        (
            STIFFNESS + RANGE.replace("axes.k", "axes.j") + 'count = 3\nfollows = "k"\n',
            "'k' has 2 values and this axis 3",
        ),
        (
            STIFFNESS + '[design]\nkind = "sobol"\nsamples = 4\n',
            "axes.k.least: this key is missing; the design 'sobol' needs",
        ),
        (RANGE + '[design]\nkind = "sobol"\nsamples = 6\n', "design.samples: 6 is not accepted; expected a power of 2"),
        (RANGE + '[design]\nkind = "latin-hypercube"\n', "design.samples: this key is missing"),
        (RANGE + '[design]\nkind = "sobol"\nsamples = 4\n', "design.kind: 'sobol' of one axis; expected two axes"),
        (RANGE + "count = 150\n" + MODULUS + "count = 150\n", "axes: 22500 cases; expected at most 1000"),
        (STIFFNESS + '[changes]\nextends = "../first"\n', "changes.extends: this key is not for a study"),
        ("[axes.k]\n" + 'key = "time.first_step"\nvalues = ["1 s", "1000 ms"]\n', "is there twice"),
        ('[axes."a b"]\nseeds = [1]\n', "axes.a b"),
    ],
)
def test_a_mistake_is_one_line_before_anything_is_written(tmp_path, capsys, text, said):
    (tmp_path / "study.toml").write_text(HEAD + text)
    assert cli.main(["sweep", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line and len(line) <= 300
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]


def test_all_mistakes_are_told_at_once(tmp_path):
    text = HEAD.replace("column", "colum") + STIFFNESS.replace("0.2 MPa", "0.1 MPa") + RANGE.replace("axes.k", "axes.j")
    with pytest.raises(CaseErrors) as caught:
        study(tmp_path, text + "[runs]\nranks = 0\n")
    keys = [error.key for error in caught.value.errors]
    assert keys == ["runs.ranks", "axes.k.values", "axes.j.count", "study.base"]


def test_an_axis_without_effect_is_a_mistake(tmp_path):
    """The seed of a stack in which nothing is packed."""
    found = study(tmp_path, STIFFNESS + '[axes.s]\nkey = "geometry.seed"\nvalues = [1, 2]\n')
    cases = variants_of(found, points_of(found)[:1])
    assert len(cases) == 1
    same = study(
        tmp_path, '[axes.s]\nkey = "time.first_step"\nvalues = ["1 s", "1 second"]\n'.replace("1 second", "2 s")
    )
    points = points_of(same)
    with pytest.raises(CaseErrors, match="are the same case"):
        variants_of(same, [points[0], points[0]])


@pytest.mark.parametrize("text", [b"\xff", b"[study", b"x = 1", b"study = 3", b"[study]\nbase = 3\n[axes]\nk = 3"])
def test_what_is_no_study_is_told_in_lines(tmp_path, capsys, text):
    (tmp_path / "study.toml").write_bytes(text)
    assert cli.main(["sweep", str(tmp_path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines and all(len(line) <= 300 for line in lines)


def test_the_page_on_studies_has_every_key_and_its_example_is_one(tmp_path):
    page = (CASES.parent / "docs" / "studies.md").read_text(encoding="utf-8")
    kinds = (schema.Description, schema.Axis, schema.Design, schema.Runs, schema.Fit, schema.StudyTable)
    keys = {name for kind in kinds for name in fields_of(kind)} - {"study", "axes", "design", "runs", "fit", "changes"}
    assert not [key for key in keys if f"`{key}`" not in page]
    example, fit = re.findall(r"```toml\n(.*?)```", page, flags=re.DOTALL)
    found = study(tmp_path, example.replace("../first", str(CASES / "first")))
    assert len(variants_of(found, points_of(found))) == 10
    (tmp_path / "study.toml").write_text(HEAD + fit)
    assert read_study(tmp_path, fits=True).table.fit.step == 3


@pytest.mark.parametrize("name", ["study-pressure", "study-stiffness", "study-particle"])
def test_studies_of_the_repository_can_be_run(name):
    found = read_study(CASES / name)
    assert len(variants_of(found, points_of(found))) >= 6
