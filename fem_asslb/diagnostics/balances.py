"""Balances that hold at every step whatever its length: forces, lithium and current, to what a solve leaves."""

from collections.abc import Mapping

from dolfinx import fem

from fem_asslb.base.constants import FARADAY
from fem_asslb.diagnostics.bulk import Diagnostics
from fem_asslb.fields.out_of_plane import STRAIN
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.convergence import TOLERANCE

WARNED = 1e-6
"""Relative error of a balance above which the log says so."""

REFUSED = 1e-3
"""Relative error of a balance above which a run ends."""

LEAST_STRAIN = 1e-6
"""Forces and energies count as no smaller than those of this strain in the stiffest material.

A millionth of it, 1e-12, is what rounding leaves in a strain; a battery material bears 0.2 MPa at it.
"""

LEAST_CHARGE = TOLERANCE / WARNED
"""Currents count as no smaller than one that moves this share of all lithium within the step.

Newton's method leaves up to `fem_asslb.solve.convergence.TOLERANCE` in x: a millionth of this share in a step of any
length.
"""

PLATE, SUPPORT, ACROSS = "plate force error [-]", "support force error [-]", "force across error [-]"
LITHIUM, CURRENT = "lithium balance error [-]", "current balance error [-]"
ANODE_LITHIUM = "anode lithium balance error [-]"

BALANCES = {
    PLATE: "platen and opposite plate push with different forces",
    SUPPORT: "the supports bear another force than the pressure on the outer boundary",
    ACROSS: "there is a net force across the plane",
    LITHIUM: "the hosts have another content than the current that passed has left",
    ANODE_LITHIUM: "the hosts of the anode have another content than the current that passed has brought",
    CURRENT: "another current passes the surfaces of the hosts than leaves them",
}
"""Name of each error in the history, and what is wrong where it is not at rounding level."""


def least_stress(problem: Problem) -> float:
    """Stress at `LEAST_STRAIN` of the stiffest material [MPa]."""
    materials = problem.model.materials.values()
    return LEAST_STRAIN * max(float(item.elasticity.isotropic_average().youngs_modulus) for item in materials)


def broken(scalars: Mapping[str, float]) -> str | None:
    """The balance that fails most, as a sentence; None where each holds to `REFUSED`."""
    errors = {name: abs(scalars.get(name, 0.0)) for name in BALANCES}
    # What is no number does not hold either.
    failing = [name for name, error in errors.items() if not error <= REFUSED]
    if not failing:
        return None
    worst = max(failing, key=errors.__getitem__)
    return f"{BALANCES[worst]}: {worst.removesuffix(' [-]')} {errors[worst]:.2g}, accepted up to {REFUSED:g}"


class Balances:
    """Errors of the balances, each over the largest value that it has had in the run.

    Attributes:
        largest: That value by the error's name [pJ/um, pA; in 2D per um of depth].

    Args:
        problem: The problem.
        diagnostics: Scalars of its state.
    """

    def __init__(self, problem: Problem, diagnostics: Diagnostics) -> None:
        self._problem, self._diagnostics = problem, diagnostics
        self.largest: dict[str, float] = {}
        self._stress = least_stress(problem)
        self._volume = sum(diagnostics.volumes.values())
        self._reactions = [
            problem.compile(current * measure)
            for current, measure, _ in problem.currents.reactions(
                problem.state, problem.previous, problem.model.positive_hosts
            )
        ]
        self._outer = self._outer_areas()
        self._across = self._across_forms() if problem.model.support.generalised_plane_strain else []

    def errors(
        self, pressure: float, booked: float, before: float, length: float, lift: float = 0.0, anode: float = 0.0
    ) -> dict[str, float]:
        """Relative errors of the step just solved, by name.

        Args:
            pressure: Of platen or outer boundary [MPa].
            booked: Lithium that should be in the hosts of the positive electrode [pmol].
            before: Lithium in them at the start of the step, with what sources have added in it [pmol].
            length: Of the step [s].
            lift: Force of sources along the stack, upwards [pJ/um].
            anode: Lithium that should be in the hosts of the negative electrode [pmol].
        """
        diagnostics, found = self._diagnostics, {}
        if (area := diagnostics.plate_area) is not None:
            force = pressure * area
            found[PLATE] = self._relative(
                PLATE, diagnostics.reaction("bottom") + lift - force, force, self._stress * area
            )
        if self._outer is not None:
            resultant, area = (pressure * value for value in self._outer)
            least = self._stress * self._outer[1]
            found[SUPPORT] = self._relative(SUPPORT, self._supported(lift) - resultant, area, least)
        if self._across:
            net, size = self._problem.number_force(STRAIN), 0.5 * sum(map(diagnostics.integral, self._across))
            found[ACROSS] = self._relative(ACROSS, net, size, self._stress * self._volume)
        if self._problem.model.hosts:
            lithium, capacity = diagnostics.lithium(), diagnostics.lithium_capacity()
            found[LITHIUM] = (lithium - booked) / capacity
            if self._reactions and not float(self._problem.controls.forced.value):
                current, left = self.current(), FARADAY * (before - lithium) / length
                least = LEAST_CHARGE * FARADAY * capacity / length
                found[CURRENT] = self._relative(CURRENT, current - left, current, least)
        if negative := self._problem.model.negative_hosts:
            found[ANODE_LITHIUM] = (diagnostics.lithium(negative) - anode) / diagnostics.lithium_capacity(negative)
        return found

    def current(self) -> float:
        """Current of lithium out of the hosts of the positive electrode by their surfaces [pA; pA/um in 2D]."""
        return sum(map(self._diagnostics.integral, self._reactions))

    def _relative(self, name: str, surplus: float, size: float, least: float) -> float:
        self.largest[name] = max(self.largest.get(name, 0.0), abs(size))
        return surplus / max(self.largest[name], least)

    def _outer_areas(self) -> tuple[float, float] | None:
        """Area of the boundary under pressure as seen along the stack from above, and all of it [um^2]."""
        if (name := self._problem.model.support.pressure) is None:
            return None
        mesh, surface = self._problem.domain.mesh, self._problem.formulation.measures.boundary(name)
        up = self._problem.formulation.normal(self._problem.state)[self._problem.domain.dimension - 1]
        projected, whole = (fem.form(value * surface) for value in (up, fem.Constant(mesh, 1.0)))
        return self._diagnostics.integral(projected), self._diagnostics.integral(whole)

    def _supported(self, lift: float) -> float:
        """What holds a body under outer pressure along the stack; pins should bear nothing in any direction."""
        if self._problem.model.support.pinned:
            return self._diagnostics.pin_forces()
        return self._diagnostics.reaction("bottom") + lift

    def _across_forms(self) -> list[fem.Form]:
        bulk, forms = self._problem.formulation.bulk, []
        for phase in bulk.phases:
            stress = bulk.stress(self._problem.state, phase)[2, 2]
            forms.append(fem.form(abs(stress) * bulk.energy_measure(phase)))
        return forms
