"""Tables within an interface of the section ``interfaces``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter

from fem_asslb.base.input_types import STRICT, Integer, Number, not_accepted
from fem_asslb.base.units import Strength
from fem_asslb.geometry.point_table import Array, read_points
from fem_asslb.interfaces.toughness import LARGEST_EXPONENT

Share = Annotated[Number, Field(ge=0.0, le=1.0)]


@dataclass(frozen=True, kw_only=True)
class Scatter:
    """Weibull distribution of the strength; its scale is the stated strength, the toughness does not scatter.

    Attributes:
        modulus: Weibull modulus, e.g. 6.9.
        per: ``"boundary"``: one strength for each pair of regions that touch; ``"facet"``: one for each facet of the
            mesh.
        seed: Seed of the random numbers; what is drawn does not depend on the number of ranks.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    modulus: Annotated[Number, Field(gt=1.0, le=1000.0)]
    per: Literal["boundary", "facet"] = "boundary"
    seed: Annotated[Integer, Field(ge=0)] = 1


@dataclass(frozen=True, kw_only=True)
class GapTable:
    """Initial gaps that differ from place to place: each point of the interface has that of the nearest row.

    Attributes:
        path: Table of text with the columns ``x [um],y [um],gap [um]``, in 3D ``x [um],y [um],z [um],gap [um]``.
            Where the gap is 0 the interface is as without a table.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    path: Path

    def read(self, dimension: int) -> tuple[Array, Array]:
        """Points, shape (rows, dimension), and gaps [um].

        Raises:
            ValueError: The file is missing or is not such a table; one line.
        """
        return read_points(self.path, dimension, "gap [um]", zero=True)


@dataclass(frozen=True, kw_only=True)
class Knee:
    """Conducting share of a closed interface that rises about a contact pressure.

    Attributes:
        lowest: Share far below the knee.
        knee: Contact pressure of the knee.
        width: Of the rise.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    lowest: Share
    knee: Annotated[Strength, Field(gt=0.0)]
    width: Annotated[Strength, Field(gt=0.0)]


def _read_closed_conduction(value: Any) -> Any:
    """Faults of a table are those of a knee, without a second line about the text that it is not."""
    if isinstance(value, dict):
        return TypeAdapter(Knee).validate_python(value)
    if value == "full" or isinstance(value, Knee):
        return value
    raise ValueError(not_accepted(value, "'full' or {lowest = 0.2, knee = '50 MPa', width = '10 MPa'}"))


ClosedConduction = Annotated[Literal["full"] | Knee, BeforeValidator(_read_closed_conduction)]


@dataclass(frozen=True, kw_only=True)
class MixedMode:
    """Toughness between opening and sliding, written ``{power = 1.0}`` or ``{benzeggagh-kenane = 2.0}``."""

    criterion: Literal["power", "benzeggagh-kenane"] = "power"
    exponent: float = 1.0

    @property
    def written(self) -> dict[str, float]:
        """As in ``case.toml``."""
        return {self.criterion: self.exponent}


def _read_mixed_mode(value: Any) -> Any:
    if isinstance(value, MixedMode):
        return value
    if isinstance(value, dict) and len(value) == 1 and set(value) <= {"power", "benzeggagh-kenane"}:
        ((criterion, exponent),) = value.items()
        if type(exponent) in (int, float) and 1.0 <= exponent <= LARGEST_EXPONENT:
            return {"criterion": criterion, "exponent": float(exponent)}
    accepted = "{power = 1.0} or {benzeggagh-kenane = 2.0}, an exponent"
    raise ValueError(not_accepted(value, f"{accepted} from 1 to {LARGEST_EXPONENT:g}"))


MixedModeEntry = Annotated[MixedMode, BeforeValidator(_read_mixed_mode)]
