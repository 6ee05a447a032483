"""Interfaces that let go, slide and gate lithium: the same on any number of ranks and for any order of the regions."""

from dataclasses import replace

import numpy as np
import pytest
from mpi4py import MPI

from fem_asslb.axes import random_axis
from fem_asslb.diagnostics import Diagnostics
from fem_asslb.interface_diagnostics import InterfaceDiagnostics
from fem_asslb.interfaces.cohesion import Cohesion
from fem_asslb.interfaces.gate import Gate
from fem_asslb.interfaces.law import ContactLaw
from fem_asslb.materials.library import load
from fem_asslb.mesh.domain import region_particles
from fem_asslb.model import ChargeTransfer, Interface, InterfaceStart, Model, Support
from fem_asslb.problem import Problem
from fem_asslb.solver import NewtonSolver
from fem_asslb.spaces.state import ELECTRODE, PLATEN
from tests.support import built, domain_of
from tests.verification.test_balances import STACK

LAW = ContactLaw.cohesive(Cohesion(30.0, 45.0, 1.0, 2.0, 2e4, viscous_time=20.0), 0.3, Gate(opening_width=0.002))
START = InterfaceStart(bonded_share=0.8, weibull_modulus=5.0, seed=7)
BY_BOUNDARY = replace(START, scatter_by_boundary=True)
STEPS = ((0.1, 300.0), (0.3, 600.0), (0.3, 600.0), (-0.2, 600.0))
"""Current density [pA/um^2] and time [s]: charge, which shrinks the particles, and back."""


def cycled(comm, source, start=START):
    """Scalars after each step, and what each facet has come to, in the order of its vertices in the mesh file."""
    domain = domain_of(source, comm)
    model = Model(
        materials={"anode": load("lto-composite"), "cathode": load("lpscl"), "particle": load("ncm85")},
        axes=np.array([random_axis(1, [particle]) for particle in region_particles(domain)]),
        support=Support((("bottom", 1), ("left", 0), ("right", 0)), platen=True, generalised_plane_strain=True),
        interfaces=(Interface("particle", "cathode", LAW, start),),
        charge_transfer=ChargeTransfer(0.6, 318.15, interfaces=(("particle", "cathode"),)),
        initial_stoichiometry=0.9,
    )
    problem = Problem(domain, model)
    solver, controls = NewtonSolver(problem, options={"snes_max_it": 40}), problem.controls
    diagnostics, interfaces = Diagnostics(problem), InterfaceDiagnostics(problem)
    controls.platen.pressure.value = 30.0
    controls.time_step.value = 60.0
    solver.solve()
    problem.accept()
    controls.platen.stiffness.value, controls.platen.position.value = 50.0, problem.state.number(PLATEN)
    scalars = []
    for current, step in STEPS:
        controls.current_density.value, controls.time_step.value = current, step
        solver.solve()
        points = interfaces.evaluate()
        scalars += [diagnostics.stack_pressure(), diagnostics.lithium(), diagnostics.elastic_energy()]
        scalars += [
            problem.state.number(ELECTRODE),
            *interfaces.dissipation(points),
            *interfaces.summary(points).values(),
        ]
        problem.accept()
    keys = problem.continuum.interfaces.keys[: interfaces.mesh.num_owned]
    values = [points.released, points.opening, points.conduction, points.current]
    means = [(points.area * value).sum(axis=1) / points.area.sum(axis=1) for value in values]
    table = np.concatenate(comm.allgather(np.column_stack([keys, *means])))
    return np.array(scalars), table[np.lexsort(table[:, 1::-1].T)]


def check_same(first, second):
    (scalars, facets), (other_scalars, other_facets) = first, second
    assert scalars == pytest.approx(other_scalars, rel=1e-6, abs=1e-9)
    assert np.array_equal(facets[:, :2], other_facets[:, :2])
    assert facets[:, 2:] == pytest.approx(other_facets[:, 2:], rel=1e-6, abs=1e-7)


def test_every_number_of_ranks_lets_the_same_facets_go(comm, shared_path):
    """The whole communicator against one rank; run under MPI at several sizes."""
    source = comm.bcast(built(comm, STACK, shared_path / "packed.msh"))
    together = cycled(comm, source)
    check_same(together, cycled(MPI.COMM_SELF, source))
    released = together[1][:, 2]
    # A fifth never adhered, and there are facets of every kind.
    never = np.mean(released == 1.0)
    assert 0.05 < never < 0.6 and np.mean((released > 0.0) & (released < 1.0)) > 0.1
    assert np.any(together[1][:, 3] > 0.0) and np.any(together[1][:, 4] < 0.9)


@pytest.mark.parametrize("start", [START, BY_BOUNDARY], ids=["by facet", "by boundary"])
def test_order_of_the_regions_changes_nothing(comm, shared_path, start):
    source = comm.bcast(built(comm, STACK, shared_path / "packed.msh"))
    order = np.arange(len(source.regions))[::-1]
    turned = replace(
        source,
        regions=tuple(source.regions[k] for k in order),
        cell_region=np.argsort(order)[source.cell_region],
    )
    check_same(cycled(comm, source, start), cycled(comm, turned, start))
