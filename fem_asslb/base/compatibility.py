"""Every DOLFINx call whose signature changes between releases; written for DOLFINx 0.9.

Moving to a newer release is the work of this file, of `block_matrix` and of `compiled_forms`.
"""

import time
from collections.abc import Mapping, Sequence

import basix.ufl
import dolfinx
import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh
from dolfinx.cpp.common import IndexMap
from dolfinx.cpp.graph import AdjacencyList_int32
from mpi4py import MPI
from petsc4py import PETSc

Int32Array = npt.NDArray[np.int32]

_CELLS = {1: "interval", 2: "triangle", 3: "tetrahedron"}


def nodes_per_entity(dimension: int, degree: int) -> int:
    """Geometry nodes of a simplex of a dimension."""
    return {1: (2, 3), 2: (3, 6), 3: (4, 10)}[dimension][degree - 1]


def wait_without_spinning(comm: MPI.Comm) -> None:
    """Barrier whose waiting ranks sleep instead of polling."""
    request = comm.Ibarrier()
    while not request.Test():
        time.sleep(0.01)


def create_mesh(
    comm: MPI.Comm, dimension: int, degree: int, points: npt.NDArray[np.float64], cells: npt.NDArray[np.int64]
) -> dmesh.Mesh:
    """Distribute simplices given in DOLFINx's order, rows of each rank; with shared-facet ghosts."""
    element = basix.ufl.element("Lagrange", _CELLS[dimension], degree, shape=(dimension,))
    partitioner = dmesh.create_cell_partitioner(dmesh.GhostMode.shared_facet)
    return dmesh.create_mesh(comm, cells, points, ufl.Mesh(element), partitioner)


def with_geometry(
    mesh: dmesh.Mesh,
    index_map: IndexMap,
    cells: Int32Array,
    points: npt.NDArray[np.float64],
    numbers: npt.NDArray[np.int64],
) -> dmesh.Mesh:
    """A mesh with the topology of another one and nodes of its own.

    Args:
        mesh: The other one.
        index_map: Of the nodes.
        cells: Local nodes of each local cell, shape (num_cells, nodes_per_cell).
        points: Shape (num_nodes, dimension).
        numbers: Of the local nodes in the input, shape (num_nodes,).
    """
    cmap = mesh.geometry.cmap._cpp_object
    geometry = dolfinx.cpp.mesh.Geometry_float64(index_map, cells, cmap, points, numbers)
    both = dolfinx.cpp.mesh.Mesh_float64(mesh.comm, mesh.topology._cpp_object, geometry)
    return dmesh.Mesh(both, ufl.Mesh(mesh.ufl_domain().ufl_coordinate_element()))


def distribute_to_cells(mesh: dmesh.Mesh, cells: npt.NDArray[np.int64], values: Int32Array) -> Int32Array:
    """Value of each local cell, shape (num_cells,), from those that any rank gives by their input nodes."""
    tags = _distribute(mesh, mesh.topology.dim, cells, values)
    cell_map = mesh.topology.index_map(mesh.topology.dim)
    per_cell = np.full(cell_map.size_local + cell_map.num_ghosts, -1, dtype=np.int32)
    per_cell[tags.indices] = tags.values
    return per_cell


def distribute_to_facets(
    mesh: dmesh.Mesh, facets: npt.NDArray[np.int64], values: Int32Array
) -> tuple[Int32Array, Int32Array]:
    """Local facets among those that any rank gives by their input nodes, and their values, shape (num_found,) each."""
    tags = _distribute(mesh, mesh.topology.dim - 1, facets, values)
    return tags.indices, tags.values


def from_vtk(entities: npt.NDArray[np.int64], dimension: int) -> npt.NDArray[np.int64]:
    """Nodes of simplices in DOLFINx's order, from those in VTK's."""
    kind = dmesh.CellType.__members__[_CELLS[dimension]]
    return np.ascontiguousarray(entities[:, dolfinx.cpp.io.perm_vtk(kind, entities.shape[1])])


def _distribute(mesh: dmesh.Mesh, dimension: int, entities: npt.NDArray, values: Int32Array) -> dmesh.MeshTags:
    from dolfinx.io.utils import distribute_entity_data

    local, local_values = distribute_entity_data(mesh, dimension, entities, values)
    mesh.topology.create_connectivity(dimension, 0)
    mesh.topology.create_connectivity(dimension, mesh.topology.dim)
    return dmesh.meshtags_from_entities(mesh, dimension, AdjacencyList_int32(local), local_values)


def create_submesh(mesh: dmesh.Mesh, dimension: int, entities: Int32Array) -> tuple[dmesh.Mesh, Int32Array]:
    """Submesh of some entities, and the parent entity of each of its cells."""
    submesh, parents, _, _ = dmesh.create_submesh(mesh, dimension, entities)
    return submesh, np.asarray(parents, dtype=np.int32)


def compile_form(form: ufl.Form, submeshes: Mapping[dmesh.Mesh, Int32Array] | None = None) -> fem.Form:
    """Compiled form.

    Args:
        form: The form.
        submeshes: Meshes whose functions the form may hold, each with its cell on every entity of the parent mesh.
    """
    return fem.form(form, entity_maps=dict(submeshes)) if submeshes else fem.form(form)


def create_index_map(comm: MPI.Comm, num_owned: int, ghosts: npt.NDArray[np.int64], owners: Int32Array) -> IndexMap:
    """Index map from the global numbers and the owners of the ghosts."""
    return IndexMap(comm, num_owned, ghosts.astype(np.int64), owners.astype(np.int32))


def space_from_dofmap(
    mesh: dmesh.Mesh, element: basix.ufl._ElementBase, index_map: IndexMap, dofs: Int32Array
) -> fem.FunctionSpace:
    """Function space with a dofmap of our own, shape (num_cells, dofs_per_cell), blocked by the element."""
    plain = fem.functionspace(mesh, element)
    block = plain.dofmap.index_map_bs
    dofmap = dolfinx.cpp.fem.DofMap(plain.dofmap.dof_layout, index_map, block, AdjacencyList_int32(dofs), block)
    shape = [int(n) for n in plain.value_shape]
    space = dolfinx.cpp.fem.FunctionSpace_float64(mesh._cpp_object, plain.element, dofmap, shape)
    return fem.FunctionSpace(mesh, element, space)


def create_number_space(mesh: dmesh.Mesh, size: int) -> fem.FunctionSpace:
    """Space of ``size`` global numbers: every cell has the same dof, which rank 0 owns."""
    root = mesh.comm.rank == 0
    ghosts = np.zeros(0 if root else 1, dtype=np.int64)
    index_map = create_index_map(mesh.comm, int(root), ghosts, ghosts.astype(np.int32))
    cells = mesh.topology.index_map(mesh.topology.dim)
    dofs = np.zeros((cells.size_local + cells.num_ghosts, 1), dtype=np.int32)
    element = basix.ufl.element("DG", mesh.basix_cell(), 0, shape=(size,))
    return space_from_dofmap(mesh, element, index_map, dofs)


def create_block_vector(spaces: list[fem.FunctionSpace]) -> PETSc.Vec:
    """Monolithic vector of the spaces of some fields."""
    return dolfinx.cpp.fem.petsc.create_vector_block(index_maps(spaces))


def assemble_block_residual(
    vector: PETSc.Vec, residual: Sequence[Sequence[fem.Form]], bcs: list[fem.DirichletBC], point: PETSc.Vec
) -> None:
    """Residual at ``point``, each row a sum of forms; a constrained row is the value there minus the prescribed one.

    No lifting: a Newton iterate holds its prescribed values from the start.
    """
    spaces = [forms[0].function_spaces[0] for forms in residual]
    maps = index_maps(spaces)
    with vector.localForm() as local:
        local.set(0.0)
    parts = dolfinx.cpp.la.petsc.get_local_vectors(vector, maps)
    for part, forms in zip(parts, residual, strict=True):
        for form in forms:
            fem.assemble_vector(part, form)
    dolfinx.cpp.la.petsc.scatter_local_vectors(vector, parts, maps)
    vector.ghostUpdate(addv=PETSc.InsertMode.ADD, mode=PETSc.ScatterMode.REVERSE)
    values = vector.getArray(readonly=False)
    offset = 0
    for space, (index_map, block), at in zip(
        spaces, maps, dolfinx.cpp.la.petsc.get_local_vectors(point, maps), strict=True
    ):
        size = index_map.size_local * block
        for bc in bcs:
            if space.contains(bc.function_space):
                bc._cpp_object.set(values[offset : offset + size], at, -1.0)
        offset += size
    vector.ghostUpdate(addv=PETSc.InsertMode.INSERT, mode=PETSc.ScatterMode.FORWARD)


def index_maps(spaces: list[fem.FunctionSpace]) -> list[tuple[IndexMap, int]]:
    """Index map and block size of each space."""
    return [(space.dofmap.index_map, space.dofmap.index_map_bs) for space in spaces]


def write_to_functions(vector: PETSc.Vec, functions: list[fem.Function]) -> None:
    """Copy a monolithic vector into functions, ghosts included."""
    vector.ghostUpdate(addv=PETSc.InsertMode.INSERT, mode=PETSc.ScatterMode.FORWARD)
    parts = dolfinx.cpp.la.petsc.get_local_vectors(vector, index_maps([f.function_space for f in functions]))
    for function, part in zip(functions, parts, strict=True):
        function.x.array[:] = part


def read_from_functions(vector: PETSc.Vec, functions: list[fem.Function]) -> None:
    """Copy functions into a monolithic vector, ghosts included."""
    parts = [function.x.array for function in functions]
    dolfinx.cpp.la.petsc.scatter_local_vectors(vector, parts, index_maps([f.function_space for f in functions]))
    vector.ghostUpdate(addv=PETSc.InsertMode.INSERT, mode=PETSc.ScatterMode.FORWARD)
