"""Energy between the electrodes and the terminals of a cell: resistance, side reaction, an anode that is no host.

With V of the electrode (over that of a negative one of hosts), U of an anode that is a function of the charge, a
current I of which I_r takes lithium out of the hosts, and a resistance R the cell takes up

    V_cell I dt = V I_r dt + V (I - I_r) dt - U I dt + R I^2 dt.
"""

import numpy as np

from fem_asslb.base.energies import ANODE, RESISTANCE, SIDE_REACTION
from fem_asslb.fields import electrode
from fem_asslb.model.battery_cell import BatteryCell
from fem_asslb.problem.problem import Problem

_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(5)


class TerminalEnergy:
    """Sums over the steps of a run.

    Attributes:
        sums: Work at the ``terminals`` and of the ``electrode``, change of the energy of the ``anode``, what the
            ``resistance`` dissipates, and what a ``side reaction`` takes up [pJ; pJ/um in 2D].

    Args:
        problem: A problem with an electrode.
        cell: What is around it.
    """

    def __init__(self, problem: Problem, cell: BatteryCell) -> None:
        self._problem, self._cell = problem, cell
        self.sums = dict.fromkeys(("terminals", ANODE, RESISTANCE, SIDE_REACTION, "electrode"), 0.0)

    def book(self, length: float, charge: float, current: float, reacting: float) -> None:
        """Add what a step has done.

        Args:
            length: Of the step [s].
            charge: That has passed since the start, at the end of the step [pC].
            current: Of the step [pA], positive on charge.
            reacting: The part of it that takes lithium out of the hosts [pA].
        """
        if float(self._problem.controls.forced.value):
            return
        cell, passed = self._cell, current * length
        electrodes = 0.5 * (self._over_electrodes(before=True) + self._over_electrodes(before=False))
        # Of the electrodes both ends are known, of the anode the middle too, where its potential bends at first.
        start, middle, end = (cell.anode_potential(charge - share * passed) for share in (1.0, 0.5, 0.0))
        anode = (start + 4.0 * middle + end) / 6.0
        drop = cell.drop(current, float(self._problem.controls.temperature.value))
        self.sums["terminals"] += (electrodes - anode + drop) * passed
        self.sums["electrode"] += electrodes * reacting * length
        self.sums[SIDE_REACTION] += electrodes * (current - reacting) * length
        self.sums[RESISTANCE] += drop * passed
        within = charge - passed * (0.5 - 0.5 * _POINTS)
        potentials = np.array([cell.anode_potential(float(each)) for each in within])
        self.sums[ANODE] -= 0.5 * passed * float(_WEIGHTS @ potentials)

    @property
    def left(self) -> float:
        """Work at the terminals that the rest does not account for [pJ]: of an anode whose potential bends."""
        return self.sums["terminals"] - sum(value for name, value in self.sums.items() if name != "terminals")

    def scalars(self) -> dict[str, float]:
        """Work and energies; names carry the units."""
        found = {f"{name} energy [pJ]": self.sums[name] for name in (ANODE, RESISTANCE, SIDE_REACTION)}
        return {"cell work [pJ]": self.sums["terminals"], **found}

    def _over_electrodes(self, before: bool) -> float:
        """Potential of the electrode over that of a negative one of hosts, or over lithium [V]."""
        state = self._problem.previous if before else self._problem.state
        negative = electrode.negative_potential(state) if self._problem.model.negative is not None else 0.0
        return electrode.potential(state) - negative
