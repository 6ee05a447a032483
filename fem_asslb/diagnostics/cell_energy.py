"""Energy balance of lithium: what the electrode does is stored in the lattice, done on the bulk, or dissipated.

With phi = U - (1/(F c)) d psi/dx the rows of lithium, tested with the mean of phi at both ends of a step, say exactly

    V I dt = int i (V - phi) dt + int kappa |grad phi|^2 dt - int F c phi dx.

The last term is the energy of the lattice, -F c times the integral of U, and the work -int sigma : d(eps_swelling) of
the hosts, up to the third power of the step.
"""

import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from fem_asslb.base.constants import FARADAY
from fem_asslb.base.energies import DIFFUSION, LATTICE, PASSAGE, REACTION
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.equations import lithium
from fem_asslb.equations.measures import LITHIUM_DEGREE
from fem_asslb.equations.quantities import Quantity
from fem_asslb.problem.problem import Problem

DISSIPATED = (REACTION, DIFFUSION, PASSAGE)
ERROR = "cell energy error [-]"

LEAST = 1e-3
"""What is dissipated counts as no smaller than this share of the largest work of the electrodes, or of sources."""

LEAST_SHARE = 1e-6
"""What is dissipated counts as no smaller than moving this share of all lithium over a volt.

Newton's method leaves up to 1e-8 in x, which is what the works of a cell at rest before its first current are made of.
"""


class CellEnergy:
    """Sums over the steps of a run.

    Attributes:
        sums: ``electrode`` work V I dt, change of the energy of the ``lattice``, work of the ``swelling`` hosts on the
            bulk, what ``reaction``, ``diffusion`` and ``passage`` from host to host dissipate, and the ``largest``
            work so far [pJ; pJ/um in 2D].

    Args:
        problem: A problem with an electrode.
        diagnostics: Scalars of its state.
    """

    def __init__(self, problem: Problem, diagnostics: Diagnostics) -> None:
        self._problem, self._diagnostics = problem, diagnostics
        self.sums = dict.fromkeys(("electrode", LATTICE, "swelling", "largest", *DISSIPATED), 0.0)
        self._forms = {
            "electrode": self._surface_forms(of_electrode=True),
            REACTION: self._surface_forms(of_electrode=False),
            DIFFUSION: self._diffusion(),
            PASSAGE: self._passage(),
        }
        self._lattice = self._lattice_forms()
        self._least = LEAST_SHARE * FARADAY * diagnostics.lithium_capacity(problem.model.hosts)

    def book(self, length: float) -> None:
        """Add what a step of ``length`` [s] has done; nothing while the stoichiometry is forced."""
        if float(self._problem.controls.forced.value):
            return
        for name, forms in self._forms.items():
            self.sums[name] += length * sum(map(self._diagnostics.integral, forms))
        self.sums["largest"] = max(self.sums["largest"], abs(self.sums["electrode"]))
        self.sums[LATTICE] += sum(map(self._diagnostics.integral, self._lattice))
        if self._problem.model.stress_driven_flux:
            self.sums["swelling"] += self._diagnostics.chemical_work()

    def scalars(self, source_work: float = 0.0, left: float = 0.0) -> dict[str, float]:
        """Energies, and what is left over them, relative to all that was dissipated.

        Args:
            source_work: Of bringing lithium to where sources let it come into being, since the start [pJ].
            left: Work at the terminals that nothing around the electrodes accounts for [pJ].
        """
        spent = sum(self.sums[name] for name in DISSIPATED)
        left += self.sums["electrode"] + source_work - self.sums[LATTICE] - self.sums["swelling"] - spent
        size = max(spent, LEAST * max(self.sums["largest"], abs(source_work)), self._least)
        found = {f"{name} energy [pJ]": self.sums[name] for name in (LATTICE, *DISSIPATED)}
        return {"electrode work [pJ]": self.sums["electrode"], **found, ERROR: left / size}

    def _mean(self, quantity: Quantity | None, side: str | None = None) -> Expr:
        """A quantity at a side of a surface, mean of both ends of the step."""
        assert quantity is not None
        mean = 0.5 * (quantity(self._problem.state) + quantity(self._problem.previous))
        return mean if side is None else mean(side)

    def _surface_forms(self, of_electrode: bool) -> list[fem.Form]:
        """Current times the potential of its electrode, or times what that is above the potential of the host."""
        problem, quantities, forms = self._problem, self._problem.formulation.quantities, []
        electrodes = (
            (problem.model.positive_hosts, quantities.electrode),
            (problem.model.negative_hosts, quantities.negative),
        )
        for roles, electrode in electrodes:
            for current, measure, side in problem.currents.reactions(problem.state, problem.previous, roles):
                drive = self._mean(electrode, side)
                if not of_electrode:
                    drive = drive - self._mean(quantities.potential, side)
                forms.append(problem.compile(current * drive * measure))
        return forms

    def _diffusion(self) -> list[fem.Form]:
        formulation, state = self._problem.formulation, self._problem.state
        quantities, coefficients = formulation.quantities, formulation.bulk.coefficients
        assert quantities.potential is not None and quantities.stoichiometry is not None
        mean = self._mean(quantities.potential)
        x, phi, forms = quantities.stoichiometry(state), quantities.potential(state), []
        for role, host in coefficients.hosts.items():
            power = -lithium.transport(host, x, phi, formulation.controls.temperature, coefficients.axis, mean)
            forms.append(fem.form(power * formulation.measures.dx(role, LITHIUM_DEGREE)))
        return forms

    def _passage(self) -> list[fem.Form]:
        potential = self._mean(self._problem.formulation.quantities.potential)
        passages = self._problem.currents.passages(self._problem.state, self._problem.previous)
        return [self._problem.compile(-current * ufl.jump(potential) * measure) for current, measure in passages]

    def _lattice_forms(self) -> list[fem.Form]:
        formulation = self._problem.formulation
        x = formulation.quantities.stoichiometry
        assert x is not None
        forms = []
        for role, host in formulation.bulk.coefficients.hosts.items():
            released = host.potential.integral(x(self._problem.state), x(self._problem.previous))
            measure = formulation.measures.dx(role, LITHIUM_DEGREE)
            forms.append(fem.form(-FARADAY * host.c_max * released * measure))
        return forms
