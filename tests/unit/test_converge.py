"""``converge``: variants of cases, what is read from results, what they say together, reuse, failures and refusals."""

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest

from fem_asslb.app import cli, end_request
from fem_asslb.app.converge import Wanted, plan
from fem_asslb.base.errors import ConvergenceError, FemAsslbError
from fem_asslb.case.reading.reader import read_case
from fem_asslb.convergence import DEGREE, DIRECTIONS, ELEMENT, SEED, TIME
from fem_asslb.convergence.headlines import CELLS, COSTS, STEPS, headlines
from fem_asslb.convergence.study import Study, Trial
from fem_asslb.convergence.table import lines, table, table_of_seeds
from fem_asslb.convergence.variants import BASE, Variant, expected_order, variants

CASES = Path(__file__).parents[2] / "cases"


def reader(case):
    """Reads a case with overrides."""
    return lambda overrides: read_case(CASES / case, list(overrides))


def variant_of(case, name, seeds=()):
    """The case of a variant of a case."""
    found = variants(read_case(CASES / case), DIRECTIONS, 2, seeds)
    return read_case(CASES / case, list(next(item for item in found if item.name == name).overrides))


@pytest.mark.serial
def test_elements_are_halved_everywhere():
    """Those of the stack and their limit, and those of grains, also where these follow from the diameter."""
    for case in ("first", "zhang2026-hb-polycrystal"):
        whole = read_case(CASES / case).geometry
        for share, name in ((0.5, "half-element"), (0.25, "quarter-element")):
            part = variant_of(case, name).geometry
            assert part.element_size == pytest.approx(share * whole.element_size)
            assert part.largest_element == pytest.approx(share * whole.largest_element)
    grains, finer = (item.layers["cathode"].particles.grains for item in (whole, part))
    assert finer.element_size == pytest.approx(0.25 * grains.element_size)
    column = variant_of("column", "half-element").geometry
    assert (column.element_size, column.largest_element) == (5.0, 5.0)


@pytest.mark.serial
def test_time_steps_are_shorter_by_the_root_of_the_tolerance():
    whole, part = read_case(CASES / "first").time, variant_of("first", "25th-tolerance").time
    assert part.tolerance == pytest.approx(whole.tolerance / 25.0)
    assert part.first_step == pytest.approx(whole.first_step / 5.0)
    assert part.largest_step == pytest.approx(whole.largest_step / 5.0)
    assert part.smallest_step == whole.smallest_step
    whole, part = read_case(CASES / "coated-particle").time, variant_of("coated-particle", "25th-tolerance").time
    assert (whole.swing_steps, part.swing_steps) == (20.0, pytest.approx(100.0))


@pytest.mark.serial
def test_another_seed_draws_everything_anew():
    case = variant_of("zhang2026-hb-polycrystal", "seed-3", (3,))
    assert case.geometry.seed == case.geometry.layers["cathode"].particles.grains.seed == 3
    assert case.materials["particle"].axis.seed == 3
    # That of the case is the case.
    first, base = variants(read_case(CASES / "first"), (), 1, (1,))[::-1]
    assert read_case(CASES / "first", list(first.overrides)) == read_case(CASES / "first", list(base.overrides))


@pytest.mark.serial
@pytest.mark.parametrize(
    ("case", "order"), [("column", 4.0), ("first", 2.0), ("particle-3d", 4.0), ("particle-debonding", 2.0)]
)
def test_the_order_that_is_expected(case, order):
    assert expected_order(read_case(CASES / case)) == order


@pytest.mark.serial
def test_what_a_case_does_not_allow_is_said(tmp_path):
    """Curved elements have a curved displacement: there is no other degree."""
    plans = plan(reader("particle-debonding"), tmp_path / "none", Wanted(directions=DIRECTIONS), {})
    faults = {item.variant.name: item.fault for item in plans if item.fault}
    assert list(faults) == ["other-degree"] and "displacement_degree" in faults["other-degree"]
    assert not list(tmp_path.iterdir())


@pytest.mark.serial
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--steps", "0"], "--steps 0 is not accepted; the protocol has 3"),
        (["--steps", "4"], "--steps 4 is not accepted; the protocol has 3"),
        (["--seeds", "1,2"], "--seeds 1: nothing in the case is drawn at random"),
        (["--seeds", "1,1"], "--seeds: '1,1' is not accepted"),
        (["--seeds", "x"], "--seeds: 'x' is not accepted"),
        (["--vary", "mesh"], "--vary: 'mesh' is not accepted; expected some of element, time, degree"),
        (["--levels", "4"], "--levels"),
        (["--set", "geometry.element_size=0 um"], "geometry.element_size"),
    ],
)
def test_bad_input_is_one_line_and_code_two_and_touches_nothing(tmp_path, capsys, words, said):
    (tmp_path / "case.toml").write_text((CASES / "column" / "case.toml").read_text())
    try:
        code = cli.main(["converge", str(tmp_path), *words])
    except SystemExit as leaving:
        code = leaving.code
    assert code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line and len(line) <= 300
    assert [path.name for path in tmp_path.iterdir()] == ["case.toml"]


@pytest.mark.serial
def test_headlines_are_read_where_there_is_the_least_lithium(tmp_path):
    case = read_case(CASES / "zhang2026-hb-polycrystal")
    charge = next(index for index, step in enumerate(case.protocol.steps, 1) if str(step).startswith("charge"))
    presses = [index for index, step in enumerate(case.protocol.steps, 1) if "MPa" in str(step)]
    columns = ["protocol step [-]", "stack pressure [MPa]", "stoichiometry mean [-]"]
    columns += ["particle|particle open [-]", "particle|particle debonded closed [-]"]
    columns += ["cohesive energy [pJ]", "viscous energy [pJ]", "particle hydrostatic stress mean [MPa]"]
    rows = [[stage, 80.0 + stage, 1.0, 0.0, 0.0, 0.0, 0.0, -80.0] for stage in range(1, charge)]
    rows += [[charge, 70.0, 0.6, 0.01, 0.03, 2.0, 1.0, 300.0], [charge, 60.0, 0.4, 0.15, 0.25, 8.0, 2.0, 500.0]]
    rows += [[charge + 1, 59.0, 0.4, 0.15, 0.25, 8.0, 4.0, 400.0]]
    with (tmp_path / "history.csv").open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    (tmp_path / "cycles.csv").write_text(
        "cycle [-],charge [mAh/g],discharge [mAh/g],pressure swing [MPa]\n1,200.0,180.0,2.0\n2,179.0,0.0,nan\n"
    )
    assert headlines(tmp_path, case) == {
        "pressure change [MPa]": 60.0 - (80.0 + presses[-1]),
        "cycle 1: charge [mAh/g]": 200.0,
        "cycle 1: discharge [mAh/g]": 180.0,
        "cycle 1: pressure swing [MPa]": 2.0,
        "cycle 2: charge [mAh/g]": 179.0,
        "particle|particle open [-]": 0.15,
        "particle|particle cracked [-]": pytest.approx(0.4),
        # A quarter of the way from nothing to 0.04.
        "particle|particle x at 1% cracked [-]": pytest.approx(0.9),
        "delay over damage, dissipated [-]": 0.25,
        "particle hydrostatic stress mean [MPa]": 500.0,
    }
    (tmp_path / "cycles.csv").write_text("cycle [-]\nx\n")
    with pytest.raises(FemAsslbError, match="is no table of cycles"):
        headlines(tmp_path, case)


def trial(name, direction, value, cells=100.0, steps=100.0, fault=""):
    """A trial with one output."""
    costs = dict.fromkeys(COSTS, 1.0) | {CELLS: cells, STEPS: steps}
    variant = Variant(name=name, title=name, direction=direction)
    return Trial(variant=variant, outputs={} if fault else {"p [MPa]": value}, costs=costs, fault=fault)


COUNTS = dict.fromkeys(COSTS, 1.0) | {CELLS: 100.0, STEPS: 100.0}
AS_STATED = Trial(variant=BASE, outputs={"p [MPa]": 10.0}, costs=COUNTS)
HALF, FIFTH = trial("half", ELEMENT, 10.3, cells=400.0), trial("fifth", TIME, 9.9, steps=200.0)


@pytest.mark.serial
def test_errors_of_elements_and_time_steps_add_up():
    """In 2D four times the elements are half the size: 0.3 is three quarters of the error, 0.1 half of that in time."""
    (found,) = Study([AS_STATED, HALF, FIFTH], 2, 2.0, 2).verdicts()
    assert found.limit == pytest.approx(10.0 + 0.4 - 0.2)
    assert found.uncertainty == pytest.approx(3.0 * (0.1 + 0.1))
    assert found.limited_by == "element size"
    (in_space,) = Study([AS_STATED, trial("half", ELEMENT, 10.3, cells=800.0)], 3, 2.0, 2).verdicts()
    assert in_space.limit == pytest.approx(10.4)


@pytest.mark.serial
def test_a_lower_degree_is_no_refinement_and_a_higher_one_is():
    other = trial("other", DEGREE, 12.0)
    (found,) = Study([AS_STATED, HALF, other], 2, 2.0, 2).verdicts()
    assert (found.limited_by, found.limit) == ("element size", pytest.approx(10.4))
    assert found.values["other"] == 12.0
    (found,) = Study([AS_STATED, HALF, other], 2, 2.0, 1).verdicts()
    assert found.limited_by == "degree"
    # Elements lead to 10.4 and the degree to 12: the interval about the one reaches the other.
    assert found.uncertainty == pytest.approx(1.6)


@pytest.mark.serial
def test_what_hardly_differs_or_failed_says_nothing_of_a_limit():
    same, failed = trial("half", ELEMENT, 10.3, cells=110.0), trial("fifth", TIME, 0.0, fault="stopped")
    study = Study([AS_STATED, same, failed], 2, 2.0, 2)
    (found,) = study.verdicts()
    assert math.isnan(found.limit) and math.isnan(found.uncertainty) and found.limited_by == "unknown"
    said = lines(study)
    assert "not there: fifth, stopped" in said
    assert any(line.startswith("half: elements are hardly smaller, 1.049 times") for line in said)
    (found,) = Study([AS_STATED, trial("half", ELEMENT, 10.0 + 1e-8, cells=400.0)], 2, 2.0, 2).verdicts()
    assert found.limited_by == "nothing"


@pytest.mark.serial
def test_the_spread_over_seeds():
    cells = [trial(f"seed-{value}", SEED, value) for value in (9.0, 10.0, 14.0)]
    study = Study([AS_STATED, *cells, trial("seed-4", SEED, 0.0, fault="stopped")], 2, 2.0, 2)
    (found,) = study.spreads()
    assert (found.mean, found.deviation) == (pytest.approx(11.0), pytest.approx(np.std([9.0, 10.0, 14.0], ddof=1)))
    assert table_of_seeds(study).splitlines()[1].startswith("p [MPa],9.0,10.0,14.0,11.0,2.6457")
    assert lines(study)[0].split() == ["over", "3", "seeds", "mean", "standard", "deviation", "lowest", "highest"]
    (single,) = Study([AS_STATED, cells[0]], 2, 2.0, 2).spreads()
    assert math.isnan(single.deviation)


@pytest.mark.serial
def test_the_table_has_values_in_full():
    text = table(Study([AS_STATED, HALF, FIFTH], 2, 2.0, 2)).splitlines()
    assert text[0].startswith("output,as stated,half,fifth,extrapolated,uncertainty,order in the element size")
    assert text[1].startswith("p [MPa],10.0,10.3,9.9,10.2")
    assert {line.partition(",")[0] for line in text[2:]} == set(COSTS)
    assert len({line.count(",") for line in text}) == 1


@pytest.mark.two_ranks
def test_runs_that_are_there_are_used_again_and_interrupted_ones_go_on(column, comm, capfd):
    words, folder = ["converge", str(column), "--vary", "degree"], column / "converge"
    assert cli.main(words) == 0
    first = comm.bcast(capfd.readouterr().out)
    assert "base: runs with" in first and "other-degree: runs with" in first and "limited by" in first
    names = {"base", "other-degree", "converge.csv", "converge.png"}
    assert {path.name for path in folder.iterdir()} == names
    comm.Barrier()
    if comm.rank == 0:
        record = folder / "other-degree" / "run.json"
        content = json.loads(record.read_text())
        content["runs"][-1]["end"] = "interrupted"
        record.write_text(json.dumps(content))
    comm.Barrier()
    written = (folder / "base" / "history.csv").stat().st_mtime_ns
    assert cli.main(words) == 0
    second = comm.bcast(capfd.readouterr().out)
    assert "base: there already" in second and "other-degree: goes on with" in second
    assert (folder / "base" / "history.csv").stat().st_mtime_ns == written
    assert cli.main([*words, "--set", "geometry.width=6 um"]) == 2
    assert comm.bcast("is of another case (geometry.width); use --overwrite" in capfd.readouterr().err)
    assert cli.main([*words, "--set", "geometry.width=6 um", "--overwrite"]) == 0
    assert (folder / "base" / "history.csv").stat().st_mtime_ns != written


@pytest.mark.two_ranks
def test_a_study_that_is_asked_to_end_goes_on_later(column, comm, capfd, monkeypatch):
    """It ends with the run that it is at, like that of a single case, and says what is done when it is called again."""
    # The first step already might not end in time.
    monkeypatch.setattr(end_request, "MARGIN", 1e9)
    words, folder = ["converge", str(column), "--vary", "degree"], column / "converge"
    assert cli.main([*words, "--wall-time", "1h"]) == 75
    capfd.readouterr()
    comm.Barrier()
    assert [path.name for path in folder.iterdir()] == ["base"]
    assert cli.main(words) == 0
    out = comm.bcast(capfd.readouterr().out)
    assert "base: goes on with" in out and "other-degree: runs with" in out


@pytest.mark.two_ranks
def test_a_variant_that_fails_is_said_and_the_others_count(column, comm, capfd, monkeypatch):
    from fem_asslb.solve.newton import NewtonSolver

    solve = NewtonSolver.solve

    def fail(self):
        """Degree 1 has no solution."""
        if self._problem.model.displacement_degree == 1:
            raise ConvergenceError("no")
        return solve(self)

    monkeypatch.setattr(NewtonSolver, "solve", fail)
    words = ["converge", str(column), "--vary", "time,degree"]
    for _ in range(2):
        assert cli.main(words) == 0
        out = comm.bcast(capfd.readouterr().out)
        assert "not there: other-degree, stopped in 'press to 10 MPa in 1 min'" in out
        assert "tolerance / 5" in out
    assert "(a former run; --overwrite repeats it)" in out
    monkeypatch.chdir(column)
    words = ["converge", ".", "--vary", "time", "--results", "again", "--set", "solver.displacement_degree=1"]
    assert cli.main(words) == 3
    assert "base: stopped in" in comm.bcast(capfd.readouterr().out)
    assert [path.name for path in (column / "again").iterdir()] == ["base"]


@pytest.mark.serial
def test_a_study_writes_through_no_link(column, capsys):
    (column / "converge").mkdir()
    (column / "converge" / "converge.png").symlink_to(column / "mine.png")
    assert cli.main(["converge", str(column)]) == 2
    assert "'converge.png' in" in capsys.readouterr().err
