"""Energy balance of a run: what fixture and swelling do is stored or dissipated, and what is left over is told."""

from collections.abc import Mapping

from fem_asslb.base.energies import BONDING
from fem_asslb.diagnostics import columns
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.diagnostics.interfaces import InterfaceDiagnostics

STATES = ("pressure", "swept_volume", "layer_force", "anode_lithium", "thermal_force", "temperature")
"""What the works of a step are made of, at its start and at its end."""


class EnergyBalance:
    """Sums over the steps of a run.

    Attributes:
        sums: ``fixture`` work of platen or outer pressure, ``chemical`` work -int sigma : d(eps_swelling) and
            ``thermal`` work -int sigma : d(eps_thermal), all trapezoidal; ``bonding``, what friction held when surfaces
            began to adhere; what each interface and each phase dissipates, by the names of its law
            (``particle|cathode cohesive``); the ``remainder`` of all steps,
            and the ``largest`` energy or work so far [pJ; pJ/um in 2D].

    Args:
        diagnostics: Of the bulk.
        interfaces: Of the interfaces that may open; None without.
        least: Energy against which errors are counted while all are smaller [pJ].
    """

    def __init__(self, diagnostics: Diagnostics, interfaces: InterfaceDiagnostics | None, least: float) -> None:
        self._diagnostics, self._interfaces, self._least = diagnostics, interfaces, least
        owners = {**(interfaces.dissipates if interfaces is not None else {}), **diagnostics.dissipates}
        self._dissipated = {f"{owner} {kind}": kind for owner, kinds in owners.items() for kind in kinds}
        self.sums = dict.fromkeys(("fixture", "chemical", "thermal", BONDING, "remainder", "largest"), 0.0)
        self.sums |= dict.fromkeys(self._dissipated, 0.0)
        self._stored: dict[str, float] = {}
        self._left = 0.0

    def book(self, last: Mapping[str, float], now: Mapping[str, float], source_work: float = 0.0) -> None:
        """Add what a step has done.

        Args:
            last: `STATES` at its start.
            now: The same at its end.
            source_work: Of forces that no case states, since the start [pJ].
        """
        sums, before = self.sums, self.sums["remainder"]
        pressure, force = now["pressure"] + last["pressure"], now["layer_force"] + last["layer_force"]
        sums["fixture"] -= 0.5 * pressure * (now["swept_volume"] - last["swept_volume"])
        sums["chemical"] -= 0.5 * force * (now["anode_lithium"] - last["anode_lithium"])
        sums["chemical"] += self._diagnostics.chemical_work()
        heat = now["thermal_force"] + last["thermal_force"]
        sums["thermal"] -= 0.5 * heat * (now["temperature"] - last["temperature"])
        dissipation = self._diagnostics.dissipation()
        if self._interfaces is not None:
            dissipation |= self._interfaces.dissipation(self._interfaces.points)
        for name, energy in dissipation.items():
            sums[name] += energy
        self._stored = self._diagnostics.stored()
        stored = sum(self._stored.values())
        works = sums["fixture"], sums["chemical"], sums["thermal"], source_work
        sums["largest"] = max(sums["largest"], abs(stored), *map(abs, works))
        sums["remainder"] = sum(works) - stored - sums[BONDING] - sum(self._spent().values())
        self._left = sums["remainder"] - before

    def spend_at_once(self, energy: float) -> None:
        """Book energy that is no longer stored although nothing has moved [pJ]."""
        self.sums[BONDING] += energy

    def scalars(self) -> dict[str, float]:
        """Energies and works after the step that was booked last; the names carry the units."""
        sums = self.sums
        scalars = {f"{kind} energy [pJ]": energy for kind, energy in self._stored.items()}
        scalars |= {
            columns.FIXTURE_WORK: sums["fixture"],
            columns.CHEMICAL_WORK: sums["chemical"],
            "energy remainder of the step [pJ]": self._left,
            columns.ENERGY_ERROR: -sums["remainder"] / max(sums["largest"], self._least),
        }
        if self._diagnostics.expands:
            scalars[columns.THERMAL_WORK] = sums["thermal"]
        if self._interfaces is not None and self._interfaces.adheres_later:
            scalars[f"{BONDING} energy [pJ]"] = sums[BONDING]
        scalars |= {f"{kind} energy [pJ]": energy for kind, energy in self._spent().items()}
        return scalars | {f"{name} energy [pJ]": sums[name] for name in self._dissipated}

    def _spent(self) -> dict[str, float]:
        """What interfaces and phases together have dissipated, by the name of the energy [pJ]."""
        spent = dict.fromkeys(self._dissipated.values(), 0.0)
        for name, kind in self._dissipated.items():
            spent[kind] += self.sums[name]
        return spent
