"""Table ``ionic_conductivity`` of a material that is pressed."""

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from fem_asslb.base import units
from fem_asslb.base.checked import Number, checked
from fem_asslb.bulk.bulk_law import BulkLaw
from fem_asslb.bulk.flowing_solid import FlowingSolid
from fem_asslb.bulk.ionic_conductivity import IonicConductivity
from fem_asslb.bulk.relaxing_solid import RelaxingSolid
from fem_asslb.materials.bibliography import SourceKeys


@checked(kw_only=True)
class IonicConductivityTable:
    """Ionic conductivity of an electrolyte against its relative density, which is reported; no equation has it.

    Attributes:
        relative_density: Densities, increasing.
        value: Conductivities there; between them and beyond a power law joins two neighbours.
        source: Key of the bibliography where the data come from, a list of keys, or ``"assumed"``.
        note: What else there is to say of them.
        mark: How far they are to be trusted, see `docs/materials.md`.
    """

    relative_density: tuple[Annotated[Number, Field(gt=0.0, le=1.0)], ...]
    value: tuple[units.Conductivity, ...]
    source: SourceKeys = ""
    note: str = ""
    mark: str = ""

    def law(self) -> IonicConductivity:
        """The function.

        Raises:
            MaterialError: Lists of other lengths, or densities that do not increase.
        """
        values = tuple(units.convert(value, "pA/(V*um)", "mS/cm") for value in self.value)
        return IonicConductivity(self.relative_density, values)


def conducting(law: BulkLaw | None, conductivity: IonicConductivity | None) -> BulkLaw | None:
    """A law that reports the conductivity, if it knows of a density; another one as it is."""
    if isinstance(law, RelaxingSolid):
        return replace(law, solid=replace(law.solid, conductivity=conductivity))
    if isinstance(law, FlowingSolid) and law.rule.density is not None:
        return replace(law, conductivity=conductivity)
    return law
