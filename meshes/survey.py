"""What a mesh file holds, and whether a case fits it: all that can be told without a mesh of our own."""

from collections.abc import Iterator

import numpy as np

from fem_asslb.base.errors import CaseErrors
from fem_asslb.base.printable import printable
from fem_asslb.case.checks.mesh_checks import MeshFacts, mesh_fits_the_case
from fem_asslb.case.sections.case import Case
from fem_asslb.geometry import MeshFile
from fem_asslb.mesh.side_walls import listed_periods
from fem_asslb.mesh.source import MeshSource
from fem_asslb.mesh.source_checks import check_source
from fem_asslb.mesh.source_facets import SourceFacets, surface_roles, touching_roles
from meshes.arranged_mesh import arranged
from meshes.foreign_mesh import DIMENSION, ForeignMesh
from meshes.mesh_reader import read_mesh

LARGEST = 50_000_000
"""Bytes of a file that is looked at: half a minute of the slowest reader."""


def survey(case: Case) -> Iterator[str]:
    """Lines about the mesh file of a case, and at their end everything in which the two do not fit.

    Args:
        case: A checked case, with a mesh file.

    Raises:
        MeshError: The file cannot be read, or is no sound mesh under the names of the case.
        CaseErrors: Materials, interfaces or the fixture do not fit the mesh.
    """
    assert isinstance(case.geometry, MeshFile)
    size = case.geometry.path.stat().st_size
    if size > LARGEST:
        yield f"not looked at: it has {size / 1e6:.0f} MB; fem-asslb mesh reads it"
        return
    mesh = read_mesh(case.geometry.path, case.geometry.cell_data)
    yield from _groups(mesh)
    ours = arranged(mesh, case.geometry)
    source = ours.source()
    check_source(source)
    extent = " x ".join(f"{length:.4g}" for length in np.ptp(source.points, axis=0))
    yield f"{len(source.cells)} cells of type {ours.kind}, {len(source.points)} nodes, {extent} um"
    if source.periods:
        yield f"side walls are periodic: {listed_periods(source.periods)}"
    for what, groups in (("region", ours.regions), ("boundary", ours.boundaries), ("surface", ours.surfaces)):
        yield from _shown(f"{what} {name}: {len(rows)}" for name, rows in groups.items())
    if found := list(mesh_fits_the_case(case, _facts(case, source))):
        raise CaseErrors(found)


def _facts(case: Case, source: MeshSource) -> MeshFacts:
    sides = SourceFacets(source)
    named = {choice.surface for choice in case.interfaces.values() if choice.surface}
    return MeshFacts(
        roles=tuple(dict.fromkeys(name.partition("/")[0] for name in source.regions)),
        touching=touching_roles(source, sides),
        unnamed=touching_roles(source, sides, named),
        surfaces={name: pair for name, [pair] in surface_roles(source, sides).items()},
        boundaries=source.boundaries,
        dimension=source.dimension,
        order=source.degree,
    )


def _groups(mesh: ForeignMesh) -> Iterator[str]:
    """Groups of the file that may be regions or boundaries, with their kinds and sizes."""
    groups = sorted(mesh.groups.items(), key=lambda item: -item[0].dimension)
    return _shown(
        f"group {group.kind}:{group.name}: {sum(map(len, parts.values()))}"
        for group, parts in groups
        if group.dimension in (DIMENSION[mesh.kind], DIMENSION[mesh.kind] - 1, 0)
    )


def _shown(lines: Iterator[str], most: int = 20) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number == most:
            yield "..."
            return
        yield printable(line, 100)
