"""A checked case as the table of ``case.toml`` that gives it: defaults written out, quantities with units."""

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import tomlkit

from fem_asslb.base.schema import entries_of, fields_of, kinds_of
from fem_asslb.base.units import Unit, format_quantity
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.interfaces.mixed_mode import MixedMode
from fem_asslb.case.sections.materials import MaterialChoice
from fem_asslb.case.sections.protocol import Protocol
from fem_asslb.case.sections.rates import RateTable

DISPLAY = {
    "K": "degC",
    "pA/um^2": "mA/cm^2",
    "pA/pg": "mA/g",
    "pC/pg": "mAh/g",
    "pC/um^2": "mAh/cm^2",
    "pg/um^2": "mg/cm^2",
    "pg/um^3": "g/cm^3",
    "um^2/s": "cm^2/s",
    "V*um^2/pA": "ohm*cm^2",
    "MPa*um": "J/m^2",
    "pA/(V*um^2)": "S/cm^2",
    "pA/(V*um)": "S/cm",
}
"""Unit that people use, where it differs from the internal one."""

LONGEST_LIST = 80
"""Characters of a list on one line."""


def resolved_table(case: Case) -> dict[str, Any]:
    """Table of a case, readable by `fem_asslb.case.reading.reader.build_case`; keys without a value are left out."""
    return _table(case)


def format_toml(table: dict[str, Any]) -> str:
    """TOML of a table, sections first to last."""
    return "".join(map(_escaped, tomlkit.dumps(_in_lines(table))))


def differences(old: dict[str, Any], new: dict[str, Any], prefix: str = "") -> list[str]:
    """Dotted keys whose values differ between two tables, in the order of the tables."""
    found = []
    for key in [*old, *(key for key in new if key not in old)]:
        mine, theirs = old.get(key), new.get(key)
        if isinstance(mine, dict) and isinstance(theirs, dict):
            found += differences(mine, theirs, f"{prefix}{key}.")
        elif mine != theirs:
            found.append(f"{prefix}{key}")
    return found


def _table(value: Any) -> dict[str, Any]:
    if isinstance(value, Protocol):
        return {"steps": [str(step) for step in value.steps]}
    if isinstance(value, MaterialChoice):
        use = {"use": value.use} if value.use is not None else {}
        return use | {"axis": value.axis.written} | _plain(value.overrides)
    if isinstance(value, MixedMode):
        return value.written
    kind: Any = type(value)
    entries = {item.name: (getattr(value, item.name), fields_of(kind)[item.name]) for item in fields(value)}
    return {name: _entry(item, annotation) for name, (item, annotation) in entries.items() if item not in (None, {})}


def _entry(value: Any, annotation: Any) -> Any:
    """Value of a key: text with its unit where the annotation has one."""
    unit = _unit(annotation)
    if unit is not None and isinstance(value, tuple):
        return [_quantity(item, unit) for item in value]
    if unit is not None:
        return _quantity(value, unit)
    if isinstance(value, RateTable) and not value.activation_energy:
        return _quantity(value.value, value.UNIT.name)
    if is_dataclass(value):
        return _table(value)
    if isinstance(value, dict):
        inner = entries_of(annotation)
        return {key: _entry(item, inner) for key, item in value.items()}
    return _plain(value)


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case Path():
            return str(value.resolve())
        case _:
            return value


def _unit(annotation: Any) -> str | None:
    """Unit of a number, or of the numbers of a tuple; None where the key takes no quantity."""
    if get_origin(annotation) is Annotated:
        for item in annotation.__metadata__:
            if isinstance(item, Unit):
                return item.name
        return _unit(get_args(annotation)[0])
    if kinds_of(annotation) or get_origin(annotation) is dict:
        return None
    return next((unit for item in get_args(annotation) if (unit := _unit(item)) is not None), None)


def _quantity(value: float, unit: str) -> str:
    if unit == "s":
        return min((format_quantity(value, unit, display) for display in ("h", "min", "s")), key=len)
    return format_quantity(value, unit, DISPLAY.get(unit, unit))


def _in_lines(value: Any) -> Any:
    """Long lists with an entry on each line."""
    match value:
        case dict():
            return {key: _in_lines(item) for key, item in value.items()}
        case list() if len(str(value)) > LONGEST_LIST:
            array = tomlkit.array().multiline(True)
            array.extend(value)
            return array
        case _:
            return value


def _escaped(character: str) -> str:
    """A character of a TOML text; none that a terminal would obey."""
    code = ord(character)
    is_plain = character.isprintable() or character == "\n"
    return character if is_plain else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
