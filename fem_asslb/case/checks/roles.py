"""Roles of the regions of a geometry: which there are, which of them have grains, and which touch."""

from itertools import pairwise

from fem_asslb.geometry import LayeredStack, MeshFile, ParticleInShell


def region_roles(geometry: LayeredStack | ParticleInShell | MeshFile) -> tuple[str, ...] | None:
    """Roles of the regions that a geometry has, bottom to top; None where only the mesh file knows."""
    match geometry:
        case LayeredStack():
            return (*geometry.layers, *geometry.particle_roles)
        case ParticleInShell():
            return geometry.roles
        case MeshFile():
            return None


def roles_with_grains(geometry: LayeredStack | ParticleInShell) -> tuple[str, ...]:
    """Roles of polycrystalline particles."""
    if isinstance(geometry, ParticleInShell):
        return ("particle",) if geometry.grains is not None else ()
    bodies = [layer.particles for layer in geometry.layers.values() if layer.particles is not None]
    kinds = [(role, particles.grains) for particles in bodies for role in particles.role_shares]
    return tuple(dict.fromkeys(role for role, grains in kinds if grains is not None and grains.fills(role)))


def touching_roles(geometry: LayeredStack | ParticleInShell) -> list[tuple[str, str]]:
    """Roles whose regions touch: particles keep a gap from each other and from all layers but their own."""
    if isinstance(geometry, ParticleInShell):
        pairs = [*pairwise(geometry.roles)]
    else:
        inside = {name: layer.particles.role_shares for name, layer in geometry.layers.items() if layer.particles}
        pairs = [*pairwise(geometry.layers), *((role, name) for name, shares in inside.items() for role in shares)]
    return pairs + [(role, role) for role in roles_with_grains(geometry)]
