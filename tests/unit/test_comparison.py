"""Two runs compared: at which states, with which tolerances, and what is said of it."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from fem_asslb.app import cli
from fem_asslb.base.column_names import is_named
from fem_asslb.base.endings import COMPLETE
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.comparison import CAPACITY, LITHIUM, ROWS
from fem_asslb.comparison.alignment import pair
from fem_asslb.comparison.differences import differences
from fem_asslb.comparison.tolerances import Tolerance, is_of_the_cell
from fem_asslb.comparison.verdict import compare, lines
from fem_asslb.output import history, record

pytestmark = pytest.mark.serial

PRESSURE, X = "stack pressure [MPa]", "stoichiometry mean [-]"
STEPS = ["press to 80 MPa in 1 s", "charge at 1C until 100 s", "rest 10 s"]


def run_of(lengths: list[list[float]], pressure, x=lambda time: 1.0 - 1e-3 * time) -> dict[str, np.ndarray]:
    """A history of protocol steps with given time steps; pressure and stoichiometry are functions of time."""
    length = np.concatenate(lengths)
    time = np.cumsum(length)
    stage = np.repeat(np.arange(1.0, len(lengths) + 1), [len(part) for part in lengths])
    columns = {history.TIME: time, history.STAGE: stage, history.LENGTH: length}
    return columns | {PRESSURE: np.vectorize(pressure, otypes=[float])(time), X: np.vectorize(x)(time)}


def write(
    folder: Path, columns: dict[str, np.ndarray], title: str = "a", steps: Sequence[str] = STEPS, end=COMPLETE
) -> Path:
    folder.mkdir(parents=True)
    case = {"case": {"title": title}, "protocol": {"steps": list(steps)}}
    (folder / record.FILE).write_text(json.dumps({"case": case, "runs": [{"end": end}]}))
    rows = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True)), ""]
    (folder / history.FILE).write_text("\n".join(rows))
    return folder


COARSE, FINE = [[1.0], [50.0, 50.0], [10.0]], [[0.5, 0.5], [20.0, 30.0, 40.0, 10.0], [5.0, 5.0]]


def test_what_is_linear_in_time_is_the_same_whatever_the_time_steps():
    """At every row of either run, though they share few."""
    first, second = (run_of(steps, lambda time: 2.0 * time) for steps in (COARSE, FINE))
    pairing = pair(first, second)
    within = set(pairing.first[history.TIME][pairing.first[history.STAGE] == 2])
    assert within == {51.0, 91.0, 101.0} and not pairing.unpaired
    for name in (PRESSURE, X, history.TIME):
        assert pairing.first[name] == pytest.approx(pairing.second[name])


def test_the_end_of_a_step_is_one_state_whenever_it_comes():
    """A charge to the same voltage that takes longer: its ends are compared, the rest from its start."""
    first = run_of([[1.0], [100.0], [5.0, 5.0]], lambda time: 80.0 if time <= 101.0 else 181.0 - time)
    second = run_of([[1.0], [60.0, 60.0], [5.0, 5.0]], lambda time: 80.0 if time <= 121.0 else 201.0 - time)
    pairing = pair(first, second)
    assert pairing.first[PRESSURE] == pytest.approx(pairing.second[PRESSURE])
    in_rest = pairing.first[history.STAGE] == 3
    assert set(pairing.first[history.TIME][in_rest]) == {106.0, 111.0}
    assert (pairing.second[history.TIME] - pairing.first[history.TIME])[in_rest] == pytest.approx(20.0)


@pytest.mark.parametrize("way", [LITHIUM, CAPACITY])
def test_a_run_twice_as_fast_is_the_same_against_lithium(way):
    name = {LITHIUM: X, CAPACITY: "specific capacity [mAh/g]"}[way]
    slow = run_of([[1.0], [25.0] * 4, [10.0]], lambda time: 80.0 - time)
    fast = run_of([[0.5], [5.0] * 10, [5.0]], lambda time: 80.0 - 2.0 * time, lambda time: 1.0 - 2e-3 * time)
    slow[name], fast[name] = 1.0 - 1e-3 * slow[history.TIME], 1.0 - 2e-3 * fast[history.TIME]
    against_lithium, against_time = (pair(slow, fast, choice) for choice in (way, "time"))
    assert against_lithium.first[PRESSURE] == pytest.approx(against_lithium.second[PRESSURE])
    assert np.abs(against_time.first[PRESSURE] - against_time.second[PRESSURE]).max() > 20.0


def test_where_lithium_turns_only_the_end_is_compared():
    first = run_of(COARSE, lambda time: time, lambda time: 0.5)
    assert len(pair(first, first, LITHIUM).first[X]) == 3


def test_rows_are_compared_as_they_are_and_have_to_be_as_many():
    first, second = (run_of(steps, lambda time: time) for steps in (COARSE, FINE))
    assert pair(first, first, ROWS).first[history.TIME].tolist() == first[history.TIME].tolist()
    with pytest.raises(FemAsslbError, match="protocol step 1 has 1 rows and 2; use --against time"):
        pair(first, second, ROWS)


def test_a_difference_counts_beyond_a_share_of_the_range_after_the_press():
    """A thousandth of the 10 MPa after the press, not of the 80 MPa before."""
    first = run_of(COARSE, lambda time: 80.0 - (time - 51.0) / 6.0 if time > 1.0 else 0.0)
    for change, counts in ((0.009, False), (0.011, True)):
        second = first | {PRESSURE: first[PRESSURE] + change * (first[history.TIME] == 51.0)}
        (found,) = differences(pair(first, second), [PRESSURE], closed=1)
        assert (found.counts, found.stage, found.time) == (counts, 2, 51.0)
        assert (found.largest, found.size) == pytest.approx((change, 10.0 + change))
        assert found.second - found.first == pytest.approx(change)
    (found,) = differences(pair(first, first | {PRESSURE: first[PRESSURE] + 0.05}), [PRESSURE], closed=0)
    assert found.size == pytest.approx(80.05)


def test_rounding_beside_a_large_column_of_the_same_unit_does_not_count():
    first = run_of(COARSE, lambda time: time) | {"a [pJ]": np.array([0.0, 1.0, 40.0, 48.0])}
    first["b [pJ]"], second = np.zeros(4), dict(first)
    second["b [pJ]"] = np.array([0.0, 1e-12, 0.0, 1e-12])
    assert not any(item.counts for item in differences(pair(first, second), ["a [pJ]", "b [pJ]"]))
    assert differences(pair(first, second), ["b [pJ]"])[0].counts


def test_a_value_that_one_run_lacks_counts_and_one_that_both_lack_does_not():
    nan = float("nan")
    first = run_of(COARSE, lambda time: time) | {"a [V]": np.array([nan, 1.0, 1.0, 1.0])}
    second = first | {"a [V]": np.array([nan, 1.0, nan, 1.0])}
    assert not differences(pair(first, first), ["a [V]"])[0].counts
    (found,) = differences(pair(first, second), ["a [V]"])
    assert found.counts and found.largest == np.inf and found.time == 101.0


def test_tolerances_are_shares_or_quantities_of_some_columns():
    assert Tolerance.of("0.1").of_column(PRESSURE, np.array([50.0])) == pytest.approx(5.0)
    assert Tolerance.of("stack*=20 kPa").of_column(PRESSURE, np.array([50.0])) == pytest.approx(0.02)
    assert Tolerance.of("q=1 Ah/m^2").of_column("q [mAh/cm2]", np.array([0.0])) == pytest.approx(0.1)
    for text in ("T=0.5 K", "T=0.5 degC"):
        assert Tolerance.of(text).of_column("T [degC]", np.array([20.0])) == pytest.approx(0.5)
    with pytest.raises(FemAsslbError, match="wrong dimension"):
        Tolerance.of("stack*=1 V").of_column(PRESSURE, np.array([50.0]))
    for text in ("much", "", "=", "a=", "-1", "nan", "1 MPa"):
        with pytest.raises(FemAsslbError, match="--tolerance"):
            Tolerance.of(text)


def test_columns_are_named_with_their_unit_without_or_by_a_pattern():
    assert all(is_named(PRESSURE, text) for text in (PRESSURE, "stack pressure", "stack*", "*"))
    assert not any(is_named(PRESSURE, text) for text in ("stack", "pressure", "*V*"))
    assert is_of_the_cell(PRESSURE) and not is_of_the_cell("energy balance error [-]")


def test_a_verdict_names_what_differs(tmp_path):
    first = run_of(COARSE, lambda time: 80.0 - 0.1 * time)
    second = run_of(FINE[:2], lambda time: 79.0 - 0.1 * time) | {"a|b open [-]": np.zeros(6)}
    here, there = write(tmp_path / "a", first), write(tmp_path / "b", second, "an\x1bother")
    verdict = compare(here, there)
    assert not verdict.is_same and compare(here, here).is_same
    assert (verdict.keys, verdict.unpaired, verdict.alone) == (["case.title"], (3,), ([], ["a|b open [-]"]))
    text = "\n".join(lines(verdict))
    assert "the cases differ in case.title" in text and "only in the second: a|b open [-]" in text
    assert f"{PRESSURE}           1" in text and "step 2 (charge at 1C until 100 s)" in text
    assert compare(here, there, tolerances=[Tolerance.of(f"{PRESSURE}=2 MPa")], chosen=[PRESSURE]).columns[0].excess < 1
    with pytest.raises(FemAsslbError, match="no column 'cheese'"):
        compare(here, there, chosen=["cheese"])


@pytest.mark.parametrize("last", ["press to 80 MPa in 1 s", "unload to 80 MPa in 1 s", "fabricate at 80 MPa for 1 s"])
def test_a_fixture_closes_after_any_press(tmp_path, last):
    """A third of a megapascal is much of what comes after 400 MPa have gone."""
    steps = ["press to 400 MPa in 1 s", last, "rest 100 s"]
    first = run_of([[1.0], [0.5, 0.5], [50.0, 50.0]], lambda time: 400.0 if time < 1.6 else 80.0 - 0.1 * time)
    second = first | {PRESSURE: first[PRESSURE] + 0.3 * (first[history.STAGE] == 3.0)}
    here, there = write(tmp_path / "a", first, steps=steps), write(tmp_path / "b", second, steps=steps)
    assert not compare(here, there, chosen=[PRESSURE]).is_same


def test_a_step_that_a_run_was_stopped_in_is_compared_as_far_as_it_came(tmp_path):
    """Its last row is no end of the step."""
    whole = run_of(FINE, lambda time: 2.0 * time)
    stopped = {name: values[:4] for name, values in whole.items()}
    first, second = write(tmp_path / "whole", whole), write(tmp_path / "stopped", stopped, end="stopped in 'charge'")
    for verdict in (compare(first, second), compare(second, first)):
        assert not any(item.counts for item in verdict.columns) and not verdict.is_same
        assert verdict.unpaired == (3,) and verdict.cut == (2,)
        assert any("the end of protocol step 2" in line for line in lines(verdict))
    for way in ("time", ROWS):
        assert compare(second, second, way).is_same and not compare(second, second, way).cut
    # In the press there is one state of each; they are no end, and not at the same time.
    third = write(tmp_path / "early", {name: values[:1] for name, values in stopped.items()}, end="running")
    fourth = write(tmp_path / "later", run_of([[0.7]], lambda time: 9.0), end="running")
    assert compare(third, third).is_same
    with pytest.raises(FemAsslbError, match="no state in common"):
        compare(third, fourth)


def test_a_step_that_cannot_be_compared_is_told(tmp_path):
    """Within a rest there is no other x: two runs that were stopped in it have no place in common."""
    runs = []
    for number, last in enumerate(([4.0], [2.0, 2.0])):
        columns = run_of(
            [[1.0], [50.0, 50.0], last], lambda time: 2.0 * time, lambda time: 1.0 - 1e-3 * min(time, 101.0)
        )
        runs.append(write(tmp_path / str(number), columns, end="running"))
    verdict = compare(*runs, LITHIUM)
    assert verdict.apart == (3,) and not verdict.is_same and any("not compared" in line for line in lines(verdict))
    assert compare(*runs).is_same


def test_a_run_that_ended_between_two_steps_has_no_open_one(tmp_path):
    columns = run_of(FINE[:2], lambda time: 2.0 * time)
    between = write(tmp_path / "between", columns, end="stopped in 'rest 10 s'")
    content = json.loads((between / record.FILE).read_text())
    content["runs"][-1][record.STEPS_ENDED] = 2
    (between / record.FILE).write_text(json.dumps(content))
    whole = write(tmp_path / "whole", run_of(FINE, lambda time: 2.0 * time))
    verdict = compare(between, whole)
    assert verdict.cut == verdict.apart == () and verdict.unpaired == (3,)


def test_the_command_ends_as_programs_that_compare_files_do(tmp_path, capsys):
    first = run_of(COARSE, lambda time: 80.0 - 0.1 * time)
    here = write(tmp_path / "a" / "results", first)
    there = write(tmp_path / "b", first | {PRESSURE: first[PRESSURE] + 1.0})
    assert cli.main(["compare", str(tmp_path / "a"), str(here)]) == 0
    assert "0 of 4 columns differ" not in capsys.readouterr().err
    assert cli.main(["compare", str(tmp_path / "a"), str(there)]) == 1
    assert PRESSURE in capsys.readouterr().out
    assert cli.main(["compare", str(tmp_path / "a"), str(there), "--tolerance", "stack pressure=2 MPa"]) == 0
    assert cli.main(["compare", str(tmp_path / "a"), str(tmp_path)]) == 2
    assert "no results" in capsys.readouterr().err
