"""Springs between both sides of an interface."""

from collections.abc import Mapping
from dataclasses import dataclass

from fem_asslb.base.functions import NumberLike, maximum
from fem_asslb.base.parameters import require
from fem_asslb.interfaces.interface_law import InterfaceLaw
from fem_asslb.interfaces.response import History, Opening, Response, dot


@dataclass(frozen=True)
class ElasticLaw(InterfaceLaw):
    """Traction proportional to the opening, in compression too.

    Args:
        normal_stiffness: [MPa/um].
        shear_stiffness: [MPa/um].
    """

    normal_stiffness: float
    shear_stiffness: float

    def __post_init__(self) -> None:
        """Check the stiffnesses."""
        for name in ("normal_stiffness", "shear_stiffness"):
            require(name, getattr(self, name), lambda value: value > 0.0, "greater than 0 MPa/um")

    def respond(
        self, now: Opening, before: Opening, history: History, time_step: NumberLike, strength: NumberLike
    ) -> Response:
        """Answer to an opening; see `InterfaceLaw.respond`."""
        normal = self.normal_stiffness * now.normal
        shear = tuple(self.shear_stiffness * component for component in now.sliding)
        stored = 0.5 * normal * now.normal + 0.5 * dot(shear, now.sliding)
        return Response(
            opening=now,
            normal_traction=normal,
            shear_traction=shear,
            pressure=maximum(-normal, 0.0),
            stored={"elastic": stored},
        )

    @property
    def stiffnesses(self) -> Mapping[str, NumberLike]:
        """Both; see `InterfaceLaw.stiffnesses`."""
        return {"normal": self.normal_stiffness, "shear": self.shear_stiffness}
