"""Vectors over all fields of a problem, for tests that look at residual and Jacobian as a whole."""

import numpy as np
from petsc4py import PETSc

from fem_asslb.base import compatibility
from fem_asslb.fields.field import component_entries
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.newton import NewtonSolver


def random_direction(problem: Problem, field: str, seed: int = 5) -> PETSc.Vec:
    """Monolithic vector, random in one field and zero elsewhere and at the conditions."""
    rng = np.random.default_rng(seed + problem.domain.comm.rank)
    vector, state = (
        compatibility.create_block_vector([field.space for field in problem.fields]),
        problem.state.empty_like(),
    )
    entries = component_entries(problem.fields)[field]
    values = np.zeros(vector.getLocalSize())
    values[entries] = rng.uniform(0.5, 1.0, size=len(values[entries])) * rng.choice([-1.0, 1.0], len(values[entries]))
    vector.array[:] = values
    compatibility.write_to_functions(vector, list(state.functions.values()))
    for condition in problem.conditions["displacement"]:
        condition.set(state["displacement"].x.array, alpha=0.0)
    compatibility.read_from_functions(vector, list(state.functions.values()))
    return vector


def residual_at(problem: Problem, solver: NewtonSolver, point: PETSc.Vec) -> np.ndarray:
    """Owned entries of the residual at a point, which becomes the state of the problem."""
    compatibility.write_to_functions(point, list(problem.state.functions.values()))
    return solver.residual().array.copy()


def norms(problem: Problem, values: np.ndarray) -> dict[str, float]:
    """Norm of each field's rows."""
    comm = problem.domain.comm
    return {
        name: np.sqrt(comm.allreduce(float(np.sum(values[part] ** 2))))
        for name, part in component_entries(problem.fields).items()
    }
