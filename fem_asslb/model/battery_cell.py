"""Electrochemistry of the whole cell around the positive electrode: currents, counter electrode, cell voltage."""

from collections.abc import Mapping
from dataclasses import dataclass

from fem_asslb.base.constants import FARADAY
from fem_asslb.case.sections.amounts import Limit, Rate
from fem_asslb.case.sections.case import Cell
from fem_asslb.materials.anode import AnodePotential
from fem_asslb.materials.library import load_anode
from fem_asslb.materials.material import Material, hosts

_LEAST_DROP = 1e-5
"""Of the voltage over a resistance at 1C [V], so that a kept voltage decides on a current."""


@dataclass(frozen=True, kw_only=True)
class BatteryCell:
    """The cell of which the mesh is a piece.

    Attributes:
        cell: Electrochemistry of the case.
        anode: Potential of the counter electrode; None where its hosts are a part of the model.
        active_mass: Active material in the mesh [pg; pg/um in 2D].
        plate_area: Area of the piece seen along the stack [um^2; um in 2D]; None for a single particle.
        initial_anode_state: Charge in the anode over its capacity at the start.
    """

    cell: Cell
    anode: AnodePotential | None
    active_mass: float
    plate_area: float | None
    initial_anode_state: float

    @classmethod
    def create(
        cls,
        cell: Cell,
        materials: Mapping[str, Material],
        active_mass: float,
        plate_area: float | None,
        anode_state: float,
    ) -> "BatteryCell":
        """The cell of a case."""
        return cls(
            cell=cell,
            anode=None if cell.anode in hosts(materials) else load_anode(cell.anode, "cell.anode", materials),
            active_mass=active_mass,
            plate_area=plate_area,
            initial_anode_state=anode_state,
        )

    @property
    def anode_capacity(self) -> float:
        """Charge that takes the anode state from 0 to 1 [pC]; infinite where nothing limits it."""
        if self.cell.n_to_p is None or self.cell.positive_reference_capacity is None:
            return float("inf")
        return self.cell.n_to_p * self.cell.positive_reference_capacity * self.active_mass

    def current(self, rate: Rate | Limit) -> float:
        """Size of the current through the mesh [pA]."""
        if rate.kind == "c_rate":
            return rate.value * self.cell.one_c * self.active_mass
        if rate.kind == "specific_current":
            return rate.value * self.active_mass
        assert rate.kind in ("current_density", "current")
        return rate.value * self._plate(whole=rate.kind == "current")

    def charge(self, limit: Limit) -> float:
        """Charge through the mesh at which a limit of the charge that has passed is met [pC]."""
        if limit.kind == "specific_capacity":
            return limit.value * self.active_mass
        assert limit.kind in ("areal_capacity", "capacity")
        return limit.value * self._plate(whole=limit.kind == "capacity")

    def _plate(self, *, whole: bool) -> float:
        """Area of the piece that is meshed [um^2], or its share of the whole cell [-]."""
        assert self.plate_area is not None
        if not whole:
            return self.plate_area
        assert self.cell.plate_area is not None
        return self.plate_area / self.cell.plate_area

    def anode_state(self, charge: float) -> float:
        """Charge in the anode over its capacity when ``charge`` [pC] has passed since the start, positive on charge."""
        return self.initial_anode_state + charge / self.anode_capacity

    def anode_potential(self, charge: float) -> float:
        """Potential of the anode [V vs Li] when ``charge`` [pC] has passed; 0 where its hosts tell it."""
        return 0.0 if self.anode is None else float(self.anode.potential(self.anode_state(charge)))

    def anode_lithium(self, charge: float) -> float:
        """Lithium that the anode has taken up [pmol] when ``charge`` [pC] has passed."""
        return charge / FARADAY

    def kept(
        self, voltage: float, charge: float, current: float, length: float, temperature: float
    ) -> tuple[float, float]:
        """What draws a current that keeps the voltage of the cell at the end of a step: I = G (P - V).

        V is the potential of the cathode. The potential of the anode follows the charge of the step along its secant; a
        cell without resistance has one over which 1C drops 10 uV.

        Args:
            voltage: Of the cell [V].
            charge: Charge passed at the start of the step [pC].
            current: A current near that of the step [pA].
            length: Of the step [s].
            temperature: At its end [K].

        Returns:
            P [V vs Li] and G [pA/V]; P over the negative electrode where its hosts are a part of the model.
        """
        now = self.anode_potential(charge)
        passes = current * length or 1e-6 * self.cell.one_c * self.active_mass * length
        secant = (self.anode_potential(charge + passes) - now) / passes if length else 0.0
        own = self.cell.resistance.at(temperature) / self.plate_area if self.plate_area else 0.0
        least = _LEAST_DROP / (self.cell.one_c * self.active_mass)
        return voltage + now, 1.0 / (max(own, least) + max(-secant * length, 0.0))

    def voltage(self, cathode: float, anode: float, current: float, temperature: float) -> float:
        """Cell voltage: cathode minus anode, plus the drop over the resistance, which is positive on charge.

        Args:
            cathode: Potential of the cathode [V vs Li].
            anode: That of the anode [V vs Li].
            current: Current through the mesh [pA], positive on charge.
            temperature: [K].
        """
        return cathode - anode + self.drop(current, temperature)

    def drop(self, current: float, temperature: float) -> float:
        """Voltage over the resistance [V], positive on charge; see `voltage`."""
        return current / self.plate_area * self.cell.resistance.at(temperature) if self.plate_area else 0.0
