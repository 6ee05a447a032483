"""Results of the interfaces that may open: areas, gaps, pressures and energies, the same on every rank."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from ufl.core.expr import Expr

from fem_asslb.base.functions import sqrt
from fem_asslb.base.parallel import global_max, global_sum
from fem_asslb.interfaces.response import Response
from fem_asslb.problem.problem import Problem
from fem_asslb.spaces.facet_points import FacetEvaluator
from fem_asslb.spaces.point_variables import Layout, Value

DEBONDED = 0.99
"""Spent share of the toughness from which an area counts as debonded; exponential softening never quite reaches 1."""

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class InterfaceValues:
    """Values at the points of the facets that this rank owns, shape (num_facets, num_points) each.

    Attributes:
        area: Of the points [um^2; um in 2D].
        normal_opening: Along the normal, positive over a gap [um].
        sliding: Size of the displacement across the normal [um].
        released: Share of the toughness that is spent, 1 without adhesion.
        normal_traction: Tension positive [MPa].
        shear_traction: Size [MPa].
        conduction: Conducting share.
        current: Of lithium out of the plus side [pA/um^2].
        dissipated: Energy per area that is dissipated in the step, by its name [pJ/um^2].
    """

    area: FloatArray
    normal_opening: FloatArray
    sliding: FloatArray
    released: FloatArray
    normal_traction: FloatArray
    shear_traction: FloatArray
    conduction: FloatArray
    current: FloatArray
    dissipated: Mapping[str, FloatArray]

    @property
    def is_intact(self) -> npt.NDArray[np.bool_]:
        """Where nothing is damaged."""
        return self.released <= 0.0

    @property
    def is_debonded(self) -> npt.NDArray[np.bool_]:
        """Where adhesion is lost, or never was."""
        return self.released >= DEBONDED

    @property
    def is_open(self) -> npt.NDArray[np.bool_]:
        """Where adhesion is lost and nothing touches."""
        return self.is_debonded & (self.normal_opening > 0.0)


class InterfaceDiagnostics:
    """Compiled results of the interfaces of a problem that has some.

    Attributes:
        points: What `keep` found last: after a step, the values with which it was solved.

        adheres_later: Whether surfaces begin to adhere at the end of fabrication.

    Args:
        problem: The problem.
    """

    points: InterfaceValues

    def __init__(self, problem: Problem) -> None:
        interfaces = problem.formulation.interfaces
        assert interfaces is not None
        self._problem, self.mesh = problem, interfaces.mesh
        self.adheres_later = problem.model.adheres_later
        formulation = problem.formulation
        now, before = problem.state, problem.previous
        currents = problem.currents.through_interfaces(now, before)
        items = problem.model.interfaces
        self._kinds = tuple(dict.fromkeys(kind for item in items for kind in item.law.DISSIPATION))
        names = [item.name for item in fields(InterfaceValues) if item.name not in ("area", "dissipated")]
        names += [_dissipated(kind) for kind in self._kinds]
        terms = [
            (_values(response, current), formulation.measures.interface(item.place))
            for item, response, current in zip(items, formulation.responses.of_step(now, before), currents, strict=True)
        ]
        self._evaluator = FacetEvaluator(self.mesh, Layout(dict.fromkeys(names, ())), terms)

    def evaluate(self) -> InterfaceValues:
        """Values of the step just solved; only before it is accepted, as the history then moves on."""
        values = self._evaluator.by_facet()
        dissipated = {kind: values.pop(_dissipated(kind)) for kind in self._kinds}
        return InterfaceValues(area=self._evaluator.weights(), dissipated=dissipated, **values)

    def keep(self) -> None:
        """Keep the values of the step just solved, which will be accepted."""
        self.points = self.evaluate()

    @cached_property
    def interface(self) -> npt.NDArray[np.int32]:
        """Interface of each owned facet, an index into those of the model."""
        return self.mesh.interface[: self.mesh.num_owned]

    @property
    def names(self) -> list[str]:
        """Place of each interface, the plus side first."""
        return [str(item.place) for item in self._problem.model.interfaces]

    @property
    def dissipates(self) -> dict[str, tuple[str, ...]]:
        """Names of the energies that each interface dissipates."""
        return dict(zip(self.names, (item.law.DISSIPATION for item in self._problem.model.interfaces), strict=True))

    def dissipation(self, points: InterfaceValues) -> dict[str, float]:
        """Energy dissipated in the step, by interface and name of the energy [pJ]."""
        if not self._kinds:
            return {}
        number = len(self.names)
        energies = {kind: (density * points.area).sum(axis=1) for kind, density in points.dissipated.items()}
        local = [np.bincount(self.interface, energy, minlength=number) for energy in energies.values()]
        sums = global_sum(self._problem.domain.comm, np.concatenate(local)).reshape(-1, number)
        total = dict(zip(energies, sums, strict=True))
        return {
            f"{name} {kind}": float(total[kind][place])
            for place, (name, kinds) in enumerate(self.dissipates.items())
            for kind in kinds
        }

    def summary(self, points: InterfaceValues) -> dict[str, float]:
        """Areas, gaps and contact pressures of every interface that is not bonded, by name with unit."""
        scalars: dict[str, float] = {}
        for number, name in enumerate(self.names):
            scalars |= self._of_one(name, points, self.interface == number)
        return scalars

    def open_shares(self, points: InterfaceValues) -> dict[str, float]:
        """Open share of the area of every interface, by name."""
        return self._means(points, {"open": points.is_open})

    def shares(self, points: InterfaceValues) -> dict[str, float]:
        """Spent share of the toughness and conducting share of the area of every interface, by name.

        Both are continuous in time; the open share is not, as each point counts as open or does not.
        """
        return self._means(points, {"spent": points.released, "conducting": points.conduction})

    def _means(self, points: InterfaceValues, kinds: Mapping[str, npt.NDArray[Any]]) -> dict[str, float]:
        """Means over the area of every interface, of each kind of values."""
        number, comm = len(self.names), self._problem.domain.comm
        weights = [points.area, *(points.area * values for values in kinds.values())]
        local = [np.bincount(self.interface, weight.sum(axis=1), minlength=number) for weight in weights]
        total, *sums = global_sum(comm, np.concatenate(local)).reshape(-1, number)
        return {
            f"{name} {kind}": float(value / area)
            for kind, values in zip(kinds, sums, strict=True)
            for name, value, area in zip(self.names, values, total, strict=True)
        }

    def _of_one(self, name: str, points: InterfaceValues, part: npt.NDArray[np.bool_]) -> dict[str, float]:
        comm, area, opening = self._problem.domain.comm, points.area[part], points.normal_opening[part]
        intact, debonded, is_open = points.is_intact[part], points.is_debonded[part], points.is_open[part]
        closed = opening <= 0.0
        pressure = np.maximum(-points.normal_traction[part], 0.0)
        local = {
            "all": area.sum(),
            "intact": area[intact].sum(),
            "debonded closed": area[debonded & ~is_open].sum(),
            "open": area[is_open].sum(),
            "gap": (area * opening)[is_open].sum(),
            "closed": area[closed].sum(),
            "force": (area * pressure)[closed].sum(),
            "conducting": (area * points.conduction[part]).sum(),
        }
        total = dict(zip(local, global_sum(comm, list(local.values())), strict=True))
        damaged = total["all"] - total["intact"] - total["debonded closed"] - total["open"]
        widest, deepest = global_max(comm, [np.max(opening, initial=0.0), np.max(-opening, initial=0.0)])
        return {
            f"{name} intact [-]": total["intact"] / total["all"],
            f"{name} damaged [-]": max(damaged, 0.0) / total["all"],
            f"{name} debonded closed [-]": total["debonded closed"] / total["all"],
            f"{name} open [-]": total["open"] / total["all"],
            f"{name} gap mean [um]": total["gap"] / total["open"] if total["open"] else 0.0,
            f"{name} opening max [um]": float(widest),
            f"{name} overlap max [um]": float(deepest),
            f"{name} contact pressure mean [MPa]": total["force"] / total["closed"] if total["closed"] else 0.0,
            f"{name} conducting [-]": total["conducting"] / total["all"],
        }


def _values(response: Response, current: Expr) -> dict[str, Value]:
    """Integrands by the names of `InterfaceValues`."""
    shear = sum(component * component for component in response.shear_traction)
    sliding = sum(component * component for component in response.opening.sliding)
    return {
        "normal_opening": response.opening.normal,
        "sliding": sqrt(sliding),
        "released": response.released,
        "normal_traction": response.normal_traction,
        "shear_traction": sqrt(shear),
        "conduction": response.conduction,
        "current": current,
        **{_dissipated(kind): density for kind, density in response.dissipated.items()},
    }


def _dissipated(kind: str) -> str:
    """Name of a density beside the members of `InterfaceValues`."""
    return f"dissipated {kind}"
