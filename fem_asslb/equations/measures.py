"""Where terms are integrated: cells of phases, facets of interfaces and boundaries, each with its points."""

from collections.abc import Mapping, Sequence

import ufl

from fem_asslb.equations.supports import TOP
from fem_asslb.mesh.domain import Domain
from fem_asslb.mesh.interface_mesh import point_rule
from fem_asslb.mesh.measures import boundary_measure, cell_measure, interface_measure
from fem_asslb.mesh.place import Place
from fem_asslb.model.model import Model

LITHIUM_DEGREE = 4
"""Quadrature degree of the smooth, nonlinear lithium terms."""

FACET_DEGREE = 4
"""Quadrature degree on all facets. One degree for every row: the current that closes the circuit is then exactly the
lithium that leaves the hosts, and the Jacobian exactly the derivative of the residual."""

_MAX_DEGREE = 8
"""Largest quadrature degree of a form over cells."""


class Measures:
    """Measures of a model on a domain.

    Args:
        domain: The mesh.
        model: What is solved.
    """

    def __init__(self, domain: Domain, model: Model) -> None:
        self._model, self._rule = model, point_rule(domain.dimension, model.displacement_degree)
        self._phases, transfer = list(model.phases), model.charge_transfer
        places = [interface.place for interface in model.interfaces]
        whole = {frozenset(item.roles) for item in model.interfaces if not item.surface}
        places += [Place(*pair) for pair in (transfer.interfaces if transfer else ()) if frozenset(pair) not in whole]
        names = [TOP] if model.support.platen else []
        names += [model.support.pressure] if model.support.pressure is not None else []
        names += transfer.boundaries if transfer else ()
        self._places, self._names = places, list(dict.fromkeys(names))
        self._cells = cell_measure(domain, self._cell_groups(model.phases))
        self._interior = interface_measure(domain, self._places)
        self._outer = boundary_measure(domain, self._names)

    def dx(self, phase: str, degree: int) -> ufl.Measure:
        """Cells of a phase, integrated with a quadrature degree.

        Raises:
            ValueError: A degree that no measure has.
        """
        if not 0 <= degree <= _MAX_DEGREE:
            raise ValueError(f"quadrature degree is {degree}; accepted: 0 to {_MAX_DEGREE}")
        return self._cells(self._number(phase, degree), degree=degree)

    def interface(self, place: Place) -> ufl.Measure:
        """Facets of a place; where an interface may open, all terms are taken at the points of its law."""
        number = self._places.index(place)
        if number < len(self._model.interfaces):
            return self._interior(number + 1, metadata=self._rule.metadata)
        return self._interior(number + 1, degree=FACET_DEGREE)

    def boundary(self, name: str) -> ufl.Measure:
        """Facets of a boundary that carries a load or a reaction."""
        return self._outer(self._names.index(name) + 1, degree=FACET_DEGREE)

    def _cell_groups(self, phases: Mapping[str, Sequence[str]]) -> dict[int, Sequence[str]]:
        degrees = range(_MAX_DEGREE + 1)
        return {self._number(phase, degree): roles for phase, roles in phases.items() for degree in degrees}

    def _number(self, phase: str, degree: int) -> int:
        """Each degree has its own subdomain, hence its own kernel.

        FFCx 0.9 is wrong where two degrees meet in one: coefficients under a one-point rule keep the value at that
        point under the other rule, and terms tested with a global number are doubled.
        """
        return 1 + self._phases.index(phase) * (_MAX_DEGREE + 1) + degree
