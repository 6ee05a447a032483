"""The quick cases of the repository give the values that their expected.toml states."""

import math
from pathlib import Path

import pytest

from fem_asslb.app.driver import run
from fem_asslb.comparison.expected import Expected, compare, read_expected

pytestmark = pytest.mark.two_ranks

CASES = Path(__file__).parents[2] / "cases"


@pytest.mark.parametrize("name", ["column", pytest.param("particle-3d", marks=pytest.mark.serial), "pellet"])
def test_case_gives_what_is_expected_of_it(comm, shared_path, name):
    outcome = run(CASES / name, comm, shared_path / "results", overrides=["output.pictures=false"])
    assert outcome.is_complete
    verdicts = {expected.why: (value, verdict) for expected, value, verdict in compare(CASES / name, outcome.results)}
    assert all(verdict == "holds" for _, verdict in verdicts.values()), verdicts


@pytest.mark.serial
@pytest.mark.parametrize("path", sorted(CASES.glob("*/expected.toml")), ids=lambda path: path.parent.name)
def test_expected_values_have_a_range_and_a_reason(path):
    for expected in read_expected(path.parent):
        assert expected.least < expected.most
        assert expected.why
        assert bool(expected.disagrees) == math.isfinite(expected.came_out)


@pytest.mark.serial
def test_verdicts_on_expected_values():
    open_question = Expected("p", 1, 1.0, 2.0, "paper", disagrees="model", came_out=3.0)
    certain = Expected("p", 1, 1.0, 2.0, "paper")
    assert [certain.verdict(value) for value in (1.5, 3.0, math.nan)] == ["holds", "DISAGREES", "DISAGREES"]
    assert open_question.verdict(3.05) == "disagrees, known"
    for value in (1.5, 4.0, math.nan):
        assert open_question.verdict(value)[:5].isupper()
