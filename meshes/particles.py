"""Particles of a mesh: their numbers, roles, shapes and grains."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from fem_asslb.geometry import Grains, LayeredStack
from fem_asslb.mesh.region_names import RegionName
from meshes.bodies import Array, with_images
from meshes.packing import Packing
from meshes.power_diagram import Piece, PowerDiagram, fill
from meshes.size_field import Bodies


@dataclass(frozen=True, kw_only=True)
class Particle:
    """One particle.

    Attributes:
        name: Its role and number.
        piece: Its shape.
        layer: Layer that it lies in.
        diagram: Its grains; None for a single crystal.
        element_size: What the grains ask for [um].
    """

    name: RegionName
    piece: Piece
    layer: str
    diagram: PowerDiagram | None = None
    element_size: float = np.inf

    def grain_name(self, grain: int) -> str:
        """Region of a grain, counted from zero."""
        return str(replace(self.name, grain=grain + 1))


def stack_particles(stack: LayeredStack, packings: dict[str, Packing]) -> list[Particle]:
    """Particles of a stack, numbered layer by layer from the bottom, in each layer in the order of the packing."""
    found: list[Particle] = []
    for index, name in enumerate(packings):
        particles = stack.layers[name].particles
        if particles is None:
            continue
        pieces = _pieces(stack, packings[name], name, 0)
        roles = _roles(particles.role_shares, len(pieces), np.random.default_rng([stack.seed, index]))
        diagrams = _diagrams(pieces, roles, particles.grains)
        for role, piece, diagram in zip(roles, pieces, diagrams, strict=True):
            size = np.inf
            if particles.grains is not None and diagram is not None:
                size = particles.grains.element_size_beside(stack.element_size, stack.dimension)
            found.append(
                Particle(
                    name=RegionName(role, len(found) + 1), piece=piece, layer=name, diagram=diagram, element_size=size
                )
            )
    return found


def void_pieces(stack: LayeredStack, packings: dict[str, Packing]) -> list[Piece]:
    """Voids of a stack."""
    found = []
    for name, packing in packings.items():
        found += _pieces(stack, packing, name, 0 if stack.layers[name].particles is None else 1)
    return found


def size_bodies(stack: LayeredStack, packings: dict[str, Packing], particles: Sequence[Particle]) -> list[Bodies]:
    """All bodies of each layer, and images that reach in, with the element size that their grains ask for."""
    bodies = []
    for name, packing in packings.items():
        elements = np.full(len(packing.radii), np.inf)
        if stack.layers[name].particles is not None:
            elements[packing.population == 0] = [item.element_size for item in particles if item.layer == name]
        sides = np.array(stack.periods)
        centres, of = with_images(_in_stack(stack, packing, name), packing.radii, sides)
        bodies.append(Bodies(centres, packing.radii[of], elements[of], name))
    return bodies


def _in_stack(stack: LayeredStack, packing: Packing, layer: str) -> Array:
    shift = np.zeros(stack.dimension)
    shift[-1] = stack.levels()[layer][0]
    return packing.centres + shift


def _pieces(stack: LayeredStack, packing: Packing, layer: str, population: int) -> list[Piece]:
    bottom, top = stack.levels()[layer]
    low, high = np.array([*np.zeros(len(stack.sides)), bottom]), np.array([*stack.sides, top])
    chosen = packing.population == population
    bodies = zip(_in_stack(stack, packing, layer)[chosen], packing.radii[chosen], strict=True)
    return [Piece(centre, float(radius), low, high) for centre, radius in bodies]


def _roles(shares: dict[str, float], count: int, generator: np.random.Generator) -> list[str]:
    """Role of each particle: numbers as near to the shares as whole numbers can be, in random order."""
    ends = np.rint(np.cumsum(list(shares.values())) * count).astype(int)
    role = np.repeat(np.arange(len(shares)), np.diff(ends, prepend=0))
    return [list(shares)[index] for index in generator.permutation(role)]


def _diagrams(pieces: list[Piece], roles: list[str], grains: Grains | None) -> list[PowerDiagram | None]:
    """Grains of each particle, None for single crystals."""
    chosen = [place for place, role in enumerate(roles) if grains is not None and grains.fills(role)]
    if grains is None or not chosen:
        return [None] * len(pieces)
    filled = dict(zip(chosen, crystallise([pieces[place] for place in chosen], grains), strict=True))
    return [filled.get(place) for place in range(len(pieces))]


def crystallise(pieces: Sequence[Piece], grains: Grains) -> list[PowerDiagram | None]:
    """Grains of each piece; None for single crystals: those left out by ``share``, and pieces as small as a grain.

    The sizes are the evenly spaced quantiles of the distribution over all pieces together, dealt out in random
    order, so that few grains in each of many particles represent it too.
    """
    generator = np.random.default_rng(grains.seed)
    number = max(1, round(grains.share * len(pieces)))
    chosen = np.sort(generator.permutation(len(pieces))[:number])
    dimension = len(pieces[0].centre)
    volumes = np.array([pieces[index].volume() for index in map(int, chosen)])
    deals = _dealt(volumes, grains, dimension, generator)
    diagrams: list[PowerDiagram | None] = [None] * len(pieces)
    for index, sizes in zip(map(int, chosen), deals, strict=True):
        if len(sizes) > 1:
            diagrams[index] = fill(pieces[index], sizes, generator)
    return diagrams


def _dealt(volumes: Array, grains: Grains, dimension: int, generator: np.random.Generator) -> list[Array]:
    """Volume of each grain in each piece [um^dimension], up to a common factor in the piece."""
    unit_ball = np.pi / 4 if dimension == 2 else np.pi / 6
    sample = unit_ball * np.array([grains.diameter.quantile((i + 0.5) / 1000) for i in range(1000)]) ** dimension
    number = max(1, round(volumes.sum() / sample.mean()))
    diameters = np.array([grains.diameter.quantile((i + 0.5) / number) for i in range(number)])
    sizes = generator.permutation(unit_ball * diameters**dimension)
    sizes *= volumes.sum() / sizes.sum()
    middles = np.cumsum(sizes) - sizes / 2
    return np.split(sizes, np.searchsorted(middles, np.cumsum(volumes)[:-1]))
