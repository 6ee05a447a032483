"""The protocol of a case carried out on a problem, step by accepted step, for observers to see."""

import logging
import math
from collections.abc import Sequence
from typing import Protocol

from fem_asslb.base.endings import COMPLETE, LATER
from fem_asslb.base.errors import BalanceError, ConvergenceError, MeshError, Postponed
from fem_asslb.case.estimates.default_sizes import longest_step
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.steps import Hold, Press, ends_fabrication
from fem_asslb.diagnostics import balances
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.diagnostics.cautions import cautions
from fem_asslb.diagnostics.histories import INELASTIC
from fem_asslb.diagnostics.interfaces import InterfaceDiagnostics
from fem_asslb.mesh.domain import Domain
from fem_asslb.model.battery_cell import BatteryCell
from fem_asslb.model.build import build_model
from fem_asslb.model.model import Model
from fem_asslb.problem.problem import Problem, Sources
from fem_asslb.simulation.drivable import require_drivable
from fem_asslb.simulation.ledger import Ledger
from fem_asslb.simulation.loading import Loading
from fem_asslb.simulation.standstill import Standstill
from fem_asslb.simulation.step_record import StepRecord
from fem_asslb.simulation.stepping import Stepper
from fem_asslb.solve.newton import NewtonSolver

logger = logging.getLogger(__name__)

SHARE = 0.5
"""Size of a share of an interface where the time steps follow it: half a percent of the area counts as one in x."""

INELASTIC_STRAIN = 0.05
"""Size of an inelastic strain where the time steps follow it: a few times what a sulfide bears before it yields."""

LEAST_PRESSURE = 1e-3
"""Pressures count as no smaller [MPa] where the time steps follow them."""


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
        interfaces: Results of the interfaces that may open; None if there are none.
        cell: Electrochemistry around the positive electrode; None for a mechanical case.
        loading: The protocol and how far it is.
        time: Time since the start [s].
        index: Accepted steps so far.
        fault: Which balance the last step broke; None if it is good to go on from.

    Args:
        case: A checked case.
        domain: Its mesh.
        model: What is solved in place of the model of the case, such as ``replace(build_model(case, domain), ...)``;
            fixture, protocol and cell stay those of the case.
        sources: Right-hand sides that no case states, see `fem_asslb.problem.problem.Sources`; the balances know them.

    Raises:
        MeshError: A cell needs a surface where lithium comes out, and there is none.
        FemAsslbError: The protocol of the case cannot be carried out on the model, or a source fits no field.
    """

    def __init__(
        self, case: Case, domain: Domain, *, model: Model | None = None, sources: Sources | None = None
    ) -> None:
        self.case = case
        if model is not None:
            require_drivable(case, model)
        self.problem = Problem(domain, model or build_model(case, domain), sources)
        self.solver = NewtonSolver(self.problem, case.solver.preset, case.solver.petsc)
        self.diagnostics = Diagnostics(self.problem)
        self.interfaces = InterfaceDiagnostics(self.problem) if self.problem.model.interfaces else None
        has_drag = any("friction" in item.law.DISSIPATION for item in self.problem.model.interfaces)
        self.stepper = Stepper(self.problem, self.solver, case.time, self._measure, has_drag)
        self.cell: BatteryCell | None = None
        if case.cell is not None:
            if not self.diagnostics.reacting_area:
                raise MeshError("no surface to react on: no region that hosts lithium touches one that does not")
            mass, area = self.diagnostics.active_mass(), self.diagnostics.plate_area
            self.cell = BatteryCell.create(
                case.cell, self.problem.model.materials, mass, area, case.initial.anode_state
            )
        self.loading = Loading(case, self.problem, self.diagnostics, self.cell, self._open_share)
        self.ledger = Ledger(self.problem, self.diagnostics, self.interfaces, self.loading, self.cell)
        self.time, self.index = 0.0, 0
        self._standstill = Standstill()
        self._cautions: dict[str, tuple[float, str]] = {}
        self.fault: str | None = None

    @property
    def cautions(self) -> list[str]:
        """What was doubtful at its worst instant: stress over strength, x outside its table, large strain, balances."""
        return [text for _, text in self._cautions.values()]

    def run(self, observers: Sequence[Observer] = ()) -> str:
        """Carry out what is left of the protocol.

        Returns:
            Why it ended: ``"end of protocol"``, the cause why it is postponed, or the reason of a failure; the state is
            then the last good one.
        """
        for observer in observers:
            observer.start(self)
        reason = COMPLETE
        try:
            while not self.loading.has_ended:
                step = self.loading.step
                record = self.advance()
                for observer in observers:
                    observer.step(self, record)
                self._require_balance()
        except Postponed as cause:
            reason = f"{LATER} in '{step}' at {self.time:.6g} s: {cause}"
            logger.info(reason)
        except (ConvergenceError, BalanceError) as failure:
            reason = f"stopped in '{step}' at {self.time:.6g} s: {failure}"
            logger.error(reason)
        for observer in observers:
            observer.finish(self, reason)
        return reason

    def advance(self) -> StepRecord:
        """One accepted step.

        Raises:
            ConvergenceError: The smallest step failed, no contact conducts, or a hold stands still; the state is the
                last good one.
            BalanceError: Forces, lithium or current did not balance in the step before.
        """
        self._require_balance()
        loading = self.loading
        stage, step, starts = loading.stage, loading.step, loading.at_start_of_step
        self._standstill.require_change(step)
        if starts:
            self.stepper.begin_stage()
            loading.begin_step()
        loading.watch()
        # The step before may have been the last that anything conducts: shorter ones only come nearer to that instant.
        loading.circuit.check()
        before = self.solver.iterations
        longest = loading.remaining()
        met = longest == 0.0
        if met:
            longest = self.case.time.smallest_step
        longest = min(longest, loading.until_corner(), longest_step(step, self.case.time))
        length, rejected = self.stepper.advance(
            longest, self._impose, loading.overshoot, loading.circuit.check, loading.circuit.correct
        )
        iterations = self.solver.iterations - before
        # What a hold draws is known once it has begun.
        at_once = isinstance(step, Hold) and loading.has_met_limit
        if starts and (met or at_once or loading.overshoot() > 0.0):
            logger.warning("the limit of '%s' is met at its start", step)
        ends = loading.accept(length)
        self.time += length
        self.index += 1
        scalars = self.ledger.close_step(self.time, length)
        self._note_cautions(scalars)
        self.fault = balances.broken(scalars)
        if self.cell is not None:
            rate = loading.circuit.current / (self.cell.cell.one_c * self.cell.active_mass)
            self._standstill.look(step, length, rate, self.pressure())
        self.problem.accept()
        if ends and ends_fabrication(loading.steps, stage):
            self.ledger.energy.spend_at_once(self.problem.adhere())
            self.stepper.estimator.remeasure()
        return StepRecord(
            index=self.index,
            time=self.time,
            duration=length,
            stage=stage,
            stage_name=str(step),
            stage_ends=ends,
            iterations=iterations,
            rejected=rejected,
            scalars=scalars,
        )

    def _impose(self, length: float) -> None:
        """Set the controls to the end of a time step of ``length`` [s]."""
        self.problem.controls.time.value = self.time + length
        self.loading.impose(length)

    def _measure(self) -> dict[str, tuple[float, float]]:
        """What the time steps follow besides the fields, with sizes: shares of interfaces, the fixture's pressure."""
        found: dict[str, tuple[float, float]] = {}
        if self.interfaces is not None:
            shares = self.interfaces.shares(self.interfaces.evaluate())
            found = {name: (share, SHARE) for name, share in shares.items()}
        inelastic = {name: value for name, value in self.ledger.histories.scalars().items() if INELASTIC in name}
        found |= {name: (value, INELASTIC_STRAIN) for name, value in inelastic.items()}
        pressure = self.pressure()
        size = max(pressure, self.loading.start_pressure, LEAST_PRESSURE)
        # A press prescribes it.
        found["pressure"] = pressure, math.inf if isinstance(self.loading.step, Press) else size
        return found

    def _open_share(self) -> float:
        """Largest open share of an interface at the state just solved; 0 without interfaces that may open."""
        if self.interfaces is None:
            return 0.0
        return max(self.interfaces.open_shares(self.interfaces.evaluate()).values())

    def _require_balance(self) -> None:
        if self.fault is not None:
            raise BalanceError(self.fault)

    def _note_cautions(self, scalars: dict[str, float]) -> None:
        ranges = self.diagnostics.stoichiometry_ranges()
        law = self.cell.anode if self.cell is not None else None
        known = law.known if law is not None else (0.0, 1.0)
        found = cautions(self.problem.model, scalars, ranges, self.loading.circuit.current != 0.0, known)
        for subject, (size, text) in found.items():
            if subject not in self._cautions:
                logger.warning(text)
            if size > self._cautions.get(subject, (0.0, ""))[0]:
                self._cautions[subject] = size, text

    def snapshot(self) -> dict[str, float]:
        """Scalars that a checkpoint needs besides the state and the controls."""
        return {
            "time": self.time,
            "index": self.index,
            "next step": self.stepper.next_step,
            "last step": self.stepper.last_step or 0.0,
            "step limit": min(self.stepper.limit, 1e300),
            "short steps": self.stepper.short_steps,
            **{f"now.{name}": value for name, value in self.stepper.estimator.now.items()},
            **{f"before.{name}": value for name, value in self.stepper.estimator.before.items()},
            **{f"loading.{name}": value for name, value in self.loading.snapshot().items()},
            **self.ledger.snapshot(),
        }

    def restore(self, snapshot: dict[str, float]) -> None:
        """Continue from a snapshot; state and controls are restored by the caller."""
        self.time, self.index = snapshot["time"], int(snapshot["index"])
        controls = self.problem.controls
        controls.time.value, controls.accepted_temperature.value = self.time, controls.temperature.value
        self.stepper.next_step, self.stepper.last_step = snapshot["next step"], snapshot["last step"] or None
        self.stepper.limit, self.stepper.short_steps = snapshot["step limit"], int(snapshot["short steps"])
        self.stepper.estimator.now, self.stepper.estimator.before = _part("now.", snapshot), _part("before.", snapshot)
        self.loading.restore(_part("loading.", snapshot))
        self.ledger.restore(snapshot)

    def pressure(self) -> float:
        """Stack pressure, or the pressure on the outer boundary [MPa], compression positive."""
        return self.loading.pressure()

    def voltage(self) -> float:
        """Cell voltage at the state just solved [V], of a case with electrochemistry."""
        return self.loading.circuit.voltage()


def _part(prefix: str, snapshot: dict[str, float]) -> dict[str, float]:
    """Entries of a snapshot whose names begin so, without that beginning."""
    return {name.removeprefix(prefix): value for name, value in snapshot.items() if name.startswith(prefix)}
