"""What of a case decides about its results: neither what is said of its values nor where its files lie."""

import copy
from collections.abc import Collection, Mapping
from typing import Any

from fem_asslb.case.sections.paths import path_owners

_WORDS = ("title", "source", "note", "mark")
"""Keys of a material that say something about it, and of each of its values."""

_BIBLIOGRAPHY = "bibliography"


def deciding(table: Mapping[str, Any], free: Collection[str]) -> dict[str, Any]:
    """A copy of a case without what changes nothing of its results.

    Paths are left out, for a case may move; hashes tell what its files hold.

    Args:
        table: The resolved case, or what was saved of one.
        free: Sections that are left out too.
    """
    case = copy.deepcopy({key: value for key, value in table.items() if key not in free})
    if isinstance(case.get("materials"), dict):
        case["materials"] = {name: _without_words(material) for name, material in case["materials"].items()}
    for owner in path_owners(case):
        del owner["path"]
    return case


def _without_words(value: Any) -> Any:
    match value:
        case dict():
            return {key: _without_words(item) for key, item in value.items() if not _is_word(key, item)}
        case list():
            return [_without_words(item) for item in value]
        case _:
            return value


def _is_word(key: str, value: Any) -> bool:
    texts = value if isinstance(value, list) else [value]
    return key == _BIBLIOGRAPHY or (key in _WORDS and all(isinstance(text, str) for text in texts))
