"""Law ``elastic``."""

from typing import Annotated, Literal

from pydantic import Field

from fem_asslb.base.checked import checked
from fem_asslb.base.units import ArealConductance, InterfaceStiffness
from fem_asslb.case.sections.interfaces.schema import InterfaceSchema
from fem_asslb.case.sections.interfaces.stiffness import default_stiffness
from fem_asslb.interfaces.elastic_law import ElasticLaw


@checked(kw_only=True)
class ElasticInterface(InterfaceSchema):
    """Traction proportional to the jump of the displacement.

    Attributes:
        law: ``"elastic"``.
        between: Two region roles, one role twice for the boundaries between its grains; or ``"surface:NAME"`` for the
            surface of that name in ``geometry.cut``.
        normal_stiffness: [MPa/um]; default 100 E/h, with E of the softer side and h the facets' size.
        shear_stiffness: [MPa/um]; default: that of opening.
        conductance: Lithium between two regions that both host it, current per area and potential; default: as 10 nm
            of the host.
    """

    law: Literal["elastic"] = "elastic"
    normal_stiffness: Annotated[InterfaceStiffness, Field(gt=0.0)] | None = None
    shear_stiffness: Annotated[InterfaceStiffness, Field(gt=0.0)] | None = None
    conductance: Annotated[ArealConductance, Field(gt=0.0)] | None = None

    def build_law(self, modulus: float, facet_size: float) -> ElasticLaw:
        """Springs; see `InterfaceSchema.build_law`."""
        normal = self.normal_stiffness or default_stiffness(modulus, facet_size)
        return ElasticLaw(normal, self.shear_stiffness or normal)
