"""The same mesh of two bodies in the formats of other programs, written by ourselves, by Gmsh or by meshio."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import gmsh
import h5py
import meshio
import numpy as np

from fem_asslb.mesh.source import MeshSource
from meshes.gmsh_reader import GMSH_KIND
from meshes.session import gmsh_session
from scripts.foreign_meshes import write_exodus
from tests import foreign_texts
from tests.foreign_texts import boundaries, kinds, planes, regions, spatial
from tests.grids import box

Writer = Callable[[MeshSource, Path], Path]

SIDES = {2: ((0, 1), (1, 2), (2, 0)), 3: ((0, 1, 3), (1, 2, 3), (0, 3, 2), (0, 2, 1))}
"""Corners of the sides 1, 2, ... in the manual of Exodus II."""


def two_layers(dimension: int) -> MeshSource:
    """Box of 2 um along x, else 1 um, in two layers along the last axis, cell after cell."""
    size = (2.0, *[1.0] * (dimension - 1))
    source = box(size, (2, *[2] * (dimension - 1)), lambda x: np.where(x[:, -1] < 0.5, "lower", "upper"))
    order = np.argsort(source.cell_region, kind="stable")
    return replace(source, cells=source.cells[order], cell_region=source.cell_region[order])


def by_gmsh(ending: str, version: float = 4.1, binary: int = 0, partitions: int = 0, split: int = 0) -> Writer:
    """Writer of Gmsh."""

    def write(source: MeshSource, folder: Path) -> Path:
        path = folder / f"gmsh-{version}-{binary}-{partitions}{ending}"
        groups = [
            (kind, dimension, table[rows], name)
            for kind, dimension, table, parts in zip(
                kinds(source),
                (source.dimension, source.dimension - 1),
                (source.cells, source.facets),
                (regions(source), boundaries(source)),
                strict=True,
            )
            for name, rows in parts.items()
        ]
        with gmsh_session("two"):
            for number, (kind, dimension, nodes, name) in enumerate(groups, start=1):
                gmsh.model.addDiscreteEntity(dimension, number)
                if number == 1:
                    tags = np.arange(1, len(source.points) + 1)
                    gmsh.model.mesh.addNodes(dimension, number, tags, spatial(source).ravel())
                gmsh.model.mesh.addElementsByType(number, GMSH_KIND[kind], [], (nodes + 1).ravel())
                gmsh.model.addPhysicalGroup(dimension, [number], number, name)
            gmsh.model.mesh.reclassifyNodes()
            gmsh.option.setNumber("Mesh.PartitionSplitMeshFiles", split)
            if partitions:
                gmsh.model.mesh.partition(partitions)
            gmsh.option.setNumber("Mesh.MshFileVersion", version)
            gmsh.option.setNumber("Mesh.Binary", binary)
            gmsh.write(str(path))
        return path.with_name(f"{path.stem}_1{ending}") if split else path

    return write


def med(source: MeshSource, folder: Path) -> Path:
    """Cells and facets in families, and these in groups with names."""
    cells = list(zip(kinds(source), (source.cells, source.facets), strict=True))
    families = [-1 - source.cell_region, -1 - len(source.regions) - source.facet_group]
    mesh = meshio.Mesh(source.points, cells, cell_data={"cell_tags": families})
    mesh.cell_tags = {-1 - k: [name] for k, name in enumerate((*source.regions, *source.boundaries))}
    path = folder / "two.med"
    mesh.write(path, file_format="med")
    return path


def exodus_variables(source: MeshSource) -> dict[str, Any]:
    """Variables of a file of Exodus II: blocks with names, side sets with numbers alone."""
    found: dict[str, Any] = {f"coord{'xyz'[axis]}": source.points[:, axis] for axis in range(source.dimension)}
    for number, rows in enumerate(regions(source).values(), start=1):
        found[f"connect{number}"] = source.cells[rows].astype(np.int32) + 1
    found["eb_prop1"] = np.array([10, 20], dtype=np.int32)
    found["eb_names"] = np.array([list(name.ljust(33, "\0")) for name in source.regions], dtype="S1")
    found["ss_prop1"] = np.arange(1, len(source.boundaries) + 1, dtype=np.int32)
    found["ss_names"] = np.array([list("\0" * 33)] * len(source.boundaries), dtype="S1")
    for number, rows in enumerate(boundaries(source).values(), start=1):
        wanted = {frozenset(facet) for facet in source.facets[rows].tolist()}
        pairs = [
            (place, side)
            for place, cell in enumerate(source.cells.tolist(), start=1)
            for side, corners in enumerate(SIDES[source.dimension], start=1)
            if frozenset(cell[corner] for corner in corners) in wanted
        ]
        found[f"elem_ss{number}"], found[f"side_ss{number}"] = np.array(pairs, dtype=np.int32).T
    return found


def exodus_classic(source: MeshSource, folder: Path) -> Path:
    """Exodus in classic netCDF."""
    path = folder / "classic.exo"
    write_exodus(path, exodus_variables(source), "TRI3" if source.dimension == 2 else "TETRA4")
    return path


def exodus_hdf5(source: MeshSource, folder: Path) -> Path:
    """Exodus in netCDF-4."""
    path = folder / "new.exo"
    with h5py.File(path, "w") as file:
        for name, values in exodus_variables(source).items():
            file[name] = values
            if name.startswith("connect"):
                file[name].attrs["elem_type"] = np.bytes_("TRI" if source.dimension == 2 else "TETRA")
    return path


def by_cell_data(ending: str, *others: str) -> Writer:
    """Writer of meshio: regions and boundaries, each from 0, in one array, beside floats and ``others``."""

    def write(source: MeshSource, folder: Path) -> Path:
        path = folder / f"data{ending}"
        cells = list(zip(kinds(source), (source.cells, source.facets), strict=True))
        data = {name: [source.cell_region, source.facet_group] for name in ("MaterialIds", *others)}
        data["quality"] = [0.1 + values for values in data["MaterialIds"]]
        meshio.Mesh(source.points if ending == ".xdmf" else spatial(source), cells, cell_data=data).write(path)
        return path

    return write


FORMATS: dict[str, Writer] = {
    "Gmsh 2.2": by_gmsh(".msh", 2.2),
    "Gmsh 2.2 binary": by_gmsh(".msh", 2.2, 1),
    "Gmsh 2.2 partitioned": by_gmsh(".msh", 2.2, partitions=2),
    "Gmsh 4.1": by_gmsh(".msh"),
    "Gmsh 4.1 binary": by_gmsh(".msh", binary=1),
    "Gmsh 4.1 partitioned": by_gmsh(".msh", partitions=3),
    "I-deas": by_gmsh(".unv"),
    "Abaqus, sets before": foreign_texts.abaqus_sets_before,
    "Abaqus, sets of nodes": foreign_texts.abaqus_node_sets,
    "Neper .msh": foreign_texts.neper_msh,
    "Neper .inp": foreign_texts.neper_inp,
    "MED": med,
    "Exodus": exodus_classic,
    "Exodus, netCDF-4": exodus_hdf5,
    "XDMF": by_cell_data(".xdmf"),
    "VTU": by_cell_data(".vtu"),
    "VTK": by_cell_data(".vtk"),
}
"""Writers by the name of the format."""


def keys(name: str, source: MeshSource) -> dict[str, Any]:
    """What a case says beside the path, so that groups have the names of the source."""
    cell, facet = ("surface", "curve") if source.dimension == 2 else ("volume", "surface")
    if name.startswith("Neper"):
        body, skin = ("poly", "face") if source.dimension == 3 else ("face", "edge")
        body = "poly" if name.endswith("inp") else body
        ends = {plane: ours for ours, plane in planes(source).items()}
        ignore = (f"{skin}*",) if name.endswith("msh") else ()
        return {"names": {f"{body}1": "lower", f"{body}2": "upper", **ends}, "ignore": ignore}
    if name == "Abaqus, sets before":
        return {"names": {"the lower, thin one": "lower"}, "ignore": ("first", "rest")}
    if name == "Abaqus, sets of nodes":
        return {"names": {f"nodes of {end}": end for end in source.boundaries}}
    if name.startswith("Exodus"):
        return {"names": {str(k): ours for k, ours in enumerate(source.boundaries, start=1)}}
    if name in ("XDMF", "VTU", "VTK"):
        numbers = {f"{cell}:{k}": ours for k, ours in enumerate(source.regions)}
        return {"names": numbers | {f"{facet}:{k}": ours for k, ours in enumerate(source.boundaries)}}
    return {}
