"""Names of columns and fields, which have their unit in brackets, such as ``"stack pressure [MPa]"``."""

import re
from fnmatch import fnmatchcase


def unit_of(name: str) -> str:
    """Unit of a column, between the last brackets of its name."""
    found = re.search(r"\[([^\[\]]*)\]$", name)
    return found[1] if found else ""


def readable(unit: str) -> str:
    """A unit of a column as quantities are written: ``mAh/cm^2`` for ``mAh/cm2``."""
    if unit in ("", "-", "1"):
        return "dimensionless"
    if unit == "%":
        return "percent"
    return re.sub(r"([A-Za-z])(\d)", r"\1^\2", unit)


def stem_of(name: str) -> str:
    """Name of a column without its unit."""
    return name.rpartition(" [")[0] if unit_of(name) else name


def is_named(name: str, pattern: str) -> bool:
    """Whether a pattern of the shell is that of a column, with its unit or without."""
    return pattern in (name, stem_of(name)) or fnmatchcase(stem_of(name), pattern) or fnmatchcase(name, pattern)
