"""Toughness of an interface between opening and sliding."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from fem_asslb.base.input_types import not_accepted
from fem_asslb.interfaces import toughness

CRITERIA: dict[str, Callable[[float], toughness.MixedMode]] = {
    "power": toughness.PowerLaw,
    "benzeggagh-kenane": toughness.BenzeggaghKenane,
}
"""Law of the toughness by the name of its criterion."""


@dataclass(frozen=True, kw_only=True)
class MixedMode:
    """Toughness between opening and sliding, written ``{power = 1.0}`` or ``{benzeggagh-kenane = 2.0}``."""

    criterion: Literal["power", "benzeggagh-kenane"] = "power"
    exponent: float = 1.0

    @property
    def written(self) -> dict[str, float]:
        """As in ``case.toml``."""
        return {self.criterion: self.exponent}

    @property
    def law(self) -> toughness.MixedMode:
        """Toughness of every share of sliding."""
        return CRITERIA[self.criterion](self.exponent)


def _read_mixed_mode(value: Any) -> Any:
    if isinstance(value, MixedMode):
        return value
    if isinstance(value, dict) and len(value) == 1 and set(value) <= CRITERIA.keys():
        ((criterion, exponent),) = value.items()
        if type(exponent) in (int, float) and 1.0 <= exponent <= toughness.LARGEST_EXPONENT:
            return {"criterion": criterion, "exponent": float(exponent)}
    accepted = "{power = 1.0} or {benzeggagh-kenane = 2.0}, an exponent"
    raise ValueError(not_accepted(value, f"{accepted} from 1 to {toughness.LARGEST_EXPONENT:g}"))


MixedModeEntry = Annotated[MixedMode, BeforeValidator(_read_mixed_mode)]
