"""The protocol of a case carried out on a problem, step by accepted step, for observers to see."""

import logging
from collections.abc import Sequence
from typing import Protocol

from fem_asslb.battery_cell import BatteryCell
from fem_asslb.build import build_model
from fem_asslb.case.fixture import ConstantForceFixture, PressureFixture, RigidFixture, SpringFixture
from fem_asslb.case.protocol import in_first_charge
from fem_asslb.case.schema import Case
from fem_asslb.case.steps import Charge, Discharge, Limit, Press, Rest, SetStoichiometry, Step
from fem_asslb.cautions import cautions
from fem_asslb.constants import FARADAY
from fem_asslb.diagnostics import Diagnostics
from fem_asslb.errors import ConvergenceError
from fem_asslb.ledger import Ledger
from fem_asslb.mesh.domain import Domain
from fem_asslb.problem import Problem
from fem_asslb.solver import NewtonSolver
from fem_asslb.spaces.state import CONTACT_PRESSURE, ELECTRODE, PLATEN
from fem_asslb.stepping import Stepper, StepRecord

logger = logging.getLogger(__name__)

VOLTAGE_TOLERANCE = 1e-4
"""A voltage limit counts as met within this distance [V]."""


class Observer(Protocol):
    """What watches a simulation: output, log, progress."""

    def start(self, simulation: "Simulation") -> None:
        """Before the first step."""

    def step(self, simulation: "Simulation", record: StepRecord) -> None:
        """After each accepted step; ``problem.state`` is its end."""

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """At the end, also of a run that stops early."""


class Simulation:
    """A case on its mesh.

    Attributes:
        case: The case.
        problem: The equations.
        solver: Their solver.
        diagnostics: Scalars of the state.
        cell: Electrochemistry around the positive electrode; None for a mechanical case.
        time: Time since the start [s].
        charge: Charge passed since the start, positive on charge [pC; pC/um in 2D].
        current: Current now, positive on charge [pA; pA/um in 2D].
        index: Accepted steps so far.

    Args:
        case: A checked case.
        domain: Its mesh.
    """

    def __init__(self, case: Case, domain: Domain) -> None:
        self.case = case
        self.problem = Problem(domain, build_model(case, domain))
        self.solver = NewtonSolver(self.problem, case.solver.preset, case.solver.petsc)
        self.diagnostics = Diagnostics(self.problem)
        self.stepper = Stepper(self.problem, self.solver, case.time)
        self.cell: BatteryCell | None = None
        if case.cell is not None:
            self.cell = BatteryCell.create(
                case.cell,
                self.diagnostics.active_mass(),
                self.diagnostics.plate_area,
                case.initial.anode_state,
            )
        self.ledger = Ledger(self)
        self.time, self.charge, self.current, self.index = 0.0, 0.0, 0.0, 0
        self._charge_end = 0.0
        self._stage, self._elapsed, self._stage_charge = 0, 0.0, 0.0
        self._start_of_stage: dict[str, float] = {}
        self._cautions: dict[str, tuple[float, str]] = {}

    @property
    def cautions(self) -> list[str]:
        """What was doubtful at its worst instant: stress over strength, x outside its table, large strain."""
        return [text for _, text in self._cautions.values()]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Protocol steps, repeats expanded."""
        return self.case.protocol.steps

    def run(self, observers: Sequence[Observer] = ()) -> str:
        """Carry out what is left of the protocol.

        Returns:
            Why it ended: ``"end of protocol"``, or the reason of a failure; the state is then the last good one.
        """
        for observer in observers:
            observer.start(self)
        reason = "end of protocol"
        try:
            while self._stage < len(self.steps):
                record = self.advance()
                for observer in observers:
                    observer.step(self, record)
        except ConvergenceError as failure:
            reason = f"stopped in '{self.steps[self._stage]}' at {self.time:.6g} s: {failure}"
            logger.error(reason)
        for observer in observers:
            observer.finish(self, reason)
        return reason

    def advance(self) -> StepRecord:
        """One accepted step.

        Raises:
            ConvergenceError: The smallest step failed; the state is the last good one.
        """
        step, stage = self.steps[self._stage], self._stage
        if self._elapsed == 0.0:
            self._begin(step)
        length, report, rejected = self.stepper.advance(
            self._remaining(step), lambda length: self._load(step, length), lambda: self._overshoot(step)
        )
        self.time += length
        self._elapsed += length
        self.charge = self._charge_end
        self._stage_charge += self.current * length
        self.index += 1
        ends = self._remaining(step) <= 1e-9 * length or self._is_met(step)
        scalars = self.ledger.close_step(length)
        self._note_cautions(scalars)
        record = StepRecord(self.index, self.time, length, stage, str(step), ends, report.iterations, rejected, scalars)
        self.problem.previous.assign(self.problem.state)
        if ends:
            self._stage, self._elapsed, self._stage_charge = stage + 1, 0.0, 0.0
        return record

    def _note_cautions(self, scalars: dict[str, float]) -> None:
        strain = self.diagnostics.largest_layer_strain()
        for subject, (size, text) in cautions(self.problem.model, scalars, strain).items():
            if subject not in self._cautions:
                logger.warning(text)
            if size > self._cautions.get(subject, (0.0, ""))[0]:
                self._cautions[subject] = size, text

    def snapshot(self) -> dict[str, float]:
        """Scalars that a checkpoint needs besides the state and the controls."""
        clock = {
            "time": self.time,
            "charge": self.charge,
            "current": self.current,
            "index": self.index,
            "stage": self._stage,
            "elapsed": self._elapsed,
            "stage_charge": self._stage_charge,
            "next_step": self.stepper.next_step,
            "last_step": self.stepper.last_step or 0.0,
        }
        return {
            **clock,
            **{f"start.{k}": v for k, v in self._start_of_stage.items()},
            **self.ledger.snapshot(),
        }

    def restore(self, snapshot: dict[str, float]) -> None:
        """Continue from a snapshot; state and controls are restored by the caller."""
        self.time, self.charge, self.current = snapshot["time"], snapshot["charge"], snapshot["current"]
        self._charge_end = self.charge
        self.index, self._stage = int(snapshot["index"]), int(snapshot["stage"])
        self._elapsed, self._stage_charge = snapshot["elapsed"], snapshot["stage_charge"]
        self.stepper.next_step, self.stepper.last_step = snapshot["next_step"], snapshot["last_step"] or None
        self._start_of_stage = {k[6:]: v for k, v in snapshot.items() if k.startswith("start.")}
        self.ledger.restore(snapshot)

    def pressure(self) -> float:
        """Stack pressure, or the pressure on the outer boundary [MPa], compression positive."""
        if self.problem.model.support.platen:
            return self.diagnostics.stack_pressure()
        return float(self.problem.controls.outer_pressure.value)

    @property
    def battery(self) -> BatteryCell:
        """Electrochemistry of a case that has some."""
        assert self.cell is not None
        return self.cell

    def voltage(self) -> float:
        """Cell voltage at the state just solved [V], of a case with electrochemistry."""
        return self.battery.voltage(self.problem.state.number(ELECTRODE), self._charge_end, self.current)

    def _begin(self, step: Step) -> None:
        """Controls that stay the same during a protocol step."""
        self.stepper.begin_stage()
        controls = self.problem.controls
        controls.forced.value = float(isinstance(step, SetStoichiometry))
        controls.voltage.value = self.problem.state.number(ELECTRODE)
        x = self.diagnostics.lithium() / self.diagnostics.lithium_capacity() if self.problem.model.hosts else 0.0
        self._start_of_stage = {"pressure": self.pressure(), "stoichiometry": x}
        if isinstance(step, Press):
            self._free_platen(self.pressure())
        else:
            self._hold_platen()
        self.current = self._current(step)
        share = 1.0
        if self.cell is not None and in_first_charge(self.steps, self._stage):
            share -= self.cell.cell.side_reaction_share
        area = self.diagnostics.reacting_area
        controls.current_density.value = share * self.current / area if area else 0.0

    def _current(self, step: Step) -> float:
        if not isinstance(step, Charge | Discharge):
            return 0.0
        return self.battery.current(step.rate) * (1.0 if isinstance(step, Charge) else -1.0)

    def _load(self, step: Step, length: float) -> None:
        """Controls at the end of a step of ``length`` [s]."""
        controls, elapsed = self.problem.controls, self._elapsed + length
        self._charge_end = self.charge + self.current * length
        if self.cell is not None:
            controls.anode_lithium.value = self.cell.anode_lithium(self._charge_end)
        match step:
            case Press():
                start = self._start_of_stage["pressure"]
                pressure = start + (step.pressure - start) * elapsed / step.duration
                controls.platen.pressure.value = controls.outer_pressure.value = pressure
            case SetStoichiometry():
                start = self._start_of_stage["stoichiometry"]
                x = start + (step.stoichiometry - start) * elapsed / step.duration
                controls.forced_x.value = x

    def _remaining(self, step: Step) -> float:
        """Time left in a protocol step as far as it is known beforehand [s]."""
        if isinstance(step, Press | Rest | SetStoichiometry):
            return step.duration - self._elapsed
        return min(self._time_to(limit) for limit in step.limits)

    def _time_to(self, limit: Limit) -> float:
        match limit.kind:
            case "duration":
                return limit.value - self._elapsed
            case "specific_capacity":
                return (limit.value * self.battery.active_mass - abs(self._stage_charge)) / abs(self.current)
            case "areal_capacity":
                return (limit.value * (self.battery.plate_area or 0.0) - abs(self._stage_charge)) / abs(self.current)
            case "stoichiometry":
                to_go = self.diagnostics.lithium() - limit.value * self.diagnostics.lithium_capacity()
                return max(0.0, to_go / self._lithium_rate())
            case _:
                return float("inf")

    def _lithium_rate(self) -> float:
        """Lithium that leaves the hosts per time [pmol/s]."""
        return float(self.problem.controls.current_density.value) * self.diagnostics.reacting_area / FARADAY

    def _voltage_limit(self, step: Step) -> float | None:
        if not isinstance(step, Charge | Discharge):
            return None
        return next((limit.value for limit in step.limits if limit.kind == "voltage"), None)

    def _beyond(self, step: Step) -> float:
        """Voltage past the limit in the direction of the step [V]; -inf without a limit."""
        limit = self._voltage_limit(step)
        if limit is None:
            return -float("inf")
        return (self.voltage() - limit) * (1.0 if isinstance(step, Charge) else -1.0)

    def _overshoot(self, step: Step) -> float:
        beyond = self._beyond(step)
        if beyond <= VOLTAGE_TOLERANCE:
            return 0.0
        before = self.battery.voltage(self.problem.previous.number(ELECTRODE), self.charge, self.current)
        gained = abs(self.voltage() - before)
        return min(0.9, max(beyond - 0.5 * VOLTAGE_TOLERANCE, 0.0) / max(gained, beyond))

    def _is_met(self, step: Step) -> bool:
        return self._beyond(step) >= -VOLTAGE_TOLERANCE

    def _free_platen(self, pressure: float) -> None:
        """The platen follows a given pressure."""
        platen = self.problem.controls.platen
        platen.clamped.value, platen.stiffness.value, platen.pressure.value = 0.0, 0.0, pressure

    def _hold_platen(self) -> None:
        """The fixture takes over where the last press left the platen."""
        fixture, platen = self.case.fixture, self.problem.controls.platen
        previous = self.steps[self._stage - 1] if self._stage else None
        if not self.problem.model.support.platen or not (previous is None or isinstance(previous, Press)):
            return
        pressure, position = self.pressure(), self.problem.state.number(PLATEN)
        self._free_platen(pressure)
        platen.position.value = position
        match fixture:
            case SpringFixture():
                platen.stiffness.value = fixture.stiffness
            case RigidFixture():
                platen.clamped.value = 1.0
                self.problem.state.set_number(CONTACT_PRESSURE, pressure)
                self.problem.previous.set_number(CONTACT_PRESSURE, pressure)
            case ConstantForceFixture() | PressureFixture():
                pass
