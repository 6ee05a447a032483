"""Particles and voids of a layer."""

from dataclasses import field
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from fem_asslb.base.checked import Number, checked
from fem_asslb.base.refusals import Refusal, accepting, refuse, unless
from fem_asslb.geometry.bounds import Extent, Fraction
from fem_asslb.geometry.diameters import Diameters
from fem_asslb.geometry.grains import Grains
from fem_asslb.geometry.placed_bodies import PlacedBodies, read_bodies


def _roles_are_whole(roles: dict[str, float]) -> bool:
    return not roles or (all(share > 0.0 for share in roles.values()) and abs(sum(roles.values()) - 1.0) < 1e-6)


def _grains_fit(cls: type, roles: dict[str, float], info: ValidationInfo) -> dict[str, float]:
    """Grains are smaller than packed particles, and in roles that there are."""
    grains, diameter = info.data.get("grains"), info.data.get("diameter")
    if grains is not None:
        if diameter is not None and "minimum_gap" in info.data:
            refuse(grains.refusals_beside(diameter.quantile(0.5)), "diameter")
        refuse(grains.refusals_among(roles or {"particle": 1.0}), "grains")
    return roles


Roles = Annotated[
    dict[str, Number],
    accepting(_roles_are_whole, "names with shares above 0 whose sum is 1"),
    Field(validate_default=True),
]


@checked()
class PackedParticles:
    """Discs (2D) or spheres (3D) of active material packed at random into a layer; the kind where none is stated.

    Attributes:
        volume_fraction: Part of the layer's whole volume (area in 2D) inside particles, voids counted in the
            whole.
        diameter: Distribution of diameters by number [um].
        minimum_gap: Smallest distance between two particles, and between a particle and a face it does not
            cut [um].
        walls: ``"inside"``: particles keep off the side walls; ``"cut"``: side walls may cut them (the part
            outside is dropped, and where side walls are periodic it comes back at the opposite one). The bottom and
            top of the layer are never cut.
        grains: Grains of polycrystalline particles; without them every particle is a single crystal.
        roles: Kinds of particles and their number shares (sum 1), such as ``{coated = 0.7, bare = 0.3}``: regions
            ``coated/0001``, ``bare/0002``, ... with materials and interfaces of their own, chosen by the
            geometry's seed; default: all are ``particle``.
    """

    volume_fraction: Fraction
    diameter: Diameters
    minimum_gap: Extent
    walls: Literal["inside", "cut"] = "inside"
    grains: Grains | None = None
    roles: Roles = field(default_factory=dict)
    kind: Literal["packed"] = "packed"

    @field_validator("minimum_gap")
    @classmethod
    def _gap_is_small(cls, gap: float, info: ValidationInfo) -> float:
        if "diameter" in info.data:
            median = info.data["diameter"].quantile(0.5)
            refuse(unless(gap < median, "", gap, f"less than the median diameter, {median:g} um"), "diameter")
        return gap

    _grains = field_validator("roles")(_grains_fit)

    @property
    def role_shares(self) -> dict[str, float]:
        """Number share of the particles of each role."""
        return self.roles or {"particle": 1.0}

    def fraction(self, extents: tuple[float, ...]) -> float:
        """Part of a layer of these extents [um] inside particles."""
        return self.volume_fraction


@checked()
class PlacedParticles:
    """Discs (2D) or spheres (3D) of active material at the places that a table states: a measured or computed section.

    Those that overlap, are too near, or would be cut by the bottom or top are moved as little as can be; radii stay.
    The report of the mesh says by how much.

    Attributes:
        path: Table of text with the columns ``x [um],y [um],radius [um]``, in 3D ``x [um],y [um],z [um],radius [um]``,
            a row for each particle; the last coordinate is the height over the layer's bottom.
        minimum_gap: Smallest distance between two particles, and between a particle and a face it does not
            cut [um].
        walls: ``"inside"``: particles are moved off the side walls; ``"cut"``: side walls may cut them (the part
            outside is dropped, and where side walls are periodic it comes back at the opposite one), and the table may
            hold particles with their centre outside, as the images of a periodic section are; these count where side
            walls are not periodic. The bottom and top of the layer are never cut.
        grains: Grains of polycrystalline particles; without them every particle is a single crystal.
        roles: Kinds of particles and their number shares, as for packed particles.
    """

    path: Path
    minimum_gap: Extent
    walls: Literal["inside", "cut"] = "inside"
    grains: Grains | None = None
    roles: Roles = field(default_factory=dict)
    kind: Literal["placed"] = "placed"

    _grains = field_validator("roles")(_grains_fit)

    @property
    def role_shares(self) -> dict[str, float]:
        """Number share of the particles of each role."""
        return self.roles or {"particle": 1.0}

    def fraction(self, extents: tuple[float, ...]) -> float:
        """Part of a layer of these extents [um] inside particles."""
        return self.bodies(extents).fraction(extents)

    def bodies(self, extents: tuple[float, ...]) -> PlacedBodies:
        """Particles of the table for a layer of these extents [um], the last one its thickness.

        Raises:
            ValueError: The table cannot be read, or a particle does not fit into the layer; one line.
        """
        bodies = read_bodies(self.path, len(extents))
        beyond = bodies.radii[:, None] * (np.arange(len(extents)) < len(extents) - 1) * (self.walls == "cut")
        outside = np.any((bodies.centres < -beyond) | (bodies.centres > extents + beyond), axis=1)
        large = 2 * (bodies.radii + self.minimum_gap) > min(extents)
        near = ", or beyond a side by at most the radius" if self.walls == "cut" else ""
        room = f"a body that has room in it with a gap of {self.minimum_gap:g} um on each side"
        for faulty, accepted in ((outside, f"a centre in it{near}"), (large, room)):
            for index in np.flatnonzero(faulty)[:1]:
                row = ", ".join(f"{value:g}" for value in (*bodies.centres[index], bodies.radii[index]))
                box = " x ".join(f"{extent:g}" for extent in extents)
                where = f"'{self.path}', line {index + 2}: {row}"
                raise ValueError(f"{where} does not fit into the layer of {box} um; expected {accepted}")
        return bodies

    def refusals_of_grains(self, bodies: PlacedBodies) -> list[Refusal]:
        """A refusal unless a median grain is smaller than the median particle of the table."""
        return [] if self.grains is None else self.grains.refusals_beside(2 * float(np.median(bodies.radii)))


Particles = Annotated[PackedParticles | PlacedParticles, Field(discriminator="kind")]


@checked()
class Voids:
    """Round holes in a layer, placed together with its particles and under the same rule for walls and gaps.

    Attributes:
        volume_fraction: Part of the layer's whole volume (area in 2D) that is void.
        diameter: Distribution of diameters by number [um].
    """

    volume_fraction: Fraction
    diameter: Diameters

    def fraction(self, extents: tuple[float, ...]) -> float:
        """Part of a layer of these extents [um] inside voids."""
        return self.volume_fraction
