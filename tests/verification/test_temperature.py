"""A cell whose temperature changes with time, against closed forms and against cells at another temperature."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from fem_asslb.app.driver import build_domain, run
from fem_asslb.base.constants import FARADAY, GAS_CONSTANT
from fem_asslb.base.errors import CaseErrors
from fem_asslb.bulk.bulk_law import BulkResponse
from fem_asslb.bulk.creep import Creep, PowerLaw
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.case.estimates.closed_forms import SwellingLayer, pressure_change
from fem_asslb.case.reading.reader import build_case, read_case
from fem_asslb.fields.electrode import POTENTIAL as ELECTRODE
from fem_asslb.fields.platen import POSITION as PLATEN
from fem_asslb.materials.bent_line import BentLine
from fem_asslb.materials.diffusion import Diffusivity
from fem_asslb.materials.function import Activated, PositiveFunction, value_at
from fem_asslb.materials.material import Material
from fem_asslb.model.model import ChargeTransfer, Support
from fem_asslb.output.history import read_history
from fem_asslb.output.resolved import resolved_table
from fem_asslb.simulation.simulation import Simulation
from fem_asslb.solve import convergence
from fem_asslb.solve.newton import NewtonSolver
from tests.grids import box
from tests.material.test_flow_laws import SIDES, plastic, point_of
from tests.support import problem_on, set_profile
from tests.verification.test_functions_of_x import host_with

pytestmark = pytest.mark.two_ranks

COLUMN = Path(__file__).parents[2] / "cases" / "column"

RESISTANCE = "{value='20 ohm cm^2', activation_energy='35 kJ/mol'}"
CELL = f"cell={{anode='lithium', one_c='190 mA/g', temperature='25 degC', resistance={RESISTANCE}}}"
RATES = [
    "materials.cathode.diffusivity={value='1e-13 m^2/s', activation_energy='40 kJ/mol'}",
    "materials.cathode.exchange_current_density={value='0.5 A/m^2', activation_energy='30 kJ/mol'}",
    "materials.separator.law={kind='creep', rate='1e-6 s^-1', stress='5 MPa', exponent=3, "
    "activation_energy='60 kJ/mol'}",
    "materials.separator.thermal_expansion='2e-5 K^-1'",
    "materials.cathode.thermal_expansion='1e-5 K^-1'",
    "geometry.layers.cathode.thickness='5 um'",
    "geometry.layers.separator.thickness='20 um'",
    "geometry.layers.anode.thickness='20 um'",
    "fixture={kind='spring', stiffness='0.2 MPa/um'}",
    "time={first_step='10 s', largest_step='5 min', tolerance=0.05}",
    "output.pictures=false",
]


def faster(activation_energy, temperature, reference=298.15):
    """Arrhenius' factor."""
    return np.exp(-activation_energy / GAS_CONSTANT * (1.0 / temperature - 1.0 / reference))


@pytest.fixture
def tight(monkeypatch):
    """Newton's method to rounding."""
    monkeypatch.setattr(convergence, "TOLERANCE", 1e-11)


@pytest.mark.parametrize("temperature", [270.0, 340.0])
def test_overpotential_at_any_temperature(comm, temperature):
    """V - U = (2 R T/F) asinh(j/(2 i0)), with i0 = i0_r exp(-(Q/R)(1/T - 1/T_r)), of one and the same problem."""
    law, current, x = PositiveFunction(BentLine(0.5, -3.0)), 2.0, 0.4
    problem = problem_on(
        box((1.0, 1.0), (2, 2)),
        comm,
        materials={"particle": host_with(exchange_current_density=Activated(law, 40e3, 298.15))},
        support=Support((), prescribed="bottom"),
        charge_transfer=ChargeTransfer(100.0, boundaries=("left",)),
    )
    set_profile(problem, lambda at: np.full(at.shape[1], x))
    problem.controls.temperature.value = temperature
    problem.controls.current_density.value, problem.controls.time_step.value = current, 1e-9
    NewtonSolver(problem).solve()
    exchange = np.exp(0.5 - 3.0 * x) * faster(40e3, temperature)
    expected = 2.0 * GAS_CONSTANT * temperature / FARADAY * np.arcsinh(current / (2.0 * exchange))
    assert problem.state.number(ELECTRODE) - (4.5 - x) == pytest.approx(expected, rel=1e-6)


def decayed(comm, steps):
    """Amplitude of half a wave after steps of some temperatures and lengths."""
    problem = problem_on(
        box((1.0, 0.1), (40, 1)),
        comm,
        materials={"particle": host_with(diffusivity=Diffusivity(*2 * [Activated(2e-4, 50e3, 298.15)]))},
        support=Support((), prescribed="bottom"),
        displacement_degree=1,
    )
    set_profile(problem, lambda at: 0.5 + 0.1 * np.cos(np.pi * at[0]))
    solver = NewtonSolver(problem)
    for temperature, length in steps:
        problem.controls.temperature.value, problem.controls.time_step.value = temperature, length
        solver.solve()
        problem.previous.assign(problem.state)
    x = problem.state["lithium"].x.array[::2]
    return comm.allreduce(float(np.abs(x - 0.5).max(initial=0.0, where=x != 0.0)), max)


@pytest.mark.usefixtures("tight")
def test_diffusion_in_a_ramp(comm):
    """Diffusion time scales with D(T): 1/(1 + k^2 D(T) dt) in each step, T the temperature at its end."""
    temperatures, length = np.linspace(280.0, 340.0, 4), 50.0
    amplitude = decayed(comm, [(kelvin, length) for kelvin in temperatures])
    scaled = decayed(comm, [(298.15, length * faster(50e3, kelvin)) for kelvin in temperatures])
    exact = 0.1 / np.prod(1.0 + np.pi**2 * 2e-4 * faster(50e3, temperatures) * length)
    assert amplitude == pytest.approx(scaled, rel=1e-8)
    assert amplitude == pytest.approx(exact, rel=2e-3)


@pytest.mark.serial
def test_creep_in_a_ramp():
    """Strain is the integral of A (S/S_r)^n exp(-(Q/R)(1/T - 1/T_r)) over a ramp at a constant stress."""
    point, steps, hours = point_of(Creep(PowerLaw(1e-7, 100.0, 3.0, 60e3))), 200, 3600.0
    point.advance({}, SIDES | {2: 80.0}, 1e-9)
    for share in (np.arange(steps) + 1.0) / steps:
        point.advance({}, SIDES | {2: 80.0}, hours / steps, 298.15 + 50.0 * share)
    shares = np.linspace(0.0, 1.0, 10001)
    exact = hours * 1e-7 * 0.8**3 * np.trapezoid(faster(60e3, 298.15 + 50.0 * shares), shares)
    assert plastic(point)[2] == pytest.approx(exact, rel=2e-2)
    assert plastic(point)[2] > 3.0 * hours * 1e-7 * 0.8**3


@dataclass(frozen=True)
class Softening:
    """An elastic solid whose moduli [MPa] fall as 300 K/T."""

    HISTORY: ClassVar = {}
    STORED: ClassVar = ("elastic",)
    DISSIPATION: ClassVar = ()
    AT_POINTS: ClassVar = False

    bulk_modulus: float
    shear_modulus: float

    def respond(self, now, before, history, time_step):
        """Energy of the strain."""
        cold = 0.5 * self.bulk_modulus * now.strain.trace**2
        cold += self.shear_modulus * now.strain.deviator.inner(now.strain.deviator)
        energy = 300.0 / now.temperature * cold
        return BulkResponse(stored={"elastic": energy}, potential=energy)


def test_a_formula_of_ones_own_knows_the_temperature(comm):
    """A layer between walls shortens by p T/(300 K M)."""
    elastic = IsotropicElasticity(20e3, 0.3)
    law = Softening(elastic.bulk_modulus, elastic.shear_modulus)
    problem = problem_on(
        box((1.0, 1.0), (2, 2)),
        comm,
        materials={"particle": Material("solid", elastic, law=law)},
        support=Support((("bottom", 1), ("left", 0), ("right", 0)), platen=True),
    )
    problem.controls.platen.pressure.value, problem.controls.temperature.value = 10.0, 330.0
    NewtonSolver(problem).solve()
    assert -problem.state.number(PLATEN) == pytest.approx(10.0 * 1.1 / elastic.constrained_modulus, rel=1e-9)


def history(comm, folder, changes):
    """Scalars of each step of a run to its end."""
    case = read_case(COLUMN, changes)
    simulation, found = Simulation(case, build_domain(comm, case, folder)[1]), []
    while not simulation.loading.has_ended:
        found.append(simulation.advance().scalars)
    return found


@pytest.mark.usefixtures("tight")
def test_a_step_at_another_temperature_is_that_of_a_cell_at_it(comm, shared_path):
    """Of a cell that creeps, diffuses and reacts behind a resistance; both rest at the temperature of the other."""
    lines = [
        "press to 20 MPa in 1 min{0}",
        "charge at 1C until 5 mAh/g{0}",
        "rest 10 min{1}",
        "hold at 3.9 V for 5 min{0}",
    ]
    rows = []
    for cell, first, second in ((25, " (45 degC)", ""), (45, "", " (25 degC)")):
        steps = [line.format(first, second) for line in lines]
        changes = [CELL, f"cell.temperature='{cell} degC'", *RATES[:3], *RATES[5:], f"protocol.steps={steps}"]
        rows.append(history(comm, shared_path, changes))
    assert len(rows[0]) == len(rows[1]) > 10
    assert {round(row["temperature [degC]"], 9) for row in rows[0]} == {25.0, 45.0}
    # On several ranks two runs differ by as much as Newton's method leaves: sums depend on which rank is heard first.
    share = 1e-10 if comm.size == 1 else 1e-8
    for name in rows[0][0]:
        if not any(word in name for word in ("error", "remainder")):
            one, other = (np.array([row.get(name, 0.0) for row in found]) for found in rows)
            assert one == pytest.approx(other, rel=0.0, abs=share * np.abs(other).max() + 1e-12), name
    for row in rows[0]:
        drop = row["cell voltage [V]"] - row["cathode potential [V]"] + row["anode potential [V]"]
        ohmic = 20e-3 * row["current density [mA/cm2]"] / faster(35e3, 273.15 + row["temperature [degC]"])
        assert drop == pytest.approx(ohmic, rel=1e-9, abs=1e-14)


@pytest.mark.serial
def test_a_resistance_is_a_quantity_or_a_table():
    """It falls where it is warmer, is written as it was stated, and refused by its key."""
    stated = [
        "cell={anode='lithium', one_c='190 mA/g', exchange_current_density='1 A/m^2'}",
        "protocol.steps=['press to 5 MPa in 1 min']",
    ]
    for text, factor in (("20 ohm cm^2", 1.0), (RESISTANCE, 1.0 / faster(35e3, 333.15))):
        text = text if text.startswith("{") else f"'{text}'"
        cell = read_case(COLUMN, [*stated, f"cell.resistance={text}"]).cell
        assert cell.resistance.at(333.15) == pytest.approx(2e-3 * factor)
        again = build_case(resolved_table(read_case(COLUMN, [*stated, f"cell.resistance={text}"])))
        assert again.cell == cell
    for text in ("20 V", "-1 ohm cm^2", "20", "{value = '1 ohm cm^2', activation_energy = '-1 J/mol'}"):
        with pytest.raises(CaseErrors) as caught:
            read_case(COLUMN, [*stated, f"cell.resistance={text}"])
        assert len(caught.value.errors) == 1 and caught.value.errors[0].key.startswith("cell.resistance")


@pytest.mark.serial
def test_an_exchange_current_density_of_the_cell_is_a_quantity_or_a_table():
    """It grows where it is warmer, is written as it was stated, and refused by its key."""
    stated = ["cell={anode='lithium', one_c='190 mA/g'}", "protocol.steps=['press to 5 MPa in 1 min']"]
    for text, factor in (
        ("'0.05 mA/cm^2'", 1.0),
        ("{value='0.5 A/m^2', activation_energy='30 kJ/mol', reference_temperature='40 degC'}", 313.15),
    ):
        case = read_case(COLUMN, [*stated, f"cell.exchange_current_density={text}"])
        expected = 0.5 * (factor if factor == 1.0 else faster(30e3, 333.15, factor))
        assert value_at(case.cell.exchange_current_density.law(), 0.5, 333.15) == pytest.approx(expected)
        assert build_case(resolved_table(case)).cell == case.cell
    for text in ("'20 V'", "'0 A/m^2'", "20", "{activation_energy='1 J/mol'}", "{value='1 A/m^2', path='i0.csv'}"):
        with pytest.raises(CaseErrors) as caught:
            read_case(COLUMN, [*stated, f"cell.exchange_current_density={text}"])
        assert len(caught.value.errors) == 1 and caught.value.errors[0].key.startswith("cell.exchange_current_density")


@pytest.mark.usefixtures("tight")
def test_a_rate_of_the_cell_is_that_of_its_hosts(comm, shared_path):
    """Also where its temperature changes."""
    steps = ["press to 20 MPa in 1 min", "charge at 1C until 1 mAh/g (45 degC)", "rest 10 min"]
    common = [CELL, RATES[0], *RATES[5:], f"protocol.steps={steps}"]
    rate = RATES[1].partition("=")[2]
    rows = [
        history(comm, shared_path, [*common, f"{section}.exchange_current_density={rate}"])
        for section in ("materials.cathode", "cell")
    ]
    assert len(rows[0]) == len(rows[1]) > 5
    for one, other in zip(*rows, strict=True):
        for name in ("cell voltage [V]", "stoichiometry mean [-]", "stack pressure [MPa]"):
            assert other[name] == pytest.approx(one[name], rel=1e-9 if comm.size == 1 else 1e-8)


def test_pressure_of_a_stack_that_is_heated(comm, shared_path):
    """Sum L f/(1/k + sum L/M) with f = (1 + 2 nu/(1 - nu)) alpha (T - T_0), and energies add up."""
    changes = ["materials.separator.thermal_expansion='2e-5 K^-1'", "materials.cathode.thermal_expansion='1e-5 K^-1'"]
    steps = [
        "press to 20 MPa in 1 min",
        "heat to 65 degC in 10 min",
        "rest 1 min (5 degC)",
        "cool to 45 degC in 10 min",
    ]
    case = read_case(COLUMN, [*changes, f"protocol.steps={steps}"])
    simulation = Simulation(case, build_domain(comm, case, shared_path)[1])
    ends = []
    while not simulation.loading.has_ended:
        record = simulation.advance()
        if record.stage_ends:
            ends.append(record.scalars)
        assert abs(record.scalars["energy balance error [-]"]) < 1e-9
    materials = simulation.problem.model.materials
    for scalars, kelvin in zip(ends, (0.0, 40.0, -20.0, 20.0), strict=True):
        layers = [
            SwellingLayer(
                layer.thickness,
                IsotropicElasticity(*_constants(materials[name].elasticity)),
                *2 * [kelvin * materials[name].thermal_expansion],
            )
            for name, layer in case.geometry.layers.items()
        ]
        expected = 20.0 + pressure_change(layers, 2, case.fixture.stiffness)
        assert scalars["stack pressure [MPa]"] == pytest.approx(expected, rel=1e-7)
        assert scalars["temperature [degC]"] == pytest.approx(25.0 + kelvin)
    # A compressed stack that grows works.
    assert ends[1]["thermal work [pJ]"] > ends[0]["thermal work [pJ]"] == 0.0


def test_energies_add_up_where_a_host_swells_as_its_temperature_jumps(comm, shared_path):
    """The stress at the start of a step is that of the temperature there."""
    changes = ["materials.cathode.thermal_expansion='2e-5 K^-1'", "time.first_step='60 s'"]
    steps = ["press to 20 MPa in 1 min", "set x = 0.6 in 10 min (95 degC)", "set x = 0.8 in 10 min"]
    case = read_case(COLUMN, [*changes, f"protocol.steps={steps}"])
    simulation = Simulation(case, build_domain(comm, case, shared_path)[1])
    while not simulation.loading.has_ended:
        scalars = simulation.advance().scalars
        assert abs(scalars["energy balance error [-]"]) < 1e-9
    assert scalars["thermal work [pJ]"] != 0.0


def _constants(elasticity):
    return elasticity.youngs_modulus, elasticity.poisson_ratio


class StopInTheRamp:
    """Observer that ends a run in the middle of the ramp, as Ctrl-C would."""

    def start(self, simulation):
        """Nothing."""

    def step(self, simulation, record):
        """Interrupt."""
        if 35.0 < record.scalars["temperature [degC]"] < 50.0:
            raise KeyboardInterrupt

    def finish(self, simulation, reason):
        """Nothing."""


@pytest.mark.usefixtures("tight")
def test_a_run_goes_on_in_the_middle_of_a_ramp(comm, shared_path):
    """As if it had never stopped, and the energies of a cell that creeps, expands and reacts add up."""
    steps = [
        "press to 20 MPa in 1 min",
        "charge at 1C for 2 min",
        "heat to 60 degC in 10 min",
        "charge at 1C for 5 min",
    ]
    changes = [CELL, *RATES, f"protocol.steps={steps}", "output.checkpoint_every=1"]
    run(COLUMN, comm, shared_path / "whole", overrides=changes)
    with pytest.raises(KeyboardInterrupt):
        run(COLUMN, comm, shared_path / "parts", overrides=changes, observers=[StopInTheRamp()])
    run(COLUMN, comm, shared_path / "parts", overrides=changes, resume=True)
    whole, parts = (read_history(shared_path / name) for name in ("whole", "parts"))
    assert max(whole["temperature [degC]"]) == pytest.approx(60.0)
    # On several ranks two runs differ by as much as Newton's method leaves: sums depend on which rank is heard first.
    share = 1e-10 if comm.size == 1 else 1e-8
    for name in (name for name in whole if not any(word in name for word in ("error", "remainder", "iterations"))):
        size = np.nanmax(whole[name]) - np.nanmin(whole[name])
        assert parts[name] == pytest.approx(whole[name], rel=0.0, abs=share * size + 1e-12, nan_ok=True), name
    assert np.abs(whole["energy balance error [-]"]).max() < 1e-6
    assert np.abs(whole["cell energy error [-]"]).max() < 0.05
