"""Bodies at the places of a table, moved apart where they overlap, are too near or would be cut badly."""

import numpy as np

from fem_asslb.base.errors import MeshError
from fem_asslb.geometry import PlacedBodies
from meshes.bodies import mostly_outside, nearest_sides, separate, volume_inside, with_images, wrapped
from meshes.packing import OVERLAP_LEFT, Packing, order_along_stack

SPRING = 1e-3
"""Stiffness that pulls bodies to their places while overlaps are removed, over the stiffness of an overlap."""


def place(bodies: PlacedBodies, extents: tuple[float, ...], gap: float, cut: bool, periodic: bool = False) -> Packing:
    """Bodies with their radii, as near to their places as the gap lets them be.

    The summed squares of the displacements are least, up to a tenth of a percent of the overlaps. A body that a wall
    would touch or hardly cut is moved off the wall or further into it, whichever is nearer; one of which that leaves
    nothing is left out.

    Args:
        bodies: The table.
        extents: Of the box [um]; the last one is the stack direction.
        gap: Smallest distance between bodies, and between a body and a wall that it does not cut [um].
        cut: Whether the side walls (not the last coordinate's) may cut bodies.
        periodic: Whether what a side wall cuts off comes back at the opposite one; bodies whose centres are not in the
            box are images of others then.

    Raises:
        MeshError: Nothing of the bodies is in the box, or they do not come apart.
    """
    box, periodic = np.asarray(extents), periodic and cut
    if periodic:
        kept = np.all((bodies.centres >= 0) & (bodies.centres < box), axis=1)
    else:
        kept = ~mostly_outside(bodies.centres, bodies.radii, box, gap)
    if not kept.any():
        raise MeshError("no body of the table reaches into the box; expected at least one with its centre in it")
    given, radii = bodies.centres[kept], bodies.radii[kept]
    given = wrapped(given, radii, box, gap) if periodic else given
    sides = nearest_sides(given, radii, box, gap, cut)
    near, _ = separate(given, radii, box, gap, sides, beyond=True, spring=SPRING, periodic=periodic)
    centres, overlap = separate(near, radii, box, gap, sides, beyond=True, periodic=periodic)
    if overlap > OVERLAP_LEFT * gap:
        raise MeshError(
            f"bodies of the table cannot be moved apart: {overlap:.3g} um are missing to a gap of {gap:g} um; "
            "lower minimum_gap or leave bodies out"
        )
    order = order_along_stack(centres)
    images, of = with_images(centres, radii, box[:-1] if periodic else box[:0])
    fraction = volume_inside(images, radii[of], box).sum() / box.prod()
    return Packing(
        centres=centres[order],
        radii=radii[order],
        population=np.zeros(len(order), dtype=np.int64),
        scales=(1.0,),
        fractions=(float(fraction),),
        displacements=np.linalg.norm(centres - given, axis=1)[order],
    )
