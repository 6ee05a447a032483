"""Section through a packing: its discs, and the table of them that a case of stress meshes."""

import csv
import io

import numpy as np

from fem_asslb.studies.spheres import ACTIVE, Integers, Spheres
from meshes.bodies import Array

SMALLEST_RADIUS = 0.4
"""Radius [um] below which a disc of the table is left out: a cap of a sphere that would cost more elements than it
holds lithium."""


def discs(spheres: Spheres, y: float) -> tuple[Array, Array, Integers]:
    """Section at a height of the second coordinate: centres (x, z), radii [um] and kinds."""
    away = spheres.centres[:, 1] - y
    away -= spheres.box[1] * np.round(away / spheres.box[1])
    cut = np.abs(away) < spheres.radii
    radii = np.sqrt(spheres.radii[cut] ** 2 - away[cut] ** 2)
    return spheres.centres[cut][:, [0, 2]], radii, spheres.kinds[cut]


def section_table(spheres: Spheres) -> tuple[str, float]:
    """Section at half the width: discs of active material, and their periodic images that reach in from beyond a side.

    Along the stack there are no images: each disc stands there once, and the mesh moves it off the bottom and top.

    Returns:
        Text of section.csv, and the share of the area of active material that the smallest discs take with them.
    """
    centres, radii, kinds = discs(spheres, spheres.box[1] / 2)
    active = kinds == ACTIVE
    large = active & (radii >= SMALLEST_RADIUS)
    x, height, radius = np.round([*centres[large].T, radii[large]], 4)
    width = float(spheres.box[0])
    rows = [np.stack([x, height, radius], axis=1)]
    for beyond, reaches in ((x + width, x < radius), (x - width, x > width - radius)):
        rows.append(np.stack([beyond, height, radius], axis=1)[reaches])
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("x [um]", "y [um]", "radius [um]"))
    writer.writerows([f"{value:.4f}" for value in row] for row in np.concatenate(rows))
    return text.getvalue(), float(1 - np.sum(radii[large] ** 2) / np.sum(radii[active] ** 2))
