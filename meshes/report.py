"""What a finished mesh is like, in numbers and as text."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fem_asslb.mesh.region_names import read_region_name

SLIVER = 0.02
"""Elements of lower quality are reported as slivers (1: regular, 0: flat, negative: inverted)."""


@dataclass(frozen=True)
class BadElement:
    """An inverted or sliver element: its group, centre [um] and quality [-]."""

    group: str
    centre: tuple[float, ...]
    quality: float

    def __str__(self) -> str:
        kind = "inverted element" if self.quality <= 0 else "sliver"
        place = ", ".join(f"{x:.4g}" for x in self.centre)
        return f"{kind} in '{self.group}' at ({place}) um, quality {self.quality:.3g}"


@dataclass(frozen=True, kw_only=True)
class Report:
    """A mesh in numbers.

    Attributes:
        dimension: 2 or 3.
        order: Order of the elements' geometry.
        elements: Number of cells.
        quality_min: Smallest quality: inverse condition number, 1 for a regular element, negative for an
            inverted one.
        quality_mean: Mean quality.
        bad: Inverted and sliver elements, worst first.
        volumes: Volume (area in 2D) of each group of cells [um^dimension].
        areas: Area (length in 2D) of each group of facets [um^(dimension - 1)].
        particles: Number of particles.
        grains: Number of grains in polycrystalline particles.
        equivalent_diameters: Smallest, mean and largest diameter of the disc or sphere with a particle's
            meshed volume [um].
        particle_surface: Area (length in 2D) of the particles' surface inside the cell [um^(dimension - 1)].
        displacement_dofs: Unknowns of a continuous displacement with three components, of degree 1 and of degree 2.
        lithium_dofs: Unknowns of one P1 field in the particles.
        packing: For each packed layer and kind of bodies: the fraction wanted, placed and meshed, and the
            factor on diameters or, for those of a table, how far they were moved [um]; for grains their number and
            diameters [um].
    """

    dimension: int
    order: int
    elements: int
    quality_min: float
    quality_mean: float
    bad: tuple[BadElement, ...]
    volumes: dict[str, float]
    areas: dict[str, float]
    particles: int
    grains: int
    equivalent_diameters: tuple[float, float, float] | None
    particle_surface: float
    displacement_dofs: tuple[int, int]
    lithium_dofs: int
    packing: dict[str, dict[str, float]] = field(default_factory=dict)

    def particle_volumes(self) -> dict[int, float]:
        """Volume (area in 2D) of each particle, all its grains together, by its number [um^dimension]."""
        return particle_volumes(self.volumes)

    def __str__(self) -> str:
        unit, facet_unit = f"um^{self.dimension}", "um" if self.dimension == 2 else "um^2"
        lines = [
            f"{self.elements} elements of order {self.order} in {self.dimension}D",
            f"quality: smallest {self.quality_min:.3f}, mean {self.quality_mean:.3f}",
            "unknowns: displacement P1 {} or P2 {}".format(*self.displacement_dofs)
            + (f", each lithium field in particles P1 {self.lithium_dofs}" if self.particles else ""),
        ]
        if self.equivalent_diameters:
            small, mean, large = self.equivalent_diameters
            lines.append(
                f"{self.particles} particles of diameter {small:.3g} to {large:.3g} um, mean {mean:.3g} um, "
                f"surface {self.particle_surface:.5g} {facet_unit}"
            )
        if self.grains:
            lines.append(f"{self.grains} grains in polycrystals")
        for name, numbers in self.packing.items():
            lines.append(f"{name}: " + ", ".join(f"{key} {value:.4g}" for key, value in numbers.items()))
        for measures, label in ((self.volumes, unit), (self.areas, facet_unit)):
            lines += [f"{name}: {measure:.6g} {label}" for name, measure in measures.items() if "/" not in name]
        lines += [str(element) for element in self.bad[:10]]
        return "\n".join(lines)


def particle_volumes(volumes: dict[str, float]) -> dict[int, float]:
    """Sum of the volumes of the regions of each particle, by its number."""
    sums: dict[int, float] = {}
    for name, volume in volumes.items():
        if number := read_region_name(name).particle:
            sums[number] = sums.get(number, 0.0) + volume
    return sums


def equivalent_diameters(volumes: Sequence[float], dimension: int) -> npt.NDArray[np.float64]:
    """Diameters of the discs (2D) or spheres (3D) of given areas or volumes."""
    sizes = np.asarray(volumes, dtype=float)
    return 2 * (np.sqrt(sizes / np.pi) if dimension == 2 else np.cbrt(sizes * 3 / (4 * np.pi)))
