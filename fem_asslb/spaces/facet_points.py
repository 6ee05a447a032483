"""Functions at the points of interfaces where their laws act, and expressions evaluated there."""

from collections.abc import Mapping, Sequence

import basix.ufl
import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.la import InsertMode

from fem_asslb.base import compatibility
from fem_asslb.mesh.interface_mesh import InterfaceMesh
from fem_asslb.spaces.point_variables import Layout, Value


def point_function(interfaces: InterfaceMesh, size: int) -> fem.Function:
    """Function with ``size`` values at each point of the interfaces."""
    rule = interfaces.rule
    element = basix.ufl.quadrature_element(
        interfaces.mesh.basix_cell(), value_shape=(size,), points=rule.points, weights=rule.weights
    )
    return fem.Function(fem.functionspace(interfaces.mesh, element))


class FacetEvaluator:
    """Evaluates variables on the interfaces at the points where the laws act.

    Args:
        interfaces: Mesh of the interfaces.
        layout: What is evaluated.
        terms: Values by name, and the measure of the facets that they hold on.
    """

    def __init__(
        self,
        interfaces: InterfaceMesh,
        layout: Layout,
        terms: Sequence[tuple[Mapping[str, Value], ufl.Measure]],
    ) -> None:
        self._interfaces, self._layout = interfaces, layout
        self._result = point_function(interfaces, layout.size)
        space = self._result.function_space
        test = ufl.TestFunction(space)("+")
        form = sum(ufl.inner(ufl.as_vector(layout.flat(values)), test) * measure for values, measure in terms)
        self._form = compatibility.compile_form(form, interfaces.submeshes)
        ones = ufl.as_vector([1.0] * layout.size)
        weights = sum(ufl.inner(ones, test) * measure for _, measure in terms)
        self._weights = self._assembled(compatibility.compile_form(weights, interfaces.submeshes))

    def evaluate(self) -> fem.Function:
        """All values at the points, ghosts included; the same function at every call."""
        values = self._assembled(self._form)
        known = self._weights > 0.0
        self._result.x.array[known] = values[known] / self._weights[known]
        self._result.x.scatter_forward()
        return self._result

    def weights(self) -> npt.NDArray[np.float64]:
        """Area of each point of each owned facet, shape (num_facets, num_points) [um^2; um in 2D]."""
        return self._by_facet(self._weights)[:, :, 0]

    def by_facet(self) -> dict[str, npt.NDArray[np.float64]]:
        """Values on owned facets, shape (num_facets, num_points) or (num_facets, num_points, n) each."""
        return self._layout.views(self._by_facet(self.evaluate().x.array))

    def _by_facet(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        dofmap = self._result.function_space.dofmap
        return values.reshape(-1, dofmap.index_map_bs)[dofmap.list[: self._interfaces.num_owned]]

    def _assembled(self, form: fem.Form) -> npt.NDArray[np.float64]:
        vector = fem.assemble_vector(form)
        vector.scatter_reverse(InsertMode.add)
        return vector.array
