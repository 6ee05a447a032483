"""What cycles came to, from histories written by hand."""

import csv
from types import SimpleNamespace

import numpy as np
import pytest
from mpi4py import MPI

from fem_asslb.case.sections.step_text import parse_step
from fem_asslb.output.cycles import CycleWriter, cycle_numbers, cycles
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


def test_charge_in_and_out_and_what_stood_at_the_ends():
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
    first, second = cycles(columns, steps, plate_area=0.5e8)
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


def test_a_writer_tells_what_the_whole_history_tells(tmp_path):
    """Step by step, and gone on with in the middle of a cycle from the history alone."""
    steps = [parse_step(line) for line in (PRESS, CHARGE, REST, DISCHARGE, CHARGE, DISCHARGE)]
    stages = np.array([1, 2, 2, 3, 4, 4, 5, 5, 6, 6])
    columns = {
        "time [s]": np.arange(1.0, 11.0),
        "protocol step [-]": stages.astype(float),
        "specific capacity [mAh/g]": np.array([0.0, 50.0, 90.0, 90.0, 70.0, 10.0, 30.0, 80.0, 60.0, 20.0]),
        "cell voltage [V]": np.linspace(3.0, 4.0, 10),
        "stack pressure [MPa]": np.linspace(5.0, 6.0, 10),
    }
    records = [
        StepRecord(
            index=k + 1,
            time=columns["time [s]"][k],
            duration=1.0,
            stage=stages[k] - 1,
            stage_name="",
            stage_ends=k + 1 == len(stages) or stages[k + 1] > stages[k],
            iterations=1,
            rejected=0,
            scalars={name: columns[name][k] for name in list(columns)[2:]},
        )
        for k in range(len(stages))
    ]
    simulation = SimpleNamespace(
        problem=SimpleNamespace(domain=SimpleNamespace(comm=MPI.COMM_SELF)),
        loading=SimpleNamespace(steps=steps),
        case=SimpleNamespace(cell=None),
        index=0,
    )
    expected = [{name: str(value) for name, value in row.items()} for row in cycles(columns, steps)]
    for cut in (None, 2, 6, 7):
        history, writer = HistoryWriter(tmp_path), CycleWriter(tmp_path)
        simulation.index = 0
        for place, record in enumerate(records):
            if place in (0, cut):
                history, writer = HistoryWriter(tmp_path, place or None), CycleWriter(tmp_path)
                history.start(simulation)
                writer.start(simulation)
            history.step(simulation, record)
            writer.step(simulation, record)
            simulation.index = place + 1
        writer.finish(simulation, "")
        assert list(csv.DictReader((tmp_path / "cycles.csv").read_text().splitlines())) == expected
