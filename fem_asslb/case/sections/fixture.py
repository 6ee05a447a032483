"""Section ``fixture``: what holds the stack."""

from typing import Annotated, Literal

from pydantic import Field

from fem_asslb.base.checked import checked
from fem_asslb.base.units import FixtureStiffness


@checked(kw_only=True)
class _Frame:
    walls: Literal["symmetric", "free"] = "symmetric"
    out_of_plane: Literal["plane-strain", "generalised-plane-strain"] | None = None


@checked(kw_only=True)
class RigidFixture(_Frame):
    """The platen stays where the last press step left it.

    Attributes:
        kind: ``"rigid"``.
        walls: Side walls of the cell: ``"symmetric"`` (a die: no displacement across them and, where they are periodic,
            none on the whole) or ``"free"``.
        out_of_plane: 2D only: ``"plane-strain"`` (default) or ``"generalised-plane-strain"`` (no net force).
    """

    kind: Literal["rigid"] = "rigid"


@checked(kw_only=True)
class SpringFixture(_Frame):
    """After the last press step the platen pushes through a spring.

    Attributes:
        kind: ``"spring"``.
        stiffness: Pressure per displacement of the platen, e.g. ``"0.2 MPa/um"``.
        walls: Side walls of the cell: ``"symmetric"`` (a die: no displacement across them and, where they are periodic,
            none on the whole) or ``"free"``.
        out_of_plane: 2D only: ``"plane-strain"`` (default) or ``"generalised-plane-strain"`` (no net force).
    """

    kind: Literal["spring"] = "spring"
    stiffness: Annotated[FixtureStiffness, Field(gt=0.0)]


@checked(kw_only=True)
class ConstantForceFixture(_Frame):
    """The platen keeps the pressure of the last press step.

    Attributes:
        kind: ``"constant-force"``.
        walls: Side walls of the cell: ``"symmetric"`` (a die: no displacement across them and, where they are periodic,
            none on the whole) or ``"free"``.
        out_of_plane: 2D only: ``"plane-strain"`` (default) or ``"generalised-plane-strain"`` (no net force).
    """

    kind: Literal["constant-force"] = "constant-force"


@checked(kw_only=True)
class PressureFixture:
    """No platen: the pressure of the press steps acts on the outer boundary of a particle in a shell.

    Attributes:
        kind: ``"pressure"``.
        out_of_plane: 2D only: ``"plane-strain"`` (default) or ``"generalised-plane-strain"`` (no net force).
    """

    kind: Literal["pressure"] = "pressure"
    out_of_plane: Literal["plane-strain", "generalised-plane-strain"] | None = None


Fixture = Annotated[RigidFixture | SpringFixture | ConstantForceFixture | PressureFixture, Field(discriminator="kind")]
