"""The books of a run: balances of lithium, force and energy, and the scalars of each step in the units people use."""

from fem_asslb.base.constants import FARADAY
from fem_asslb.base.units import convert
from fem_asslb.diagnostics import columns
from fem_asslb.diagnostics.balances import LEAST_STRAIN, Balances, least_stress
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.diagnostics.cell_energy import CellEnergy
from fem_asslb.diagnostics.energy import STATES, EnergyBalance
from fem_asslb.diagnostics.fields import FieldReports
from fem_asslb.diagnostics.histories import HistoryReports
from fem_asslb.diagnostics.interfaces import InterfaceDiagnostics
from fem_asslb.diagnostics.sources import SourceBooks
from fem_asslb.diagnostics.terminal_energy import TerminalEnergy
from fem_asslb.model.battery_cell import BatteryCell
from fem_asslb.problem.problem import Problem
from fem_asslb.simulation.loading import Loading


class Ledger:
    """Sums over the steps of a run.

    Attributes:
        energy: Works and energies.
        histories: What laws of the bulk report of what they remember.
        cell_energy: Works and energies of lithium; None for a mechanical case.
        terminal_energy: Those around the electrodes; None for a mechanical case.
        balances: Errors of what must balance at every step.
        sources: What sources have brought that no case states.
        lithium: What should be in the hosts of the positive electrode after the current that passed and what sources
            added [pmol; pmol/um in 2D].
        anode_lithium: What should be in the hosts of the negative electrode [pmol; pmol/um in 2D].

    Args:
        problem: The equations.
        diagnostics: Scalars of their state.
        interfaces: Results of the interfaces that may open; None if there are none.
        loading: The protocol and how far it is.
        cell: Electrochemistry around the positive electrode; None for a mechanical case.
    """

    def __init__(
        self,
        problem: Problem,
        diagnostics: Diagnostics,
        interfaces: InterfaceDiagnostics | None,
        loading: Loading,
        cell: BatteryCell | None,
    ) -> None:
        self._problem, self._diagnostics, self._interfaces = problem, diagnostics, interfaces
        self._loading, self._cell = loading, cell
        least = 0.5 * LEAST_STRAIN * least_stress(problem) * sum(diagnostics.volumes.values())
        self.energy = EnergyBalance(diagnostics, interfaces, least)
        self.balances, self._fields = Balances(problem, diagnostics), FieldReports(problem)
        self.histories = HistoryReports(problem)
        self.cell_energy = CellEnergy(problem, diagnostics) if cell is not None else None
        self.terminal_energy = TerminalEnergy(problem, cell) if cell is not None else None
        self.sources = SourceBooks(problem)
        self.lithium = self._diagnostics.lithium()
        self.anode_lithium = self._diagnostics.lithium(problem.model.negative_hosts)
        self._last = dict.fromkeys((*STATES, "charge"), 0.0)
        self._last |= {"lithium": self.lithium, "temperature": self._temperature}

    def snapshot(self) -> dict[str, float]:
        """Everything needed to continue."""
        return {
            "lithium": self.lithium,
            "anode lithium": self.anode_lithium,
            **{f"energy.{k}": v for k, v in self.energy.sums.items()},
            **({f"cell.{k}": v for k, v in self.cell_energy.sums.items()} if self.cell_energy else {}),
            **({f"terminal.{k}": v for k, v in self.terminal_energy.sums.items()} if self.terminal_energy else {}),
            **{f"last.{k}": v for k, v in self._last.items()},
            **{f"largest.{k}": v for k, v in self.balances.largest.items()},
            **{f"sources.{k}": v for k, v in self.sources.snapshot().items()},
        }

    def restore(self, snapshot: dict[str, float]) -> None:
        """Continue from a snapshot."""
        self.lithium, self.anode_lithium = snapshot["lithium"], snapshot["anode lithium"]
        self.energy.sums = {key: snapshot[f"energy.{key}"] for key in self.energy.sums}
        if self.cell_energy is not None:
            self.cell_energy.sums = {key: snapshot[f"cell.{key}"] for key in self.cell_energy.sums}
        if self.terminal_energy is not None:
            self.terminal_energy.sums = {key: snapshot[f"terminal.{key}"] for key in self.terminal_energy.sums}
        self._last = {key: snapshot[f"last.{key}"] for key in self._last}
        self.sources.restore({key: snapshot[f"sources.{key}"] for key in self.sources.sums})
        prefix = "largest."
        self.balances.largest = {k.removeprefix(prefix): v for k, v in snapshot.items() if k.startswith(prefix)}

    def close_step(self, time: float, length: float) -> dict[str, float]:
        """Book the step just accepted and return all scalars; the names carry the units.

        Args:
            time: At its end [s].
            length: Of the step [s].
        """
        now = self._now()
        if self._interfaces is not None:
            self._interfaces.keep()
        added = self.sources.book()
        self.energy.book(self._last, now, self.sources.work)
        self._book_lithium(length, added)
        scalars = {"time [h]": convert(time, "s", "h"), columns.TEMPERATURE: convert(now["temperature"], "K", "degC")}
        before = self._last["lithium"] + added
        errors = self.balances.errors(
            now["pressure"], self.lithium, before, length, lift=self.sources.force, anode=self.anode_lithium
        )
        scalars |= {columns.STACK_PRESSURE: now["pressure"]} | self._fields.scalars() | self.energy.scalars()
        scalars |= self._cell_energies(length)
        scalars |= self.sources.scalars()
        scalars |= self._electrochemical() | errors | self._stresses() | self.histories.scalars()
        if self._interfaces is not None:
            scalars |= self._interfaces.summary(self._interfaces.points)
        change, charge = now["pressure"] - self._last["pressure"], self._area_charge() - self._last["charge"]
        if charge != 0.0:
            scalars[columns.PRESSURE_PER_CHARGE] = change / charge
        self._last = {**now, "charge": self._area_charge()}
        return scalars

    def _cell_energies(self, length: float) -> dict[str, float]:
        """Works and energies of lithium, and around the electrodes; nothing of a mechanical case."""
        if self.cell_energy is None or self.terminal_energy is None:
            return {}
        circuit = self._loading.circuit
        self.cell_energy.book(length)
        self.terminal_energy.book(length, circuit.charge, circuit.current, circuit.reacting_current)
        found = self.cell_energy.scalars(self.sources.lithium_work, self.terminal_energy.left)
        return self.terminal_energy.scalars() | found

    @property
    def _temperature(self) -> float:
        """Of everything [K]."""
        return float(self._problem.controls.temperature.value)

    def _now(self) -> dict[str, float]:
        return {
            "pressure": self._loading.pressure(),
            "swept_volume": self._diagnostics.swept_volume(),
            "layer_force": self._diagnostics.layer_force(),
            "anode_lithium": float(self._problem.controls.anode_lithium.value),
            "thermal_force": self._diagnostics.thermal_force(),
            "temperature": self._temperature,
            "lithium": self._diagnostics.lithium(),
        }

    def _book_lithium(self, length: float, added: float) -> None:
        controls = self._problem.controls
        if float(controls.forced.value):
            self.lithium = float(controls.forced_x.value) * self._diagnostics.lithium_capacity()
        else:
            passed = self._loading.circuit.reacting_current * length / FARADAY
            self.lithium, self.anode_lithium = self.lithium + added - passed, self.anode_lithium + passed

    def _electrochemical(self) -> dict[str, float]:
        cell, diagnostics = self._cell, self._diagnostics
        scalars = {}
        if cell is not None:
            mass, charge = cell.active_mass, self._loading.circuit.charge
            scalars[columns.CELL_VOLTAGE] = self._loading.circuit.voltage()
            if cell.anode_capacity < float("inf"):
                scalars[columns.ANODE_STATE] = cell.anode_state(charge)
            scalars[columns.ANODE_POTENTIAL] = self._loading.circuit.anode_potential()
            scalars[columns.SPECIFIC_CAPACITY] = convert(charge / mass, "pC/pg", "mAh/g")
            scalars[columns.STEP_CAPACITY] = convert(self._loading.circuit.passed() / mass, "pC/pg", "mAh/g")
            scalars[columns.THROUGHPUT] = convert(self._loading.circuit.throughput / mass, "pC/pg", "mAh/g")
            if diagnostics.plate_area:
                density = self._loading.circuit.current / diagnostics.plate_area
                scalars[columns.AREAL_CAPACITY] = self._area_charge()
                scalars[columns.CURRENT_DENSITY] = convert(density, "pA/um^2", "mA/cm^2")
        return scalars

    def _stresses(self) -> dict[str, float]:
        scalars = {}
        for role, stress in self._diagnostics.stresses().items():
            scalars[f"{role} {columns.HYDROSTATIC_MEAN}"] = stress.hydrostatic_mean
            scalars[f"{role} {columns.VON_MISES_MAX}"] = stress.von_mises_max
            scalars[f"{role} principal stress max [MPa]"] = stress.principal_max
            scalars[f"{role} {columns.OVER_STRENGTH}"] = stress.over_strength
            scalars[f"{role} {columns.STRAIN_MAX}"] = stress.strain_max
        return scalars

    def _area_charge(self) -> float:
        """Charge passed per plate area [mAh/cm2]; zero without plates."""
        area = self._diagnostics.plate_area
        return convert(self._loading.circuit.charge / area, "pC/um^2", "mAh/cm^2") if area else 0.0
