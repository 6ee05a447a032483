"""Parameters from measured curves: known ones are found, intervals hold them, and what is not determined is said."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from fem_asslb.app import cli, fit
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.case.reading.reader import read_case
from fem_asslb.output.resolved import resolved_table
from fem_asslb.sweep import fitting
from fem_asslb.sweep.measured import read_measured
from fem_asslb.sweep.schema import Fit

pytestmark = pytest.mark.serial

CASES = Path(__file__).parents[2] / "cases"

PLACES = np.linspace(0.0, 1.0, 60)


def found(model, truth, noise=0.01, start=None, uncertainty=None, seed=1):
    """Fit of a model to its own values with noise."""
    measured = model(truth) + noise * np.random.default_rng(seed).standard_normal(len(PLACES))

    def residuals(points):
        """Of several points at once."""
        return [model(point) - measured for point in points]

    start = np.full(len(truth), 0.5) if start is None else start
    return fitting.fit(residuals, start, float(np.ptp(measured)), uncertainty)


def decay(shares):
    """Two parameters that are told apart."""
    return (1.0 + shares[0]) * np.exp(-(1.0 + 3.0 * shares[1]) * PLACES)


def test_known_parameters_are_found():
    result = found(decay, np.array([0.3, 0.7]), noise=0.0)
    assert result.has_converged and result.shares == pytest.approx([0.3, 0.7], abs=1e-3)
    assert result.is_determined.all() and not result.traded()


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Of 200 fits with other noise 95 % do, within three standard deviations of that count."""
    truth = np.array([0.3, 0.7])
    results = [found(decay, truth, seed=seed) for seed in range(200)]
    for place in range(2):
        share = np.mean([abs(item.shares[place] - truth[place]) < item.half_widths[place] for item in results])
        assert 0.95 - 0.05 < share <= 1.0
    assert np.mean([item.half_widths for item in results]) < 0.05


def test_intervals_grow_with_the_uncertainty_that_is_stated():
    narrow, wide = (found(decay, np.array([0.3, 0.7]), uncertainty=size) for size in (0.06, 0.6))
    assert wide.half_widths == pytest.approx(10.0 * narrow.half_widths, rel=1e-3)
    assert not wide.is_determined.all()


def test_a_parameter_without_effect_is_not_determined():
    result = found(lambda shares: shares[0] * PLACES, np.array([0.4, 0.2]))
    assert list(result.is_determined) == [True, False]
    assert result.half_widths[1] > 1e3 and result.half_widths[0] < 0.02


def test_fewer_points_than_parameters_determine_none_of_them():
    """Each has an effect, but what one does the others can undo."""
    powers = np.array([[1.0, 0.3, 0.1, 0.2], [1.0, 0.5, 0.7, 0.1], [1.0, 0.9, 0.2, 0.6]])
    result = fitting.fit(lambda points: [powers @ (point - 0.4) for point in points], np.full(4, 0.5), 1.0, 1e-3)
    assert not result.is_determined.any()


def test_parameters_that_make_up_for_each_other_are_said():
    result = found(lambda shares: (shares[0] + shares[1]) * PLACES, np.array([0.4, 0.2]))
    assert result.traded() == [(0, 1)] and not result.is_determined.any()


def test_residuals_in_a_row_widen_the_intervals():
    """A model that misses the shape of the data is not as sure as its many points make it."""
    bent = PLACES * 0.4 + 0.05 * np.sin(2.0 * math.pi * PLACES)
    shuffled = np.random.default_rng(1).permutation(bent - PLACES * 0.4)

    def fitted(rest):
        """Fit of a line."""
        target = PLACES * 0.4 + rest
        return fitting.fit(lambda points: [point[0] * PLACES - target for point in points], np.array([0.5]), 0.4, 0.0)

    assert fitted(bent - PLACES * 0.4).half_widths[0] > 3.0 * fitted(shuffled).half_widths[0]


@pytest.mark.parametrize(
    ("header", "sizes"),
    [
        ("Time [h],Pressure [kPa]", (3600.0, 1e-3)),
        ("Test Time / s,Current / A,Applied Pressure / Pa", (1.0, 1e-6)),
        ("test_time_second,applied_pressure_pa", (1.0, 1e-6)),
        ("time [min],Stack Pressure [MPa],time [s]", (60.0, 1.0)),
    ],
)
def test_columns_are_read_in_their_units(tmp_path, header, sizes):
    names, path = header.split(","), tmp_path / "data.csv"
    is_pressure = [("ressure" in name) for name in names]
    rows = [",".join("2" if flag else str(row) for flag in is_pressure) for row in range(4)]
    path.write_text("\n".join([header, *rows]) + "\n")
    measured = read_measured(path, Fit(curve="pressure"))
    assert measured.places == pytest.approx(np.arange(4) * sizes[0])
    assert measured.values == pytest.approx(np.full(4, 2.0 * sizes[1]))


@pytest.mark.parametrize(
    ("header", "unit", "size"),
    [
        ("Net Capacity / Ah,Voltage / V", "mAh", 1000.0),
        ("capacity [mAh/cm2],voltage [mV]", "mAh/cm^2", 1.0),
        ("specific capacity [A*h/kg],cell voltage [V]", "mAh/g", 1.0),
        ("charging_capacity_ah,voltage_volt", "mAh", 1000.0),
    ],
)
def test_capacities_keep_what_they_are_per(tmp_path, header, unit, size):
    path = tmp_path / "data.csv"
    path.write_text(f"{header}\n0,3\n1,3\n2,4\n")
    measured = read_measured(path, Fit(curve="voltage", against="capacity", step=1))
    assert (measured.unit_of_places, measured.places[-1]) == (unit, pytest.approx(2.0 * size))


def test_many_rows_are_averaged(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("time [s],pressure [MPa]\n" + "".join(f"{row},{3 * row}\n" for row in range(5000)))
    measured = read_measured(path, Fit(curve="pressure"))
    assert len(measured.places) == 500 and measured.values == pytest.approx(3.0 * measured.places)


def test_the_sum_of_charges_is_no_capacity(tmp_path):
    """Where discharges have a column too: over a discharge it would stand still."""
    path, wanted = tmp_path / "data.csv", Fit(curve="voltage", against="capacity", step=1)
    path.write_text("Charging Capacity / Ah,Discharging Capacity / Ah,Voltage / V\n1,0,4\n1,1,3\n1,2,2\n")
    with pytest.raises(FemAsslbError, match="'Net Capacity / Ah'"):
        read_measured(path, wanted)
    path.write_text("Discharging Capacity / Ah,Voltage / V\n0,4\n1,3\n2,2\n")
    assert read_measured(path, wanted).places == pytest.approx([0.0, 1000.0, 2000.0])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("time [s],force [N]\n1,2\n", "has time [s], force [N]; expected a column such as 'Applied pressure [MPa]'"),
        ("time [s],pressure\n1,2\n", "has the column 'pressure'; expected"),
        ("time [s],pressure [kg]\n1,2\n", "has the column 'pressure [kg]'; expected"),
        ("time [s],pressure [MPa]\n1,1e999\n", "has '1e999' in column 'pressure [MPa]'; expected a number"),
        ("time [s],pressure [MPa]\n1,x\n", "has 'x' in column 'pressure [MPa]'; expected a number"),
        ("time [s],pressure [MPa]\n1,nan\n", "has 'nan' in column 'pressure [MPa]'; expected a number"),
        ("time [s],pressure [MPa]\n1\n", "has the row '1'; expected 2 numbers"),
        ("time [s],pressure [MPa]\n1,2\n2,2\n", "has 2 rows; expected at least 3"),
        ("time [s],pressure [MPa]\n1,2\n0,2\n2,2\n", "'time [s]' goes back"),
        ("", "expected a header and 1 to"),
    ],
)
def test_data_that_cannot_be_used_are_told_in_a_line(tmp_path, text, said):
    path = tmp_path / "data.csv"
    path.write_text(text)
    with pytest.raises(FemAsslbError) as caught:
        read_measured(path, Fit(curve="pressure"))
    assert said in str(caught.value) and len(str(caught.value)) <= 300


STUDY = f"""
[study]
title = "Fixture"
base = "{CASES / "column"}"
[axes.k]
key = "fixture.stiffness"
least = "0.02 MPa/um"
most = "2 MPa/um"
spacing = "logarithmic"
[axes.E]
key = "materials.cathode.youngs_modulus"
least = "100 GPa"
most = "200 GPa"
start = "120 GPa"
[fit]
curve = "pressure"
step = 3
change = true
"""


@pytest.fixture
def jobs(monkeypatch):
    """Runs whose pressure falls by the stiffness times 1 um over an hour, in place of computed ones."""
    count = []

    def run(folder, jobs, tell):
        """Write what a run leaves."""
        for name in json.loads((folder / "workflow.json").read_text())["cases"]:
            case = read_case(folder / name)
            results = folder / name / "results"
            results.mkdir()
            rows = [
                f"{time},{stage},{81.0 - case.fixture.stiffness * max(0.0, (time - 60.0) / 3600.0)}"
                for time, stage in ((10, 1), (60, 2), (660, 3), (1860, 3), (3660, 3))
            ]
            (results / "history.csv").write_text(
                "time [s],protocol step [-],stack pressure [MPa]\n" + "\n".join(rows) + "\n"
            )
            record = {"case": resolved_table(case), "files": {}, "runs": [{"end": "end of protocol"}]}
            (results / "run.json").write_text(json.dumps(record))
            count.append(name)
            tell(name)

    monkeypatch.setattr(fit, "run_workflow", run)
    return count


def test_a_study_is_fitted_and_not_run_twice(tmp_path, jobs, capsys):
    (tmp_path / "study.toml").write_text(STUDY)
    rows = [f"{time},{50.0 - 0.3 * time / 3600.0}" for time in range(0, 3601, 300)]
    (tmp_path / "data.csv").write_text("time [s],pressure [MPa]\n" + "\n".join(rows) + "\n")
    words = ["fit", str(tmp_path), "--data", str(tmp_path / "data.csv")]
    assert cli.main(words) == 0
    with (tmp_path / "fit" / "parameters.csv").open(newline="") as file:
        stiffness, modulus = csv.DictReader(file)
    assert float(stiffness["value"]) == pytest.approx(0.3, rel=1e-3)
    assert float(stiffness["least of 95%"]) < 0.3 < float(stiffness["most of 95%"]) < 0.31 and not stiffness["said"]
    assert modulus["said"] == "the data do not determine it within its range" and modulus["unit"] == "GPa"
    assert "E = 120 GPa, 95% between 100 and 200: the data do not determine it" in capsys.readouterr().out
    assert (tmp_path / "fit" / "fit.png").stat().st_size > 10_000
    done = len(jobs)
    assert done == len(set(jobs)) and cli.main(words) == 0 and len(jobs) == done


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('start = "120 GPa"', 'start = "300 GPa"', "axes.E.start: '300 GPa' is not accepted; expected between"),
        ("step = 3", "step = 4", "fit.step: 4 is not accepted; the protocol of the base case has 3 steps"),
        ('curve = "pressure"', 'curve = "force"', "fit.curve: 'force' is not accepted"),
        ('curve = "pressure"', 'curve = "pressure"\nuncertainty = "1 V"', "fit.uncertainty: '1 V' has the wrong dim"),
        ("[fit]", "[fits]", "fits: unknown key"),
        ('"100 GPa"', '"-1 GPa"', "such as least-E"),
        ('least = "100 GPa"\nmost = "200 GPa"', 'values = ["1 GPa"]', "axes.E.least: this key is missing; a fit needs"),
    ],
)
def test_a_fit_that_cannot_be_is_told_before_anything_runs(tmp_path, jobs, capsys, old, new, said):
    (tmp_path / "study.toml").write_text(STUDY.replace(old, new))
    (tmp_path / "data.csv").write_text("time [s],pressure [MPa]\n0,1\n1,1\n2,1\n")
    assert cli.main(["fit", str(tmp_path), "--data", str(tmp_path / "data.csv")]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert said in lines[0] and all(len(line) <= 300 for line in lines)
    assert not jobs and not (tmp_path / "fit").exists()
