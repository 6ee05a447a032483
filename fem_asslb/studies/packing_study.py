"""One packing of a recipe: its states on the way to the wanted porosity, and all figures of each."""

from collections.abc import Iterator

import numpy as np

from fem_asslb.studies.compaction import press, press_to, scatter
from fem_asslb.studies.conduction import conduction_tortuosity
from fem_asslb.studies.contacts import cap_share, covered, utilisation
from fem_asslb.studies.paths import path_over_centres, path_over_voxels
from fem_asslb.studies.percolation import percolating
from fem_asslb.studies.recipe import CRITERIA, Recipe
from fem_asslb.studies.spheres import ACTIVE, ELECTROLYTE, Spheres, touching
from fem_asslb.studies.voxels import PORE, covered_share, draw, fraction

FILLS = (0.75, 0.80, 0.85)
"""Summed volume of the spheres over that of the box at which pressing is looked at on the way."""

KEPT, ONCE = "volume kept", "overlaps once"
"""States with the wanted porosity: one less the summed volume of the spheres, or the pores of the image."""


def states(recipe: Recipe, seed: int) -> Iterator[tuple[str, Spheres]]:
    """The packing on its way to the wanted porosity, by name of the state."""
    moduli = recipe.moduli()
    powders = recipe.powders()
    spheres = scatter(*powders, np.full(3, recipe.width), moduli, seed)
    solid = sum(powder.fill for powder in powders)
    for fill in (*(fill for fill in FILLS if fill < solid), solid):
        spheres = press(spheres, recipe.width * solid / fill, moduli)
        yield KEPT if fill == solid else f"fill {fill:.2f}", spheres

    def pores(spheres: Spheres) -> float:
        """Share of the pores in the image."""
        return fraction(draw(spheres, recipe.voxel), PORE)

    yield ONCE, press_to(spheres, pores, recipe.porosity, moduli)


def measure(spheres: Spheres, voxel: float) -> dict[str, float]:
    """All figures of one packing, by the header of their column.

    Args:
        spheres: The packing.
        voxel: Extent of the voxels of its image [um].
    """
    contacts = touching(spheres)
    endless = percolating(spheres, contacts)
    image = draw(spheres, voxel)
    extents = spheres.box / image.shape
    active = spheres.kinds == ACTIVE
    electrolyte = image == ELECTROLYTE
    figures = {"fill [-]": spheres.fill, "porosity of the image [-]": fraction(image, PORE)}
    for least in CRITERIA:
        figures[f"utilisation at {least:.2f} [-]"] = utilisation(spheres, contacts, least)
    for least in CRITERIA:
        figures[f"same with a path at {least:.2f} [-]"] = utilisation(spheres, contacts, least, endless)
    return figures | {
        "electrolyte spheres with a path [-]": float(np.sum(endless) / np.sum(~active)),
        "tortuosity of conduction [-]": conduction_tortuosity(electrolyte, extents),
        "tortuosity of voxel paths [-]": path_over_voxels(electrolyte, extents),
        "tortuosity of centre paths [-]": path_over_centres(spheres, contacts),
        "covered surface [-]": float(np.average(covered(spheres, contacts), weights=spheres.radii[active] ** 2)),
        "covered surface by caps [-]": cap_share(spheres, contacts),
        "covered surface by voxels [-]": covered_share(image, extents),
    }
