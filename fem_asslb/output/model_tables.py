"""The model as tables of plain data: every value a run computes with, those of the library and of the mesh too."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from fem_asslb.model.model import Model


def model_tables(model: Model) -> dict[str, dict[str, Any]]:
    """Materials by role and interfaces by name, in the internal units."""
    return {
        "materials used": {role: _plain(material) for role, material in model.materials.items()},
        "interfaces used": {item.name: _plain(item) for item in model.interfaces},
    }


def _plain(value: object) -> Any:
    """Dataclasses as tables of their fields and their kind; what is no number of JSON nor made of such, as text."""
    if dataclasses.is_dataclass(value):
        entries = {item.name: _plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
        return {"kind": type(value).__name__, **entries}
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if callable(value):
        return "of a table"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if isinstance(value, bool | int | float | None) else str(value)
