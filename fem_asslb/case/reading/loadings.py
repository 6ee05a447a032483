"""Thickness of a layer, or fraction of its particles, from what it is to hold: loading, areal capacity, n/p ratio.

What follows is written into the table of a case, as if it had been stated. Where it does not follow, because a value
is missing or cannot be read, the table stays as it is, and what is missing is told where it is read.
"""

from contextlib import suppress
from typing import Any

from fem_asslb.base.errors import CaseError, CaseErrors, UnitError
from fem_asslb.base.table_reader import UnreadableError, read
from fem_asslb.base.units import parse
from fem_asslb.case.sections.materials import MaterialChoice
from fem_asslb.materials.material import Material

Table = dict[str, Any]


def with_loadings(table: Table) -> Table:
    """The table of a case with what follows from loadings, areal capacities and the n/p ratio.

    Args:
        table: A whole case, not yet validated.
    """
    layers = _table(_table(table, "geometry"), "layers")
    held = {name: _holding(name, layer, table) for name, layer in layers.items()}
    loading = sum(_loading_of(name, layer, table) or 0.0 for name, layer in held.items())
    whole = {name: _balancing(name, layer, table, loading) for name, layer in held.items()}
    return table | {"geometry": table["geometry"] | {"layers": whole}} if whole != layers else table


def _holding(name: str, layer: Any, table: Table) -> Any:
    """A layer that holds what it is to hold."""
    wanted = _wanted(layer, _table(table, "cell"))
    density, thickness, fraction = _density(name, layer, table), _number(layer, "thickness", "um"), _fraction(layer)
    if not wanted or not wanted > 0.0 or not density:
        return layer
    if fraction and "thickness" not in layer:
        return layer | {"thickness": _length(wanted / (fraction * density))}
    particles = layer.get("particles")
    if thickness and isinstance(particles, dict) and "volume_fraction" not in particles:
        return layer | {"particles": particles | {"volume_fraction": wanted / (thickness * density)}}
    return layer


def _balancing(name: str, layer: Any, table: Table, loading: float) -> Any:
    """A layer of the anode with the capacity that the n/p ratio asks for."""
    cell = _table(table, "cell")
    ratio, specific = cell.get("n_to_p"), _number(cell, "positive_reference_capacity", "pC/pg")
    if not isinstance(layer, dict) or "thickness" in layer or "particles" in layer or not specific or not loading:
        return layer
    density = _anode_capacity(name, table)
    if density is None or not isinstance(ratio, float | int) or not ratio > 0.0:
        return layer
    return layer | {"thickness": _length(ratio * specific * loading / density)}


def _wanted(layer: Any, cell: Table) -> float | None:
    """Active material per plate area that a layer is to hold [pg/um^2]."""
    if (loading := _number(layer, "loading", "pg/um^2")) is not None:
        return loading
    capacity, specific = (
        _number(layer, "areal_capacity", "pC/um^2"),
        _number(cell, "positive_reference_capacity", "pC/pg"),
    )
    return capacity / specific if capacity and specific else None


def _loading_of(name: str, layer: Any, table: Table) -> float | None:
    """Active material per plate area in a layer [pg/um^2]."""
    thickness, fraction, density = _number(layer, "thickness", "um"), _fraction(layer), _density(name, layer, table)
    return thickness * fraction * density if thickness and fraction and density else None


def _density(name: str, layer: Any, table: Table) -> float | None:
    """Active material per volume of particles, or of a layer that hosts lithium itself [pg/um^3]."""
    particles = _table(layer, "particles")
    roles = particles.get("roles") or {"particle": 1.0} if particles else {name: 1.0}
    found = [(share, _material(role, table)) for role, share in roles.items()] if isinstance(roles, dict) else []
    if not all(item is not None and isinstance(share, float | int) for share, item in found):
        return None
    return sum(share * (item.density or 0.0) for share, item in found if item is not None and item.host is not None)


def _fraction(layer: Any) -> float | None:
    """Part of the volume of a layer that its particles are; all of a layer without any."""
    particles = _table(layer, "particles")
    fraction = particles.get("volume_fraction") if particles else 1.0
    return fraction if isinstance(fraction, float | int) and not isinstance(fraction, bool) else None


def _anode_capacity(name: str, table: Table) -> float | None:
    """Capacity of a layer per volume [pC/um^3] whose material, or an ingredient of it, is the anode of the cell."""
    anode, choice, material = _table(table, "cell").get("anode"), _choice(name, table), _material(name, table)
    if not isinstance(anode, str) or choice is None or material is None:
        return None
    with suppress(CaseError, CaseErrors):
        return choice.anode_capacity(anode, f"materials.{name}", material)
    return None


def _material(role: str, table: Table) -> Material | None:
    choice = _choice(role, table)
    with suppress(CaseError, CaseErrors):
        return choice.resolve(f"materials.{role}") if choice is not None else None
    return None


def _choice(role: str, table: Table) -> MaterialChoice | None:
    mistakes: list[CaseError] = []
    with suppress(UnreadableError):
        choice: MaterialChoice = read(MaterialChoice, _table(table, "materials").get(role), "", mistakes)
        return None if mistakes else choice
    return None


def _number(owner: Any, key: str, unit: str) -> float | None:
    with suppress(UnitError):
        return parse(owner[key], unit) if isinstance(owner, dict) and key in owner else None
    return None


def _length(value: float) -> str:
    return f"{value:.12g} um"


def _table(owner: Any, key: str) -> Table:
    """A table of a table; an empty one where there is none."""
    found = owner.get(key) if isinstance(owner, dict) else None
    return found if isinstance(found, dict) else {}
