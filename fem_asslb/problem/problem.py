"""The weak form of one implicit step as residual and Jacobian blocks. Owns no loop, no file, no solver."""

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la

from fem_asslb.base.compiled_forms import look_after_compiled_forms
from fem_asslb.base.parallel import global_sum
from fem_asslb.equations.adhesion import Adhesion
from fem_asslb.equations.controls import Controls
from fem_asslb.equations.laws_at_points import memories
from fem_asslb.mesh.domain import Domain, check_degree, check_roles
from fem_asslb.model.model import Model
from fem_asslb.problem.composition import compose
from fem_asslb.problem.jacobian import create_jacobian
from fem_asslb.problem.point_forms import PointForms
from fem_asslb.problem.sources import source_rows
from fem_asslb.spaces.state import SCALARS, State

_AUGMENTATION = 10.0
"""Stiffness that smooths the search for the pressure of a clamped platen [MPa/um]; the answer does not depend on it."""

Sources = Callable[["Problem", Mapping[str, ufl.Argument]], Mapping[str, ufl.Form]]
"""Right-hand sides of a problem: forms by the name of their field, linear in its test function.

That of ``displacement`` is the virtual work of forces [pJ], that of ``lithium`` tested with the variation of phi, its
second component, the charge of the lithium that comes into being in the step [pC], F s dt for a source s in
pmol/(um^3 s); in 2D per um of depth. The time at the end of the step is ``controls.time``, its length
``controls.time_step``.
"""


class Problem:
    """One backward-Euler step of a model on a domain.

    The rows are variations of one incremental energy: the elastic and chemical energy of the hosts, minus what moves
    and reacts in the step. The equilibrium row is tested with the variation of x and the balance of lithium with that
    of phi, so the Jacobian is symmetric but for the change of the mobility with x and for what interfaces dissipate
    or gate.

    Attributes:
        domain: The mesh.
        model: What is solved.
        controls: Constants that the protocol changes.
        fields: Unknown fields, in the order of the monolithic system.
        scalars: Single numbers among the unknowns.
        state: Unknowns at the end of the step.
        previous: Unknowns at its beginning.
        formulation: Strains, stresses and energies as expressions.
        currents: Currents of lithium through surfaces.
        residual: Compiled row of each field in pJ per unit of the unknown, a sum of forms: laws at points have their
            own.
        sources: Compiled right-hand sides by the name of their field, as they enter the residual; empty without.
        jacobian: Compiled derivatives of each row by each field.
        conditions: Dirichlet conditions of each field.
        prescribed: Displacement on ``model.support.prescribed`` [um].

    Args:
        domain: The mesh.
        model: What is solved.
        sources: Right-hand sides of the rows; none if left out.

    Raises:
        FemAsslbError: A source of a field that the problem has not, or one that is not linear in its test function.
        MeshError: Regions and materials, or boundaries and supports, do not match.
    """

    def __init__(self, domain: Domain, model: Model, sources: Sources | None = None) -> None:
        check_roles(domain, model.materials)
        check_degree(domain, model.displacement_degree)
        look_after_compiled_forms()
        self.domain, self.model = domain, model
        self.controls = Controls.create(domain, _AUGMENTATION, model.initial_stoichiometry, model.temperature)
        composition = compose(domain, model, self.controls)
        self.fields, self.scalars = composition.fields, composition.scalars
        self.formulation, self.currents = composition.formulation, composition.currents
        self.prescribed, self._unchanging = composition.prescribed, composition.unchanging
        functions = {field.name: fem.Function(field.space, name=field.name) for field in self.fields}
        self.state = State(functions, tuple(scalar.name for scalar in self.scalars))
        self.previous = self.state.empty_like()
        self.conditions = {field.name: list(field.conditions) for field in self.fields}
        for field in self.fields:
            for state in (self.state, self.previous):
                field.initialise(state)
        self._memories = memories(self.formulation.bulk, self.state, self.controls)
        self._history = self.formulation.responses.history_evaluator(self.state, self.previous)
        self._adhesion = Adhesion(self.formulation, self.state, self.previous) if model.adheres_later else None
        self._compile(sources)

    def _compile(self, sources: Sources | None) -> None:
        names = [field.name for field in self.fields]
        varied = [field.name for field in self.fields if field.varies_energy]
        bulk, (rows, added) = self.formulation.bulk, self._rows(sources)
        self.sources = {name: self.compile(form) for name, form in added.items()}
        laws = [
            PointForms(bulk, name, self.state, varied) for name, phase in bulk.phases.items() if phase.law.AT_POINTS
        ]
        self.residual = {
            name: tuple(
                self.compile(row)
                for row in (rows[name], *(law.rows.get(name, 0) for law in laws))
                if isinstance(row, ufl.Form)
            )
            for name in names
        }
        self.jacobian = create_jacobian(rows, laws, self.state, self._unchanging, self.compile)

    def compile(self, form: ufl.Form) -> fem.Form:
        """Compiled form, which may hold functions that live on interfaces."""
        return self.formulation.compile(form)

    @property
    def size(self) -> int:
        """Unknowns on all ranks."""
        maps = [field.space.dofmap for field in self.fields]
        return sum(dofmap.index_map.size_global * dofmap.index_map_bs for dofmap in maps)

    def is_constant(self, block: str) -> bool:
        """Whether no step changes what the fields of a block of the preconditioner have in common."""
        names = [field.name for field in self.fields if field.block == block]
        return all(table[row][column] is None for table in self.jacobian.changing for row in names for column in names)

    def refresh(self) -> None:
        """Let laws at points answer to the present state; whoever changes the state calls it before forms are used.

        Energies and what is remembered wait until it is settled.
        """
        for memory in self._memories:
            memory.refresh()

    def settle(self) -> None:
        """Let laws at points say the energies of the present state, which is solved and refreshed, and remember it."""
        for memory in self._memories:
            memory.settle()

    def failure(self) -> str | None:
        """A point whose law has no answer to the state looked at last, in words; the same on every rank, or None."""
        found = self.domain.comm.allgather([memory.failure() for memory in self._memories])
        return next((text for texts in found for text in texts if text is not None), None)

    def adhere(self) -> float:
        """Let interfaces adhere that have waited for the end of fabrication; the step before has been accepted.

        Returns:
            Energy that is no longer stored, although nothing has moved [pJ].
        """
        return 0.0 if self._adhesion is None else self._adhesion.begin()

    def accept(self) -> None:
        """Make the end of the step, which is settled, the start of the next; bulk and interfaces remember it."""
        for memory in self._memories:
            memory.advance()
        interfaces = self.formulation.interfaces
        if interfaces is not None and interfaces.history is not None and self._history is not None:
            interfaces.history.function.x.array[:] = self._history.evaluate().x.array
        self.previous.assign(self.state)
        self.controls.accepted_temperature.value = self.controls.temperature.value

    def forces(self, name: str) -> npt.NDArray[np.float64]:
        """Row of a field at the present state without conditions, ghosts included: what must be added for balance."""
        forces = la.vector(self.state[name].function_space.dofmap.index_map, self.state[name].function_space.dofmap.bs)
        for form in self.residual[name]:
            fem.assemble_vector(forces.array, form)
        forces.scatter_reverse(la.InsertMode.add)
        return forces.array

    def number_force(self, name: str) -> float:
        """Row of a single number at the present state, the same on every rank."""
        space = self.state[SCALARS].function_space
        owned = self.forces(SCALARS)[: space.dofmap.index_map.size_local * space.dofmap.index_map_bs]
        place = self.state.scalars.index(name)
        return float(global_sum(self.domain.comm, owned[place : place + 1].sum())[0])

    def _rows(self, sources: Sources | None) -> tuple[dict[str, ufl.Form | int], dict[str, ufl.Form]]:
        """Equation of each field with the variation of the bulk's energy, without laws at points; sources in them."""
        tests = {field.name: ufl.TestFunction(field.space) for field in self.fields}
        bulk, rows = self.formulation.bulk, {}
        potential = bulk.potential(self.state)
        for field in self.fields:
            function, test = self.state[field.name], tests[field.name]
            row = field.row(self.state, self.previous, test)
            if field.varies_energy:
                row += ufl.derivative(potential, function, test) if isinstance(potential, ufl.Form) else 0
                row += bulk.work(self.state, function, test)
                row += self.formulation.responses.coating_work(self.state, self.previous, function, test)
            rows[field.name] = row
        forms = sources(self, tests) if sources is not None else {}
        added = source_rows(forms, tests, self.state, self.formulation.quantities, self.controls.forced)
        for name, source in added.items():
            rows[name] -= source
        return rows, added
