"""Manufactured solutions of the coupled problem for x, phi and u in a tilted crystal, with orders in space and time.

u and x are chosen, phi follows from the equilibrium of the host, phi = U(x) + sigma : d(free strain)/dx/(F c_max), and
the sources are the weak forms of stress and flux at these fields, written with the stiffness matrix of the crystal.
"""

import numpy as np
import pytest
import ufl
from dolfinx import fem

from fem_asslb.base.constants import FARADAY, GAS_CONSTANT
from fem_asslb.model.model import Model, Support
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.newton import NewtonSolver
from tests.grids import box
from tests.support import (
    CRYSTAL,
    IDEAL,
    REFERENCE_X,
    TEMPERATURE,
    crystal_stiffness,
    domain_of,
    host,
    orders,
    prescribe,
    rms,
)

pytestmark = [pytest.mark.two_ranks, pytest.mark.ends_in_parallel]

AXIS = np.array([0.48, -0.6, 0.64])
SWELLING, DIFFUSIVITY, C_MAX = (0.02, -0.05), (1.0, 0.3), 0.05
DEGREE = 6
FREE_PER_X = SWELLING[0] * np.eye(3) + (SWELLING[1] - SWELLING[0]) * np.outer(AXIS, AXIS)


class Exact:
    """The chosen fields on a mesh at a time.

    Args:
        mesh: The mesh.
        time: Constant [s].
        curve: How x changes with time, a function of UFL numbers.
        rate: Its derivative.
    """

    def __init__(self, mesh, time, curve, rate):
        x, y = ufl.SpatialCoordinate(mesh)
        shape = ufl.cos(x + 2 * y)
        self.x = 0.5 + 0.1 * ufl.sin(2 * x + 0.3) * ufl.cos(1.5 * y) + curve(time) * shape
        self.x_rate = rate(time) * shape
        self.u = 0.01 * ufl.as_vector([ufl.sin(2 * x + y), x * ufl.cos(1.5 * y) + x**3, ufl.sin(x - 2 * y)])
        gradient = ufl.as_tensor([[*(ufl.grad(self.u)[i, j] for j in range(2)), 0.0] for i in range(3)])
        strain = 0.5 * (gradient + gradient.T)
        elastic = strain - (self.x - REFERENCE_X) * ufl.as_tensor(FREE_PER_X.tolist())
        tensor = crystal_stiffness(AXIS)
        self.stress = ufl.as_tensor(
            [
                [sum(float(tensor[i, j, k, m]) * elastic[k, m] for k in range(3) for m in range(3)) for j in range(3)]
                for i in range(3)
            ]
        )
        work = ufl.inner(self.stress, ufl.as_tensor(FREE_PER_X.tolist()))
        self.phi = IDEAL.potential(self.x) + work / (FARADAY * C_MAX)

    def flux(self):
        """kappa grad(phi), kappa = F c_max D x F/(R T), in the plane."""
        mobility = FARADAY**2 * C_MAX * self.x / (GAS_CONSTANT * TEMPERATURE)
        along = np.outer(AXIS, AXIS)[:2, :2]
        tensor = DIFFUSIVITY[0] * np.eye(2) + (DIFFUSIVITY[1] - DIFFUSIVITY[0]) * along
        return mobility * ufl.dot(ufl.as_tensor(tensor.tolist()), ufl.grad(self.phi))


def errors(comm, cells, degrees, steps, time_step, curve, rate):
    """Errors of u, grad u and x at the end."""
    domain = domain_of(box((1.0, 1.2), (cells, cells)), comm)
    time = fem.Constant(domain.mesh, 0.0)
    exact = Exact(domain.mesh, time, curve, rate)

    def sources(problem, tests):
        dx, dt = problem.formulation.measures.dx("particle", DEGREE), problem.controls.time_step
        gradient = ufl.grad(tests["displacement"])
        load = sum(exact.stress[i, j] * gradient[i, j] for i in range(3) for j in range(2)) * dx
        test_phi = tests["lithium"][1]
        balance = dt * (FARADAY * C_MAX * exact.x_rate * test_phi - ufl.dot(exact.flux(), ufl.grad(test_phi))) * dx
        return {"displacement": load, "lithium": balance}

    model = Model(
        {"particle": host(CRYSTAL, SWELLING, DIFFUSIVITY, IDEAL, C_MAX)},
        AXIS[None],
        Support((), prescribed="bottom"),
        initial_stoichiometry=REFERENCE_X,
        displacement_degree=degrees[0],
        lithium_degree=degrees[1],
    )
    problem = Problem(domain, model, sources)
    dx = problem.formulation.measures.dx("particle", DEGREE)
    prescribe(
        problem,
        lambda x: 0.01
        * np.stack([np.sin(2 * x[0] + x[1]), x[0] * np.cos(1.5 * x[1]) + x[0] ** 3, np.sin(x[0] - 2 * x[1])]),
    )
    start = fem.Expression(
        exact.x, problem.state["lithium"].function_space.sub(0).collapse()[0].element.interpolation_points()
    )
    for state in (problem.state, problem.previous):
        state["lithium"].sub(0).interpolate(start)
        state["lithium"].x.scatter_forward()
    problem.controls.time_step.value = time_step
    solver = NewtonSolver(problem)
    for _ in range(steps):
        time.value += time_step
        solver.solve()
        problem.previous.assign(problem.state)
    u, (x, _) = problem.state["displacement"], problem.state["lithium"]
    differences = (u - exact.u, ufl.grad(u) - ufl.grad(exact.u), x - exact.x)
    return [rms(problem, difference, dx) for difference in differences]


SPACE = {(1, 1): (2, 1, 1), (2, 1): (2, 2, 2), (2, 2): (3, 2, 2)}
"""Least orders of u, grad u and x for the degrees of u and x. Linear x caps quadratic u, which it drives; the stress
enters phi, and its order caps that of x."""


@pytest.mark.parametrize("degrees", SPACE)
def test_order_in_space(comm, measured, degrees):
    """x linear in time, which backward Euler follows exactly."""
    sizes = (4, 8, 16)
    found = np.array([errors(comm, n, degrees, 2, 0.05, lambda t: 0.5 * t, lambda t: 0.5) for n in sizes])
    rates = np.array([orders([1 / n for n in sizes], column) for column in found.T])[:, -1]
    for name, error, rate in zip(("u, L2", "u, H1", "x, L2"), found[-1], rates, strict=True):
        measured(f"MMS P{degrees[0]}/P{degrees[1]}", name, 0.0, error, error, rate)
    print(degrees, found, rates)
    assert (rates > np.array(SPACE[degrees]) - 0.2).all()


def test_order_in_time(comm, measured):
    """Backward Euler is of order 1 when x curves in time."""
    counts = (4, 8, 16)
    found = [errors(comm, 8, (2, 2), n, 0.8 / n, lambda t: 0.1 * t**3, lambda t: 0.3 * t**2)[2] for n in counts]
    rates = orders([1 / n for n in counts], found)
    measured("MMS in time, P2/P2", "x, L2", 0.0, found[-1], found[-1], rates[-1])
    print(found, rates)
    assert rates[-1] == pytest.approx(1.0, abs=0.1)
