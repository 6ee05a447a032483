"""Validation errors as lines for people: the key as written in the case, the value, and what is accepted."""

import difflib
import re
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from fem_asslb.base.errors import CaseError
from fem_asslb.base.input_types import not_accepted, refusal, show
from fem_asslb.case.reading.keys import choose, fields_of, tag_of, value_annotation


def unknown_key(key: str, accepted: tuple[str, ...]) -> CaseError:
    """Error for a key that does not exist, with the nearest one that does."""
    near = difflib.get_close_matches(key.rpartition(".")[2], accepted, n=1)
    suggestion = f"; did you mean '{near[0]}'?" if near else ""
    return CaseError(key, f"unknown key{suggestion}; accepted: {', '.join(accepted)}")


def errors_of_section(error: ValidationError, name: str, annotation: Any, table: Any) -> list[CaseError]:
    """Errors of one section, in the order of the case."""
    faults = error.errors(include_url=False)
    return [item for details in faults for item in _describe(details, name, annotation, table)]


def without_repetitions(errors: list[CaseError]) -> list[CaseError]:
    """Each error once, in the same order."""
    return list({(error.key, error.message): error for error in errors}.values())


def _describe(details: ErrorDetails, name: str, annotation: Any, table: Any) -> list[CaseError]:
    key, kind = _locate(details["loc"], name, annotation, table)
    value, context = _given(details["loc"], table, details["input"]), details.get("ctx", {})
    match details["type"]:
        case "unexpected_keyword_argument":
            return [unknown_key(key, tuple(fields_of(kind)) if kind else ())]
        case "union_tag_not_found":
            tag = context["discriminator"].strip("'")
            return [CaseError(f"{key}.{tag}", "this key is missing")]
        case "union_tag_invalid":
            tag = context["discriminator"].strip("'")
            expected = context["expected_tags"].replace(", ", " or ")
            return [CaseError(f"{key}.{tag}", not_accepted(context["tag"], expected))]
        case "value_error":
            lines = str(context["error"]).splitlines()
            return [
                error_of_requirement(key.partition("[")[0] if name == "protocol" else key, value, line)
                for line in lines
            ]
        case _:
            return [CaseError(key, refusal(details, value))]


def error_of_requirement(key: str, table: Any, line: str) -> CaseError:
    """Give "KEY is VALUE; accepted: ..." of a dataclass the whole key and the value as written.

    In "name in KEY is VALUE; accepted: ..." the value is one of the names that the key holds.

    Args:
        key: Of the table of the dataclass.
        table: What the case says there.
        line: Of a requirement that the dataclass does not meet.
    """
    found = re.fullmatch(r"(name in )?([\w.-]+) is (.*); accepted: (.*)", line)
    if not found or not isinstance(table, dict):
        return CaseError(key, line)
    given = show(table[found[2]]) if found[2] in table and not found[1] else found[3]
    return CaseError(f"{key}.{found[2]}", f"{given} is not accepted; expected {found[4]}")


def _given(location: tuple[int | str, ...], table: Any, value: Any) -> Any:
    """What the case says at a location: text with its unit rather than the parsed number."""
    for item in location:
        table = _at(table, item) if _at(table, item) is not None else table
    return table if isinstance(table, str) else value


def _at(table: Any, item: int | str) -> Any:
    """Value of a key of a table or of a place in a list, None if there is none."""
    if isinstance(table, dict):
        return table.get(item)
    if isinstance(table, list) and isinstance(item, int) and item < len(table):
        return table[item]
    return None


def _locate(location: tuple[int | str, ...], name: str, annotation: Any, table: Any) -> tuple[str, type | None]:
    """Dotted key of an error and the dataclass that the key belongs to.

    Pydantic puts the tag of the chosen alternative into the location; it is no key of the case and left out.
    """
    key, kind = name, choose(annotation, table)
    for item in location:
        if isinstance(item, int):
            key += f"[{item}]"
            table = _at(table, item)
            continue
        tag = tag_of(kind) if kind else None
        if tag and item == tag[1] and not (isinstance(table, dict) and item in table):
            continue
        key += f".{item}"
        owner = kind
        inner = value_annotation(annotation)
        annotation = inner if inner is not None else fields_of(kind).get(item, (None, False))[0] if kind else None
        table = _at(table, item)
        kind = choose(annotation, table)
        if item == location[-1]:
            return key, owner
    return key, kind
