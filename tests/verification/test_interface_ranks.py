"""Interfaces that let go, slide and gate lithium: the same on any number of ranks and for any order of the regions."""

from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.fields.electrode import POTENTIAL as ELECTRODE
from fem_asslb.geometry import EqualDiameters, Grains, Layer, LayeredStack, PackedParticles
from fem_asslb.interfaces.cohesion import Cohesion
from fem_asslb.interfaces.contact_law import ContactLaw
from fem_asslb.interfaces.gate import Gate
from fem_asslb.interfaces.start import InterfaceStart
from fem_asslb.materials.library import load
from fem_asslb.model.axes import random_axis
from fem_asslb.model.model import ChargeTransfer, Interface, Model, Support
from fem_asslb.problem.problem import Problem
from tests.cycled import STEPS, facet_means, put_on_a_spring
from tests.support import built, domain_of, on_one_rank
from tests.verification.test_balances import STACK

LAW = ContactLaw.cohesive(Cohesion(30.0, 45.0, 1.0, 2.0, 2e4, viscous_time=20.0), 0.3, Gate(opening_width=0.002))
START = InterfaceStart(bonded_share=0.8, weibull_modulus=5.0, seed=7)
BY_BOUNDARY = replace(START, scatter_by_boundary=True)


SURFACE = Interface("particle", "cathode", LAW, START)
BOUNDARY = Interface(
    "particle",
    "particle",
    ContactLaw.cohesive(Cohesion(150.0, 200.0, 0.3, 0.5, 3e6, viscous_time=400.0), 0.3, friction_share=0.1),
    InterfaceStart(weibull_modulus=5.0, scatter_by_boundary=True, scatter_seed=3),
    conductance=1e5,
)


def polycrystals(dimension):
    """A cathode with a particle or two of a few grains."""
    flat = dimension == 2
    grains = Grains(EqualDiameters(1.3 if flat else 1.6), element_size=0.35 if flat else 0.6)
    particles = PackedParticles(0.3 if flat else 0.15, EqualDiameters(3.0), minimum_gap=0.3, grains=grains)
    layers = {"anode": Layer(1.0), "cathode": Layer(5.0 if flat else 4.0, particles=particles)}
    width, depth = (6.0, None) if flat else (4.0, 4.0)
    return LayeredStack(dimension=dimension, layers=layers, width=width, depth=depth, element_size=1.0, seed=2)


def cycled(comm, source, interfaces=(SURFACE,), degree=2):
    """Scalars after each step, and what each facet has come to, in the order of its vertices in the mesh file."""
    domain = domain_of(source, comm)
    held = (("bottom", domain.dimension - 1), ("left", 0), ("right", 0))
    held += (("front", 1), ("back", 1)) if domain.dimension == 3 else ()
    model = Model(
        materials={"anode": load("lto-composite"), "cathode": load("lpscl"), "particle": load("ncm85")},
        axes=np.array([random_axis(1, [place]) for place in np.argsort(np.argsort(domain.regions))]),
        support=Support(held, platen=True, generalised_plane_strain=domain.dimension == 2),
        displacement_degree=degree,
        interfaces=interfaces,
        temperature=318.15,
        charge_transfer=ChargeTransfer(0.6, interfaces=(("particle", "cathode"),)),
        initial_stoichiometry=0.9,
    )
    problem = Problem(domain, model)
    (solver, diagnostics, interfaces), controls = put_on_a_spring(problem), problem.controls
    scalars = []
    for current, step in STEPS:
        controls.current_density.value, controls.time_step.value = current, step
        solver.solve()
        points = interfaces.evaluate()
        scalars += [diagnostics.stack_pressure(), diagnostics.lithium(), diagnostics.stored()["elastic"]]
        scalars += [
            problem.state.number(ELECTRODE),
            *interfaces.dissipation(points).values(),
            *interfaces.summary(points).values(),
        ]
        problem.accept()
    keys = problem.formulation.interfaces.keys[: interfaces.mesh.num_owned]
    table = np.concatenate(comm.allgather(np.column_stack([keys, facet_means(points)])))
    return np.array(scalars), table[np.lexsort(table[:, -5::-1].T)]


def check_same(first, second):
    (scalars, facets), (other_scalars, other_facets) = first, second
    assert scalars == pytest.approx(other_scalars, rel=1e-6, abs=1e-9)
    assert np.array_equal(facets[:, :-4], other_facets[:, :-4])
    assert facets[:, -4:] == pytest.approx(other_facets[:, -4:], rel=1e-6, abs=1e-7)


def test_every_number_of_ranks_lets_the_same_facets_go(comm, shared_path):
    """The whole communicator against one rank; run under MPI at several sizes."""
    source = comm.bcast(built(comm, STACK, shared_path / "packed.msh"))
    together = cycled(comm, source)
    if comm.size > 1:
        check_same(together, on_one_rank(comm, lambda self: cycled(self, source)))
    released = together[1][:, 2]
    # A fifth never adhered, and there are facets of every kind.
    never = np.mean(released == 1.0)
    assert 0.05 < never < 0.6 and np.mean((released > 0.0) & (released < 1.0)) > 0.1
    assert np.any(together[1][:, 3] > 0.0) and np.any(together[1][:, 4] < 0.9)


@pytest.mark.two_ranks
@pytest.mark.parametrize("start", [START, BY_BOUNDARY], ids=["by facet", "by boundary"])
def test_order_of_the_regions_changes_nothing(comm, shared_path, start):
    source = comm.bcast(built(comm, STACK, shared_path / "packed.msh"))
    surface = (replace(SURFACE, start=start),)
    check_same(cycled(comm, source, surface), cycled(comm, turned_round(source), surface))


@pytest.mark.parametrize("dimension", [2, 3])
def test_polycrystals_crack_alike_on_every_number_of_ranks_and_in_every_order(comm, shared_path, dimension):
    """Of two grains the one with the lower number is the plus side: turned round, all signs change sides."""
    source = comm.bcast(built(comm, polycrystals(dimension), shared_path / "grains.msh"))
    together = cycled(comm, source, (BOUNDARY, SURFACE), degree=1)
    turned = turned_round(source)
    check_same(together, on_one_rank(comm, lambda self: cycled(self, turned, (BOUNDARY, SURFACE), degree=1)))
    released = together[1][:, -4]
    assert np.mean(released > 0.99) > 0.02 and np.mean((released > 0.0) & (released < 0.99)) > 0.1


def turned_round(source):
    """The same mesh with its regions in the opposite order."""
    order = np.arange(len(source.regions))[::-1]
    return replace(
        source,
        regions=tuple(source.regions[k] for k in order),
        cell_region=np.argsort(order)[source.cell_region],
    )
