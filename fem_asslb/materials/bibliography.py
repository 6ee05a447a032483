"""Where the values of a material come from: keys of its table ``bibliography``, which has the citations."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from fem_asslb.base.errors import CaseError
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.texts import show

TABLE = "bibliography"
"""Key of the table in a material."""

ASSUMED = "assumed"
"""Source of a value that nothing is cited for."""

SourceKeys: TypeAlias = str | list[str]
"""A key, or several."""

_ELSEWHERE = (TABLE, "material", "table")
"""Keys of tables that state no source of this material: an ingredient has its own."""


def citations(table: Mapping[str, Any], key: str) -> dict[str, str]:
    """Citations of a material by their keys.

    Args:
        table: The material.
        key: Of it, for messages.

    Raises:
        CaseError: No table of texts.
    """
    found = table.get(TABLE, {})
    if not isinstance(found, dict):
        raise CaseError(f"{key}.{TABLE}", f"{show(found)} is no table; accepted: a citation for each key")
    for name, text in found.items():
        if not isinstance(text, str) or not text.strip():
            raise CaseError(f"{key}.{TABLE}.{name}", f"{show(text)} is no citation; accepted: a text")
        if name == ASSUMED:
            raise CaseError(f"{key}.{TABLE}.{name}", "is for values without a source; accepted: another key")
    return found


def sources_of(value: Any) -> tuple[Any, ...]:
    """Keys that a value names as its source: one, a list of them, or none."""
    stated = value.get("source", ()) if isinstance(value, dict) else ()
    return tuple(stated) if isinstance(stated, list | tuple) else (stated,)


def check(table: Mapping[str, Any], key: str) -> None:
    """A material names keys of its own bibliography alone.

    Raises:
        CaseError: The first other source.
    """
    known = citations(table, key)
    for place, source in _named(table, key):
        if source != ASSUMED and (not isinstance(source, str) or source not in known):
            accepted = printable(", ".join([*map(repr, known), f"'{ASSUMED}'"]), 120)
            given = quoted(source, 60) if isinstance(source, str) else show(source)
            raise CaseError(f"{place}.source", f"{given} is no key of {key}.{TABLE}; accepted: {accepted}")


def check_file(table: Mapping[str, Any], key: str) -> None:
    """The same of a whole file, which also uses all of its bibliography.

    Raises:
        CaseError: The first source or the first citation that is left over.
    """
    check(table, key)
    named = {source for _, source in _named(table, key)}
    for name in citations(table, key):
        if name not in named:
            raise CaseError(f"{key}.{TABLE}.{name}", "no value names it; expected it as the source of one, or left out")


def joined(base: Mapping[str, str], changes: Mapping[str, str], key: str) -> dict[str, str]:
    """Both bibliographies.

    Raises:
        CaseError: A key means one work here and another there.
    """
    for name, text in changes.items():
        if base.get(name, text) != text:
            other = f"is {quoted(base[name], 60)} in the material that is used"
            raise CaseError(f"{key}.{TABLE}.{name}", f"{quoted(text, 60)} {other}; expected another key")
    return {**base, **changes}


def pruned(table: dict[str, Any], key: str) -> dict[str, Any]:
    """The table with those citations, at its end, whose keys its values name."""
    named = {source for _, source in _named(table, key) if isinstance(source, str)}
    left = {name: text for name, text in citations(table, key).items() if name in named}
    rest = {name: value for name, value in table.items() if name != TABLE}
    return rest | ({TABLE: left} if left else {})


def origin(value: Any, known: Mapping[str, str]) -> str:
    """Citations, note and mark of a value in words."""
    table = value if isinstance(value, dict) else {}
    cited = "; ".join(known.get(source, source) for source in sources_of(table) if source)
    note = f": {table['note']}" if table.get("note") else ""
    mark = f" [{table['mark']}]" if table.get("mark") else ""
    return f"{cited or 'stated in the case'}{note}{mark}"


def _named(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Every source that a table and what is in it state, with the place of the value."""
    if isinstance(value, dict):
        for source in sources_of(value):
            yield key, source
        for name, item in value.items():
            if name not in _ELSEWHERE:
                yield from _named(item, f"{key}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _named(item, f"{key}[{index}]")
