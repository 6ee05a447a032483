"""Targets of the papers: each is judged or says why not, and the table says what the judges found."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from fem_asslb.case.sections.amounts import Rate
from fem_asslb.case.sections.steps import Charge, Discharge, Press
from fem_asslb.diagnostics.columns import STACK_PRESSURE
from fem_asslb.output.history import STAGE
from scripts import results, target_cells, targets
from scripts.results import NotRunError
from scripts.target_cells import Finding

pytestmark = pytest.mark.serial


def test_each_target_has_a_judge_or_a_reason():
    found = targets.targets()
    numbers = [target.number for target in found]
    assert numbers == sorted(set(numbers))
    assert {target.number for target in found if not target.reason} == set(targets.JUDGES)


def test_the_table_is_that_of_the_rows():
    everything, rows = targets.targets(), targets.read_rows()
    assert (targets.ROOT / "docs" / "targets.md").read_text() == targets.written(everything, rows)


@pytest.mark.parametrize(("holds", "verdict"), [(True, "holds"), (False, "does not hold"), (None, "reported")])
def test_a_judge_is_quoted(monkeypatch, holds, verdict):
    monkeypatch.setitem(targets.JUDGES, 1, lambda: Finding("3 MPa", holds, ("column",)))
    assert targets.judge(targets.Target(1, "a", "b", "c"), {}) == targets.Row(1, "3 MPa", verdict, "column")


def test_what_has_not_been_run_keeps_its_row(monkeypatch):
    def fail():
        raise NotRunError("column")

    monkeypatch.setitem(targets.JUDGES, 1, fail)
    target, before = targets.Target(1, "a", "b", "c"), targets.Row(1, "3 MPa", "holds", "column")
    assert targets.judge(target, {1: before}) == before
    assert targets.judge(target, {}) == targets.Row(1, "", "not run", "column")


def story(pressures):
    """History of a protocol: a press, then charges and discharges in turn, each from one pressure to the next."""
    stages = np.repeat(np.arange(1, len(pressures) + 1), 2)
    ends = np.stack([[pressures[0], *pressures[:-1]], pressures], axis=1).ravel()
    return {STAGE: stages, STACK_PRESSURE: ends}


@pytest.fixture
def tell(monkeypatch):
    """Lets every case be one of a press and of charges and discharges in turn, with these pressures at their ends."""

    def tell(stories):
        kinds = itertools.cycle((Charge(Rate("c_rate", 0.1), ()), Discharge(Rate("c_rate", 0.1), ())))
        longest = max(map(len, stories.values()))
        steps = (Press(5.0, 60.0), *itertools.islice(kinds, longest - 1))
        protocol = SimpleNamespace(protocol=SimpleNamespace(steps=steps))
        monkeypatch.setattr(results, "history", lambda case: story(stories[case]))
        monkeypatch.setattr(results, "read_case", lambda path: protocol)

    return tell


@pytest.mark.parametrize(
    ("pressures", "holds"), [([81, 80.9, 81.0], True), ([81, 80.9, 80.95], False), ([81, 81.1, 81.0], False)]
)
def test_judge_of_a_pressure_that_falls_and_comes_back(tell, pressures, holds):
    tell(dict.fromkeys(target_cells.LTO, pressures))
    assert target_cells.sign_lto().holds is holds


@pytest.mark.parametrize(("rises", "holds"), [((1.4, 2.4, 1.9), True), ((1.4, 1.9, 2.4), False), ((0.5, 2, 1), False)])
def test_judge_of_the_order_of_three_cells_over_cycles(tell, rises, holds):
    tell({case: [9, 9 + rise, 8, 8 + 0.5 * rise, 8] for case, rise in zip(target_cells.LIIN, rises, strict=True)})
    assert target_cells.size_liin().holds is holds


@pytest.mark.parametrize(("fall", "holds"), [(1.5, True), (1.0, False), (2.5, False)])
def test_judge_of_falls_over_rises(tell, fall, holds):
    tell({case: [20, 21, 20.5, 21, 21 - fall] for case in target_cells.LIIN})
    assert target_cells.asymmetry_liin().holds is holds


@pytest.mark.parametrize(("third", "holds"), [(-0.7, True), (-1.1, False), (0.7, False)])
def test_judge_of_the_third_cycle(tell, third, holds):
    high = [81, 80, 81, 80, 81, 80, 81]
    low = [*high[:5], 81 + third, 81]
    tell({"zhang2026-hb-plastic": high, "zhang2026-lb-plastic": low})
    assert target_cells.balances().holds is holds
