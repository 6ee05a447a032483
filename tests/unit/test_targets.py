"""Targets of the papers: each is judged or says why not, and the table says what the judges found."""

import pytest

from scripts import targets
from scripts.target_cells import Finding, NotRunError

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
