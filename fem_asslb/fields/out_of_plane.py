"""The uniform strain across a 2D plane that no net force crosses."""

from fem_asslb.fields import names
from fem_asslb.fields.scalars import Scalar

STRAIN = "out-of-plane strain"
"""Of the whole mesh [-]."""


def declare() -> Scalar:
    """The strain; its row is the variation of the stored energy alone, the net force across the plane."""
    return Scalar(
        name=STRAIN, symbol="e_z", unit="-", row=lambda now, before, test: 0, column=names.OUT_OF_PLANE_STRAIN
    )
