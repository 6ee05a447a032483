"""Fields on the interfaces that may open, one value per facet."""

import numpy as np
import numpy.typing as npt

from fem_asslb.diagnostics.interfaces import InterfaceDiagnostics, InterfaceValues
from fem_asslb.output.names import (
    CONDUCTION,
    CURRENT_DENSITY,
    DAMAGE,
    INTERFACE,
    MINUS_REGION,
    NORMAL_TRACTION,
    OPENING,
    PLUS_REGION,
    SHEAR_TRACTION,
    SLIDING,
)

FloatArray = npt.NDArray[np.float64]

_FIELDS = {
    OPENING: "normal_opening",
    SLIDING: "sliding",
    DAMAGE: "released",
    NORMAL_TRACTION: "normal_traction",
    SHEAR_TRACTION: "shear_traction",
    CONDUCTION: "conduction",
    CURRENT_DENSITY: "current",
}
"""Members of `InterfaceValues` by the names of their fields."""


class InterfaceFieldEvaluator:
    """Evaluates the fields of the interfaces on the facets that this rank owns.

    Attributes:
        corners: Corners of one facet.

    Args:
        diagnostics: Results of the interfaces.
    """

    def __init__(self, diagnostics: InterfaceDiagnostics) -> None:
        self._diagnostics = diagnostics
        self.corners = diagnostics.mesh.mesh.topology.dim + 1

    def points(self) -> FloatArray:
        """Corners of the facets, shape (num_facets * corners, 3) [um]."""
        geometry, owned = self._diagnostics.mesh.mesh.geometry, self._diagnostics.mesh.num_owned
        return geometry.x[geometry.dofmap[:owned, : self.corners].ravel()]

    def at_corners(self) -> dict[str, FloatArray]:
        """Nothing: an interface has values at the points of its law, and its facets carry their means."""
        return {}

    def in_cells(self) -> dict[str, npt.NDArray[np.generic]]:
        """Means over each facet, number of the interface in the case's model, regions of both sides."""
        mesh, points = self._diagnostics.mesh, self._diagnostics.points
        means: dict[str, npt.NDArray[np.generic]] = {
            name: _mean(points, getattr(points, member)) for name, member in _FIELDS.items()
        }
        regions = mesh.regions[: mesh.num_owned].astype(np.int32)
        return means | {INTERFACE: self._diagnostics.interface, PLUS_REGION: regions[:, 0], MINUS_REGION: regions[:, 1]}


def _mean(points: InterfaceValues, values: FloatArray) -> FloatArray:
    return (points.area * values).sum(axis=1) / points.area.sum(axis=1)
