"""Materials with round numbers, problems on small meshes, and integrals: what the mathematical tests share."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh
from mpi4py import MPI

import meshes
from fem_asslb.base.compatibility import wait_without_spinning
from fem_asslb.base.parallel import global_max, global_sum
from fem_asslb.bulk.elasticity import Elasticity, IsotropicElasticity, TransverselyIsotropicElasticity
from fem_asslb.geometry import LayeredStack, ParticleInShell
from fem_asslb.materials.bent_line import BentLine
from fem_asslb.materials.diffusion import Diffusivity
from fem_asslb.materials.lattice import LatticeLaw
from fem_asslb.materials.material import LithiumHost, Material
from fem_asslb.materials.potential import IdealPotential, PotentialLaw
from fem_asslb.mesh.distribution import distribute, read_on_root
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.reader import read_source
from fem_asslb.mesh.source import MeshSource
from fem_asslb.model.model import Model
from fem_asslb.problem.problem import Problem
from fem_asslb.simulation.step_record import StepRecord

TEMPERATURE = 300.0
"""Temperature of all tests [K]."""

REFERENCE_X = 0.5
"""Stoichiometry free of strain in all tests."""

CRYSTAL = TransverselyIsotropicElasticity(c11=250e3, c12=90e3, c13=60e3, c33=180e3, c44=50e3)
"""Stiffness with five independent numbers [MPa]."""

LINEAR = PotentialLaw(BentLine(4.5, -1.0))
"""Potential with one slope, so that transport is linear in x."""

IDEAL = IdealPotential(4.0, TEMPERATURE)
"""Dilute solution."""


def host(
    elasticity: Elasticity | None = None,
    swelling: tuple[float, float] = (0.0, 0.0),
    diffusivity: tuple[float, float] = (1.0, 1.0),
    potential: PotentialLaw | IdealPotential = LINEAR,
    c_max: float = 0.05,
) -> Material:
    """Material with lithium whose free strain is linear in x.

    Args:
        elasticity: E = 100 GPa, nu = 0.3 if None.
        swelling: Free strain per x - REFERENCE_X in the plane and along the axis.
        diffusivity: In the plane and along the axis [um^2/s].
        potential: Potential law.
        c_max: [pmol/um^3].
    """
    a_line, c_line = (BentLine(1.0 - slope * REFERENCE_X, slope) for slope in swelling)
    lithium = LithiumHost(
        c_max=c_max, lattice=LatticeLaw(a_line, c_line), potential=potential, diffusivity=Diffusivity(*diffusivity)
    )
    return Material("host", elasticity or IsotropicElasticity(100e3, 0.3), host=lithium)


def crystal_stiffness(axis: np.ndarray) -> np.ndarray:
    """Stiffness tensor of CRYSTAL about a unit axis, shape (3, 3, 3, 3), turned from Voigt's matrix."""
    first = np.cross(axis, np.roll(axis, 1))
    first /= np.linalg.norm(first)
    frame = np.array([first, np.cross(axis, first), axis])
    index = np.array([[0, 5, 4], [5, 1, 3], [4, 3, 2]])
    local = CRYSTAL.matrix()[index[:, :, None, None], index[None, None]]
    return np.einsum("ai,bj,ck,dl,abcd->ijkl", frame, frame, frame, frame, local)


def passive(youngs_modulus: float = 20e3, poisson_ratio: float = 0.35) -> Material:
    """Isotropic material without lithium; Young's modulus in MPa."""
    return Material("passive", IsotropicElasticity(youngs_modulus, poisson_ratio))


def domain_of(source: MeshSource | None, comm: MPI.Comm) -> Domain:
    """Distributed mesh of a source that every rank may have made for itself."""
    return distribute(comm, source if comm.rank == 0 else None)


def built(comm: MPI.Comm, geometry: LayeredStack | ParticleInShell, path: Path) -> MeshSource | None:
    """Mesh of the builders, on rank 0."""

    def read() -> MeshSource:
        meshes.build(geometry, path)
        return read_source(path)

    return read_on_root(comm, read)


def on_one_rank(comm: MPI.Comm, compute: Callable[[MPI.Comm], object]) -> object:
    """What the first rank computes on its own, on every rank; the others leave it the cores meanwhile."""
    result = compute(MPI.COMM_SELF) if comm.rank == 0 else None
    wait_without_spinning(comm)
    return comm.bcast(result)


def problem_on(
    source: MeshSource | None, comm: MPI.Comm, axis: Sequence[float] = (0.0, 0.0, 1.0), **model: object
) -> Problem:
    """Problem on a structured mesh with one crystal axis; ``model`` are fields of `Model`."""
    domain = domain_of(source, comm)
    direction = np.asarray(axis, dtype=float) / np.linalg.norm(axis)
    axes = np.tile(direction, (len(domain.regions), 1))
    return Problem(domain, Model(axes=axes, initial_stoichiometry=REFERENCE_X, temperature=TEMPERATURE, **model))


def force_x(problem: Problem, x: float) -> None:
    """Force a uniform stoichiometry on all hosts."""
    role = problem.model.hosts[0]
    problem.controls.forced.value = 1.0
    problem.controls.forced_x.value = x
    problem.controls.voltage.value = problem.model.materials[role].host.potential.potential(x)


def freeze_profile(problem: Problem, profile: Callable[[np.ndarray], np.ndarray]) -> None:
    """Give x a profile, a function of the points of shape (3, n), and stop the clock so that it stays."""
    problem.controls.time_step.value = 0.0
    set_profile(problem, profile)


def set_profile(problem: Problem, profile: Callable[[np.ndarray], np.ndarray]) -> None:
    """Give x a profile before and after the step."""
    for state in (problem.state, problem.previous):
        state["lithium"].sub(0).interpolate(profile)
        state["lithium"].x.scatter_forward()


def prescribe(problem: Problem, displacement: Callable[[np.ndarray], np.ndarray]) -> None:
    """Prescribed displacement on ``support.prescribed``, shape (3, n) of the points of shape (3, n)."""
    problem.prescribed.interpolate(displacement)
    problem.prescribed.x.scatter_forward()


def prescribe_everywhere(problem: Problem) -> None:
    """Let all displacements be prescribed, inside too."""
    dofmap = problem.prescribed.function_space.dofmap.index_map
    dofs = np.arange(dofmap.size_local + dofmap.num_ghosts, dtype=np.int32)
    problem.conditions["displacement"] = [fem.dirichletbc(problem.prescribed, dofs)]


def hold_rigid_motion_only(problem: Problem, corners: np.ndarray) -> None:
    """Replace all conditions by the six (in 2D: four) that stop the rigid motions and carry no load.

    Args:
        problem: The problem.
        corners: Three vertices (in 2D two), shape (3, 3): all components are held at the first one, those across the
            edge to it at the second, and the last component at the third.
    """
    domain = problem.domain
    held = [(0, (0, 1, 2)), (1, (1, 2)), (2, (2,))] if domain.dimension == 3 else [(0, (0, 1, 2)), (1, (1,))]
    space = problem.state["displacement"].function_space
    domain.mesh.topology.create_connectivity(0, domain.dimension)
    problem.conditions["displacement"] = []
    for corner, components in held:
        vertices = dmesh.locate_entities(
            domain.mesh, 0, lambda x, at=corners[corner]: np.linalg.norm(x - np.reshape(at, (3, 1)), axis=0) < 1e-9
        )
        for k in components:
            dofs = fem.locate_dofs_topological(space.sub(k), 0, vertices)
            problem.conditions["displacement"].append(fem.dirichletbc(np.float64(0.0), dofs, space.sub(k)))


def integral(problem: Problem, integrand: ufl.core.expr.Expr, measure: ufl.Measure) -> float:
    """Integral over all ranks."""
    return float(global_sum(problem.domain.comm, fem.assemble_scalar(fem.form(integrand * measure)))[0])


def mean(problem: Problem, integrand: ufl.core.expr.Expr, measure: ufl.Measure) -> float:
    """Mean over all ranks."""
    one = fem.Constant(problem.domain.mesh, 1.0)
    return integral(problem, integrand, measure) / integral(problem, one, measure)


def rms(problem: Problem, difference: ufl.core.expr.Expr, measure: ufl.Measure) -> float:
    """Root of the mean square of a scalar, vector or tensor."""
    return float(np.sqrt(mean(problem, ufl.inner(difference, difference), measure)))


def largest(domain: Domain, values: np.ndarray) -> float:
    """Largest absolute value over all ranks."""
    return float(global_max(domain.comm, np.abs(values).max(initial=0.0))[0])


def orders(sizes: Sequence[float], errors: Sequence[float]) -> np.ndarray:
    """Order of convergence between each mesh and the next."""
    return np.diff(np.log(errors)) / np.diff(np.log(sizes))


def record_of(index: int, scalars: dict[str, float] | None = None) -> StepRecord:
    """A step of a rest, 10 s long, that ends at ten times its number [s]."""
    return StepRecord(
        index=index,
        time=10.0 * index,
        duration=10.0,
        stage=0,
        stage_name="rest 1 h",
        stage_ends=False,
        iterations=3,
        rejected=0,
        scalars=scalars or {},
    )
