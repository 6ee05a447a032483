"""An isotropic solid that flows by a rule: plastic, creeping, compacting."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from fem_asslb.base.functions import NumberLike, exp
from fem_asslb.base.parameters import require
from fem_asslb.bulk.bulk_law import (
    INELASTIC_STRAIN,
    RELATIVE_DENSITY,
    BulkResponse,
    Deformation,
    History,
    Shapes,
    Tangent,
    WhenAsked,
)
from fem_asslb.bulk.flow_rule import Array, FlowRule
from fem_asslb.bulk.flow_step import Flowed, Trial
from fem_asslb.bulk.ionic_conductivity import COLUMN as CONDUCTIVITY
from fem_asslb.bulk.ionic_conductivity import IonicConductivity
from fem_asslb.bulk.return_mapping import ReturnMapping
from fem_asslb.bulk.tensor import SymmetricTensor, spherical, symmetric

PLASTIC_STRAIN, ACCUMULATED, DENSIFICATION = "plastic strain", "accumulated flow", "densification"
OPENED = "opened volume"
"""Names of what points remember; densification is ln D/D_start, the opened volume is a part of the plastic strain."""


@dataclass(frozen=True)
class FlowingSolid:
    """Isotropic elasticity of the trial strain less what has flowed; moduli are those of the density.

    Args:
        bulk_modulus: Of the dense solid [MPa].
        shear_modulus: Of the dense solid [MPa].
        rule: How it flows.
        conductivity: What of its density is reported; None for nothing.
    """

    AT_POINTS: ClassVar[bool] = True
    STORED: ClassVar[tuple[str, ...]] = ("elastic",)
    LOCKS: ClassVar[bool] = True
    BOUNDED: ClassVar[bool] = True

    bulk_modulus: float
    shear_modulus: float
    rule: FlowRule
    conductivity: IonicConductivity | None = None

    def __post_init__(self) -> None:
        """Check the moduli."""
        for name in ("bulk_modulus", "shear_modulus"):
            require(name, getattr(self, name), lambda value: value > 0.0, "greater than 0 MPa")

    @property
    def HISTORY(self) -> Shapes:  # noqa: N802
        """See `fem_asslb.bulk.bulk_law.BulkLaw`."""
        shapes: dict[str, tuple[int, ...]] = {PLASTIC_STRAIN: (6,), ACCUMULATED: ()}
        return shapes if self.rule.density is None else shapes | {DENSIFICATION: (), OPENED: ()}

    @property
    def DISSIPATION(self) -> tuple[str, ...]:  # noqa: N802
        """See `fem_asslb.bulk.bulk_law.BulkLaw`."""
        return self.rule.dissipation

    def density(self, history: History) -> NumberLike:
        """Relative density; 1 where flow keeps the volume."""
        return 1.0 if self.rule.density is None else self.rule.density * exp(history[DENSIFICATION])

    def _densities(self, history: History) -> Array:
        return self.density(history) * np.ones_like(history[ACCUMULATED])

    def reported(self, history: History) -> Mapping[str, NumberLike]:
        """See `fem_asslb.bulk.bulk_law.ReportingLaw`."""
        found = {INELASTIC_STRAIN: history[ACCUMULATED]}
        if self.rule.density is not None:
            found[RELATIVE_DENSITY] = self.density(history)
        if self.conductivity is not None:
            found[CONDUCTIVITY] = self.conductivity(self.density(history))
        return found

    def respond(self, now: Deformation, before: Deformation, history: History, time_step: NumberLike) -> BulkResponse:
        """See `fem_asslb.bulk.bulk_law.BulkLaw`; what is dissipated is trapezoidal, so that work adds up exactly."""
        plastic, density, length = symmetric(history[PLASTIC_STRAIN]), self._densities(history), float(time_step)
        rule = self.rule.at(float(now.temperature))
        accumulated = np.asarray(history[ACCUMULATED])
        trial = now.strain - plastic
        deviator = trial.deviator
        shear = np.sqrt(2.0 / 3.0 * deviator.inner(deviator))
        direction = _over(deviator, shear)
        opened = np.asarray(history.get(OPENED, 0.0))
        # What has opened closes at no pressure before anything bears.
        closed = np.clip(-trial.trace, 0.0, opened)
        start = Trial(
            volume=-trial.trace - closed,
            shear=shear,
            plastic_volume=np.ones_like(shear) if now.logarithmic else 1.0 + plastic.trace - opened,
            density=density,
            accumulated=accumulated,
            logarithmic=now.logarithmic,
        )
        flowed = _closing(self._open(start, self._flow(rule, start, length)), (closed > 0.0) & (closed < opened))
        stress = (2.0 / 3.0 * flowed.softness) * deviator - spherical(flowed.pressure)

        def increment() -> SymmetricTensor:
            """What flows in the step."""
            return flowed.shear * direction - spherical((flowed.volume + closed) / 3.0)

        def dissipated() -> Mapping[str, NumberLike]:
            """Work on what flows, less what the elastic strain stores because the solid has become stiffer."""
            flow, elastic_before, stiffness = increment(), before.strain - plastic, self._stiffness(start, density)
            stress_before, softer = (self._stress(strain, stiffness) for strain in (elastic_before, trial - flow))
            spent = 0.5 * ((stress + stress_before).inner(flow) - elastic_before.inner(stress - softer))
            return rule.dissipated(spent, flowed.flow, accumulated, length)

        def remembered() -> Mapping[str, NumberLike]:
            """History at the end."""
            return self._history(plastic + increment(), flowed, history) | self._opened(opened - closed, flowed)

        return BulkResponse(
            stored=WhenAsked(lambda: {"elastic": 0.5 * stress.inner(trial - increment())}),
            stress=stress,
            history=WhenAsked(remembered),
            dissipated=WhenAsked(dissipated),
            tangent=_tangent(flowed, direction),
        )

    def _flow(self, rule: FlowRule, start: Trial, time_step: float) -> Flowed:
        """End of a step of points in any arrangement."""
        shape = start.volume.shape
        found = ReturnMapping(rule, (self.bulk_modulus, self.shear_modulus), start.flat(), time_step).solve()
        return found.reshaped(shape)

    def _open(self, start: Trial, flowed: Flowed) -> Flowed:
        """Let it open at its limit under tension; density knows nothing of it."""
        least = -self.rule.tension_limit * start.volume_ratio(self.rule.density, flowed.density)[0]
        opens = flowed.pressure < least
        if not opens.any():
            return flowed
        pressure = np.where(opens, least, flowed.pressure)
        opened = start.volume - pressure / (self.bulk_modulus * self._stiffness(start, flowed.density))
        slopes = tuple(np.where(opens, 0.0, slope) for slope in flowed.pressure_slopes)
        volume = np.where(opens, opened, flowed.volume)
        return replace(flowed, pressure=pressure, volume=volume, pressure_slopes=(slopes[0], slopes[1]))

    def _stiffness(self, start: Trial, density: Array) -> Array:
        """Moduli over those of the dense solid."""
        return self.rule.stiffness(density)[0] * start.volume_ratio(self.rule.density, density)[0]

    def _stress(self, elastic: SymmetricTensor, stiffness: Array) -> SymmetricTensor:
        return (
            spherical(self.bulk_modulus * stiffness * elastic.trace)
            + (2.0 * self.shear_modulus * stiffness) * elastic.deviator
        )

    def _opened(self, opened: Array, flowed: Flowed) -> dict[str, NumberLike]:
        """What is open at the end of a step, where flow knows of it."""
        return {} if self.rule.density is None else {OPENED: opened + np.maximum(-flowed.volume, 0.0)}

    def _history(self, plastic: SymmetricTensor, flowed: Flowed, history: History) -> dict[str, NumberLike]:
        found: dict[str, NumberLike] = {PLASTIC_STRAIN: plastic.components}
        found[ACCUMULATED] = history[ACCUMULATED] + flowed.flow
        if self.rule.density is not None:
            found[DENSIFICATION] = np.log(flowed.density / self.rule.density)
        return found


def _closing(flowed: Flowed, closes: Array) -> Flowed:
    """Points that have not closed yet bear nothing for a volume."""
    if not np.any(closes):
        return flowed
    slopes = [
        (np.where(closes, 0.0, by_volume), by_shear)
        for by_volume, by_shear in (flowed.pressure_slopes, flowed.mises_slopes)
    ]
    return replace(flowed, pressure_slopes=slopes[0], mises_slopes=slopes[1])


def _over(deviator: SymmetricTensor, size: Array) -> SymmetricTensor:
    """Direction of a deviator; zero where it has none."""
    return (1.0 / np.where(size > 0.0, size, np.inf)) * deviator


def _tangent(flowed: Flowed, direction: SymmetricTensor) -> Tangent:
    """Derivative of the stress -p I + 2/3 q n by the strain, with dv = -tr(de) and ds = 2/3 n : de."""
    shear = 2.0 / 3.0 * flowed.softness
    return Tangent(
        volumetric=flowed.pressure_slopes[0] - shear / 3.0,
        shear=shear,
        directed=4.0 / 9.0 * (flowed.mises_slopes[1] - flowed.softness),
        pressed=-2.0 / 3.0 * flowed.pressure_slopes[1],
        turned=-2.0 / 3.0 * flowed.mises_slopes[0],
        direction=direction,
    )
