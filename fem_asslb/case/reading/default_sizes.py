"""Element sizes and the number of time steps of a swing that a case leaves out, written into its table."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from fem_asslb.base.errors import CaseError, CaseErrors
from fem_asslb.base.schema import fields_of
from fem_asslb.base.table_reader import UnreadableError, read
from fem_asslb.base.units import LENGTH
from fem_asslb.case.estimates import default_sizes
from fem_asslb.case.sections.case import Case, Time
from fem_asslb.geometry import LayeredStack, ParticleInShell
from fem_asslb.geometry.grains import Grains
from fem_asslb.materials.material import Material

Table = dict[str, Any]

FOLLOWING = ((LayeredStack, "element_size"), (ParticleInShell, "element_size"), (Time, "swing_steps"))
"""Keys whose default follows from the rest of the case."""


def with_default_sizes(table: Table) -> Table:
    """Table of a case with the element sizes and the number of time steps of a swing that it does not state.

    They follow from what can be read of it; its mistakes are told when it is read as a whole.
    """
    geometry, time = table.get("geometry"), table.get("time", {})
    if isinstance(geometry, dict) and "element_size" not in geometry and geometry.get("kind") != "mesh-file":
        readable = _readable(table | {"geometry": geometry | {"element_size": f"{LENGTH.smallest:.12g} um"}})
        try:
            sized = _with_element_sizes(geometry, readable)
        except UnreadableError:
            # The case is refused for what cannot be read, and a size to which nothing objects tells that alone.
            sized = geometry | {"element_size": f"{_largest_size(readable):.12g} um"}
        table = table | {"geometry": sized}
    if isinstance(time, dict) and not {"largest_step", "swing_steps"} & time.keys():
        table = table | {"time": time | {"swing_steps": default_sizes.STEPS_OF_A_SWING}}
    return table


def _readable(table: Table) -> Case:
    """What can be read of a case; to use anything else raises UnreadableError."""
    case: Case = read(Case, {key: item for key, item in table.items() if key in fields_of(Case)}, "", [])
    return case


def _largest_size(case: Case) -> float:
    """Largest element size that the rest of the geometry allows, as far as that can be read [um]."""
    with suppress(UnreadableError):
        return getattr(case.geometry, "largest_element", None) or LENGTH.largest
    return LENGTH.largest


def _with_element_sizes(table: Table, case: Case) -> Table:
    """Table of a geometry with the size of its elements, and with that of those in grains."""
    geometry, materials, interfaces = case.geometry, _materials(case), _interfaces(case)
    assert isinstance(geometry, LayeredStack | ParticleInShell)
    size = default_sizes.element_size(geometry, interfaces, materials).value

    def with_grains(owner: Table, grains: Grains | None) -> Table:
        """What has grains, with the size of the elements in them."""
        if grains is None or "element_size" in owner["grains"]:
            return owner
        fine = default_sizes.grain_size(grains, size, geometry.dimension, interfaces, materials)
        return owner | {"grains": owner["grains"] | {"element_size": f"{fine:.12g} um"}}

    table = table | {"element_size": f"{size:.12g} um"}
    if isinstance(geometry, ParticleInShell):
        return with_grains(table, geometry.grains)
    layers = dict(table["layers"])
    for name, layer in geometry.layers.items():
        if layer.particles is not None:
            layers[name] = layers[name] | {"particles": with_grains(layers[name]["particles"], layer.particles.grains)}
    return table | {"layers": layers}


def _materials(case: Case) -> Mapping[str, Material]:
    """Those that can be read, by role."""
    found = {}
    with suppress(UnreadableError):
        for role, choice in case.materials.items():
            with suppress(UnreadableError, CaseError, CaseErrors):
                found[role] = choice.resolve(f"materials.{role}")
    return found


def _interfaces(case: Case) -> Mapping[str, Any]:
    """Those whose sides and zone can be read, by name."""
    found = {}
    with suppress(UnreadableError):
        for name, choice in case.interfaces.items():
            with suppress(UnreadableError):
                if choice.between and choice.zone_length(1.0) is not None:
                    found[name] = choice
    return found
