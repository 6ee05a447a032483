"""Scatter of the strength of an interface."""

from typing import Annotated, Literal

from pydantic import Field

from fem_asslb.base.checked import Integer, Number, checked


@checked(kw_only=True)
class Scatter:
    """Weibull distribution of the strength; its scale is the stated strength, the toughness does not scatter.

    Attributes:
        modulus: Weibull modulus, e.g. 6.9.
        per: ``"boundary"``: one strength for each pair of regions that touch; ``"facet"``: one for each facet of the
            mesh.
        seed: Seed of the random numbers; what is drawn does not depend on the number of ranks.
    """

    modulus: Annotated[Number, Field(gt=1.0, le=1000.0)]
    per: Literal["boundary", "facet"] = "boundary"
    seed: Annotated[Integer, Field(ge=0)] = 1
