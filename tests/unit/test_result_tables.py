"""Tables of what cases did, which are written where not all of them have results."""

from dataclasses import dataclass

import pytest

from scripts.results import update_table

pytestmark = pytest.mark.serial


@dataclass(frozen=True)
class Row:
    """A case and a number."""

    case: str
    value: float


def test_cases_without_results_keep_their_rows(tmp_path):
    path = tmp_path / "table.csv"
    update_table(path, Row, [Row("a", 1.0), Row("b", 2.0)])
    update_table(path, Row, [Row("b", 3.14159), Row("c", 4.0)])
    assert path.read_text().splitlines() == ["case,value", "a,1", "b,3.142", "c,4"]


def test_rows_of_another_table_are_not_kept(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("case,other\na,1\n")
    update_table(path, Row, [Row("b", 2.0)])
    assert path.read_text().splitlines() == ["case,value", "b,2"]
