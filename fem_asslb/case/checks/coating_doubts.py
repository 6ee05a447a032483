"""What `check` warns of in coatings: layers that are not thin, and numbers that no coating has."""

from collections.abc import Iterator

from fem_asslb.base.units import format_quantity
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.interfaces import between_roles
from fem_asslb.geometry import LayeredStack, MeshFile, PackedParticles, ParticleInShell
from fem_asslb.interfaces.coating import Coating

THICK = 0.05
"""Thickness over the radius of what is covered from which a coating is not thin: the pressure on a particle is then off
by some 2 %, see docs/interfaces.md."""

THICKNESS, MODULUS, CONDUCTIVITY = (0.001, 0.2), (1e3, 5e5), (1e-3, 1e5)
"""Ranges of coatings: 1 to 200 nm; 1 to 500 GPa; 1e-11 to 1e-3 S/cm."""


def coating_doubts(case: Case) -> list[str]:
    """Lines about the coatings of a case, each with the key it is about."""
    lines = []
    for name, choice in between_roles(case.interfaces):
        layer = choice.build_coating(choice.roles[0])
        if layer is not None:
            found = [*_not_thin(case, choice.roles, layer), *_unusual(layer), *_on_straight_facets(case)]
            if layer.resistance and case.cell is None:
                found.append("ionic_conductivity: nothing uses it without a section cell")
            lines += [f"interfaces.{name}.{line}" for line in found]
    return lines


def _not_thin(case: Case, between: tuple[str, str], layer: Coating) -> Iterator[str]:
    thickness = float(layer.thickness)
    given = format_quantity(thickness, "um", "nm")
    for role in between:
        radius = _radius(case, role)
        if radius is not None and thickness > THICK * radius:
            share = f"{100 * thickness / radius:.2g} % of the radius of '{role}', {radius:.3g} um"
            yield f"thickness: {given} is {share}; thin is up to {100 * THICK:.0f} %, mesh a thicker one"
    if not isinstance(case.geometry, MeshFile) and case.geometry.element_size < thickness:
        size = format_quantity(case.geometry.element_size, "um", "nm")
        yield f"thickness: {given} is more than geometry.element_size, {size}: such elements could mesh the coating"


def _unusual(layer: Coating) -> Iterator[str]:
    if not THICKNESS[0] <= layer.thickness <= THICKNESS[1]:
        yield f"thickness: {format_quantity(layer.thickness, 'um', 'nm')} is unusual; coatings have 1 to 200 nm"
    if not MODULUS[0] <= layer.youngs_modulus <= MODULUS[1]:
        yield f"youngs_modulus: {layer.youngs_modulus / 1e3:.3g} GPa is unusual; coatings have 1 to 500 GPa"
    if layer.resistance > 0.0 and not CONDUCTIVITY[0] <= layer.thickness / layer.resistance <= CONDUCTIVITY[1]:
        given = format_quantity(layer.thickness / layer.resistance, "pA/(V*um)", "S/cm")
        yield f"ionic_conductivity: {given} is unusual; coatings have 1e-11 to 1e-3 S/cm"


def _on_straight_facets(case: Case) -> Iterator[str]:
    if not isinstance(case.geometry, MeshFile) and case.geometry.order < case.solver.displacement_degree:
        pulls = "straight facets let a coating pull at their ends alone, and tractions alternate"
        yield f"law: {pulls}; geometry.order = 2 or solver.displacement_degree = 1 spreads them"


def _radius(case: Case, role: str) -> float | None:
    """Of the particles of a role [um], the median one of many; None where that is not known, or the role has none."""
    match case.geometry:
        case ParticleInShell() as shell:
            return shell.core_radius if role == "particle" else None
        case LayeredStack() as stack:
            for layer in stack.layers.values():
                if isinstance(layer.particles, PackedParticles) and role in layer.particles.role_shares:
                    return 0.5 * layer.particles.diameter.quantile(0.5)
    return None
