"""What packing.toml says: powders, where pressing ends, and what the paper found."""

import tomllib
from dataclasses import field
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from fem_asslb.base.checked import Integer, Number, checked
from fem_asslb.base.units import Density, Length, Pressure
from fem_asslb.geometry.diameters import Diameters
from fem_asslb.studies.compaction import Powder
from meshes.bodies import Array

CRITERIA = (0.0, 0.02, 0.05, 0.10)
"""Smallest overlaps, over the sum of the radii, at which utilisation is told, as in Table 1 of Zhou 2025."""


@checked()
class PowderMaterial:
    """Spheres of one material."""

    diameter: Diameters
    density: Density
    youngs_modulus: Pressure
    poisson_ratio: Number


@checked()
class Paper:
    """What the paper found: utilisation at `CRITERIA`, tortuosity."""

    utilisation: tuple[Number, ...]
    tortuosity: Number


@checked()
class Recipe:
    """Content of packing.toml.

    Attributes:
        title: What is packed.
        width: Lateral extents of the box [um]; its height is the same where the volume of the spheres is kept.
        voxel: Extent of a voxel [um].
        seeds: One packing for each.
        active_share: Active material over all solid, by mass.
        porosity: Where pressing ends.
        active_material: Spheres of active material.
        electrolyte: Spheres of electrolyte.
        paper: What to compare with, where it is told at those criteria.
        variations: Tables to be merged into this one, by name.
    """

    title: str
    width: Length
    voxel: Length
    seeds: tuple[Integer, ...]
    active_share: Number
    porosity: Number
    active_material: PowderMaterial
    electrolyte: PowderMaterial
    paper: Paper | None = None
    variations: dict[str, Any] = field(default_factory=dict)

    def powders(self) -> tuple[Powder, Powder]:
        """Active material and electrolyte, filling the box but for the pores."""
        active = self.active_share / self.active_material.density
        electrolyte = (1 - self.active_share) / self.electrolyte.density
        solid = (1 - self.porosity) / (active + electrolyte)
        return (
            Powder(solid * active, self.active_material.diameter),
            Powder(solid * electrolyte, self.electrolyte.diameter),
        )

    def moduli(self) -> Array:
        """Effective contact moduli [MPa]: 1/E = sum of (1 - nu^2)/E of the two spheres, shape (2, 2)."""
        pair = (self.active_material, self.electrolyte)
        compliance = np.array([(1 - material.poisson_ratio**2) / material.youngs_modulus for material in pair])
        return 1 / (compliance[:, None] + compliance)


def read_recipes(case: Path) -> dict[str, Recipe]:
    """The recipe of a case, under an empty name, and its variations."""
    table = tomllib.loads((case / "packing.toml").read_text(encoding="utf-8"))
    tables = {"": table} | {name: _merged(table, change) for name, change in table.get("variations", {}).items()}
    return {name: TypeAdapter(Recipe).validate_python(each) for name, each in tables.items()}


def _merged(table: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    nested = {key: _merged(table[key], change[key]) for key in table.keys() & change.keys() if key == "electrolyte"}
    return table | change | nested
