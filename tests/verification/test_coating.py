"""D8: a particle with a thin coating that the mesh does not have, against three phases in closed form."""

import numpy as np
import pytest
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh
from mpi4py import MPI

from fem_asslb.base.parallel import global_max
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.case.sections.interfaces.coated import Bond, CoatedInterface
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.diagnostics.interfaces import InterfaceDiagnostics
from fem_asslb.equations import coating
from fem_asslb.equations.kinematics import SmallStrain
from fem_asslb.equations.lithium import shared_drive
from fem_asslb.equations.logarithmic_strain import LogarithmicStrain
from fem_asslb.fields.electrode import POTENTIAL as ELECTRODE
from fem_asslb.fields.electrode_balance import ElectrodeBalance
from fem_asslb.geometry import ParticleInShell
from fem_asslb.interfaces.coating import Coating
from fem_asslb.model.model import ChargeTransfer, Interface, Support
from fem_asslb.solve.newton import NewtonSolver
from tests import closed_forms
from tests.grids import ball, box
from tests.support import REFERENCE_X, built, force_x, host, passive, prescribe_everywhere, problem_on
from tests.verification.test_particle_in_shell import core_pressure

pytestmark = pytest.mark.two_ranks

PHASES = CORE, COATING, SHELL = (178e3, 0.27), (168e3, 0.26), (24e3, 0.33)
"""Young's modulus [MPa] and Poisson's ratio of an oxide, of lithium niobate and of a sulfide."""

OUTSIDE, FREE, X = 4.0, -0.015, 0.9


def coated(thickness, **keys):
    """Interface of a case, its coating and its law."""
    choice = CoatedInterface(
        between=("particle", "electrolyte"),
        thickness=thickness,
        youngs_modulus=COATING[0],
        poisson_ratio=COATING[1],
        **keys,
    )
    return Interface("particle", "electrolyte", choice.build_law(1.0, 1.0), coating=choice.build_coating("particle"))


class Particle:
    """Octant (quadrant) of a particle of radius 1 that shrinks in a shell of four times its radius."""

    def __init__(self, comm, dimension, layers, interface):
        planes = (("left", 0), ("bottom", 1)) if dimension == 2 else (("left", 0), ("front", 1), ("bottom", 2))
        slope = FREE / (X - REFERENCE_X)
        self.problem = problem_on(
            ball(dimension, layers, layers, OUTSIDE),
            comm,
            materials={"particle": host(IsotropicElasticity(*CORE), (slope, slope)), "electrolyte": passive(*SHELL)},
            support=Support(planes=planes, pressure="outer"),
            interfaces=() if interface is None else (interface,),
        )
        self.problem.controls.time_step.value = 1e3  # drag is nothing
        self.diagnostics = Diagnostics(self.problem)
        self._solver = NewtonSolver(self.problem)

    def shrink(self, x=X):
        """Solve, but do not accept."""
        force_x(self.problem, x)
        self._solver.solve()

    @property
    def pressure(self):
        """Mean pressure in the plane (in 3D in all directions) of the core [MPa]."""
        return core_pressure(self.problem)[0]


def closed(form, dimension, thickness, **keys):
    """Pressures on both sides of the coating in a closed form."""
    return form(dimension, PHASES, (1.0, 1.0 + thickness, OUTSIDE), FREE, **keys)


@pytest.mark.parametrize("dimension,layers,tolerance", [(2, 6, 2e-4), (3, 3, 4e-3)])
def test_pressure_of_a_coated_particle(comm, measured, dimension, layers, tolerance):
    """As the thin model in closed form, which is within 2 % of three phases; all energy is that of the swelling."""
    thickness = 0.04
    particle = Particle(comm, dimension, layers, coated(thickness))
    particle.shrink()
    thin, _ = closed(closed_forms.thinly_coated_particle, dimension, thickness)
    meshed, _ = closed(closed_forms.coated_particle, dimension, thickness)
    name = "D8 sphere" if dimension == 3 else "D8 cylinder, plane strain"
    measured(name, "pressure in the core, thin coating in closed form [MPa]", thin, particle.pressure)
    measured(name, "pressure in the core, three phases of 1, 0.04 and 4 um [MPa]", meshed, particle.pressure)
    assert particle.pressure == pytest.approx(thin, rel=tolerance)
    assert particle.pressure == pytest.approx(meshed, rel=0.02)
    assert particle.diagnostics.stored()["elastic"] == pytest.approx(particle.diagnostics.chemical_work(), rel=1e-9)


def test_a_meshed_coating_is_one_of_three_phases(comm, shared_path, measured):
    """Cylinder of 2.5 um with 100 nm in the mesh."""
    radii, slope = (2.5, 2.6, 10.0), FREE / (X - REFERENCE_X)
    geometry = ParticleInShell(2, radii[0], radii[2], 0.4, order=2, coating=radii[1] - radii[0])
    problem = problem_on(
        built(comm, geometry, shared_path / "coated.msh"),
        comm,
        materials={
            "particle": host(IsotropicElasticity(*CORE), (slope, slope)),
            "coating": passive(*COATING),
            "electrolyte": passive(*SHELL),
        },
        support=Support(planes=(("left", 0), ("bottom", 1)), pressure="outer"),
    )
    force_x(problem, X)
    NewtonSolver(problem).solve()
    exact, _ = closed_forms.coated_particle(2, PHASES, radii, FREE)
    pressure, _ = core_pressure(problem)
    measured("D8 cylinder, coating in the mesh", "pressure in the core [MPa]", exact, pressure)
    assert pressure == pytest.approx(exact, rel=1e-3)


@pytest.mark.serial
@pytest.mark.parametrize("holds_to_core", [True, False])
@pytest.mark.parametrize("dimension", [2, 3])
def test_the_error_of_a_thin_coating_falls_with_its_thickness(measured, dimension, holds_to_core):
    """On both sides, where the outer one is that of the force on the particle's own area."""
    errors = []
    for thickness in (4e-3, 2e-3, 1e-3):
        thin = closed(closed_forms.thinly_coated_particle, dimension, thickness, holds_to_core=holds_to_core)
        inner, outer = closed(closed_forms.coated_particle, dimension, thickness)
        errors.append(np.abs([thin[0] / inner - 1, thin[1] / outer / (1 + thickness) ** (dimension - 1) - 1]))
    assert np.diff(np.log(errors), axis=0) == pytest.approx(np.log(0.5), rel=0.15)


def test_a_coating_of_no_thickness_is_a_bond(comm):
    welded, thick = Particle(comm, 2, 4, None), []
    welded.shrink()
    for thickness in (2e-4, 1e-4):
        particle = Particle(comm, 2, 4, coated(thickness))
        particle.shrink()
        thick.append(particle.pressure / welded.pressure - 1)
    assert 0.0 < thick[1] < 2e-3
    assert thick[0] / thick[1] == pytest.approx(2.0, rel=0.01)


@pytest.mark.serial
@pytest.mark.parametrize("kinematics", [SmallStrain(), LogarithmicStrain()])
def test_a_membrane_is_strained_along_the_facets_alone(kinematics):
    """Its energy is that of both stretches along it, with logarithmic strain of their logarithms in a turned body."""
    strains = 0.1, 0.02
    domain = dmesh.create_unit_square(MPI.COMM_SELF, 2, 2)
    middle = dmesh.locate_entities(domain, 1, lambda x: np.isclose(x[0], 0.5))
    tags = dmesh.meshtags(domain, 1, np.sort(middle), np.ones(len(middle), dtype=np.int32))
    facets = ufl.Measure("dS", domain=domain, subdomain_data=tags)(1)
    large = isinstance(kinematics, LogarithmicStrain)
    angle = 0.7 if large else 0.0
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    gradient = turn @ np.array([[0.8, 0.0], [0.0, 1.0 + strains[0]]]) - np.eye(2)
    displacement = fem.Function(fem.functionspace(domain, ("Lagrange", 1, (3,))))
    displacement.interpolate(lambda x: np.vstack([gradient @ x[:2], 0.0 * x[:1]]))
    strain = kinematics.strain(displacement, strains[1])("+")
    membrane = coating.membrane_strain(strain, kinematics.normal(domain, displacement)("+"))
    layer = Coating(thickness=0.02, youngs_modulus=COATING[0], poisson_ratio=COATING[1])
    along, across = np.log1p(strains) if large else strains
    stresses = COATING[0] / (1 - COATING[1] ** 2) * np.array([along + COATING[1] * across, across + COATING[1] * along])
    energy = 0.5 * 0.02 * float(stresses @ [along, across])
    assert fem.assemble_scalar(fem.form(coating.energy(layer, membrane) * facets)) == pytest.approx(energy, rel=1e-5)
    thinner = 0.02 * COATING[1] / (1 - COATING[1]) * (along + across)
    assert fem.assemble_scalar(fem.form(coating.thinning(layer, membrane) * facets)) == pytest.approx(thinner, rel=1e-5)


def test_through_stiffness_is_that_of_a_layer():
    """Hooke's law for a layer that cannot spread, and for one that is sheared."""
    law, (youngs, poisson) = coated(0.02).law, COATING
    assert law.normal_stiffness == pytest.approx(closed_forms.plane_wave_modulus(youngs, poisson) / 0.02)
    assert law.shear_stiffness == pytest.approx(youngs / (2 * (1 + poisson)) / 0.02)
    law = coated(0.02, bonds={"particle": WEAK}).law
    assert law.normal_stiffness == pytest.approx(closed_forms.plane_wave_modulus(youngs, poisson) / 0.02)
    assert law.shear_stiffness == pytest.approx(youngs / (2 * (1 + poisson)) / 0.02)


STRONG, WEAK = (Bond(normal_strength=strength, normal_toughness=0.5) for strength in (150.0, 100.0))
THICKNESS = 0.02


@pytest.mark.parametrize("weak,strong", [("electrolyte", "particle"), ("particle", "electrolyte")])
def test_the_weaker_bond_lets_go_and_the_coating_stays_with_the_other_side(comm, weak, strong):
    """It lets go at its strength; the particle then bears what its coating resists, or nothing."""
    particle = Particle(comm, 2, 4, coated(THICKNESS, bonds={strong: STRONG, weak: WEAK}))
    interfaces, spent = InterfaceDiagnostics(particle.problem), 0.0

    def go_to(share):
        """Largest and least traction, and largest spent share, at a share of the whole shrinkage."""
        nonlocal spent
        particle.shrink(REFERENCE_X + share * (X - REFERENCE_X))
        values = interfaces.evaluate()
        spent += sum(interfaces.dissipation(values).values())
        particle.problem.accept()
        traction, released = values.normal_traction, values.released
        return global_max(comm, [traction.max(initial=-1e9), -traction.min(initial=1e9), released.max(initial=0.0)])

    onset = 0.2 * WEAK.normal_strength / go_to(0.2)[0]
    traction, _, released = go_to(0.99 * onset)
    assert traction == pytest.approx(0.99 * WEAK.normal_strength, rel=2e-3) and released == 0.0
    traction, _, released = go_to(1.01 * onset)
    assert 0.9 * WEAK.normal_strength < traction < WEAK.normal_strength and released > 0.0
    for share in np.linspace(1.01 * onset, 1.0, 12)[1:]:
        largest, least, _ = go_to(share)
    assert max(abs(largest), abs(least)) < 1e-3
    assert spent == pytest.approx(0.5 * 0.5 * np.pi, rel=0.01)
    # Ring of stiffness t E/(1-nu^2) around a cylinder that would shrink by (1+nu) e.
    (youngs, nu), membrane = CORE, THICKNESS * COATING[0] / (1 - COATING[1] ** 2)
    stiffness = youngs / ((1 + nu) * (1 - 2 * nu))
    alone = membrane / (1 + membrane / stiffness) * (1 + nu) * FREE
    expected = -abs(alone) if weak == "electrolyte" else 0.0
    assert particle.pressure == pytest.approx(expected, rel=2e-3, abs=0.05)


def test_of_equal_bonds_the_second_lets_go_and_without_any_none_does():
    for bonds, weaker, side in (
        ({"particle": WEAK, "electrolyte": WEAK}, "electrolyte", "+"),
        ({"particle": STRONG}, "particle", "-"),
        ({}, None, "+"),
    ):
        choice = CoatedInterface(between=("particle", "electrolyte"), thickness=0.01, material="linbo3", bonds=bonds)
        assert choice.weaker == weaker
        assert choice.build_coating("particle").holds_to == side
        assert choice.build_law(1.0, 1.0).adheres == (weaker is not None)


class Surface:
    """Square of a host beside an electrolyte, both held, with a coating between them."""

    EXCHANGE = 3.0

    def __init__(self, comm, conductivity):
        self.problem = problem_on(
            box((2.0, 1.0), (4, 2), lambda x: np.where(x[:, 0] < 1.0, "particle/0001", "electrolyte")),
            comm,
            materials={"particle": host(), "electrolyte": passive()},
            support=Support(planes=()),
            displacement_degree=1,
            interfaces=(coated(0.01, ionic_conductivity=conductivity),),
            charge_transfer=ChargeTransfer(self.EXCHANGE, interfaces=(("particle", "electrolyte"),)),
        )
        prescribe_everywhere(self.problem)
        self._solver = NewtonSolver(self.problem)

    def voltage(self, density, time_step=1e-6):
        """Potential of the electrode when a current density passes [V]."""
        self.problem.controls.current_density.value = density
        self.problem.controls.time_step.value = time_step
        self._solver.solve()
        return self.problem.state.number(ELECTRODE)


@pytest.mark.parametrize("density", [2.0, -30.0])
def test_lithium_loses_what_the_coating_resists(comm, density):
    """The potential of the electrode drops by i t/kappa, whatever the reaction takes."""
    bare, covered = Surface(comm, None).voltage(density), Surface(comm, 0.5)
    assert covered.voltage(density) - bare == pytest.approx(density * 0.01 / 0.5, rel=1e-9)


def test_the_electrode_is_found_at_once_behind_a_resistance(comm):
    """The drop is far beyond 2 R T/F, where the tangent of the reaction is worth nothing."""
    surface = Surface(comm, 0.5)
    rest = surface.voltage(0.0)
    expected = surface.voltage(20.0)
    surface.problem.state.set_number(ELECTRODE, rest)
    balance = ElectrodeBalance(surface.problem.currents, surface.problem.state, surface.problem.previous, ELECTRODE)
    assert balance.potential() == pytest.approx(expected, abs=1e-6)


@pytest.mark.serial
def test_a_drive_is_shared_by_reaction_and_resistance():
    """z + rho sinh(z) = h, odd in h."""
    ratio, drive = np.meshgrid(10.0 ** np.arange(-8.0, 7.0), 10.0 ** np.arange(-4.0, 2.4, 0.1))
    share = shared_drive(drive, ratio)
    assert share + ratio * np.sinh(share) == pytest.approx(drive, rel=1e-11)
    assert shared_drive(-drive, ratio) == pytest.approx(-share, rel=1e-11)
    assert shared_drive(0.0, 1.0) == 0.0
