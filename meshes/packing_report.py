"""What became of the wanted particles, voids and grains, as the report of a mesh says it."""

from collections.abc import Sequence

import numpy as np

from fem_asslb.geometry import Grains, LayeredStack, PlacedParticles
from fem_asslb.mesh.region_names import read_region_name
from meshes.packing import Packing
from meshes.particles import Particle
from meshes.report import Report, equivalent_diameters

Figures = dict[str, dict[str, float]]
"""By layer and kind of bodies, then by what they are."""


def packing_figures(stack: LayeredStack, packings: dict[str, Packing], report: Report) -> Figures:
    """Fractions wanted, placed and meshed, number, factor on diameters, by layer and kind of bodies.

    For bodies of a table, how many were left out outside the side walls and the distances [um] by which the others
    were moved stand in place of the factor.
    """
    figures: Figures = {}
    meshed_particles = report.particle_volumes()
    first = 1
    for name, packing in packings.items():
        layer = stack.layers[name]
        whole = layer.thickness * float(np.prod(stack.sides))
        kinds = [(kind, bodies) for kind, bodies in (("particles", layer.particles), ("voids", layer.voids)) if bodies]
        placed = [int(np.count_nonzero(packing.population == index)) for index in range(len(kinds))]
        last = first + (placed[0] if layer.particles else 0)
        solid = sum(meshed_particles[number] for number in range(first, last))
        meshed = {"particles": solid, "voids": whole - solid - report.volumes[name]}
        for index, (kind, bodies) in enumerate(kinds):
            figures[f"{name} {kind}"] = {
                "wanted": bodies.fraction(stack.extents(name)),
                "placed": packing.fractions[index],
                "meshed": meshed[kind] / whole,
                "number": float(placed[index]),
                **_changes(stack, name, packing, index),
            }
        first = last
    return figures


def _changes(stack: LayeredStack, layer: str, packing: Packing, population: int) -> dict[str, float]:
    particles, moves = stack.layers[layer].particles, packing.displacements
    if not isinstance(particles, PlacedParticles) or moves is None:
        return {"scale": packing.scales[population]}
    return {
        "left out": float(len(particles.bodies(stack.extents(layer)).radii) - len(moves)),
        "largest displacement": float(moves.max()),
        "mean displacement": float(moves.mean()),
    }


def stack_grain_figures(
    stack: LayeredStack, particles: Sequence[Particle], changes: Sequence[dict[str, int]], report: Report
) -> Figures:
    """Figures of the grains of each layer with polycrystals."""
    figures: Figures = {}
    for name, layer in stack.layers.items():
        if layer.particles is not None and layer.particles.grains is not None:
            own = [pair for pair in zip(particles, changes, strict=True) if pair[0].layer == name]
            figures[f"{name} grains"] = grain_figures(layer.particles.grains, own, report)
    return figures


def grain_figures(
    grains: Grains, polycrystals: Sequence[tuple[Particle, dict[str, int]]], report: Report
) -> dict[str, float]:
    """Number of grains, mean and deviation of their equivalent diameters [um] with what was wanted, and changes.

    Args:
        grains: What was wanted.
        polycrystals: Particles, and what was done to their grains, see `meshes.grain_regions.mesh_regions`.
        report: Of the mesh.
    """
    chosen = {particle.name.particle for particle, _ in polycrystals}
    names = {name: read_region_name(name) for name in report.volumes}
    volumes = [report.volumes[name] for name, parts in names.items() if parts.grain and parts.particle in chosen]
    diameters = equivalent_diameters(volumes, report.dimension)
    wanted = np.array([grains.diameter.quantile((i + 0.5) / 1000) for i in range(1000)])
    figures = {
        "number": float(len(volumes)),
        "mean diameter": float(diameters.mean()) if len(volumes) else 0.0,
        "wanted": float(wanted.mean()),
        "deviation": float(diameters.std()) if len(volumes) else 0.0,
        "of wanted": float(wanted.std()),
    }
    for _, changes in polycrystals:
        for name, count in changes.items():
            figures[name] = figures.get(name, 0.0) + count
    return figures
