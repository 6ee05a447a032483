"""Slips of the hand: each key of cases of every kind left out, misspelt, and with a value of another kind."""

import copy
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from fem_asslb.base.errors import CaseErrors
from fem_asslb.case.checks.doubts import doubts
from fem_asslb.case.estimates.estimates import format_rows, summary
from fem_asslb.case.reading.reader import build_case, read_case
from fem_asslb.output.resolved import resolved_table
from tests.fuzz.case_inputs import CASES, SEEDS

pytestmark = pytest.mark.serial

OTHERS: tuple[Any, ...] = ([], {}, 3, -1.0, "", "x", True, ["x"], {"kind": "x"})


def keys_of(table: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in table.items():
        yield (*place, key)
        if isinstance(value, dict):
            yield from keys_of(value, (*place, key))


def slips(table: dict[str, Any], place: tuple[str, ...], number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """What was done to a key, and the table with it."""

    def changed() -> tuple[dict[str, Any], dict[str, Any]]:
        whole = copy.deepcopy(table)
        inner = whole
        for key in place[:-1]:
            inner = inner[key]
        return whole, inner

    whole, inner = changed()
    del inner[place[-1]]
    yield "left out", whole
    whole, inner = changed()
    inner[f"{place[-1]}x"] = inner.pop(place[-1])
    yield "misspelt", whole
    value = OTHERS[number % len(OTHERS)]
    whole, inner = changed()
    inner[place[-1]] = copy.deepcopy(value)
    yield f"is {value!r}", whole


@pytest.mark.parametrize("name", SEEDS)
def test_a_slip_in_any_key_is_told_in_lines(name):
    table = resolved_table(read_case(CASES / name))
    faults = []
    for number, place in enumerate(keys_of(table)):
        for what, changed in slips(table, place, number):
            try:
                case = build_case(changed)
                "\n".join([format_rows(summary(case)), *doubts(case)])
            except CaseErrors:
                continue
            except Exception:  # whatever it is, it is one
                faults.append(f"{'.'.join(place)} {what}: {traceback.format_exc(limit=-2)}")
    assert not faults, f"{len(faults)} tracebacks, such as\n" + "\n".join(faults[:5])
