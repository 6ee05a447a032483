"""What the checks of a case share."""

from collections.abc import Iterable, Iterator

from fem_asslb.base.errors import CaseError
from fem_asslb.case.sections.steps import Charge, Discharge, Step
from fem_asslb.geometry import LayeredStack, ParticleInShell
from fem_asslb.materials.material import LithiumHost, Material

Errors = Iterator[CaseError]


def hosts(resolved: dict[str, Material]) -> dict[str, LithiumHost]:
    """Materials that take up lithium, by role."""
    return {role: material.host for role, material in resolved.items() if material.host is not None}


def roles_with_grains(geometry: LayeredStack | ParticleInShell) -> tuple[str, ...]:
    """Roles of polycrystalline particles."""
    if isinstance(geometry, ParticleInShell):
        return ("particle",) if geometry.grains is not None else ()
    bodies = [layer.particles for layer in geometry.layers.values() if layer.particles is not None]
    kinds = [(role, particles.grains) for particles in bodies for role in particles.role_shares]
    return tuple(dict.fromkeys(role for role, grains in kinds if grains is not None and grains.fills(role)))


def listed(names: Iterable[str]) -> str:
    """Names as a message has them."""
    return ", ".join(f"'{name}'" for name in names)


def one_of(names: Iterable[str]) -> str:
    """Names of which one is to be taken, as a message has them."""
    *others, last = names
    return f"{listed(others)} or '{last}'" if others else f"'{last}'"


def currents(steps: tuple[Step, ...]) -> list[Charge | Discharge]:
    """Charges and discharges, each once."""
    return [step for step in dict.fromkeys(steps) if isinstance(step, Charge | Discharge)]
