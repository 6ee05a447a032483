"""Effects of axes against functions whose indices are known, and the table of a study."""

import csv
import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fem_asslb.app import sweep
from fem_asslb.convergence.headlines import COSTS
from fem_asslb.plotting.style import Gallery
from fem_asslb.sweep.designs import points_of
from fem_asslb.sweep.effects import effects_of, told_too_widely
from fem_asslb.sweep.outcomes import TABLE, Trial, rows_of, write_table
from fem_asslb.sweep.page import Chapter, study_page
from fem_asslb.sweep.page_of_runs import Standing
from fem_asslb.sweep.pictures import draw
from fem_asslb.sweep.reading import read_study
from fem_asslb.sweep.variants import Variant
from tests.unit.test_report import Page

pytestmark = pytest.mark.serial

CASES = Path(__file__).parents[2] / "cases"
ANGLES = "".join(f'[axes.{name}]\nkey = "time.tolerance"\nleast = {-math.pi}\nmost = {math.pi}\n' for name in "abc")


def trials_of(folder, text, function):
    """A study and what a function of its axes gives, in place of runs."""
    (folder / "study.toml").write_text(f'[study]\ntitle = "t"\nbase = "{CASES / "column"}"\n{text}')
    study = read_study(folder)
    trials = []
    for point in points_of(study):
        numbers = [value.number for value in point.values.values()]
        outputs = {"y [MPa]": function(*numbers)}
        trials.append(Trial(Variant(point, {}, None), "end of protocol", outputs, dict.fromkeys(COSTS, 1.0)))
    return study, trials


def found(effects, measure):
    """Values of a measure by axis."""
    return {effect.axis: effect.value for effect in effects if effect.measure == measure}


def ishigami(a, b, c):
    """Ishigami and Homma's function, whose indices are known."""
    return math.sin(a) + 7.0 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)


def test_sobol_indices_of_ishigamis_function(tmp_path):
    """0.3139, 0.4424, 0 and 0.5576, 0.4424, 0.2437; intervals hold them."""
    design = '[design]\nkind = "sobol"\nsamples = 128\n'
    effects = effects_of(*trials_of(tmp_path, ANGLES + design, ishigami))
    first = {"a": 0.3139, "b": 0.4424, "c": 0.0}
    total = {"a": 0.5576, "b": 0.4424, "c": 0.2437}
    assert found(effects, "first-order index") == pytest.approx(first, abs=0.1)
    assert found(effects, "total index") == pytest.approx(total, abs=0.1)
    for effect in effects:
        exact = (first if effect.measure.startswith("first") else total)[effect.axis]
        assert effect.least - 0.05 < exact < effect.most + 0.05 and effect.least < effect.most


def test_intervals_that_are_too_wide_are_told(tmp_path):
    def told(samples):
        """Of an outcome that one of two axes decides."""
        axes = ANGLES.partition("[axes.c]")[0]
        design = f'[design]\nkind = "sobol"\nsamples = {samples}\n'
        return list(told_too_widely(effects_of(*trials_of(tmp_path, axes + design, lambda a, b: a + 0.1 * b))))

    assert told(128) == []
    for few in (2, 4, 8):
        (line,) = told(few)
        assert line.startswith("warning: 4 of 4 Sobol indices") and "design.samples" in line


@pytest.mark.parametrize(("slope", "is_told"), [(0.0, True), (1.0, False)])
def test_a_study_without_effects_says_so(tmp_path, monkeypatch, slope, is_told):
    axis = '[axes.a]\nkey = "time.tolerance"\nvalues = [-1.0, 1.0]\n'
    study, trials = trials_of(tmp_path, axis, lambda a: slope * a)
    monkeypatch.setattr(sweep, "trial_of", lambda _, case: case.trial)
    lines = list(sweep.conclude(study, tmp_path, [SimpleNamespace(trial=trial, is_done=True) for trial in trials]))
    assert any(line.startswith("warning: no effects of the axes") for line in lines) is is_told


def test_effects_of_a_grid_are_shares_of_the_variance(tmp_path):
    """y = a + 2 b + a b over the corners -1 and 1: variances 1, 4 and 1."""
    axes = "".join(f'[axes.{name}]\nkey = "time.tolerance"\nvalues = [-1.0, 1.0]\n' for name in "ab")
    effects = effects_of(*trials_of(tmp_path, axes, lambda a, b: a + 2.0 * b + a * b))
    assert found(effects, "first-order index") == pytest.approx({"a": 1 / 6, "b": 4 / 6})
    assert found(effects, "total index") == pytest.approx({"a": 2 / 6, "b": 5 / 6})
    assert found(effects, "range of means") == pytest.approx({"a": 2.0, "b": 4.0})


def test_a_page_has_the_effects_of_each_axis_and_outcomes_against_it(tmp_path):
    axes = "".join(f'[axes.{name}]\nkey = "time.tolerance"\nvalues = [-1.0, 1.0]\n' for name in "ab")
    study, trials = trials_of(tmp_path, axes, lambda a, b: a + 2.0 * b + a * b)
    cases = [Standing(trial=trial, state="finished", reason="", results=tmp_path / "none") for trial in trials]
    page = Page(study_page([Chapter(study=study, cases=cases)], tmp_path / "page.html"))
    columns = [f"{axis}: {measure} index" for axis in "ab" for measure in ("first-order", "total")]
    assert set(columns) <= set(page.texts) and {"0.166667", "0.666667", "0.333333", "0.833333"} <= set(page.texts)
    assert [value for name, value in page.attributes if name == "alt"] == ["against-a", "against-b", "matrix"]
    assert sum("no results" in text for text in page.texts) == 1 + len(trials)


def test_levels_that_have_one_label_are_two(tmp_path):
    """Names of cases have five digits of a value."""
    axes = '[axes.a]\nkey = "time.tolerance"\nvalues = [0.1000001, 0.1000002]\n'
    axes += '[axes.b]\nkey = "time.tolerance"\nvalues = [-1.0, 1.0]\n'
    effects = effects_of(*trials_of(tmp_path, axes, lambda a, b: 1e7 * a + b))
    assert found(effects, "range of means") == pytest.approx({"a": 1.0, "b": 2.0})


def test_samples_are_regressed(tmp_path):
    """y = 3 log a - b: standard deviations of shares are alike, so that coefficients go as 3 to -1."""
    axes = '[axes.a]\nkey = "time.tolerance"\nleast = 0.01\nmost = 1.0\nspacing = "logarithmic"\n'
    axes += f'[axes.b]\nkey = "time.tolerance"\nleast = 0.0\nmost = {math.log(100.0)}\n'
    design = '[design]\nkind = "latin-hypercube"\nsamples = 200\n'
    effects = effects_of(*trials_of(tmp_path, axes + design, lambda a, b: 3.0 * math.log(a) - b))
    coefficients = found(effects, "standardised coefficient")
    assert coefficients["a"] / coefficients["b"] == pytest.approx(-3.0, rel=0.02)
    assert found(effects, "share explained by the regression") == pytest.approx({"all together": 1.0})


def test_the_table_has_units_keys_and_what_is_missing(tmp_path):
    axes = '[axes.k]\nkey = "fixture.stiffness"\nvalues = ["1 MPa/um", "2 MPa/um"]\n'
    study, trials = trials_of(tmp_path, axes, lambda k: 2.0 * k)
    trials[1] = Trial(trials[1].variant, "smallest step", {}, {})
    write_table(study, trials, tmp_path)
    with (tmp_path / TABLE).open(newline="") as file:
        one, other = csv.DictReader(file)
    assert (one["case"], one["k [MPa/um]"], one["y [MPa]"], one["end"]) == ("k-1", "1.0", "2.0", "end of protocol")
    assert (other["k [MPa/um]"], other["y [MPa]"], other["wall time [s]"], other["end"]) == (
        "2.0",
        "",
        "",
        "smallest step",
    )
    columns = json.loads((tmp_path / "columns.json").read_text())
    assert columns["k [MPa/um]"] == {"kind": "axis", "unit": "MPa/um", "keys": ["fixture.stiffness"], "text": "{}"}
    assert columns["y [MPa]"] == {"kind": "outcome", "unit": "MPa"}


def test_the_table_in_parquet_is_the_same(tmp_path):
    pytest.importorskip("pyarrow")
    import pandas

    study, trials = trials_of(tmp_path, '[axes.k]\nkey = "time.tolerance"\nvalues = [0.1, 0.2]\n', lambda k: k)
    write_table(study, trials, tmp_path)
    assert pandas.read_parquet(tmp_path / "table.parquet").to_dict("records") == rows_of(study, trials)


def test_pictures_against_each_axis_and_a_matrix(tmp_path):
    """Words and numbers, and a case that is missing."""
    axes = '[axes.k]\nkey = "time.tolerance"\nvalues = [0.1, 0.2, 0.4]\n'
    axes += '[axes.wall]\nkey = "fixture.walls"\nvalues = ["symmetric", "free"]\n'
    study, trials = trials_of(tmp_path, axes, lambda k, _: np.sin(k))
    pictures = draw(study, trials[:-1], Gallery(tmp_path))
    assert [path.name for path in pictures] == ["against-k.png", "against-wall.png", "matrix.png"]
    assert all(path.stat().st_size > 10_000 for path in pictures)
