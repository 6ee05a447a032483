"""One Gmsh session: silent, on one thread, and ended whatever happens."""

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gmsh
import numpy as np
import numpy.typing as npt

from fem_asslb.base.errors import MeshError
from fem_asslb.output.files import bring_to_disk, writing
from meshes.periodic_walls import images_of_nodes

LEAST_JACOBIAN_RATIO = 0.2
"""Smallest over largest Jacobian of a curved element; below this it is straightened."""

LAST_LINE = re.compile(rb"\$End[A-Z][a-z]+\n\Z")
"""Of a mesh file that is whole."""


@contextmanager
def gmsh_session(name: str) -> Iterator[None]:
    """Start Gmsh with an empty model ``name`` and options that give the same mesh every time.

    Raises:
        MeshError: Gmsh failed inside the block; the message is Gmsh's own.
    """
    gmsh.initialize(readConfigFiles=False, interruptible=False)
    try:
        gmsh.option.setNumber("General.Terminal", 0)
        gmsh.option.setNumber("General.NumThreads", 1)
        gmsh.option.setNumber("Mesh.RandomSeed", 1)
        gmsh.option.setNumber("Mesh.MeshSizeExtendFromBoundary", 0)
        gmsh.option.setNumber("Mesh.MeshSizeFromPoints", 0)
        gmsh.option.setNumber("Mesh.MeshSizeFromCurvature", 0)
        gmsh.model.add(name)
        yield
    except Exception as error:
        # Gmsh's Python interface raises bare Exception and nothing more specific.
        if type(error) is not Exception:
            raise
        # It names files where they were put for it.
        reason = re.sub(r"'[^']*/", "'", str(error).strip()) or "it does not say why"
        raise MeshError(f"Gmsh failed on '{name}': {reason}") from error
    finally:
        gmsh.finalize()


def name_group(dimension: int, entities: list[int], name: str) -> None:
    """Make one physical group of the entities, with the next free number."""
    if entities:
        tag = 1 + max((tag for _, tag in gmsh.model.getPhysicalGroups()), default=0)
        gmsh.model.addPhysicalGroup(dimension, sorted(entities), tag, name)


def generate(dimension: int) -> None:
    """Mesh the model with straight elements."""
    # In 3D HXT: with 104 spheres its worst element is 15 times better than that of Gmsh's own Delaunay, in
    # less time.
    gmsh.option.setNumber("Mesh.Algorithm", 6)
    gmsh.option.setNumber("Mesh.Algorithm3D", 10)
    gmsh.model.mesh.generate(dimension)


def curve(dimension: int, order: int) -> None:
    """Give straight elements their order; curved ones are straightened only where they would be nearly inverted."""
    if order == 2:
        gmsh.model.mesh.setOrder(2)
        _straighten(dimension)


def _straighten(dimension: int) -> None:
    """Move midside nodes of distorted curved elements to the middle of their edges, until none is left.

    The Jacobian of a straight element is constant, so that the loop ends. Nodes of walls that are one move together.
    """
    images = images_of_nodes(dimension)
    while True:
        edges = _distorted_edges(dimension)
        if len(edges) == 0:
            return
        for start, end, middle in edges:
            (first, *_), (second, *_) = gmsh.model.mesh.getNode(start), gmsh.model.mesh.getNode(end)
            gmsh.model.mesh.setNode(middle, (first + second) / 2, [])
            for image, shift in images.get(int(middle), ()):
                gmsh.model.mesh.setNode(image, (first + second) / 2 + shift, [])


def _distorted_edges(dimension: int) -> npt.NDArray[np.uint64]:
    """Nodes (start, end, middle) of the edges of distorted elements, each edge once."""
    edges = []
    for _, entity in gmsh.model.getEntities(dimension):
        for kind, tags in zip(*gmsh.model.mesh.getElements(dimension, entity)[:2], strict=True):
            smallest, largest = (gmsh.model.mesh.getElementQualities(tags, name) for name in ("minDetJac", "maxDetJac"))
            nodes = gmsh.model.mesh.getElementEdgeNodes(kind, entity).reshape(len(tags), -1, 3)
            edges.append(nodes[smallest < LEAST_JACOBIAN_RATIO * largest].reshape(-1, 3))
    return np.unique(np.concatenate(edges), axis=0)


def write(path: Path) -> None:
    """Write the physical groups of the model as a Gmsh 4.1 file.

    Raises:
        OSError: It cannot be written.
    """
    gmsh.option.setNumber("Mesh.MshFileVersion", 4.1)
    gmsh.option.setNumber("Mesh.Binary", 1)
    gmsh.option.setNumber("Mesh.SaveAll", 0)
    gmsh.write(str(path))
    _require_whole(path)


def _require_whole(path: Path) -> None:
    """Gmsh does not say when a disk has no room for what it writes."""
    with writing(path):
        bring_to_disk(path)
        with path.open("rb") as file:
            file.seek(max(path.stat().st_size - 16, 0))
            if not LAST_LINE.search(file.read()):
                raise OSError(errno.ENOSPC, "not all of the mesh could be written, the disk may be full")
