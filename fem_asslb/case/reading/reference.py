"""Reference of all keys in Markdown, written from the schema by ``python3 -m fem_asslb.case.reading.reference``."""

import inspect
import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from fem_asslb.base.schema import defaults_of, fields_of, tag_of
from fem_asslb.base.units import Unit
from fem_asslb.case.reading.default_sizes import FOLLOWING
from fem_asslb.case.reading.keys import LAW_OF_MATERIAL, WRITTEN, walk
from fem_asslb.case.sections.materials import MaterialChoice
from fem_asslb.case.sections.rates import RateTable
from fem_asslb.materials.anode_table import AnodeTable
from fem_asslb.materials.bulk_laws import BULK_LAWS
from fem_asslb.materials.conductivity_table import IonicConductivityTable
from fem_asslb.materials.entry import DIFFUSIVITY_KEYS, EntryTable, IngredientTable
from fem_asslb.materials.function_tables import (
    DiffusivityTable,
    ExchangeTable,
    ModulusTable,
    QuantityTable,
    StiffnessTable,
)
from fem_asslb.materials.law_tables import BendTable, LatticeTable, LineTable, PotentialTable

BEGIN, END = "<!-- keys: begin -->", "<!-- keys: end -->"
"""Lines of the document between which the reference stands."""


MATERIAL_TABLES: dict[type, list[str]] = {
    EntryTable: ["materials.NAME"],
    IngredientTable: ["materials.NAME.ingredients"],
    LatticeTable: ["materials.NAME.lattice"],
    PotentialTable: ["materials.NAME.potential"],
    LineTable: ["materials.NAME.lattice.a", "materials.NAME.lattice.c", "materials.NAME.potential.line"],
    BendTable: [
        "materials.NAME.lattice.a.bends",
        "materials.NAME.lattice.c.bends",
        "materials.NAME.potential.line.bends",
    ],
    DiffusivityTable: [f"materials.NAME.{key}" for key in DIFFUSIVITY_KEYS],
    ExchangeTable: ["materials.NAME.exchange_current_density"],
    ModulusTable: ["materials.NAME.youngs_modulus"],
    StiffnessTable: ["materials.NAME.stiffness"],
    AnodeTable: ["materials.NAME.anode"],
    IonicConductivityTable: ["materials.NAME.ionic_conductivity"],
    **dict.fromkeys(BULK_LAWS.values(), [LAW_OF_MATERIAL]),
}
"""Tables of a material, and where they stand in a case."""


def reference() -> str:
    """Tables of all keys, one per dataclass of the schema and per table of a material."""
    sections: dict[type, list[str]] = {}
    for path, kind in walk():
        sections.setdefault(kind, []).append(path)
    found = {kind: _section(kind, paths) for kind, paths in sections.items()}
    materials = [_section(kind, paths) for kind, paths in MATERIAL_TABLES.items()]
    found[MaterialChoice] = "\n\n".join([found[MaterialChoice], *materials])
    return "\n\n".join(found.values())


def renewed(document: str) -> str:
    """The document with the part between `BEGIN` and `END` written anew."""
    head, _, rest = document.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{reference()}\n\n{END}{rest.partition(END)[2]}"


def _section(kind: type, paths: list[str]) -> str:
    tag = tag_of(kind)
    names = ", ".join(f"`[{path}]`" if path else "Sections" for path in dict.fromkeys(paths))
    title = f"### {names}" + (f' with `{tag[0]} = "{tag[1]}"`' if tag else "")
    summary, meanings = _docstring(kind)
    lines = [title, "", summary, "", "| key | value | default | meaning |", "|---|---|---|---|"]
    for name, annotation, default in _keys(kind):
        if tag and name == tag[0]:
            continue
        shown = "any other" if name == "overrides" else f"`{name}`"
        lines.append(f"| {shown} | {_value(annotation)} | {default} | {meanings.get(name, '')} |")
    return "\n".join(lines)


def _keys(kind: Any) -> Iterator[tuple[str, Any, str]]:
    """Name, annotation and default in words of each key of a table."""
    defaults = defaults_of(kind)
    for name, annotation in fields_of(kind).items():
        default = _default(defaults[name], annotation) if name in defaults else "required"
        yield name, annotation, "follows" if (kind, name) in FOLLOWING else default


def _docstring(kind: type) -> tuple[str, dict[str, str]]:
    """First paragraphs of a docstring, and the meaning of each attribute."""
    head, _, attributes = inspect.cleandoc(kind.__doc__ or "").partition("\nAttributes:\n")
    meanings = {}
    for entry in re.split(r"\n(?=    \w)", "\n" + attributes):
        name, _, meaning = entry.partition(":")
        meanings[name.strip()] = " ".join(meaning.split()).replace("``", "`").replace("|", "\\|")
    return " ".join(head.split()).replace("``", "`"), meanings


def _value(annotation: Any) -> str:
    """What a value looks like, such as ``quantity [um]``."""
    if get_origin(annotation) is Annotated:
        units = [item for item in get_args(annotation) if isinstance(item, Unit)]
        return f"quantity [{units[0].name}]" if units else _value(get_args(annotation)[0])
    if isinstance(annotation, type) and issubclass(annotation, QuantityTable | RateTable):
        return f"quantity [{annotation.UNIT.name}] or table"
    arguments = get_args(annotation)
    match get_origin(annotation):
        case origin if origin is Literal:
            return " or ".join(f"`{_toml(item)}`" for item in arguments)
        case origin if origin in (Union, types.UnionType):
            kinds = dict.fromkeys(_value(item) for item in arguments if item is not type(None))
            return " or ".join(kinds)
        case origin if origin in (tuple, list):
            of = _value(arguments[0])
            return "list" if of == "table" else f"list of {of}"
        case origin if origin is dict:
            return "table"
    if annotation is Any:
        return "any"
    plain = {float: "number", int: "integer", bool: "`true` or `false`", str: "text", Path: "text", **WRITTEN}
    return plain.get(annotation, "table")


def _default(value: Any, annotation: Any) -> str:
    if value in (None, (), {}, [], ""):
        return "none"
    units = [entry.name for entry in get_args(annotation) if isinstance(entry, Unit)]
    if units:
        return f'`"{value:g} {units[0]}"`'
    if isinstance(value, RateTable):
        return f'`"{value.value:g} {value.UNIT.name}"`'
    if type(value) in WRITTEN:
        value = value.written
    return f"`{_toml(value)}`" if isinstance(value, bool | int | float | str | dict) else "as below"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {item}" for key, item in value.items()) + "}"
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else f"{value:g}"


if __name__ == "__main__":
    document = Path("docs/case.md")
    document.write_text(renewed(document.read_text(encoding="utf-8")), encoding="utf-8")
