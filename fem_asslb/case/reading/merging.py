"""Tables merged into tables: what a variant states into the case that it extends, and ``--set`` into both."""

from typing import Any

from fem_asslb.base.errors import CaseError
from fem_asslb.base.printable import quoted
from fem_asslb.case.reading import toml_text
from fem_asslb.case.reading.keys import accepted_keys
from fem_asslb.case.sections.petsc_options import names_of


def merge(base: dict[str, Any], changes: dict[str, Any], path: tuple[str, ...] = ()) -> dict[str, Any]:
    """Deep merge: tables are merged, anything else is replaced.

    Where a table's ``kind`` or ``law`` changes, the base's keys that the new one does not know are dropped.

    Args:
        base: The table.
        changes: What replaces a part of it.
        path: Keys that lead to the table from the whole case.
    """
    result = dict(base)
    for tag in ("kind", "law"):
        if tag in base and isinstance(changes.get(tag), str) and changes[tag] != base[tag]:
            known = accepted_keys(path, changes[tag])
            result = {key: value for key, value in base.items() if known is None or key in known}
    for key, value in changes.items():
        both_tables = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merge(result[key], value, (*path, key)) if both_tables else value
    return result


def name_materials(table: dict[str, Any]) -> dict[str, Any]:
    """The table with materials given by a name as tables with that name, so that values can be merged into them."""
    materials = table.get("materials")
    if not isinstance(materials, dict):
        return table
    tables = {role: {"use": entry} if isinstance(entry, str) else entry for role, entry in materials.items()}
    return table | {"materials": tables}


def name_kinds(table: dict[str, Any]) -> dict[str, Any]:
    """The table with particles that state no kind as packed ones, so that a variant's kind can replace theirs."""
    geometry = table.get("geometry")
    layers = geometry.get("layers") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or not isinstance(layers, dict):
        return table
    named = {
        name: layer | {"particles": {"kind": "packed"} | layer["particles"]}
        for name, layer in layers.items()
        if isinstance(layer, dict) and isinstance(layer.get("particles"), dict)
    }
    return table | {"geometry": geometry | {"layers": layers | named}}


def parse_override(text: str) -> dict[str, Any]:
    """Table of one ``--set``.

    Raises:
        CaseError: Not ``key=value``, a key that belongs to the file, or a value out of bounds.
    """
    key, equals, value = text.partition("=")
    names = [name.strip() for name in key.split(".")]
    if len(names) > toml_text.DEEPEST or len(text) > toml_text.LONGEST_LINE:
        raise CaseError("--set", f"{quoted(text)} is too deep or too long for a key of a case and its value")
    if not equals or not all(names):
        raise CaseError("--set", f"{quoted(text)} is not key=value, such as fixture.stiffness='0.3 MPa/um'")
    if names[0] in ("extends", "remove"):
        raise CaseError("--set", f"'{names[0]}' cannot be changed by --set; it is for case.toml")
    table: dict[str, Any] = {names[-1]: _parse_value(value.strip(), key.strip())}
    for name in reversed(names[:-1]):
        table = {name: table}
    return table


def options_of_petsc(overrides: list[str]) -> frozenset[str]:
    """Names of the options of PETSc that ``--set`` states."""
    names: set[str] = set()
    for text in overrides:
        options: Any = parse_override(text)
        for key in ("solver", "petsc"):
            options = options.get(key) if isinstance(options, dict) else None
        names |= names_of(options)
    return frozenset(names)


def _parse_value(text: str, key: str) -> Any:
    """TOML value of a key; anything that is not one is text."""
    try:
        table = toml_text.parse(f"value = {text}")
    except toml_text.OutOfBoundsError as error:
        raise CaseError("--set", f"{quoted(key)}: {error}") from error
    except ValueError:
        return text
    # What follows a line break would be other keys.
    return table["value"] if len(table) == 1 else text
