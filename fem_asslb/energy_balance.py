"""Energy balance of a run: what fixture and swelling do is stored or dissipated, and what is left over is told."""

from collections.abc import Mapping

from fem_asslb.diagnostics import Diagnostics
from fem_asslb.interface_diagnostics import InterfaceDiagnostics

DISSIPATION = ("cohesive", "viscous", "friction")
"""What interfaces dissipate, in the order of `InterfaceDiagnostics.dissipation`."""


class EnergyBalance:
    """Sums over the steps of a run.

    Attributes:
        sums: ``fixture`` work of platen or outer pressure and ``chemical`` work -int sigma : d(eps_swelling), both
            trapezoidal; what each interface dissipates by damage, delay and slip (``particle|cathode cohesive``,
            ``... viscous``, ``... friction``); the ``remainder`` of all steps, and the ``largest`` energy or work so
            far [pJ; pJ/um in 2D].

    Args:
        diagnostics: Of the bulk.
        interfaces: Of the interfaces that may open; None without.
    """

    def __init__(self, diagnostics: Diagnostics, interfaces: InterfaceDiagnostics | None) -> None:
        self._diagnostics, self._interfaces = diagnostics, interfaces
        self._names = interfaces.names if interfaces is not None else []
        self._dissipated = [f"{name} {kind}" for name in self._names for kind in DISSIPATION]
        self.sums = dict.fromkeys(("fixture", "chemical", "remainder", "largest", *self._dissipated), 0.0)

    def book(self, last: Mapping[str, float], now: Mapping[str, float]) -> None:
        """Add what a step has done, from its ``pressure``, ``swept_volume``, ``layer_force``, ``anode_lithium``."""
        pressure, force = now["pressure"] + last["pressure"], now["layer_force"] + last["layer_force"]
        self.sums["fixture"] -= 0.5 * pressure * (now["swept_volume"] - last["swept_volume"])
        self.sums["chemical"] -= 0.5 * force * (now["anode_lithium"] - last["anode_lithium"])
        self.sums["chemical"] += self._diagnostics.chemical_work()
        if self._interfaces is not None:
            dissipation = self._interfaces.dissipation(self._interfaces.points)
            for name, energy in zip(self._dissipated, dissipation.ravel(), strict=True):
                self.sums[name] += float(energy)

    def scalars(self) -> dict[str, float]:
        """Energies and works with units, once after each step."""
        sums, stored = self.sums, self._diagnostics.elastic_energy()
        works = sums["fixture"] + sums["chemical"]
        spent = {kind: sum(sums[f"{name} {kind}"] for name in self._names) for kind in DISSIPATION}
        sums["largest"] = max(sums["largest"], abs(stored), abs(sums["fixture"]), abs(sums["chemical"]))
        before, sums["remainder"] = sums["remainder"], works - stored - sum(spent.values())
        scalars = {
            "elastic energy [pJ]": stored,
            "fixture work [pJ]": sums["fixture"],
            "chemical work [pJ]": sums["chemical"],
            "energy remainder of the step [pJ]": sums["remainder"] - before,
            "energy balance error [-]": -sums["remainder"] / sums["largest"] if sums["largest"] else 0.0,
        }
        if self._interfaces is not None:
            scalars |= {f"{kind} energy [pJ]": energy for kind, energy in spent.items()}
            scalars |= {f"{name} energy [pJ]": sums[name] for name in self._dissipated}
        return scalars
