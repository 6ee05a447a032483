"""Table ``law`` of a material: what answers to strain, one dataclass for each law."""

from typing import Annotated, Literal

from pydantic import Field

from fem_asslb.base.checked import Number, checked
from fem_asslb.base.tagged import Tagged
from fem_asslb.base.units import Duration
from fem_asslb.bulk.elasticity import Elasticity
from fem_asslb.bulk.viscoelasticity import MaxwellSolid, MaxwellSolidAtPoints
from fem_asslb.materials.bulk_law_table import BulkLawTable
from fem_asslb.materials.flow_tables import CompactionTable, CreepTable, PlasticTable, PorousCreepTable


@checked(kw_only=True)
class ElasticTable(BulkLawTable):
    """Linear elasticity, as without a table.

    Attributes:
        kind: ``"elastic"``.
    """

    kind: Literal["elastic"] = "elastic"

    def build(self, elasticity: Elasticity) -> None:
        """See `BulkLawTable.build`."""
        return


@checked(kw_only=True)
class _RelaxingTable(BulkLawTable):
    relaxing_share: Annotated[Number, Field(ge=1e-6, le=1.0)]
    relaxation_time: Annotated[Duration, Field(ge=1e-3)]

    def _numbers(self, elasticity: Elasticity) -> tuple[float, float, float, float]:
        """Those of a `MaxwellSolid`."""
        given = self.isotropic(elasticity)
        return given.bulk_modulus, given.shear_modulus, self.relaxing_share, self.relaxation_time


@checked(kw_only=True)
class MaxwellTable(_RelaxingTable):
    """Linear viscoelasticity: a share of the shear stiffness relaxes; the elasticity of the material is that at once.

    Attributes:
        kind: ``"maxwell"``.
        relaxing_share: Share of the shear modulus that relaxes, at most 1.
        relaxation_time: In which the stress of that share falls by a factor e.
    """

    kind: Literal["maxwell"] = "maxwell"

    def build(self, elasticity: Elasticity) -> MaxwellSolid:
        """See `BulkLawTable.build`."""
        return MaxwellSolid(*self._numbers(elasticity))


@checked(kw_only=True)
class MaxwellAtPointsTable(_RelaxingTable):
    """The same law, evaluated point by point in numpy: the example of a law that no formula gives.

    Attributes:
        kind: ``"maxwell-at-points"``.
        relaxing_share: Share of the shear modulus that relaxes, at most 1.
        relaxation_time: In which the stress of that share falls by a factor e.
    """

    kind: Literal["maxwell-at-points"] = "maxwell-at-points"

    def build(self, elasticity: Elasticity) -> MaxwellSolidAtPoints:
        """See `BulkLawTable.build`."""
        return MaxwellSolidAtPoints(*self._numbers(elasticity))


BULK_LAWS: dict[str, type[BulkLawTable]] = {
    "elastic": ElasticTable,
    "maxwell": MaxwellTable,
    "maxwell-at-points": MaxwellAtPointsTable,
    "plastic": PlasticTable,
    "creep": CreepTable,
    "compaction": CompactionTable,
    "porous-creep": PorousCreepTable,
}
"""Keys of each law by its name; ``BULK_LAWS["NAME"] = ...`` before a case is read adds one."""

BulkLawEntry = Annotated[BulkLawTable, Tagged("kind", BULK_LAWS)]
