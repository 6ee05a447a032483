"""Write the mesh files of cases as other programs would: python3 -m scripts.foreign_meshes.

A polycrystal in the format of Neper, a pellet of two layers in that of Abaqus, a particle in that of Exodus II.
"""

from collections.abc import Mapping
from pathlib import Path

import gmsh
import numpy as np
from scipy.io import netcdf_file
from scipy.spatial import Voronoi

from meshes.session import gmsh_session

CASES = Path(__file__).parents[1] / "cases"


def polygons(count: int, size: float, seed: int) -> list[np.ndarray]:
    """Cells of a Voronoi tessellation of a square, after some steps of Lloyd's relaxation."""
    points = np.random.default_rng(seed).uniform(0.0, size, (count, 2))
    cells: list[np.ndarray] = []
    for _ in range(5):
        mirrored = [points * sign + shift for sign, shift in _mirrors(size)]
        diagram = Voronoi(np.concatenate([points, *mirrored]))
        cells = [diagram.vertices[diagram.regions[diagram.point_region[k]]] for k in range(count)]
        points = np.array([cell.mean(axis=0) for cell in cells])
    return cells


def _mirrors(size: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """Reflections at the sides of a square: then these are sides of cells."""
    return [
        (np.array(sign), np.array(shift))
        for sign, shift in (((-1, 1), (0, 0)), ((-1, 1), (2 * size, 0)), ((1, -1), (0, 0)), ((1, -1), (0, 2 * size)))
    ]


def polycrystal(path: Path, count: int = 14, size: float = 4.0) -> None:
    """Grains in a square, as Neper writes them: faces and edges are groups, the sides of the square sets of nodes."""
    with gmsh_session("polycrystal"):
        corners: dict[tuple[float, float], int] = {}
        edges: dict[tuple[int, int], int] = {}
        for grain, cell in enumerate(polygons(count, size, seed=5), start=1):
            keys = [tuple(np.round(point, 6) + 0.0) for point in cell]
            tags = [corners.setdefault(key, len(corners) + 1) for key in keys]
            for key, tag in zip(keys, tags, strict=True):
                if tag not in {number for _, number in gmsh.model.getEntities(0)}:
                    gmsh.model.geo.addPoint(*key, 0.0, 0.4, tag)
                    gmsh.model.geo.synchronize()
            lines = []
            for start, end in zip(tags, [*tags[1:], tags[0]], strict=True):
                ends = (min(start, end), max(start, end))
                if ends not in edges:
                    edges[ends] = gmsh.model.geo.addLine(*ends)
                lines.append(edges[ends] if start < end else -edges[ends])
            gmsh.model.geo.addPlaneSurface([gmsh.model.geo.addCurveLoop(lines)], grain)
        gmsh.model.geo.synchronize()
        gmsh.option.setNumber("Mesh.MeshSizeFromPoints", 1)
        gmsh.option.setNumber("Mesh.MeshSizeExtendFromBoundary", 1)
        gmsh.model.mesh.generate(2)
        tags, flat, _ = gmsh.model.mesh.getNodes()
        points = flat.reshape(-1, 3)[np.argsort(tags)]
        rows = []
        for dimension, kind, nodes_of_one in ((1, 1, 2), (2, 2, 3)):
            for _, entity in gmsh.model.getEntities(dimension):
                nodes = gmsh.model.mesh.getElementsByType(kind, entity)[1].reshape(-1, nodes_of_one)
                rows += [f"{kind} 3 {entity} {entity} 0 {' '.join(map(str, row))}" for row in nodes]
        names = [(1, f"edge{tag}", tag) for _, tag in gmsh.model.getEntities(1)]
        names += [(2, f"face{tag}", tag) for _, tag in gmsh.model.getEntities(2)]
    sides = {f"{axis}{end}": np.isclose(points[:, k], end * size) for k, axis in enumerate("xy") for end in (0, 1)}
    sections = {
        "MeshFormat": ["2.2 0 8"],
        "MeshVersion": ["2.2.3"],
        "Nodes": [len(points), *(f"{k} {x:.9f} {y:.9f} {z:.9f}" for k, (x, y, z) in enumerate(points, start=1))],
        "Elements": [len(rows), *(f"{k} {row}" for k, row in enumerate(rows, start=1))],
        "NSets": [len(sides)],
        "PhysicalNames": [len(names), *(f"{dimension} {tag} {name}" for dimension, name, tag in names)],
    }
    for name, inside in sides.items():
        sections["NSets"] += [name, np.count_nonzero(inside), *(np.flatnonzero(inside) + 1)]
    path.write_text(
        "".join(f"${key}\n" + "\n".join(map(str, lines)) + f"\n$End{key}\n" for key, lines in sections.items())
    )


def pellet(path: Path, radius: float = 5.0, layers: tuple[float, float] = (1.5, 1.0)) -> None:
    """A round pellet of two layers along x [mm], of hexahedra: surfaces at its ends, and no name for its rim."""
    with gmsh_session("pellet"):
        disc = gmsh.model.occ.addDisk(0.0, 0.0, 0.0, radius, radius)
        gmsh.model.occ.rotate([(2, disc)], 0, 0, 0, 0, 1, 0, np.pi / 2)
        gmsh.model.occ.synchronize()
        gmsh.option.setNumber("Mesh.MeshSizeMax", 3.0)
        gmsh.option.setNumber("Mesh.RecombineAll", 1)
        gmsh.option.setNumber("Mesh.SubdivisionAlgorithm", 1)
        gmsh.model.mesh.generate(2)
        tags, flat, _ = gmsh.model.mesh.getNodes()
        number = np.zeros(int(tags.max()) + 1, dtype=int)
        number[tags.astype(int)] = np.arange(len(tags))
        ground = flat.reshape(-1, 3)
        quads = number[gmsh.model.mesh.getElementsByType(3)[1].astype(int)].reshape(-1, 4)
    heights = np.unique(np.concatenate([np.linspace(0, layers[0], 4), layers[0] + np.linspace(0, layers[1], 3)]))
    points = np.concatenate([ground + [height, 0.0, 0.0] for height in heights])
    cells = [np.column_stack([quads + k * len(ground), quads + (k + 1) * len(ground)]) for k in range(len(heights) - 1)]
    count = len(quads)
    text = ["*Heading\nTwo layers, lengths in mm\n*Node\n"]
    text += [f"{k}, {x:.6f}, {y:.6f}, {z:.6f}\n" for k, (x, y, z) in enumerate(points, start=1)]
    text.append(f"*Elset, elset=lower-half, generate\n1, {3 * count}, 1\n")
    text.append("*Elset, elset=SE\nlower-half,\n*Element, type=C3D8R\n")
    text += [f"{k}, {', '.join(map(str, row + 1))}\n" for k, row in enumerate(np.concatenate(cells), start=1)]
    text.append(f"*Elset, elset=ANODE, generate\n{3 * count + 1}, {5 * count}, 1\n")
    text.append(f"*Elset, elset=under, internal, generate\n1, {count}\n")
    text.append(f"*Elset, elset=over, internal, generate\n{4 * count + 1}, {5 * count}\n")
    text.append("*Surface, type=ELEMENT, name=PLATE\nunder, S1\n*Surface, type=ELEMENT, name=PISTON\nover, S2\n")
    path.write_text("".join(text))


def particle(path: Path, radius: float = 2.0, half: float = 2.64) -> None:
    """A quarter of a disc in a square: two blocks with numbers, four side sets with names, as classic Exodus II."""
    with gmsh_session("particle"):
        disc = gmsh.model.occ.addDisk(0.0, 0.0, 0.0, radius, radius)
        square = gmsh.model.occ.addRectangle(0.0, 0.0, 0.0, half, half)
        gmsh.model.occ.fragment([(2, square)], [(2, disc)])
        gmsh.model.occ.synchronize()
        pieces = {tag: gmsh.model.occ.getCenterOfMass(2, tag) for _, tag in gmsh.model.getEntities(2)}
        inside = {tag: place for tag, place in pieces.items() if place[0] > 0 and place[1] > 0}
        gmsh.model.occ.remove([(2, tag) for tag in pieces if tag not in inside], recursive=True)
        gmsh.model.occ.synchronize()
        gmsh.option.setNumber("Mesh.MeshSizeMax", 0.25)
        gmsh.model.mesh.generate(2)
        tags, flat, _ = gmsh.model.mesh.getNodes()
        number = np.zeros(int(tags.max()) + 1, dtype=int)
        number[tags.astype(int)] = np.arange(len(tags))
        points = flat.reshape(-1, 3)[:, :2]
        order = sorted(inside, key=lambda tag: np.linalg.norm(inside[tag][:2]))
        blocks = [number[gmsh.model.mesh.getElementsByType(2, tag)[1].astype(int)].reshape(-1, 3) for tag in order]
    cells = np.concatenate(blocks)
    ends = {"left": (0, 0.0), "right": (0, half), "bottom": (1, 0.0), "top": (1, half)}
    values = {"coordx": points[:, 0], "coordy": points[:, 1], "eb_prop1": np.array([1, 2], dtype=np.int32)}
    values |= {f"connect{k}": (block + 1).astype(np.int32) for k, block in enumerate(blocks, start=1)}
    values["ss_prop1"] = np.arange(1, 5, dtype=np.int32)
    values["ss_names"] = np.array([list(name.ljust(33, "\0")) for name in ends], dtype="S1")
    for k, (axis, level) in enumerate(ends.values(), start=1):
        at = np.isclose(points[:, axis], level)
        pairs = [(e, s) for s in (1, 2, 3) for e in np.flatnonzero(at[cells[:, [s - 1, s % 3]]].all(axis=1)) + 1]
        values[f"elem_ss{k}"], values[f"side_ss{k}"] = np.array(pairs, dtype=np.int32).T
    write_exodus(path, values, "TRI3")


def write_exodus(path: Path, values: Mapping[str, np.ndarray], elements: str) -> None:
    """Write variables of Exodus II as classic netCDF; all blocks are of one type of elements."""
    with netcdf_file(str(path), "w", version=2) as file:
        for name, array in values.items():
            axes = tuple(f"{name}_{axis}" for axis in range(array.ndim))
            for axis, length in zip(axes, array.shape, strict=True):
                file.createDimension(axis, length)
            variable = file.createVariable(name, {"f": "d", "i": "i", "S": "c"}[array.dtype.kind], axes)
            variable[:] = array
            if name.startswith("connect"):
                variable.elem_type = elements


if __name__ == "__main__":
    polycrystal(CASES / "polycrystal-neper" / "grains.msh")
    pellet(CASES / "pellet-abaqus" / "pellet.inp")
    particle(CASES / "particle-exodus" / "particle.exo")
