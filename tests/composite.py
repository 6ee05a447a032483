"""A small cell with everything in it: three crystals, two of which touch, in a matrix between plates."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np
from mpi4py import MPI

from fem_asslb.bulk.bulk_law import BulkLaw
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.fields.electrode import POTENTIAL as ELECTRODE
from fem_asslb.fields.out_of_plane import STRAIN as OUT_OF_PLANE
from fem_asslb.fields.platen import POSITION as PLATEN
from fem_asslb.fields.platen import PRESSURE as CONTACT_PRESSURE
from fem_asslb.interfaces.elastic_law import ElasticLaw
from fem_asslb.materials.bent_line import Bend, BentLine
from fem_asslb.materials.diffusion import Diffusivity
from fem_asslb.materials.lattice import LatticeLaw
from fem_asslb.materials.material import LithiumHost, Material
from fem_asslb.materials.potential import PotentialLaw
from fem_asslb.model.model import ChargeTransfer, Interface, Model, Support
from fem_asslb.problem.problem import Problem
from tests.grids import box, renumbered
from tests.support import CRYSTAL, TEMPERATURE, domain_of

START_X = 0.9
EXCHANGE = 0.3
INTERFACES = (
    Interface("particle", "cathode", ElasticLaw(3e4, 1e4)),
    Interface("particle", "particle", ElasticLaw(7e3, 2e4)),
)

BENT = LithiumHost(
    c_max=0.049,
    lattice=LatticeLaw(BentLine(2.80, 0.08), BentLine(13.5, 4.0, (Bend(0.3, 0.1, -3.0), Bend(0.5, 0.1, -1.5)))),
    potential=PotentialLaw(BentLine(4.6, -1.2, (Bend(0.5, 0.15, 0.7),))),
    diffusivity=Diffusivity(3e-2, 4e-3),
)
"""A host with bends, whose mobility changes with x."""


def regions(middle: np.ndarray) -> np.ndarray:
    """Two crystals on top of each other, one apart, the rest is the matrix."""
    x, height = middle[:, 0], middle[:, -1]

    def block(left: float, right: float, bottom: float, top: float) -> np.ndarray:
        return (x > left) & (x < right) & (height > bottom) & (height < top)

    blocks = [block(0.5, 2.0, 0.5, 1.5), block(2.5, 3.5, 1.0, 2.5), block(0.5, 2.0, 1.5, 2.5)]
    return np.select(blocks, ["particle/0001", "particle/0002", "particle/0003"], "cathode")


def create(
    comm: MPI.Comm,
    dimension: int = 2,
    displacement_degree: int = 2,
    generalised: bool = False,
    interfaces: tuple[Interface, ...] = INTERFACES,
    stress_driven_flux: bool = True,
    laws: Mapping[str, BulkLaw] = MappingProxyType({}),
    strain: Literal["small", "logarithmic"] = "small",
    host: LithiumHost = BENT,
    order: int | None = None,
) -> Problem:
    """The cell at rest; ``laws`` are those of roles that are more than elastic, ``order`` the seed of another order."""
    size, cells = ((4.0, 3.0), (8, 6)) if dimension == 2 else ((4.0, 0.5, 3.0), (8, 1, 6))
    source = box(size, cells, regions)
    domain = domain_of(source if order is None else renumbered(source, order), comm)
    axes = np.random.default_rng(3).normal(size=(len(domain.regions), 3))
    sides = (("left", 0), ("right", 0), ("bottom", dimension - 1), *((("front", 1),) if dimension == 3 else ()))
    model = Model(
        materials={
            "particle": Material("crystal", CRYSTAL, host=host, law=laws.get("particle")),
            "cathode": Material(
                "matrix", IsotropicElasticity(22e3, 0.37), reaction_volume=5.0, law=laws.get("cathode")
            ),
        },
        axes=axes / np.linalg.norm(axes, axis=1, keepdims=True),
        support=Support(sides, platen=True, generalised_plane_strain=generalised),
        interfaces=interfaces,
        temperature=TEMPERATURE,
        charge_transfer=ChargeTransfer(EXCHANGE, interfaces=(("particle", "cathode"),)),
        initial_stoichiometry=START_X,
        strain=strain,
        displacement_degree=displacement_degree,
        stress_driven_flux=stress_driven_flux,
    )
    problem = Problem(domain, model)
    problem.controls.time_step.value = 20.0
    problem.controls.current_density.value = 0.1
    problem.controls.anode_lithium.value = 0.01
    return problem


def disturb(problem: Problem, uniform_potential: bool = False) -> None:
    """Give every unknown, at both ends of the step, a random value about a state in the middle of a charge."""
    rng = np.random.default_rng(11 + problem.domain.comm.rank)
    for state, x in ((problem.state, 0.45), (problem.previous, 0.55)):
        displacement, lithium = state["displacement"].x.array, state["lithium"].x.array
        displacement[:] = 1e-2 * rng.normal(size=len(displacement))
        lithium[0::2] = x + 0.05 * rng.random(len(lithium) // 2)
        lithium[1::2] = 4.05 + (0.0 if uniform_potential else 0.03) * rng.random(len(lithium) // 2)
        for function in (state["displacement"], state["lithium"]):
            function.x.scatter_forward()
        for condition in problem.conditions["displacement"]:
            condition.set(displacement)
    for number, value in ((PLATEN, -0.02), (CONTACT_PRESSURE, 60.0), (OUT_OF_PLANE, 1e-3), (ELECTRODE, 4.07)):
        if number in problem.state.scalars:
            problem.state.set_number(number, value)


def press(problem: Problem) -> None:
    """A spring that presses."""
    platen = problem.controls.platen
    platen.clamped.value, platen.pressure.value, platen.stiffness.value, platen.position.value = 0.0, 50.0, 300.0, -0.05


def lift(problem: Problem) -> None:
    """A spring that has lost the stack."""
    platen = problem.controls.platen
    platen.clamped.value, platen.pressure.value, platen.stiffness.value, platen.position.value = 0.0, 5.0, 300.0, 0.05


def clamp(problem: Problem) -> None:
    """A fixed platen that presses."""
    platen = problem.controls.platen
    platen.clamped.value, platen.position.value = 1.0, -0.015


def clamp_open(problem: Problem) -> None:
    """A fixed platen that has lost the stack."""
    platen = problem.controls.platen
    platen.clamped.value, platen.position.value = 1.0, 7.0


PLATENS = {"pressed": press, "open": lift, "clamped": clamp, "clamped, open": clamp_open}
