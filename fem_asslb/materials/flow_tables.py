"""Tables ``law`` of materials that flow: plasticity, creep and compaction."""

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from fem_asslb.base import units
from fem_asslb.base.checked import Number, checked
from fem_asslb.base.errors import MaterialError
from fem_asslb.base.temperatures import ROOM_TEMPERATURE, CellTemperature
from fem_asslb.bulk.bulk_law import BulkLaw
from fem_asslb.bulk.compaction import Compaction
from fem_asslb.bulk.creep import Creep, PorousCreep, PowerLaw
from fem_asslb.bulk.elasticity import Elasticity, IsotropicElasticity
from fem_asslb.bulk.flow_rule import FlowRule
from fem_asslb.bulk.flowing_solid import FlowingSolid
from fem_asslb.bulk.plasticity import SATURATION_STRAIN, Overstress, VonMisesFlow
from fem_asslb.bulk.powder import DENSEST, LOOSE_DENSITY, Powder, density_after, stiffness, yield_stress_of
from fem_asslb.bulk.relaxing_solid import RelaxingSolid
from fem_asslb.bulk.viscoelasticity import MaxwellArm
from fem_asslb.materials.bulk_law_table import BulkLawTable, StrengthKind

_Strain = Annotated[Number, Field(ge=1e-6, le=10.0)]
_Density = Annotated[Number, Field(ge=0.4, le=DENSEST)]
"""A loose powder to a solid next to dense."""

_Exponent = Annotated[Number, Field(ge=1.0, le=50.0)]
_OverstressTime = Annotated[units.Duration, Field(ge=0.0)]
_Positive = Annotated[units.Strength, Field(gt=0.0)]


@checked(kw_only=True)
class _FlowTable(BulkLawTable):
    def limit(self, strength: float | None, kind: StrengthKind) -> tuple[float | None, StrengthKind]:
        """See `BulkLawTable.limit`: what yields by its law is not in doubt there."""
        return None, kind

    def _solid(self, elasticity: Elasticity, rule: FlowRule) -> FlowingSolid:
        dense = self.isotropic(elasticity)
        return FlowingSolid(dense.bulk_modulus, dense.shear_modulus, rule)


@checked(kw_only=True)
class PlasticTable(_FlowTable):
    """Plastic flow at a von Mises stress.

    Attributes:
        kind: ``"plastic"``.
        yield_stress: At the start.
        hardening_modulus: Growth of it per plastic strain, without end.
        saturation_stress: Yield stress that hardening comes near, apart from that growth.
        saturation_strain: Plastic strain in which 63 % of that way is gone; 0.01 if left out.
        overstress_time: Time in which stress above yield relaxes; 0 s: flow does not depend on the rate.
        overstress_exponent: N of the rate ((q - yield_stress)/yield_stress)^N/overstress_time; 1 if left out.
    """

    kind: Literal["plastic"] = "plastic"
    yield_stress: _Positive
    hardening_modulus: Annotated[units.Pressure, Field(ge=0.0)] = 0.0
    saturation_stress: _Positive | None = None
    saturation_strain: _Strain | None = None
    overstress_time: _OverstressTime = 0.0
    overstress_exponent: _Exponent | None = None

    def build(self, elasticity: Elasticity) -> FlowingSolid:
        """See `BulkLawTable.build`."""
        if self.saturation_strain is not None and self.saturation_stress is None:
            raise MaterialError("saturation_strain is used with saturation_stress only; leave it out")
        rule = VonMisesFlow(
            yield_stress=self.yield_stress,
            hardening=self.hardening_modulus,
            saturation=self.saturation_stress,
            saturation_strain=self.saturation_strain or SATURATION_STRAIN,
            overstress=_overstress(self.overstress_time, self.overstress_exponent),
        )
        return self._solid(elasticity, rule)


@checked(kw_only=True)
class _PowerLawTable(_FlowTable):
    rate: units.Rate
    stress: _Positive
    exponent: _Exponent
    activation_energy: Annotated[units.MolarEnergy, Field(ge=0.0, le=1e6)] = 0.0
    reference_temperature: CellTemperature = ROOM_TEMPERATURE
    breakdown_stress: _Positive | None = None

    def limit(self, strength: float | None, kind: StrengthKind) -> tuple[float | None, StrengthKind]:
        """See `BulkLawTable.limit`."""
        return self.breakdown_stress, "breakdown"

    def _law(self) -> PowerLaw:
        return PowerLaw(self.rate, self.stress, self.exponent, self.activation_energy, self.reference_temperature)


@checked(kw_only=True)
class CreepTable(_PowerLawTable):
    """Creep by a power law, rate (q/stress)^exponent exp(-activation_energy/R (1/T - 1/reference_temperature)).

    T is the temperature of the cell.

    Attributes:
        kind: ``"creep"``.
        rate: Of strain, at ``stress`` and ``reference_temperature``.
        stress: Von Mises.
        exponent: Of the power law.
        activation_energy: Of the rate.
        reference_temperature: At which ``rate`` holds.
        breakdown_stress: Above it the power law is known to break down; the log says so.
    """

    kind: Literal["creep"] = "creep"

    def build(self, elasticity: Elasticity) -> FlowingSolid:
        """See `BulkLawTable.build`."""
        return self._solid(elasticity, Creep(self._law()))


@checked(kw_only=True)
class PorousCreepTable(_PowerLawTable):
    """Creep of a porous solid, whose pores close under pressure; elastic moduli are those of the dense solid.

    Attributes:
        kind: ``"porous-creep"``.
        rate: Of strain of the dense solid, at ``stress`` and ``reference_temperature``.
        stress: Von Mises.
        exponent: Of the power law.
        activation_energy: Of the rate.
        reference_temperature: At which ``rate`` holds.
        breakdown_stress: Above it the power law is known to break down; the log says so.
        relative_density: At the start.
        tension_limit: Mean tension at which it opens.
    """

    kind: Literal["porous-creep"] = "porous-creep"
    relative_density: _Density
    tension_limit: _Positive

    def build(self, elasticity: Elasticity) -> FlowingSolid:
        """See `BulkLawTable.build`."""
        return self._solid(elasticity, PorousCreep(self._law(), self.relative_density, self.tension_limit))

    def elasticity(self, dense: Elasticity) -> Elasticity:
        """See `BulkLawTable.elasticity`."""
        return _at_density(self.isotropic(dense), self.relative_density)


@checked(kw_only=True)
class CompactionTable(_FlowTable):
    """A pressed powder that goes on to compact; the elastic moduli of the material are those of the dense solid.

    Of ``yield_stress``, ``relative_density`` and ``fabrication_pressure`` two say the third: a powder pressed in a die
    up to that pressure has that density.

    Attributes:
        kind: ``"compaction"``.
        yield_stress: Of the particles of the powder.
        relative_density: At the start.
        fabrication_pressure: Largest pressure in a die before the start.
        loose_density: Of the powder before it was ever pressed.
        shear_ratio: Strength under shear over that under pressure, while necks between particles decide.
        tension_limit: Mean tension at which it opens.
        overstress_time: Time in which stress above yield relaxes; 0 s: flow does not depend on the rate.
        overstress_exponent: Exponent of the rate, as of ``plastic``.
        relaxing_share: Share of the shear modulus at the start that creeps without yielding; none if left out.
        relaxation_time: In which the stress of that share falls by a factor e.
    """

    kind: Literal["compaction"] = "compaction"
    yield_stress: _Positive | None = None
    relative_density: _Density | None = None
    fabrication_pressure: Annotated[units.Strength, Field(gt=0.0)] | None = None
    loose_density: _Density = LOOSE_DENSITY
    shear_ratio: Annotated[Number, Field(ge=0.1, le=10.0)] = 1.0
    tension_limit: _Positive
    overstress_time: _OverstressTime = 0.0
    overstress_exponent: _Exponent | None = None
    relaxing_share: Annotated[Number, Field(ge=1e-6, lt=1.0)] | None = None
    relaxation_time: Annotated[units.Duration, Field(ge=1e-3)] | None = None

    def build(self, elasticity: Elasticity) -> BulkLaw:
        """See `BulkLawTable.build`."""
        powder, density = self._start()
        overstress = _overstress(self.overstress_time, self.overstress_exponent)
        solid = self._solid(elasticity, Compaction(powder, density, self.tension_limit, overstress))
        match self.relaxing_share, self.relaxation_time:
            case None, None:
                return solid
            case float(share), float(time):
                modulus, ratio = solid.shear_modulus, float(stiffness(np.array(density))[0])
                firm = replace(solid, shear_modulus=(1.0 - share) * modulus)
                return RelaxingSolid(firm, MaxwellArm(share * ratio * modulus, time))
        given = "relaxation_time" if self.relaxing_share is None else "relaxing_share"
        raise MaterialError(f"law has {given} alone; accepted: relaxing_share and relaxation_time, or none of them")

    def elasticity(self, dense: Elasticity) -> Elasticity:
        """See `BulkLawTable.elasticity`."""
        return _at_density(self.isotropic(dense), self._start()[1])

    def _start(self) -> tuple[Powder, float]:
        """The powder and its density at the start.

        Raises:
            MaterialError: They are said not at all, only in part or twice.
        """
        stress, density, pressure = self.yield_stress, self.relative_density, self.fabrication_pressure
        shape = self.loose_density, self.shear_ratio
        match stress, density, pressure:
            case float(), float(), None:
                return Powder(stress, *shape), density
            case float(), None, float():
                powder = Powder(stress, *shape)
                return powder, density_after(powder, pressure)
            case None, float(), float():
                return Powder(yield_stress_of(*shape, density, pressure), *shape), density
        names = "yield_stress", "relative_density", "fabrication_pressure"
        given = [name for name in names if getattr(self, name) is not None]
        raise MaterialError(f"law has {' and '.join(given) or 'none'} of {', '.join(names)}; accepted: two of them")


def _overstress(time: float, exponent: float | None) -> Overstress:
    if exponent is not None and time == 0.0:
        raise MaterialError("overstress_exponent is used with overstress_time only; leave it out")
    return Overstress(time, 1.0 if exponent is None else exponent)


def _at_density(dense: IsotropicElasticity, density: float) -> IsotropicElasticity:
    ratio = float(stiffness(np.array(density))[0])
    return IsotropicElasticity(dense.youngs_modulus * ratio, dense.poisson_ratio)
