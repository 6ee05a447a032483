"""What cycles came to, from histories written by hand."""

import csv
from types import SimpleNamespace

import numpy as np
import pytest
from mpi4py import MPI

from fem_asslb.case.sections.step_text import parse_step
from fem_asslb.output.cycles import CycleWriter, cycle_numbers
from fem_asslb.output.history import HistoryWriter
from fem_asslb.simulation.step_record import StepRecord

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

CHARGE, HOLD, REST = "charge at 1C until 4 V", "hold at 4 V until C/20", "rest 1 h"
DISCHARGE, PRESS = "discharge at 1C until 3 V", "press to 5 MPa in 1 min"


@pytest.mark.parametrize(
    ("lines", "numbers"),
    [
        ([PRESS, CHARGE, HOLD, REST, DISCHARGE, REST, CHARGE, DISCHARGE], [0, 1, 1, 1, 1, 1, 2, 2]),
        ([DISCHARGE, CHARGE, HOLD, DISCHARGE, REST], [1, 1, 1, 2, 2]),
        ([HOLD, CHARGE, CHARGE, DISCHARGE, DISCHARGE, CHARGE], [1, 1, 1, 1, 1, 2]),
        ([PRESS, REST], [0, 0]),
    ],
)
def test_where_cycles_begin(lines, numbers):
    assert cycle_numbers([parse_step(line) for line in lines]) == numbers


def told(folder, columns, steps, cut=None, meanwhile=lambda: None, plate_area=None):
    """Rows of ``cycles.csv`` of a run with a history, which another one may go on with from a step."""
    simulation = SimpleNamespace(
        problem=SimpleNamespace(domain=SimpleNamespace(comm=MPI.COMM_SELF)),
        loading=SimpleNamespace(steps=steps),
        case=SimpleNamespace(cell=SimpleNamespace(plate_area=plate_area)),
        index=0,
    )
    stages = columns["protocol step [-]"].astype(int)
    for place in range(len(stages)):
        if place in (0, cut):
            if place:
                meanwhile()
            history, writer = HistoryWriter(folder, place or None), CycleWriter(folder)
            history.start(simulation)
            writer.start(simulation)
        record = StepRecord(
            index=place + 1,
            time=columns["time [s]"][place],
            duration=1.0,
            stage=stages[place] - 1,
            stage_name="",
            stage_ends=place + 1 == len(stages) or stages[place + 1] > stages[place],
            iterations=1,
            rejected=0,
            scalars={name: values[place] for name, values in list(columns.items())[2:]},
        )
        history.step(simulation, record)
        writer.step(simulation, record)
        simulation.index = place + 1
    writer.finish(simulation, "")
    return list(csv.DictReader((folder / "cycles.csv").read_text().splitlines()))


def test_charge_in_and_out_and_what_stood_at_the_ends(tmp_path):
    """By hand: 100 in at 3.5 and 60 at 3.9 V, 120 out at 3 V; the second charge is not over."""
    columns = {
        "time [s]": np.arange(1.0, 8.0),
        "protocol step [-]": np.array([1.0, 2.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
        "specific capacity [mAh/g]": np.array([0.0, 100.0, 150.0, 160.0, 160.0, 40.0, 50.0]),
        "areal capacity [mAh/cm2]": np.array([0.0, 1.0, 1.5, 1.6, 1.6, 0.4, 0.5]),
        "cell voltage [V]": np.array([3.0, 3.5, 3.9, 3.9, 3.8, 3.0, 3.4]),
        "stack pressure [MPa]": np.array([5.0, 5.2, 5.3, 5.4, 5.4, 4.9, 5.0]),
        "particle|cathode open [-]": np.array([0.0, 0.1, 0.2, 0.3, 0.3, 0.05, 0.06]),
    }
    steps = [parse_step(line) for line in (PRESS, CHARGE, HOLD, REST, DISCHARGE, CHARGE)]
    rows = told(tmp_path, columns, steps, plate_area=0.5e8)
    first, second = ({name: float(value) for name, value in row.items()} for row in rows)
    assert first["charge [mAh/g]"] == pytest.approx(160.0) and first["discharge [mAh/g]"] == pytest.approx(120.0)
    assert first["charge [mAh/cm2]"] == pytest.approx(1.6) and first["discharge [mAh]"] == pytest.approx(0.6)
    assert first["efficiency [-]"] == pytest.approx(0.75)
    assert first["mean voltage of charge [V]"] == pytest.approx((100 * 3.5 + 60 * 3.9) / 160)
    assert first["mean voltage of discharge [V]"] == pytest.approx(3.0)
    assert first["stack pressure at the end of charge [MPa]"] == 5.4
    assert first["stack pressure at the end of discharge [MPa]"] == 4.9
    assert first["pressure swing [MPa]"] == pytest.approx(0.5)
    assert first["particle|cathode open at the end of charge [-]"] == 0.3
    assert first["particle|cathode open at the end of discharge [-]"] == 0.05
    assert second["charge [mAh/g]"] == pytest.approx(10.0) and second["discharge [mAh/g]"] == 0.0
    assert np.isnan(second["efficiency [-]"]) and np.isnan(second["mean voltage of discharge [V]"])
    assert first["time at the end [s]"] == 6.0 and (first["cycle [-]"], second["cycle [-]"]) == (1, 2)


STEPS = [parse_step(line) for line in (PRESS, CHARGE, REST, DISCHARGE, CHARGE, DISCHARGE, CHARGE)]
STAGES = np.array([1, 2, 2, 3, 4, 4, 5, 5, 6, 6, 7])
HISTORY = {
    "time [s]": np.arange(1.0, 12.0),
    "protocol step [-]": STAGES.astype(float),
    "specific capacity [mAh/g]": np.array([0.0, 50.0, 90.0, 90.0, 70.0, 10.0, 30.0, 80.0, 60.0, 20.0, 35.0]),
    "cell voltage [V]": np.linspace(3.0, 4.0, 11),
    "stack pressure [MPa]": np.linspace(5.0, 6.0, 11),
}


def test_a_run_that_goes_on_tells_the_same_cycles(tmp_path):
    """From the history alone, wherever it was interrupted."""
    whole = told(tmp_path, HISTORY, STEPS)
    assert [row["charge [mAh/g]"] for row in whole] == ["90.0", "70.0", "15.0"]
    assert [row["discharge [mAh/g]"] for row in whole] == ["80.0", "60.0", "0.0"]
    for cut in (1, 2, 4, 6, 7, 10):
        assert told(tmp_path, HISTORY, STEPS, cut) == whole


@pytest.mark.parametrize(("lost", "numbers"), [(range(1, 8), ["2", "3"]), (range(6, 9), ["1", "2", "3"])])
def test_rows_that_are_lost_make_no_other_cycles(tmp_path, lost, numbers):
    """Another program has taken rows of the history that the run goes on with in its third cycle."""

    def take():
        lines = (tmp_path / "history.csv").read_text().splitlines(keepends=True)
        (tmp_path / "history.csv").write_text("".join(line for k, line in enumerate(lines) if k not in lost))

    found = told(tmp_path, HISTORY, STEPS, 10, take)
    assert [row["cycle [-]"] for row in found] == numbers
    assert (found[-1]["charge [mAh/g]"], found[-1]["discharge [mAh/g]"]) == ("15.0", "0.0")
