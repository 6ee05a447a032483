"""What linear elements lose where flow keeps the volume, what a cure of them gives back, and quadratic ones.

The cure is a bubble in each cell and a pressure of its own in what flows (the MINI element). All three minimise the
same energy: that of J2 deformation theory without hardening, which is plastic flow as long as no point is unloaded.

    python3 -m scripts.elements
"""

import csv
import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import basix.ufl
import dolfinx.mesh as dmesh
import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.fem.petsc import NonlinearProblem
from dolfinx.nls.petsc import NewtonSolver
from mpi4py import MPI
from ufl.core.expr import Expr

import fem_asslb.app.driver as driver
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.case.reading.reader import read_case
from fem_asslb.mesh.domain import Domain
from meshes.cache import MESH_FOLDER

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "docs" / "elements.csv"
COLUMNS = "body", "element", "size [um]", "cells", "unknowns", "mean stress of what grows [MPa]", "plastic work [pJ]"
KINDS = ("linear", "linear with a bubble and a pressure", "quadratic")
SOLID, FLOWING = IsotropicElasticity(165e3, 0.27), IsotropicElasticity(24e3, 0.33)
OUTSIDE = 81.0
"""Pressure on the free surface [MPa]."""

SHELL_EXACT = 321.289
"""Pressure in the core of the shell of I4 for a free strain of 0.02 [MPa], in closed form."""


@dataclass(frozen=True)
class Body:
    """A body that grows or shrinks in one that flows.

    Attributes:
        case: Its mesh.
        solid: Role of what grows.
        flowing: Role of what flows.
        yield_stress: Of that [MPa].
        growth: Free strain of the other.
        sizes: Elements [um].
        held: Boundaries that keep their normal displacement, with their axes.
        overrides: Changes of the case but the size.
    """

    case: str
    solid: str
    flowing: str
    yield_stress: float
    growth: float
    sizes: Sequence[float]
    held: Sequence[tuple[str, int]]
    overrides: Sequence[str] = ()


BODIES = {
    "shell of I4": Body(
        case="particle-3d",
        solid="particle",
        flowing="electrolyte",
        yield_stress=300.0,
        growth=0.02,
        sizes=(1.0, 0.5, 0.25),
        held=(("left", 0), ("front", 1), ("bottom", 2)),
        overrides=("geometry.core_radius=2 um", "geometry.shell_radius=3 um"),
    ),
    "packed cell": Body(
        case="zhang2026-cathode-confined",
        solid="particle",
        flowing="cathode",
        yield_stress=100.0,
        growth=-0.01,
        sizes=(0.8, 0.4),
        held=(("left", 0), ("right", 0), ("bottom", 1)),
        overrides=("geometry.width=10 um",),
    ),
}


@dataclass(frozen=True)
class Row:
    """A solve.

    Attributes:
        body: Name.
        kind: Of elements.
        size: Of elements [um].
        cells: Their number.
        unknowns: Their number.
        stress: Mean stress of what grows [MPa].
        work: Plastic work [pJ], in 2D per um of depth.
    """

    body: str
    kind: str
    size: float
    cells: int
    unknowns: int
    stress: float
    work: float


class Solve:
    """One body with one kind of element.

    Args:
        body: What is solved.
        domain: Its mesh.
        kind: One of `KINDS`.
    """

    def __init__(self, body: Body, domain: Domain, kind: str) -> None:
        self._body, self._domain, self._mesh = body, domain, domain.mesh
        self._has_pressure = kind == KINDS[1]
        self._space = fem.functionspace(self._mesh, self._element(kind))
        self._growth, self._one = fem.Constant(self._mesh, 0.0), fem.Constant(self._mesh, 1.0)
        self._state = fem.Function(self._space)
        self._dx = self._measures()
        self.unknowns = self._space.dofmap.index_map.size_global * self._space.dofmap.index_map_bs

    def _element(self, kind: str) -> object:
        cell, dimension = self._mesh.basix_cell(), self._domain.dimension
        degree = 2 if kind == KINDS[2] else 1
        plain = basix.ufl.element("Lagrange", cell, degree)
        if not self._has_pressure:
            return basix.ufl.blocked_element(plain, shape=(dimension,))
        bubble = basix.ufl.element("Bubble", cell, dimension + 1)
        moved = basix.ufl.blocked_element(basix.ufl.enriched_element([plain, bubble]), shape=(dimension,))
        return basix.ufl.mixed_element([moved, plain])

    def _measures(self) -> dict[str, ufl.Measure]:
        """Cells of both roles."""
        roles = self._body.solid, self._body.flowing
        parts = [self._domain.owned_cells_of([role]) for role in roles]
        cells, numbers = np.concatenate(parts), np.repeat([0, 1], [len(part) for part in parts]).astype(np.int32)
        order = np.argsort(cells)
        tags = dmesh.meshtags(self._mesh, self._domain.dimension, cells[order], numbers[order])
        dx = ufl.Measure("dx", self._mesh, subdomain_data=tags, metadata={"quadrature_degree": 4})
        return {role: dx(number) for number, role in enumerate(roles)}

    def _moved(self) -> Expr:
        return ufl.split(self._state)[0] if self._has_pressure else self._state

    def _strain(self) -> Expr:
        gradient = ufl.grad(self._moved())
        used = range(self._domain.dimension)
        rows = [[gradient[i, j] if i in used and j in used else 0.0 for j in range(3)] for i in range(3)]
        return ufl.sym(ufl.as_matrix(rows))

    def _stretch(self) -> Expr:
        """Equivalent strain, sqrt(2/3 d : d) of the deviator d."""
        deviator = ufl.dev(self._strain())
        return ufl.sqrt(2.0 / 3.0 * ufl.inner(deviator, deviator) + 1e-24)

    def _swell(self) -> Expr:
        """Change of the volume of what grows that is not free."""
        return ufl.tr(self._strain()) - 3.0 * self._growth

    def _energy(self) -> ufl.Form:
        """Potential of both bodies and of the pressure outside."""
        volume, deviator = ufl.tr(self._strain()), ufl.dev(self._strain())
        solid = 0.5 * SOLID.bulk_modulus * self._swell() ** 2 + SOLID.shear_modulus * ufl.inner(deviator, deviator)
        stretch, shear, most = self._stretch(), 3.0 * FLOWING.shear_modulus, self._body.yield_stress
        yields = most * stretch - 0.5 * most**2 / shear
        shape = ufl.conditional(shear * stretch < most, 0.5 * shear * stretch**2, yields)
        pressed = 0.5 * FLOWING.bulk_modulus * volume**2
        if self._has_pressure:
            pressure = ufl.split(self._state)[1]
            pressed = -pressure * volume - 0.5 * pressure**2 / FLOWING.bulk_modulus
        outside = OUTSIDE * ufl.dot(self._moved(), ufl.FacetNormal(self._mesh)) * self._free_surface()
        return solid * self._dx[self._body.solid] + (shape + pressed) * self._dx[self._body.flowing] + outside

    def _free_surface(self) -> ufl.Measure:
        """Outer facets that nothing holds."""
        dimension = self._domain.dimension
        self._mesh.topology.create_connectivity(dimension - 1, dimension)
        held = np.concatenate([self._domain.boundary(name) for name, _ in self._body.held])
        facets = np.setdiff1d(dmesh.exterior_facet_indices(self._mesh.topology), held).astype(np.int32)
        tags = dmesh.meshtags(self._mesh, dimension - 1, facets, np.ones_like(facets))
        return ufl.Measure("ds", self._mesh, subdomain_data=tags, subdomain_id=1)

    def _conditions(self) -> list[fem.DirichletBC]:
        dimension, found = self._domain.dimension, []
        space = self._space.sub(0) if self._has_pressure else self._space
        zero = fem.Constant(self._mesh, 0.0)
        for name, axis in self._body.held:
            facets = self._domain.boundary(name)
            dofs = fem.locate_dofs_topological(space.sub(axis), dimension - 1, facets)
            found.append(fem.dirichletbc(zero, dofs, space.sub(axis)))
        if self._has_pressure:
            # What does not flow has no pressure of its own.
            space = self._space.sub(1)
            flowing = self._dofs(space, self._body.flowing)
            dofs = np.setdiff1d(self._dofs(space, self._body.solid), flowing).astype(np.int32)
            found.append(fem.dirichletbc(zero, dofs, space))
        return found

    def _dofs(self, space: fem.FunctionSpace, role: str) -> npt.NDArray[np.int32]:
        return fem.locate_dofs_topological(space, self._domain.dimension, self._domain.owned_cells_of([role]))

    def solve(self, steps: int = 8) -> tuple[float, float]:
        """Mean stress of what grows [MPa], and plastic work [pJ], in 2D per um of depth."""
        row = ufl.derivative(self._energy(), self._state)
        problem = NonlinearProblem(row, self._state, bcs=self._conditions())
        solver = NewtonSolver(self._mesh.comm, problem)
        solver.convergence_criterion, solver.rtol, solver.max_it = "incremental", 1e-9, 60
        for factor in np.linspace(0.0, 1.0, steps + 1):
            self._growth.value = factor * self._body.growth
            solver.solve(self._state)
        solid = self._dx[self._body.solid]
        stress = SOLID.bulk_modulus * _integral(self._swell() * solid) / _integral(self._one * solid)
        elastic = self._body.yield_stress / (3.0 * FLOWING.shear_modulus)
        beyond = ufl.max_value(self._stretch() - elastic, 0.0) * self._dx[self._body.flowing]
        return stress, self._body.yield_stress * _integral(beyond)


def _integral(form: ufl.Form) -> float:
    return float(fem.assemble_scalar(fem.form(form)))


def solves(name: str, sizes: Sequence[float], meshes: Path | None = None) -> Iterable[Row]:
    """All kinds of elements of some sizes [um] in a body; meshes go to the folder of its case, or to another one."""
    body = BODIES[name]
    folder = ROOT / "cases" / body.case
    for size in sizes:
        for kind in KINDS:
            order = 2 if kind == "quadratic" else 1
            shape = [f"geometry.order={order}", f"geometry.keep_volume={'false' if order == 2 else 'true'}"]
            case = read_case(folder, [*body.overrides, *shape, f"geometry.element_size={size} um"])
            _, domain = driver.build_domain(MPI.COMM_SELF, case, meshes or folder / MESH_FOLDER)
            solve = Solve(body, domain, kind)
            stress, work = solve.solve()
            yield Row(name, kind, size, domain.num_owned_cells, solve.unknowns, round(stress, 2), round(work, 2))


def main() -> None:
    """Solve all, print and write the table."""
    rows = []
    for name, body in BODIES.items():
        for row in solves(name, body.sizes):
            print(*dataclasses.astuple(row), sep="  ", flush=True)
            rows.append(dataclasses.astuple(row))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
