"""What others take on the same mesh: plain elasticity by multigrid, and what the memory of this machine gives."""

import time
from collections.abc import Callable

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc as fem_petsc
from petsc4py import PETSc

from fem_asslb.mesh.domain import Domain
from fem_asslb.model.model import Model
from fem_asslb.spaces.rigid_modes import rigid_modes

OPTIONS = {
    "ksp_type": "cg",
    "ksp_rtol": 1e-8,
    "pc_type": "gamg",
    "mg_levels_ksp_type": "chebyshev",
    "mg_levels_pc_type": "jacobi",
}
"""Those of the FEniCS performance tests for elasticity."""

_TRIAD = 10_000_000
"""Numbers in each array of the triad; far more than caches hold."""


def plain_elasticity(domain: Domain, model: Model) -> dict[str, float]:
    """Isotropic elasticity of the same degree, welded, under its weight between planes, on a space of DOLFINx.

    Returns:
        Times of assembly, of setting the solver up and of solving to 1e-8 [s], iterations, unknowns, and the share of
        the memory's bandwidth that the product with the matrix reaches.
    """
    space = fem.functionspace(domain.mesh, ("Lagrange", model.displacement_degree, (3,)))
    form, load, held = _forms(domain, model, space)
    matrix, right = fem_petsc.create_matrix(form), fem_petsc.assemble_vector(load)
    right.ghostUpdate(addv=PETSc.InsertMode.ADD, mode=PETSc.ScatterMode.REVERSE)
    fem_petsc.set_bc(right, held)

    def assemble() -> None:
        """Fill the matrix."""
        matrix.zeroEntries()
        fem_petsc.assemble_matrix(matrix, form, bcs=held)
        matrix.assemble()

    assemble()
    found = {"plain elasticity, assembly [s]": _seconds(domain, assemble)}
    matrix.setNearNullSpace(PETSc.NullSpace().create(vectors=rigid_modes(space), comm=domain.comm))
    solver = PETSc.KSP().create(domain.comm)
    solver.setOptionsPrefix("plain_")
    table = PETSc.Options("plain_")
    for key, value in OPTIONS.items():
        table.setValue(key, value)
    solver.setOperators(matrix)
    solver.setFromOptions()
    solution = right.duplicate()
    found["plain elasticity, set-up [s]"] = _seconds(domain, solver.setUp)
    found["plain elasticity, solve [s]"] = _seconds(domain, lambda: solver.solve(right, solution))
    found["plain elasticity, iterations [-]"] = float(solver.getIterationNumber())
    found["plain elasticity, unknowns [-]"] = float(matrix.size[0])
    product = min(_seconds(domain, lambda: matrix.mult(right, solution)) for _ in range(5))
    # A value and a column for each entry, both ends of a row once.
    read = matrix.getInfo(PETSc.Mat.InfoType.GLOBAL_SUM)["nz_used"] * 12.0 + 20.0 * matrix.size[0]
    found["matrix product over the triad, bytes per second [-]"] = read / product / bandwidth(domain)
    return found


def bandwidth(domain: Domain) -> float:
    """Bytes per second of a = b + s c on all ranks together."""
    first, second, third = (np.full(_TRIAD // domain.comm.size, value) for value in (0.0, 1.0, 2.0))

    def triad() -> None:
        """Two passes of numpy: four arrays read and two written, of which writes read as well."""
        np.multiply(third, 3.0, out=first)
        np.add(first, second, out=first)

    triad()
    return 5.0 * 8.0 * _TRIAD / min(_seconds(domain, triad) for _ in range(5))


def _forms(domain: Domain, model: Model, space: fem.FunctionSpace) -> tuple[fem.Form, fem.Form, list[fem.DirichletBC]]:
    constants = fem.functionspace(domain.mesh, ("DG", 0))
    first, second = fem.Function(constants), fem.Function(constants)
    for role, material in model.materials.items():
        cells = domain.cells_of([role])
        first.x.array[cells] = material.elasticity.invariants().lame_lambda
        second.x.array[cells] = material.elasticity.invariants().shear_transverse
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    stress = first * ufl.tr(ufl.grad(u)) * ufl.Identity(3) + 2.0 * second * ufl.sym(ufl.grad(u))
    held = []
    for name, axis in (("bottom", 2), ("left", 0), ("right", 0), ("front", 1), ("back", 1)):
        if name in domain.boundaries:
            dofs = fem.locate_dofs_topological(space.sub(axis), domain.dimension - 1, domain.boundary(name))
            held.append(fem.dirichletbc(np.float64(0.0), dofs, space.sub(axis)))
    weight = fem.Constant(domain.mesh, (0.0, 0.0, -1e-3))
    return fem.form(ufl.inner(stress, ufl.sym(ufl.grad(v))) * ufl.dx), fem.form(ufl.inner(weight, v) * ufl.dx), held


def _seconds(domain: Domain, work: Callable[[], object]) -> float:
    domain.comm.Barrier()
    start = time.perf_counter()
    work()
    domain.comm.Barrier()
    return time.perf_counter() - start
