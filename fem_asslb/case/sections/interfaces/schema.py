"""What every table ``[interfaces.NAME]`` says, and what follows from it on a mesh."""

from typing import ClassVar

from fem_asslb.base.checked import checked
from fem_asslb.base.texts import SURFACE
from fem_asslb.case.sections.interfaces.between import Between
from fem_asslb.case.sections.interfaces.gap_table import GapTable
from fem_asslb.interfaces.coating import Coating
from fem_asslb.interfaces.interface_law import InterfaceLaw
from fem_asslb.interfaces.start import GapField, InterfaceStart


@checked(kw_only=True)
class InterfaceSchema:
    """Keys of one law of interfaces; a law of its own is a subclass with ``law: Literal["NAME"] = "NAME"``.

    Attributes:
        law: Name of the law.
        between: Two region roles, one role twice for the boundaries between its grains; or ``"surface:NAME"``.
        WELDED: Whether both sides share their displacement; there is no law then.
        MAY_PART: Whether the sides may part, which interrupts lithium that crosses from a host.
        ADHERES: Whether sides that touch when a cell has been fabricated hold one another from then on.
    """

    law: str
    between: Between
    WELDED: ClassVar[bool] = False
    MAY_PART: ClassVar[bool] = False
    ADHERES: ClassVar[bool] = False

    @property
    def surface(self) -> str:
        """Name of the surface on which it lies; empty between two roles."""
        return self.between.removeprefix(SURFACE) if isinstance(self.between, str) else ""

    @property
    def roles(self) -> tuple[str, str]:
        """Both sides; those of a surface are known on a mesh, see `with_sides`."""
        assert not isinstance(self.between, str)
        return self.between

    @property
    def conductance(self) -> float | None:
        """Current per area and potential between two hosts [pA/(um^2 V)]; None: as 10 nm of the host."""
        return None

    @property
    def gap_table(self) -> GapTable | None:
        """Gap at assembly from place to place; None where there is no table."""
        return None

    def build_law(self, modulus: float, facet_size: float) -> InterfaceLaw | None:
        """What the interface answers to an opening; None where both sides are welded.

        Args:
            modulus: Young's modulus of the softer side [MPa].
            facet_size: Mean size of the facets [um].

        Raises:
            MaterialError: Numbers that do not go together; one line.
        """
        return None

    def build_coating(self, plus: str) -> Coating | None:
        """Thin layer between both sides; None where there is none.

        Args:
            plus: Role on the plus side.
        """
        return None

    def build_start(self, gaps: GapField | None) -> InterfaceStart:
        """State at assembly; by default bonded where there is no gap.

        Args:
            gaps: Those of the table; None without one.
        """
        return InterfaceStart(gap=gaps or 0.0)

    def zone_length(self, modulus: float) -> float | None:
        """Length of the zone in which the interface lets go [um]; None where there is none to resolve.

        Args:
            modulus: Young's modulus of the softer side [MPa].
        """
        return None

    def born_broken(self) -> tuple[str, str] | None:
        """Key, and a line on it, for which adhesion cannot begin under load; None where it can."""
        return None

    def too_soft(self, given: str, reason: str, expected: str) -> tuple[str, str]:
        """Key that is at fault for a normal stiffness that is too small, and a line on it.

        Args:
            given: The stiffness with its unit.
            reason: What it does.
            expected: What is accepted.
        """
        if getattr(self, "normal_stiffness", None) is None:
            given = f"by default {given}, which"
            expected = f"{expected}: state it, or take smaller elements"
        return "normal_stiffness", f"{given} {reason}; expected {expected}"
