"""Files that a case names besides the one that it extends."""

from typing import Any


def path_owners(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Tables of a case with a key ``path``: the geometry of a mesh file, the particles that a table places."""
    geometry = table.get("geometry")
    layers = geometry.get("layers") if isinstance(geometry, dict) else None
    inner = layers.values() if isinstance(layers, dict) else ()
    owners = [geometry, *(layer.get("particles") for layer in inner if isinstance(layer, dict))]
    return [owner for owner in owners if isinstance(owner, dict) and isinstance(owner.get("path"), str)]
