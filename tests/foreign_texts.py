"""Meshes of two bodies as Abaqus and Neper write them."""

from pathlib import Path

import numpy as np

from fem_asslb.mesh.source import MeshSource
from meshes.gmsh_reader import GMSH_KIND

SIDES = {2: ((0, 1), (1, 2), (2, 0)), 3: ((0, 1, 2), (0, 3, 1), (1, 3, 2), (2, 3, 0))}
"""Corners of the sides S1, S2, ... in the manual of Abaqus."""


def kinds(source: MeshSource) -> tuple[str, str]:
    """Kinds of cells and facets."""
    return ("triangle", "line") if source.dimension == 2 else ("tetra", "triangle")


def spatial(source: MeshSource) -> np.ndarray:
    """Points with three coordinates."""
    return np.column_stack([source.points, np.zeros((len(source.points), 3 - source.dimension))])


def boundaries(source: MeshSource) -> dict[str, np.ndarray]:
    """Rows of the facets of each boundary."""
    return {name: np.flatnonzero(source.facet_group == k) for k, name in enumerate(source.boundaries)}


def regions(source: MeshSource) -> dict[str, np.ndarray]:
    """Rows of the cells of each region."""
    return {name: np.flatnonzero(source.cell_region == k) for k, name in enumerate(source.regions)}


def planes(source: MeshSource) -> dict[str, str]:
    """Neper's names of the ends of a box, x0, x1, y0, ..., by ours."""
    pairs = [("left", "right"), *([("front", "back")] if source.dimension == 3 else []), ("bottom", "top")]
    return {name: f"{axis}{k}" for axis, pair in zip("xyz", pairs, strict=False) for k, name in enumerate(pair)}


def _numbers(rows: np.ndarray) -> str:
    """Numbers from 1, sixteen in a line."""
    texts = [str(row + 1) for row in rows]
    return ",\n".join(", ".join(texts[k : k + 16]) for k in range(0, len(texts), 16)) + "\n"


def _elements(source: MeshSource, rows: np.ndarray) -> str:
    return "".join(f"{row + 1}, {', '.join(str(node + 1) for node in source.cells[row])}\n" for row in rows)


def _nodes(source: MeshSource) -> str:
    lines = [f"{k}, {', '.join(f'{x:.12g}' for x in point)}\n" for k, point in enumerate(source.points, start=1)]
    return f"*Node\n{''.join(lines)}"


def _node_sets(source: MeshSource) -> dict[str, np.ndarray]:
    return {name: np.unique(source.facets[rows]) for name, rows in boundaries(source).items()}


def _sides(source: MeshSource, rows: np.ndarray) -> list[tuple[int, int]]:
    """Numbers of the elements and of their sides that some facets are."""
    wanted = {frozenset(facet) for facet in source.facets[rows].tolist()}
    return [
        (element, side)
        for element, cell in enumerate(source.cells.tolist(), start=1)
        for side, corners in enumerate(SIDES[source.dimension], start=1)
        if frozenset(cell[corner] for corner in corners) in wanted
    ]


def abaqus_sets_before(source: MeshSource, folder: Path) -> Path:
    """Sets before elements, of other sets; surfaces; names in quotes; one instance; a reference point of number 1."""
    lower, upper = regions(source).values()
    kind = "CPE3" if source.dimension == 2 else "C3D4"
    text = [
        "*Heading\ntwo bodies\n** a comment\n*Part, name=cell\n",
        f"*Elset, elset=first\n{_numbers(lower[:2])}*ELSET, elset=rest\n{_numbers(lower[2:])}",
        f'*Elset, elset="the lower, thin one"\nfirst, REST\n{_nodes(source)}',
        f"*Element, type={kind},\n elset=upper\n{_elements(source, upper)}",
        f"*Element, type={kind}\n{_elements(source, lower)}*End Part\n",
        "*Assembly, name=a\n*Instance, name=cell-1, part=cell\n*End Instance\n*Node\n1, 100., 100., 100.\n",
        "*Nset, nset=bottom\n1,\n*Elset, elset=one, internal, instance=cell-1\n1,\n",
    ]
    for name, rows in boundaries(source).items():
        sides = "".join(f"{element}, S{side}\n" for element, side in _sides(source, rows))
        text.append(f"*Surface, type=ELEMENT, name={name}\n{sides}")
    path = folder / "before.inp"
    path.write_text("".join([*text, "*End Assembly\n*Step\n*Static\n*End Step\n"]))
    return path


def abaqus_node_sets(source: MeshSource, folder: Path) -> Path:
    """Sets behind elements, as ranges; boundaries are sets of nodes."""
    kind = "CPS3" if source.dimension == 2 else "C3D4"
    text = [_nodes(source), f"*ELEMENT, TYPE={kind}\n{_elements(source, np.arange(len(source.cells)))}"]
    for name, rows in regions(source).items():
        text.append(f"*ELSET, ELSET={name}, GENERATE\n{rows[0] + 1}, {rows[-1] + 1}, 1\n")
    text += [f"*NSET, NSET=nodes of {name}\n{_numbers(nodes)}" for name, nodes in _node_sets(source).items()]
    path = folder / "nodes.inp"
    path.write_text("".join(text))
    return path


def neper_inp(source: MeshSource, folder: Path) -> Path:
    """As Neper 4 writes: sets of nodes, and surfaces of the same names by internal sets of one element each."""
    kind = "CPE3" if source.dimension == 2 else "C3D4"
    text = ["*Part, name=tess\n\n", _nodes(source)]
    text.append(f"\n*Element, type={kind}\n{_elements(source, np.arange(len(source.cells)))}\n")
    text += [f"*Elset, elset=poly{k}\n{_numbers(rows)}\n" for k, rows in enumerate(regions(source).values(), start=1)]
    for name, nodes in _node_sets(source).items():
        text.append(f"*Nset, nset={planes(source)[name]}\n{_numbers(nodes)}\n")
    for name, rows in boundaries(source).items():
        sides = _sides(source, rows)
        text += [f"*Elset, elset=elt{e}-S{s}, internal, instance=tess\n{e},\n" for e, s in sides]
        text.append(f"*Surface, type=ELEMENT, name={planes(source)[name]}\n")
        text += [f"elt{e}-S{s}, S{s}\n" for e, s in sides]
    path = folder / "neper.inp"
    path.write_text("".join([*text, "*End Part\n"]))
    return path


def neper_msh(source: MeshSource, folder: Path) -> Path:
    """As Neper 4 writes: sections of its own, names without quotes, boundaries as sets of nodes, inner facets."""
    cell, facet = kinds(source)
    at = np.isclose(source.points[:, -1], 0.5)
    inner = [nodes[at[nodes]] for nodes in source.cells[source.cell_region == 0]]
    rows = [(GMSH_KIND[facet], 1, nodes) for nodes in inner if len(nodes) == source.dimension]
    rows += [(GMSH_KIND[cell], k + 1, nodes) for k, nodes in zip(source.cell_region, source.cells, strict=True)]
    elements = [
        f"{k} {kind} 3 {tag} {tag} 0 {' '.join(str(node + 1) for node in nodes)}"
        for k, (kind, tag, nodes) in enumerate(rows, start=1)
    ]
    points = [f"{k} {x:.12f} {y:.12f} {z:.12f}" for k, (x, y, z) in enumerate(spatial(source), start=1)]
    sets = [
        "\n".join([planes(source)[name], str(len(nodes)), *(str(node + 1) for node in nodes)])
        for name, nodes in _node_sets(source).items()
    ]
    body, skin = ("face", "edge") if source.dimension == 2 else ("poly", "face")
    names = [f"{source.dimension - 1} 1 {skin}1", *(f"{source.dimension} {k} {body}{k}" for k in (1, 2))]
    orientations = ["2 rodrigues:active", "1 0.1 0.2 0.3", "2 0.1 0.2 0.3"]
    sections = {
        "MeshFormat": ["2.2 0 8"],
        "MeshVersion": ["2.2.3"],
        "Nodes": [str(len(points)), *points],
        "Elements": [str(len(elements)), *elements],
        "NSets": [str(len(sets)), *sets],
        "PhysicalNames": [str(len(names)), *names],
        "ElsetOrientations": orientations,
    }
    path = folder / "neper.msh"
    path.write_text("".join(f"${name}\n" + "\n".join(lines) + f"\n$End{name}\n" for name, lines in sections.items()))
    return path
