"""Tables to checked dataclasses: a line for every mistake, and what can be read beside it.

Pydantic tells all mistakes of a value at once, and returns nothing if there is one. Tables with mistakes are therefore
read again key by key, so that checks may use the others.
"""

import difflib
from contextlib import suppress
from functools import cache
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from fem_asslb.base.errors import CaseError
from fem_asslb.base.refusals import Refusal, dotted, refusals_of
from fem_asslb.base.schema import chosen_kind, defaults_of, entries_of, fields_of, kinds_of
from fem_asslb.base.texts import not_accepted


class UnreadableError(Exception):
    """A check used a value that cannot be read; the reader has said so already."""


def read(annotation: Any, given: Any, key: str, errors: list[CaseError]) -> Any:
    """Value of an annotation, as far as it can be read.

    Args:
        annotation: Of a key, or a dataclass.
        given: What the case says.
        key: Dotted key of the value, for the messages.
        errors: To this list every mistake is added.

    Returns:
        The value. A table with mistakes becomes an object of its dataclass; to use a key of it that is wrong, or that
        is missing and may be what an unknown key stands for, raises UnreadableError.

    Raises:
        UnreadableError: Nothing of the value can be read.
    """
    value, mistakes = _validated(annotation, given)
    if not mistakes:
        return value
    kind = chosen_kind(annotation, given) if isinstance(given, dict) else None
    if kind is not None:
        return _read_table(kind, given, key, errors)
    entries = entries_of(annotation)
    if entries is None or not mistakes[0]["loc"]:
        errors += [line for mistake in mistakes for line in _lines(mistake, given, key)]
        raise UnreadableError
    items = given.items() if isinstance(given, dict) else enumerate(given)
    found = {name: _read_entry(entries, item, dotted(key, (name,)), errors) for name, item in items}
    if not isinstance(given, dict) or not kinds_of(entries):
        raise UnreadableError
    return found


def _read_entry(annotation: Any, given: Any, key: str, errors: list[CaseError]) -> Any:
    """Entry of a table or a list; a table is there even if nothing of it can be read."""
    try:
        return read(annotation, given, key, errors)
    except UnreadableError:
        kinds = kinds_of(annotation)
        return _partial(kinds[0], {}) if kinds else None


def _read_table(kind: Any, table: dict[str, Any], key: str, errors: list[CaseError]) -> Any:
    """Object of a dataclass with the keys that can be read."""
    annotations, values, told = fields_of(kind), {}, set()
    for name in [name for name in annotations if name in table]:
        before = len(errors)
        with suppress(UnreadableError):
            values[name] = read(annotations[name], table[name], dotted(key, (name,)), errors)
        if len(errors) > before:
            told.add(name)
    if annotations.keys() >= table.keys():
        values |= {name: value for name, value in defaults_of(kind).items() if name not in table}
    for mistake in _validated(kind, table)[1]:
        location, refusals = mistake["loc"], refusals_of(mistake)
        if location and location[0] in told:
            continue
        follows = getattr(kind, "FOLLOWS", {}).get(location[-1]) if location else None
        if mistake["type"] == "missing" and follows:
            errors.append(CaseError(dotted(key, location), f"this key is missing, and does not follow; {follows}"))
        elif mistake["type"] == "unexpected_keyword_argument":
            errors.append(unknown_key(dotted(key, location), (*getattr(kind, "TAKEN_OUT", ()), *annotations)))
        else:
            errors += _lines(mistake, table, key)
        # Which of the keys that do not go together is wrong is open; a dataclass that says no more may mean any.
        involved = {*location[:1], *mistake.get("ctx", {}).get("involved", ()), *(item.label for item in refusals)}
        values = {name: value for name, value in values.items() if involved and name not in involved}
    return _partial(kind, values)


def unknown_key(key: str, accepted: tuple[str, ...]) -> CaseError:
    """Error for a key that does not exist, with the nearest one that does."""
    near = difflib.get_close_matches(key.rpartition(".")[2], accepted, n=1)
    suggestion = f"; did you mean '{near[0]}'?" if near else ""
    return CaseError(key, f"unknown key{suggestion}; accepted: {', '.join(accepted)}")


def _lines(mistake: ErrorDetails, given: Any, key: str) -> list[CaseError]:
    """Lines on a mistake in what is given under a key."""
    location, context = mistake["loc"], mistake.get("ctx", {})
    place, tag = dotted(key, location), context.get("discriminator", "").strip("'")
    match mistake["type"]:
        case "missing":
            return [CaseError(place, f"this {'key' if key else 'section'} is missing")]
        case "union_tag_not_found":
            return [CaseError(f"{place}.{tag}", "this key is missing")]
        case "union_tag_invalid":
            expected = context["expected_tags"].replace(", ", " or ")
            return [CaseError(f"{place}.{tag}", not_accepted(context["tag"], expected))]
        case "value_error":
            return [CaseError(place, line) for line in str(context["error"]).splitlines()]
    refusals = refusals_of(mistake) or [Refusal("", mistake["input"], mistake["msg"])]
    return [_line(refusal, location, given, key) for refusal in refusals]


def _line(refusal: Refusal, location: tuple[int | str, ...], given: Any, key: str) -> CaseError:
    name = refusal.label.removeprefix("name in ")
    if " " in name:
        return CaseError(dotted(key, location[:-1]), str(refusal))
    path = (*location[:-1], name) if name else location
    written = given.get(path[0]) if isinstance(given, dict) and len(path) == 1 else given
    # Text with its unit rather than the number that was read.
    value = written if isinstance(written, str) else refusal.value
    return CaseError(dotted(key, path), not_accepted(value, refusal.accepted))


def nothing_of(kind: Any) -> Any:
    """Object of a dataclass of which nothing can be read: to use any key of it raises UnreadableError."""
    return _partial(kind, {})


def _partial(kind: Any, values: dict[str, Any]) -> Any:
    """Object of a dataclass with some of its keys."""
    others = {name: property(_refuse) for name in fields_of(kind) if name not in values}
    part: Any = object.__new__(type(kind.__name__, (kind,), others))
    part.__dict__.update(values)
    return part


def _refuse(_: Any) -> NoReturn:
    raise UnreadableError


def _validated(annotation: Any, given: Any) -> tuple[Any, list[ErrorDetails]]:
    """Value of an annotation, and its mistakes if it has none."""
    try:
        return _adapter(annotation).validate_python(given), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)
