"""The platen: one position, one pressure law, and it never pulls."""

from dataclasses import dataclass, fields

from dolfinx import fem

from fem_asslb.base.functions import NumberLike, maximum
from fem_asslb.mesh.domain import Domain


@dataclass(frozen=True, kw_only=True)
class PlatenControls:
    """Numbers of the platen's law p = max(0, P + k (w - w_0)), w its position, positive outwards.

    Attributes:
        pressure: P, pressure at the reference position [MPa], compression positive.
        stiffness: k [MPa/um]; zero keeps the pressure constant.
        position: w_0, reference position [um].
        clamped: 1: the platen stands still at w_0 and P is unknown; 0: P is given.
        augmentation: Stiffness that smooths the search for P when clamped [MPa/um]; it does not change the answer.
    """

    pressure: NumberLike
    stiffness: NumberLike
    position: NumberLike
    clamped: NumberLike
    augmentation: NumberLike

    @classmethod
    def create(cls, domain: Domain, augmentation: float) -> "PlatenControls":
        """A platen without pressure."""
        values = dict.fromkeys((item.name for item in fields(cls)), 0.0) | {"augmentation": augmentation}
        return cls(**{name: fem.Constant(domain.mesh, value) for name, value in values.items()})

    def follow(self, pressure: float) -> None:
        """Let the platen push with a pressure [MPa] wherever it stands."""
        self.clamped.value, self.stiffness.value, self.pressure.value = 0.0, 0.0, pressure

    def values(self) -> "PlatenControls":
        """The same law with plain numbers."""
        return PlatenControls(**{item.name: float(getattr(self, item.name).value) for item in fields(self)})


def platen_pressure(controls: PlatenControls, position: NumberLike, contact_pressure: NumberLike) -> NumberLike:
    """Pressure of the platen on the stack [MPa], never negative.

    A clamped platen is the augmented Lagrangian of the contact between stack and platen (Alart and Curnier, 1991).
    Times the variation of its position it is the virtual work of the platen per area: with the elastic energy that says
    that the platen's force is the consistent reaction of the stack.
    """
    clamped = controls.clamped
    reference = clamped * contact_pressure + (1 - clamped) * controls.pressure
    stiffness = clamped * controls.augmentation + (1 - clamped) * controls.stiffness
    return maximum(reference + stiffness * (position - controls.position), 0.0)


def contact_law(controls: PlatenControls, position: NumberLike, contact_pressure: NumberLike) -> NumberLike:
    """Zero where the unknown pressure of the platen is what it should be, as a displacement [um].

    A platen that stands has that of the contact, one that follows the given one.
    """
    pressure = platen_pressure(controls, position, contact_pressure)
    standing = (pressure - contact_pressure) / controls.augmentation
    following = (controls.pressure - contact_pressure) / controls.augmentation
    return controls.clamped * standing + (1 - controls.clamped) * following
