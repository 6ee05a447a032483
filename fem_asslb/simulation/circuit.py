"""The current through a cell, given or drawn by a kept voltage, and the charge that it has carried."""

from fem_asslb.base.errors import ConvergenceError
from fem_asslb.case.sections.steps import Charge, Discharge, Hold, Step
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.fields import electrode
from fem_asslb.model.battery_cell import BatteryCell
from fem_asslb.problem.problem import Problem

KEPT = 5e-5
"""A voltage counts as kept within this distance [V], ..."""

ALIKE = 1e-3
"""... and the current that the anode has swollen by as that of the state within this share."""

LEAST_CONDUCTING = 1e-6
"""Share of the reacting surface below which nothing conducts a current."""


class Circuit:
    """What is connected to a cell, as controls of a problem.

    Attributes:
        charge: Charge passed since the start, positive on charge [pC; pC/um in 2D].
        throughput: The same with charges and discharges counted alike.
        current: Current of the state just solved, positive on charge [pA; pA/um in 2D].
        reacting_current: The part of it that takes lithium out of the hosts.

    Args:
        problem: The equations, whose controls are set.
        diagnostics: Scalars of the problem's state.
        cell: Electrochemistry around the positive electrode; None for a mechanical case, through which nothing flows.
    """

    def __init__(self, problem: Problem, diagnostics: Diagnostics, cell: BatteryCell | None) -> None:
        self._problem, self._diagnostics, self._cell = problem, diagnostics, cell
        self.charge, self.throughput, self.current, self.reacting_current = 0.0, 0.0, 0.0, 0.0
        self._length, self._charge_at_start = 0.0, 0.0
        self._kept_voltage: float | None = None
        self._reacting_share = 1.0

    @property
    def battery(self) -> BatteryCell:
        """The cell that every charge and discharge has."""
        assert self._cell is not None
        return self._cell

    def snapshot(self) -> dict[str, float]:
        """Everything needed to continue, besides the controls."""
        carried = {"current": self.current, "charge": self.charge, "throughput": self.throughput}
        return {**carried, "charge at start": self._charge_at_start}

    def restore(self, snapshot: dict[str, float]) -> None:
        """Continue from a snapshot; the caller restores the controls, and connects."""
        self.current, self.charge, self.throughput = (snapshot[name] for name in ("current", "charge", "throughput"))
        self._charge_at_start, self._length = snapshot["charge at start"], 0.0

    def connect(self, step: Step, side_reaction_share: float) -> None:
        """What a protocol step imposes from now on.

        Args:
            step: The protocol step.
            side_reaction_share: Share of the current that takes no lithium out of the hosts.
        """
        self._kept_voltage = step.voltage if isinstance(step, Hold) else None
        self._reacting_share = 1.0 - side_reaction_share

    def begin(self, step: Step) -> None:
        """Set the controls that stay the same during a protocol step, which is connected."""
        controls, area = self._problem.controls, self._diagnostics.reacting_area
        if self._problem.formulation.quantities.electrode is not None:
            controls.voltage.value = electrode.potential(self._problem.state)
        self._charge_at_start = self.charge
        if self._kept_voltage is None:
            self.current, controls.conductance.value = self._given_current(step), 0.0
            controls.current_density.value = self._reacting_share * self.current / area if area else 0.0

    def watch(self) -> None:
        """Begin a time step; the state is the last accepted one."""
        self._length = 0.0

    def impose(self, length: float) -> None:
        """Set the controls to the end of a time step of ``length`` [s]."""
        self._length, controls = length, self._problem.controls
        if self._cell is not None:
            controls.anode_lithium.value = self._cell.anode_lithium(self.charge + self.current * length)
        if self._kept_voltage is not None:
            source, conductance = self._kept(self._kept_voltage)
            controls.voltage.value, controls.current_density.value = source, 0.0
            controls.conductance.value = self._reacting_share * conductance / self._diagnostics.reacting_area

    def correct(self) -> bool:
        """Let the current of a kept voltage, and what the anode swells by it, be those of the state just solved.

        Returns:
            Whether they were others, so that the state is none yet.
        """
        if self._kept_voltage is None:
            return False
        imposed = self.current
        self.settle()
        source, conductance = self._kept(self._kept_voltage)
        off = source - self._above_negative() - self.current / conductance
        if abs(off) <= KEPT and abs(self.current - imposed) <= ALIKE * abs(imposed):
            return False
        self.impose(self._length)
        return True

    def accept(self, length: float) -> None:
        """Carry the charge of a time step of ``length`` [s] that was solved."""
        self.charge, self._length = self.charge + self.current * length, 0.0
        self.throughput += abs(self.current) * length

    def settle(self) -> None:
        """Take the current of the state just solved: the given one, or that of a kept voltage."""
        controls = self._problem.controls
        if self._kept_voltage is not None and self._length > 0.0:
            below = float(controls.voltage.value) - self._above_negative()
            reacting = float(controls.conductance.value) * below * self._diagnostics.reacting_area
            self.current = reacting / self._reacting_share
        self.reacting_current = self._reacting_share * self.current

    def check(self) -> None:
        """Take the current of the state just solved, and refuse one in which nothing conducts it.

        Raises:
            ConvergenceError: It is one.
        """
        self.settle()
        if self.current != 0.0 and self._diagnostics.conducting_share() < LEAST_CONDUCTING:
            raise ConvergenceError("no contact of the active material is left to conduct the current")

    def voltage(self) -> float:
        """Cell voltage at the state just solved [V], of a case with electrochemistry."""
        cathode = electrode.potential(self._problem.state)
        return self.battery.voltage(cathode, self.anode_potential(), self.current, self._now)

    def anode_potential(self) -> float:
        """Of the anode at the state just solved [V vs Li], of a case with electrochemistry."""
        if self._problem.model.negative is not None:
            return electrode.negative_potential(self._problem.state)
        return self.battery.anode_potential(self.charge + self.current * self._length)

    def passed(self) -> float:
        """Size of the charge that has passed in the protocol step, with the time step just solved [pC]."""
        return abs(self.charge + self.current * self._length - self._charge_at_start)

    @property
    def _now(self) -> float:
        """Temperature at the state just solved [K]."""
        return float(self._problem.controls.temperature.value)

    def _kept(self, voltage: float) -> tuple[float, float]:
        """What draws the current that keeps a voltage; see `BatteryCell.kept`."""
        return self.battery.kept(voltage, self.charge, self.current, self._length, self._now)

    def _given_current(self, step: Step) -> float:
        match step:
            case Charge(rate):
                return self.battery.current(rate)
            case Discharge(rate):
                return -self.battery.current(rate)
            case _:
                return 0.0

    def _above_negative(self) -> float:
        """Potential of the electrode over that of a negative electrode of hosts, or over lithium [V]."""
        state, has_hosts = self._problem.state, self._problem.model.negative is not None
        return electrode.potential(state) - (electrode.negative_potential(state) if has_hosts else 0.0)
