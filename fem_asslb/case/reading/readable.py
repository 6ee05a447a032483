"""What can be read of a section with faults, so that checks find the other mistakes of a case at once."""

from dataclasses import MISSING, fields
from typing import Any, NoReturn

from pydantic import TypeAdapter, ValidationError

from fem_asslb.base.errors import CaseError
from fem_asslb.base.requirements import UnreadableError, unmet
from fem_asslb.case.reading.keys import alternatives, choose, fields_of, value_annotation
from fem_asslb.case.reading.messages import error_of_requirement


def readable_part(annotation: Any, given: Any, key: str, errors: list[CaseError]) -> Any:
    """Value of an annotation, as far as it can be read.

    Args:
        annotation: Of a section or a key of the schema.
        given: What the case says.
        key: Dotted key of the value.
        errors: To this list are added the requirements that what can be read does not meet.

    Returns:
        The value. A table with faults becomes an object of its dataclass; to use a key of it that is faulty,
        or that is missing and may be what an unknown key stands for, raises UnreadableError.

    Raises:
        UnreadableError: Nothing of the value can be read.
    """
    try:
        return TypeAdapter(annotation).validate_python(given)
    except ValidationError as error:
        inner, kind = value_annotation(annotation), choose(annotation, given)
        if inner is not None and isinstance(given, dict):
            return {name: _entry(inner, value, f"{key}.{name}", errors) for name, value in given.items()}
        if kind is None or not isinstance(given, dict):
            raise UnreadableError from None
        values = _readable_keys(kind, given, key, errors)
        lines, refused = unmet(_object(kind, values))
        errors += [error_of_requirement(key, given, line) for line in lines]
        if not lines and _is_between_keys(error, given):
            return _object(kind, {})
        return _object(kind, {name: value for name, value in values.items() if name not in refused})


def _is_between_keys(error: ValidationError, table: dict[str, Any]) -> bool:
    """Whether keys that can be read one by one do not go together; it is unknown then which of them is wrong."""
    faults = [details["loc"] for details in error.errors() if details["type"] == "value_error"]
    return any(not any(key in table for key in location) for location in faults)


def _entry(annotation: Any, given: Any, key: str, errors: list[CaseError]) -> Any:
    """Entry under a name of the user: there even if nothing of it can be read."""
    try:
        return readable_part(annotation, given, key, errors)
    except UnreadableError:
        kinds = alternatives(annotation)
        if not kinds:
            raise
        return _object(kinds[0], {})


def _readable_keys(kind: type, table: dict[str, Any], key: str, errors: list[CaseError]) -> dict[str, Any]:
    known, values = fields_of(kind), {}
    for item in fields(kind):
        if item.name in table:
            try:
                values[item.name] = readable_part(known[item.name][0], table[item.name], f"{key}.{item.name}", errors)
            except UnreadableError:
                continue
        elif known.keys() >= table.keys():
            if item.default is not MISSING:
                values[item.name] = item.default
            elif item.default_factory is not MISSING:
                values[item.name] = item.default_factory()
    return values


def _object(kind: type, values: dict[str, Any]) -> Any:
    """Object of a dataclass with some of its fields."""
    faulty = {name: property(_refuse) for name in fields_of(kind) if name not in values}
    part: Any = object.__new__(type(kind.__name__, (kind,), faulty))
    part.__dict__.update(values)
    return part


def _refuse(_: Any) -> NoReturn:
    raise UnreadableError
