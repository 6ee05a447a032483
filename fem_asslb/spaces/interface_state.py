"""What interfaces remember, at the points where their laws act."""

from dataclasses import dataclass

import basix.ufl
import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.la import InsertMode
from ufl.core.expr import Expr

from fem_asslb.base import compatibility
from fem_asslb.interfaces.response import History
from fem_asslb.mesh.interface_mesh import InterfaceMesh

HISTORY_SIZE = 5
"""Progress of the damage, three components of slip, lost conduction."""


@dataclass(frozen=True)
class InterfaceState:
    """History and local data of the interfaces.

    Attributes:
        interfaces: Their mesh.
        history: At the start of the step, `HISTORY_SIZE` numbers at each point.
        local: Factor on the strength and initial gap [um] at each point.
    """

    interfaces: InterfaceMesh
    history: fem.Function
    local: fem.Function

    @property
    def values(self) -> History:
        """The history as expressions on the facets of the parent mesh."""
        value = self.history("+")
        return History(value[0], (value[1], value[2], value[3]), value[4])

    @property
    def strength(self) -> Expr:
        """Local factor on the strengths."""
        return self.local("+")[0]

    @property
    def gap(self) -> Expr:
        """Initial gap [um]."""
        return self.local("+")[1]


def create_interface_state(interfaces: InterfaceMesh) -> InterfaceState:
    """Intact interfaces of equal strength without gaps."""
    state = InterfaceState(interfaces, point_function(interfaces, HISTORY_SIZE), point_function(interfaces, 2))
    state.local.x.array[0::2] = 1.0
    return state


def point_function(interfaces: InterfaceMesh, size: int) -> fem.Function:
    """Function with ``size`` values at each point of the interfaces."""
    rule = interfaces.rule
    element = basix.ufl.quadrature_element(
        interfaces.mesh.basix_cell(), value_shape=(size,), points=rule.points, weights=rule.weights
    )
    return fem.Function(fem.functionspace(interfaces.mesh, element))


class PointEvaluator:
    """Evaluates expressions on the interfaces at the points where the laws act.

    Args:
        interfaces: Mesh of the interfaces.
        terms: Expressions and the measure of the facets that they hold on, equally many expressions each.
    """

    def __init__(self, interfaces: InterfaceMesh, terms: list[tuple[list[Expr], ufl.Measure]]) -> None:
        self._interfaces = interfaces
        self._result = point_function(interfaces, len(terms[0][0]))
        space = self._result.function_space
        test = ufl.TestFunction(space)("+")
        form = sum(ufl.inner(ufl.as_vector(values), test) * measure for values, measure in terms)
        self._form = compatibility.compile_form(form, interfaces.submeshes)
        ones = ufl.as_vector([1.0] * len(terms[0][0]))
        weights = sum(ufl.inner(ones, test) * measure for _, measure in terms)
        self._weights = self._assembled(compatibility.compile_form(weights, interfaces.submeshes))

    def evaluate(self) -> fem.Function:
        """Values at the points, ghosts included; the same function at every call."""
        values = self._assembled(self._form)
        known = self._weights > 0.0
        self._result.x.array[known] = values[known] / self._weights[known]
        self._result.x.scatter_forward()
        return self._result

    def weights(self) -> npt.NDArray[np.float64]:
        """Area of each point of each owned facet, shape (num_facets, num_points) [um^2; um in 2D]."""
        return self._by_facet(self._weights)[:, :, 0]

    def by_facet(self) -> npt.NDArray[np.float64]:
        """Values on owned facets, shape (num_facets, num_points, size)."""
        return self._by_facet(self.evaluate().x.array)

    def _by_facet(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        dofmap = self._result.function_space.dofmap
        return values.reshape(-1, dofmap.index_map_bs)[dofmap.list[: self._interfaces.num_owned]]

    def _assembled(self, form: fem.Form) -> npt.NDArray[np.float64]:
        vector = fem.assemble_vector(form)
        vector.scatter_reverse(InsertMode.add)
        return vector.array
