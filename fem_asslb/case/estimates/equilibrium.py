"""The protocol walked through at equilibrium: what a cell without overpotentials but its resistance would do.

All charges are per mass of active material [pC/pg = C/g], so that a single particle is treated as a stack is.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fem_asslb.base.constants import FARADAY
from fem_asslb.case.sections.amounts import RATES, Limit, Rate
from fem_asslb.case.sections.case import Cell
from fem_asslb.case.sections.protocol import in_first_charge
from fem_asslb.case.sections.steps import Charge, Discharge, Hold, SetStoichiometry, Step, temperature_at
from fem_asslb.materials.anode import AnodePotential
from fem_asslb.materials.material import LithiumHost
from fem_asslb.materials.potential import IdealPotential, PotentialLaw

_NO_CURRENT = 1e-3
"""Of 1C: what is left of the current of a hold that only a time ends."""


@dataclass(frozen=True)
class CellState:
    """State of the cell at the end of a step.

    Attributes:
        stoichiometry: Of the active material [-].
        anode_state: Charge in the anode over its capacity [-].
        charge: Passed in the step, per mass of active material, positive [pC/pg].
        voltage: Of the cell at the end [V]; None without a current.
        duration: Of the step [s].
        off_the_table: Whether the lattice table ended before a limit of the step was met.
        at_once: Whether a limit of the step was met at its start.
        unless_earlier: Whether the step has a limit of mechanics, which is not known here and may be met before.
    """

    stoichiometry: float
    anode_state: float
    charge: float = 0.0
    voltage: float | None = None
    duration: float = 0.0
    off_the_table: bool = False
    at_once: bool = False
    unless_earlier: bool = False


@dataclass(frozen=True, kw_only=True)
class Equilibrium:
    """A cell at equilibrium.

    Attributes:
        cell: Electrochemistry.
        anode: Potential of the anode as a function of its state.
        anode_capacity: Charge of the anode per mass of active material of the cathode [pC/pg]; None where it is not
            known.
        host: The one active material.
        density: Of the active material [pg/um^3].
        loading: Active material per plate area [pg/um^2]; None for a single particle.
    """

    cell: Cell
    anode: AnodePotential | PotentialLaw | IdealPotential
    anode_capacity: float | None
    host: LithiumHost
    density: float
    loading: float | None

    @property
    def lattice_capacity(self) -> float:
        """Charge for x from 0 to 1 [pC/pg]."""
        return float(self.host.c_max) * FARADAY / self.density

    def current(self, rate: Rate | Limit) -> float:
        """Current per mass of active material [pA/pg]."""
        if rate.kind == "c_rate":
            return rate.value * self.cell.one_c
        if rate.kind == "specific_current":
            return rate.value
        assert self.loading is not None
        area = 1.0 if rate.kind == "current_density" else self.cell.plate_area
        assert area is not None
        return rate.value / area / self.loading

    def walk(self, start: CellState, steps: tuple[Step, ...]) -> list[CellState]:
        """States at the end of all steps."""
        states, state = [], start
        for index, step in enumerate(steps):
            share = 1.0 - self.cell.side_reaction_share if in_first_charge(steps, index) else 1.0
            resistance = self.cell.resistance.at(temperature_at(steps, index, 0.0, self.cell.temperature))
            if isinstance(step, Charge | Discharge):
                sign = 1.0 if isinstance(step, Charge) else -1.0
                state = self._pass_current(state, sign, self.current(step.rate), step.limits, (share, resistance))
            elif isinstance(step, Hold):
                state = self._keep_voltage(state, step, (share, resistance))
            elif isinstance(step, SetStoichiometry):
                state = CellState(step.stoichiometry, state.anode_state, duration=step.duration)
            else:
                state = CellState(state.stoichiometry, state.anode_state, duration=step.duration)
            states.append(state)
        return states

    def _keep_voltage(self, start: CellState, step: Hold, way: tuple[float, float]) -> CellState:
        """State in which the current that ends the hold, or next to none, has the voltage that is kept."""
        last = [self.current(limit) for limit in step.limits if limit.kind in RATES]
        current = max(last, default=_NO_CURRENT * self.cell.one_c)
        potential = float(self.host.potential.potential(start.stoichiometry))
        sign = 1.0 if step.voltage >= potential - float(self.anode.potential(start.anode_state)) else -1.0
        charges = [limit for limit in step.limits if limit.kind not in (*RATES, "duration")]
        end = self._pass_current(start, sign, current, (Limit("voltage", step.voltage), *charges), way)
        durations = [limit.value for limit in step.limits if limit.kind == "duration"]
        return replace(end, duration=min([end.duration, *durations]))

    def _pass_current(
        self, start: CellState, sign: float, current: float, limits: tuple[Limit, ...], way: tuple[float, float]
    ) -> CellState:
        """State at the first limit that is met, or where the lattice data end.

        Args:
            start: State before.
            sign: 1 on charge, -1 on discharge.
            current: Its size [pA/pg].
            limits: What ends it.
            way: Share of it that takes lithium out of the lattice, and resistance of the cell [V um^2/pA].
        """
        (share, resistance), per_area = way, current * (self.loading or 0.0)

        def after(charge: float) -> CellState:
            """State when a charge [pC] has passed in the step."""
            x = start.stoichiometry - sign * share * charge / self.lattice_capacity
            s = start.anode_state + sign * charge / (self.anode_capacity or float("inf"))
            potential = float(self.host.potential.potential(x)) - float(self.anode.potential(s))
            voltage = potential + sign * per_area * resistance
            return CellState(x, s, charge=charge, voltage=voltage, duration=charge / current)

        end = self.host.lattice.x_min if sign > 0.0 else self.host.lattice.x_max
        most = max(sign * (start.stoichiometry - end) * self.lattice_capacity / share, 0.0)
        charge = min(self._charge_at(limit, after, most, sign, current) for limit in limits)
        early = any(limit.kind in ("pressure", "open") for limit in limits)
        return replace(
            after(min(charge, most)),
            off_the_table=not early and charge > most,
            at_once=charge == 0.0,
            unless_earlier=early,
        )

    def _charge_at(
        self, limit: Limit, after: Callable[[float], CellState], most: float, sign: float, current: float
    ) -> float:
        """Charge at which one limit is met, infinite if that is more than ``most``."""

        def passed(charge: float) -> bool:
            """Whether a limit is met when a charge [pC] has passed in the step."""
            state = after(charge)
            match limit.kind:
                case "voltage":
                    return sign * ((state.voltage or 0.0) - limit.value) >= 0.0
                case "stoichiometry":
                    return sign * (limit.value - state.stoichiometry) >= -1e-12
                case "specific_capacity":
                    return charge >= limit.value
                case "areal_capacity":
                    return charge * (self.loading or 0.0) >= limit.value
                case "capacity":
                    return charge * (self.loading or 0.0) * (self.cell.plate_area or 0.0) >= limit.value
                case "duration":
                    return charge / current >= limit.value
                case _:
                    return False

        low, high = 0.0, most
        if passed(0.0):
            return 0.0
        if not passed(most):
            return float("inf")
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (low, middle) if passed(middle) else (middle, high)
        return high
