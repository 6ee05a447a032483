"""Energy over steps, and the same answer on any number of ranks."""

from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.fields.electrode import POTENTIAL as ELECTRODE
from fem_asslb.fields.platen import POSITION as PLATEN
from fem_asslb.geometry import EqualDiameters, Layer, LayeredStack, PackedParticles
from fem_asslb.interfaces.elastic_law import ElasticLaw
from fem_asslb.materials.bent_line import BentLine
from fem_asslb.materials.function import PositiveFunction
from fem_asslb.materials.library import load
from fem_asslb.mesh.domain import region_particles
from fem_asslb.model.axes import random_axis
from fem_asslb.model.model import ChargeTransfer, Interface, Model, Support
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.newton import NewtonSolver
from tests import composite
from tests.support import built, domain_of, on_one_rank

SOFTENING = replace(composite.BENT, stiffness=PositiveFunction(BentLine(-1.4, 1.5)))
"""A host that loses much of its stiffness as lithium leaves it."""


def energy_errors(comm, degree, steps, host=composite.BENT):
    """Work of the platen and of the swelling against the change of elastic energy, over that change.

    Returns:
        With the mean of the stress at both ends of each step, and with that at its end.
    """
    problem = composite.create(comm, 2, degree, host=host)
    platen, diagnostics, solver = problem.controls.platen, Diagnostics(problem), NewtonSolver(problem)
    problem.controls.anode_lithium.value = 0.0
    problem.controls.current_density.value = 0.0
    platen.pressure.value = 40.0
    solver.solve()
    problem.previous.assign(problem.state)
    platen.stiffness.value, platen.position.value = 500.0, problem.state.number(PLATEN)
    problem.controls.current_density.value = 0.15
    problem.controls.time_step.value = 800.0 / steps
    initial = diagnostics.stored()["elastic"]
    work, one_sided = 0.0, 0.0
    before = [diagnostics.stack_pressure(), diagnostics.layer_force()]
    for step in range(steps):
        lithium = 0.02 / steps
        problem.controls.anode_lithium.value = (step + 1) * lithium
        solver.solve()
        travel = problem.state.number(PLATEN) - problem.previous.number(PLATEN)
        now = [diagnostics.stack_pressure(), diagnostics.layer_force()]
        pressure, force = (0.5 * (old + new) for old, new in zip(before, now, strict=True))
        hosts = diagnostics.chemical_work()
        work += hosts - force * lithium - pressure * diagnostics.plate_area * travel
        one_sided += hosts - now[1] * lithium - now[0] * diagnostics.plate_area * travel
        problem.previous.assign(problem.state)
        before = now
    change = diagnostics.stored()["elastic"] - initial
    assert abs(change) > 0.1 * initial
    return abs(work / change - 1), abs(one_sided / change - 1)


@pytest.mark.two_ranks
@pytest.mark.parametrize("degree", [1, 2])
def test_energy_balance(comm, measured, degree):
    """Exact with trapezoidal sums, as the energy is quadratic in the elastic strain; of order 1 with one-sided sums."""
    coarse, fine = energy_errors(comm, degree, 4), energy_errors(comm, degree, 8)
    measured(f"energy, displacement of degree {degree}", "work less stored energy, trapezoidal", 0.0, fine[0], fine[0])
    assert fine[0] < 1e-9 and coarse[0] < 1e-9
    assert energy_errors(comm, degree, 4, SOFTENING)[0] < 1e-9
    assert 1.7 < coarse[1] / fine[1] < 2.3


STACK = LayeredStack(
    dimension=2,
    layers={
        "anode": Layer(4.0),
        "cathode": Layer(9.0, particles=PackedParticles(0.4, EqualDiameters(3.0), minimum_gap=0.3, walls="cut")),
    },
    width=8.0,
    element_size=1.0,
)


def packed_cell(comm, source):
    """Packed particles with random axes in elastic interfaces, pressed and discharged in steps of given lengths."""
    domain = domain_of(source, comm)
    model = Model(
        materials={"anode": load("lto-composite"), "cathode": load("lpscl"), "particle": load("ncm85")},
        axes=np.array([random_axis(1, [particle]) for particle in region_particles(domain)]),
        support=Support((("bottom", 1), ("left", 0), ("right", 0)), platen=True, generalised_plane_strain=True),
        interfaces=(Interface("particle", "cathode", ElasticLaw(1e5, 3e4)),),
        temperature=318.15,
        charge_transfer=ChargeTransfer(0.6, interfaces=(("particle", "cathode"),)),
        initial_stoichiometry=0.98,
    )
    problem = Problem(domain, model)
    solver, controls = NewtonSolver(problem), problem.controls
    controls.platen.pressure.value = 81.0
    controls.time_step.value = 60.0
    solver.solve()
    controls.platen.stiffness.value, controls.platen.position.value = 50.0, problem.state.number(PLATEN)
    scalars = []
    for current, step in ((0.02, 300.0), (0.05, 600.0), (0.05, 600.0), (-0.02, 300.0)):
        problem.previous.assign(problem.state)
        controls.current_density.value, controls.time_step.value = current, step
        controls.anode_lithium.value += 1e-7 * current * step
        solver.solve()
        diagnostics = Diagnostics(problem)
        scalars += [diagnostics.stack_pressure(), diagnostics.lithium(), diagnostics.stored()["elastic"]]
        scalars += [problem.state.number(ELECTRODE), diagnostics.reaction("bottom")]
        scalars += diagnostics.stoichiometry_ranges()["particle"]
    stresses = diagnostics.stresses()
    for role in sorted(stresses):
        scalars += [stresses[role].hydrostatic_mean, stresses[role].von_mises_max]
    return np.array(scalars)


def test_every_number_of_ranks_gives_the_same(comm, shared_path):
    """The whole communicator against one rank; run under MPI at several sizes."""
    source = comm.bcast(built(comm, STACK, shared_path / "packed.msh"))
    together = packed_cell(comm, source)
    alone = on_one_rank(comm, lambda self: packed_cell(self, source)) if comm.size > 1 else together
    assert together == pytest.approx(alone, rel=1e-8)
    assert comm.bcast(together).tolist() == together.tolist()
