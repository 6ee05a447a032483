"""A phase: roles that share a law of the bulk and what makes them swell, and what its points remember."""

from dataclasses import dataclass

from fem_asslb.bulk.bulk_law import BulkLaw, BulkResponse, Tangent
from fem_asslb.bulk.linear_elasticity import LinearElasticity
from fem_asslb.bulk.tensor import symmetric
from fem_asslb.equations.material_fields import MaterialFields
from fem_asslb.mesh.domain import Domain
from fem_asslb.model.model import Model
from fem_asslb.spaces.cell_points import CellPoints
from fem_asslb.spaces.coefficients import with_constants
from fem_asslb.spaces.point_variables import Layout, PointVariables

STRAIN, STRESS = "elastic strain", "stress"

_TANGENT = {"volumetric": (), "shear": (), "directed": (), "pressed": (), "turned": (), "direction": (6,)}
"""Numbers of a `Tangent`."""


class Memory:
    """What the points of a phase remember, and the answers of a law at points.

    Attributes:
        points: The points.
        history: Variables of the law at the start of the step; None where the law has none.
        end: The same at the end of the step, of a law at points, for the state that was looked at last; else None.
        start: Elastic strain, and stress [MPa], at the start of the step.
        answers: Of a law at points, for the state that was looked at last: stress, and what is stored and dissipated
            [MPa]; else None.
        tangent: Of a law at points: numbers of its tangent [MPa]; else None.

    Args:
        points: The points.
        law: The law.
    """

    def __init__(self, points: CellPoints, law: BulkLaw) -> None:
        self.points = points
        self.history = self._create(Layout(law.HISTORY)) if law.HISTORY else None
        self.start = self._create(Layout({STRAIN: (6,), STRESS: (6,)}))
        self.end: PointVariables | None = None
        self.answers: PointVariables | None = None
        self.tangent: PointVariables | None = None
        if law.AT_POINTS:
            self.end = self._create(Layout(law.HISTORY)) if law.HISTORY else None
            energies = {name: () for name in (*law.STORED, *law.DISSIPATION)}
            self.answers = self._create(Layout({STRESS: (6,)}, energies))
            self.tangent = self._create(Layout(_TANGENT))

    def _create(self, layout: Layout) -> PointVariables:
        return PointVariables(layout, self.points.function(layout.size))

    def response(self, law: BulkLaw) -> BulkResponse:
        """Answer of a law at points, in forms; it is that of the state that was looked at last."""
        assert self.answers is not None and self.tangent is not None
        values, numbers = self.answers.values, self.tangent.values
        numbers["direction"] = symmetric(numbers["direction"])
        return BulkResponse(
            stored={name: values[name] for name in law.STORED},
            stress=symmetric(values[STRESS]),
            history=self.end.values if self.end is not None else {},
            dissipated={name: values[name] for name in law.DISSIPATION},
            tangent=Tangent(**numbers),
        )


@dataclass(frozen=True, kw_only=True)
class Phase:
    """Cells with one law of the bulk.

    Attributes:
        roles: Roles of its cells.
        law: The law, with constants and fields for numbers unless it answers at points.
        is_host: Whether it stores lithium.
        degree: Quadrature degree of its energy, and of the points where it remembers.
        memory: Points where its law remembers or answers; None for a law that does neither.
    """

    roles: tuple[str, ...]
    law: BulkLaw
    is_host: bool
    degree: int
    memory: Memory | None = None


def create_phases(domain: Domain, model: Model, coefficients: MaterialFields) -> dict[str, Phase]:
    """Phases of a model by name."""
    phases = {}
    for name, roles in model.phases.items():
        law, is_host = model.materials[roles[0]].law, name in model.hosts
        degree, memory = _energy_degree(domain, model, is_host), None
        if law is None:
            law = LinearElasticity(coefficients.invariants, coefficients.hosts[name].stiffness if is_host else None)
        elif not law.AT_POINTS:
            law = with_constants(domain, law)
        if law.HISTORY or law.DISSIPATION or law.AT_POINTS:
            memory = Memory(CellPoints(domain, domain.owned_cells_of(roles), degree), law)
        phases[name] = Phase(roles=roles, law=law, is_host=is_host, degree=degree, memory=memory)
    return phases


def _energy_degree(domain: Domain, model: Model, is_host: bool) -> int:
    """Quadrature degree of the energy; one point for linear displacement, which averages the swelling of a cell."""
    degree = model.displacement_degree
    curved = 2 * (domain.mesh.geometry.cmap.degree - 1)
    return 0 if degree == 1 else 2 * (degree - 1) + curved + 2 * is_host
