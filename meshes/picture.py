"""Picture of a mesh, coloured by the role of its groups."""

from pathlib import Path

import meshio
import numpy as np
import pyvista

COLOURS = ("#8fa8cc", "#cdb868", "#93b86f", "#b98bc4", "#7fc0b6")
PARTICLE_COLOURS = ("#b5523b", "#d9795d", "#8f3b28", "#e89a7f")


def draw(path: Path, picture: Path) -> None:
    """Draw a mesh file in the colours of its groups' roles; in 3D without layers in front of particles.

    VTK needs a screen, which `fem_asslb.plotting.display.screen` gives where there is none.

    Args:
        path: Gmsh file written by a builder.
        picture: PNG file to write.
    """
    mesh = meshio.read(path, file_format="gmsh")
    dimension = 3 if any(block.type.startswith("tetra") for block in mesh.cells) else 2
    plotter = pyvista.Plotter(off_screen=True, window_size=(900, 1200))
    plotter.set_background("white")
    groups = _groups(mesh, dimension)
    particles = [name for name in groups if name.startswith("particle/")]
    layers = [name for name in groups if name not in particles]
    for name, grid in groups.items():
        is_particle = name in particles
        number = particles.index(name) if is_particle else layers.index(name)
        palette = PARTICLE_COLOURS if is_particle else COLOURS
        # In 3D the layers that hide the particles are drawn as their cut at the middle of the depth.
        shown = grid.clip("-y", origin=mesh.points.mean(axis=0)) if dimension == 3 and not is_particle else grid
        plotter.add_mesh(
            shown,
            color=palette[number % len(palette)],
            show_edges=True,
            edge_color="#404040",
            line_width=0.3,
            lighting=dimension == 3,
        )
    entries = [[name, COLOURS[number % len(COLOURS)]] for number, name in enumerate(layers)]
    if particles:
        entries.append([f"{len(particles)} particles", PARTICLE_COLOURS[0]])
    plotter.add_legend(entries, bcolor="white", size=(0.3, 0.02 * len(entries)), loc="upper left", face="rectangle")
    _aim(plotter, mesh, groups, dimension)
    plotter.screenshot(picture)
    plotter.close()


def _groups(mesh: meshio.Mesh, dimension: int) -> dict[str, pyvista.UnstructuredGrid]:
    names = {int(tag): name for name, (tag, group) in mesh.field_data.items() if group == dimension}
    cells: dict[str, list[np.ndarray]] = {name: [] for name in names.values()}
    for block, tags in zip(mesh.cells, mesh.cell_data["gmsh:physical"], strict=True):
        if block.dim == dimension:
            for tag in np.unique(tags):
                cells[names[int(tag)]].append(block.data[tags == tag][:, : dimension + 1])
    kind = pyvista.CellType.TRIANGLE if dimension == 2 else pyvista.CellType.TETRA
    return {name: pyvista.UnstructuredGrid({kind: np.concatenate(rows)}, mesh.points) for name, rows in cells.items()}


def _aim(
    plotter: pyvista.Plotter, mesh: meshio.Mesh, groups: dict[str, pyvista.UnstructuredGrid], dimension: int
) -> None:
    """Look at the particles if there are any, since other layers may be much thicker; else at the whole."""
    particles = [grid.extract_surface().bounds for name, grid in groups.items() if name.startswith("particle/")]
    corners = np.array(particles or [grid.extract_surface().bounds for grid in groups.values()])
    low, high = corners[:, ::2].min(axis=0), corners[:, 1::2].max(axis=0)
    centre = (low + high) / 2
    reach = 0.6 * np.linalg.norm(high - low)
    direction = np.array([0.0, 0.0, 1.0]) if dimension == 2 else np.array([0.6, -1.0, 0.45])
    plotter.camera_position = [
        centre + 5 * reach * direction,
        centre,
        (0, 1, 0) if dimension == 2 else (0, 0, 1),
    ]
    plotter.enable_parallel_projection()
    plotter.camera.parallel_scale = reach
