"""How much of its surface an interface leaves to lithium."""

from dataclasses import dataclass

from fem_asslb.base.errors import MaterialError
from fem_asslb.base.functions import NumberLike, choose, maximum, minimum, tanh
from fem_asslb.base.parameters import require


@dataclass(frozen=True)
class FullConduction:
    """A closed interface conducts like a bonded one."""

    def share(self, pressure: NumberLike) -> NumberLike:
        """Conducting share of a closed interface; ``pressure`` in MPa, compression positive."""
        return 1.0 + 0.0 * pressure


@dataclass(frozen=True)
class ConductionKnee:
    """Conducting share that rises about a pressure from ``lowest`` to 1, as contact area in tomography does.

    Args:
        lowest: Share far below the knee, 0 to 1.
        pressure: Of the knee [MPa].
        width: Of the rise [MPa].
    """

    lowest: float
    pressure: float
    width: float

    def __post_init__(self) -> None:
        """Check the numbers."""
        require("lowest", self.lowest, lambda value: 0.0 <= value <= 1.0, "between 0 and 1")
        require("pressure", self.pressure, lambda value: value > 0.0, "greater than 0 MPa")
        require("width", self.width, lambda value: value > 0.0, "greater than 0 MPa")

    def share(self, pressure: NumberLike) -> NumberLike:
        """See `FullConduction`."""
        # The logistic function of (pressure - knee)/width, whose exponential would overflow for a narrow rise.
        risen = 0.5 * (1 + tanh(0.5 * (pressure - self.pressure) / self.width))
        return self.lowest + (1 - self.lowest) * risen


@dataclass(frozen=True)
class Gate:
    """Conducting share of an interface: 1 bonded, a law of pressure when closed, 0 over an open gap.

    Args:
        closed: Law of a closed interface that is not bonded.
        opening_width: Gap over which conduction fades to zero [um].
        keeps_lost: Whether what an opening has interrupted stays so when the gap closes again.
    """

    closed: FullConduction | ConductionKnee = FullConduction()
    opening_width: float = 0.01
    keeps_lost: bool = False

    def __post_init__(self) -> None:
        """Check the width."""
        require("opening_width", self.opening_width, lambda value: value > 0.0, "greater than 0 um")
        if not isinstance(self.keeps_lost, bool):
            raise MaterialError(f"keeps_lost = {self.keeps_lost!r} is not accepted; expected true or false")

    def lost(self, normal_opening: NumberLike) -> NumberLike:
        """Share of the conduction that a gap interrupts: 0 when closed, 1 beyond the width, C1 between."""
        part = minimum(maximum(normal_opening / self.opening_width, 0.0), 1.0)
        return part * part * (3 - 2 * part)

    def share(
        self, released: NumberLike, normal_opening: NumberLike, pressure: NumberLike, lost: NumberLike
    ) -> NumberLike:
        """Conducting share of the area.

        Args:
            released: Share of the area that does not adhere.
            normal_opening: Gap [um], negative when closed.
            pressure: Contact pressure [MPa].
            lost: Largest interrupted share so far.
        """
        interrupted = self.lost(normal_opening)
        if self.keeps_lost:
            interrupted = choose(lost - interrupted, lost, interrupted)
        return (1 - released) + released * self.closed.share(pressure) * (1 - interrupted)
