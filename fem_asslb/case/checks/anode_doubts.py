"""What `check` warns of in the anode of a cell: another potential, growth, capacity than the rest of the case says."""

from fem_asslb.base.constants import FARADAY
from fem_asslb.case.estimates.figures import equilibrium, states_at_equilibrium
from fem_asslb.case.sections.case import Case
from fem_asslb.geometry import LayeredStack
from fem_asslb.materials.library import load, load_anode, names
from fem_asslb.materials.material import anode_roles, hosts

ANOTHER_RATIO = 0.3
"""Relative difference of the ratio of capacities that is told; an anode may be wider than the positive electrode."""

LARGE_GROWTH = 0.1
"""Relative growth of a layer beyond which small strain is told to be none."""

MARGIN = 0.01
"""Of its capacity, by which the anode's state may leave 0 to 1 before it is told."""


def anode_doubts(case: Case) -> list[str]:
    """Lines about the anode of a case, each with the key it is about."""
    return [
        *_another_anode(case),
        *_an_anode_that_outgrows_small_strain(case),
        *_an_anode_that_does_not_grow(case),
        *_an_anode_of_another_capacity(case),
        *_an_anode_beyond_its_capacity(case),
    ]


def _another_anode(case: Case) -> list[str]:
    """A layer that swells as one anode does beside the potential of another."""
    materials = case.resolved_materials()
    if case.cell is None or case.cell.anode in hosts(materials):
        return []
    potential = load_anode(case.cell.anode, "cell.anode", materials)
    return [
        f"cell.anode: '{case.cell.anode}' has another potential than '{materials[role].name}', which materials.{role} "
        "makes swell with the charge"
        for role in anode_roles(materials)
        if materials[role].anode is not None and materials[role].anode != potential
    ]


def _an_anode_that_outgrows_small_strain(case: Case) -> list[str]:
    """A layer whose growth in a step, at equilibrium, is no small strain."""
    materials, geometry = case.resolved_materials(), case.geometry
    model = equilibrium(case, materials) if case.solver.strain == "small" else None
    if model is None or model.loading is None or not isinstance(geometry, LayeredStack):
        return []
    states = states_at_equilibrium(case, materials) or []
    lithium = max((state.charge for state in states), default=0.0) * model.loading / FARADAY
    lines = []
    for role in anode_roles(materials):
        growth = (materials[role].reaction_volume or 0.0) * lithium / geometry.layers[role].thickness
        if growth > LARGE_GROWTH:
            advice = "expected a thicker layer, or solver.strain = 'logarithmic'"
            lines.append(f"materials.{role}: '{materials[role].name}' grows by {100.0 * growth:.0f} %; {advice}")
    return lines


def _an_anode_of_another_capacity(case: Case) -> list[str]:
    """A layer of the anode that holds another capacity than the n/p ratio says."""
    materials, geometry, cell = case.resolved_materials(), case.geometry, case.cell
    model = equilibrium(case, materials)
    if model is None or cell is None or cell.n_to_p is None or not isinstance(geometry, LayeredStack):
        return []
    assert model.anode_capacity is not None and model.loading is not None
    lines = []
    for name, layer in geometry.layers.items():
        density = case.materials[name].anode_capacity(cell.anode, f"materials.{name}", materials[name])
        ratio = (density or 0.0) * layer.thickness / (model.anode_capacity * model.loading) * cell.n_to_p
        if density and abs(ratio / cell.n_to_p - 1.0) > ANOTHER_RATIO:
            held = f"but '{name}', {layer.thickness:.4g} um thick, holds {ratio:.3g} times the positive electrode"
            lines.append(f"cell.n_to_p: {cell.n_to_p:g}, {held}; without a thickness it follows")
    return lines


def _an_anode_that_does_not_grow(case: Case) -> list[str]:
    """A layer made of the anode's material, without the growth that this has in the library."""
    materials, geometry, cell = case.resolved_materials(), case.geometry, case.cell
    if cell is None or cell.anode in materials or cell.anode not in names() or not isinstance(geometry, LayeredStack):
        return []
    growth = load(cell.anode).reaction_volume
    return [
        f"materials.{name}.reaction_volume: the layer holds '{cell.anode}' and does not grow with the charge; "
        f"'{cell.anode}' has {growth:g} cm^3/mol"
        for name in geometry.layers
        if growth
        and not materials[name].reaction_volume
        and case.materials[name].anode_capacity(cell.anode, f"materials.{name}", materials[name])
    ]


def _an_anode_beyond_its_capacity(case: Case) -> list[str]:
    """The first step that at equilibrium fills the anode beyond its capacity, or takes more than is there."""
    states = states_at_equilibrium(case, case.resolved_materials()) or []
    for step, state in zip(case.protocol.steps, states, strict=False):
        if not -MARGIN <= state.anode_state <= 1.0 + MARGIN:
            reached = f"takes the anode to {state.anode_state:.3g} of its capacity at equilibrium"
            return [f"protocol.steps: '{step}' {reached}, where its potential is extrapolated; expected 0 to 1"]
    return []
