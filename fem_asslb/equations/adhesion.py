"""Adhesion that is born at the end of fabrication: what touches then is intact, and no traction jumps that it bears."""

from dolfinx import fem

from fem_asslb.base.functions import choose, sqrt
from fem_asslb.base.parallel import global_sum
from fem_asslb.equations.formulation import Formulation
from fem_asslb.equations.unwelded_interfaces import DRAWN, ORIGIN, STRENGTH, waits
from fem_asslb.spaces.facet_points import FacetEvaluator
from fem_asslb.spaces.point_variables import Layout
from fem_asslb.spaces.state import State

_TINY = 1e-24
"""Keeps the size of no stretch differentiable [um^2]."""


class Adhesion:
    """Interfaces that adhere later.

    Args:
        formulation: A model some of whose interfaces do.
        state: Unknowns at the end of a step.
        previous: Unknowns at its start.
    """

    def __init__(self, formulation: Formulation, state: State, previous: State) -> None:
        assert formulation.interfaces is not None
        self._interfaces, self._model = formulation.interfaces, formulation.model
        terms, stored, strength = [], 0, formulation.interfaces.local.values[STRENGTH]
        for item, response in zip(self._model.interfaces, formulation.responses.of_step(state, previous), strict=True):
            sliding = response.opening.sliding
            stiffness = item.law.stiffnesses["shear"] if waits(self._model, item) else 1.0
            # A bond that is stretched so far bears the shear that friction holds now, or as much of it as it can.
            stretch = tuple(traction / stiffness for traction in response.shear_traction)
            if (most := item.law.largest_stretch(strength)) is not None:
                size = sqrt(sum(part * part for part in stretch) + _TINY)
                stretch = tuple(choose(size - most, most / size, 1.0) * part for part in stretch)
            origin = tuple(slid - part for slid, part in zip(sliding, stretch, strict=True))
            values = {"normal": response.opening.normal, ORIGIN: origin}
            terms.append((values, formulation.measures.interface(item.place)))
            stored += sum(response.stored.values()) * formulation.measures.interface(item.place)
        self._stored = formulation.compile(stored)
        self._evaluator = FacetEvaluator(formulation.interfaces.mesh, Layout({"normal": (), ORIGIN: (3,)}), terms)

    def begin(self) -> float:
        """Let all points adhere that are drawn to, and that touch in the present state.

        Returns:
            Energy that friction has stored and that a bond does not store which bears the same, or what it can [pJ].
        """
        before = self._energy()
        self._bond()
        return before - self._energy()

    def _energy(self) -> float:
        return float(global_sum(self._interfaces.mesh.mesh.comm, fem.assemble_scalar(self._stored))[0])

    def _bond(self) -> None:
        interfaces, found = self._interfaces, self._evaluator.evaluate()
        assert interfaces.history is not None
        dofs = found.function_space.dofmap.list
        at_points = Layout({"normal": (), ORIGIN: (3,)}).views(found.x.array.reshape(-1, 4)[dofs])
        places = interfaces.history.function.function_space.dofmap.list
        local = interfaces.local.function.function_space.dofmap.list
        for number, item in enumerate(self._model.interfaces):
            if not waits(self._model, item):
                continue
            facets = interfaces.mesh.interface == number
            drawn = interfaces.local.arrays[DRAWN][local[facets]] > 0.5
            born = drawn & (at_points["normal"][facets] <= 0.0)
            points = places[facets][born]
            for name in item.law.HISTORY:
                interfaces.history.arrays[name][points] = 0.0
            interfaces.history.arrays[ORIGIN][points] = at_points[ORIGIN][facets][born]
