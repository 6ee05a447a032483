"""Toughness of an interface between opening and sliding."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import model_validator
from pydantic_core import ArgsKwargs

from fem_asslb.base.checked import checked
from fem_asslb.base.texts import not_accepted
from fem_asslb.interfaces import toughness

CRITERIA: dict[str, Callable[[float], toughness.MixedMode]] = {
    "power": toughness.PowerLaw,
    "benzeggagh-kenane": toughness.BenzeggaghKenane,
}
"""Law of the toughness by the name of its criterion."""


@checked(kw_only=True)
class MixedMode:
    """Toughness between opening and sliding, written ``{power = 1.0}`` or ``{benzeggagh-kenane = 2.0}``."""

    criterion: Literal["power", "benzeggagh-kenane"] = "power"
    exponent: float = 1.0

    @model_validator(mode="before")
    @classmethod
    def _as_written(cls, value: Any) -> Any:
        if isinstance(value, ArgsKwargs | MixedMode):
            return value
        if isinstance(value, dict) and len(value) == 1 and set(value) <= CRITERIA.keys():
            ((criterion, exponent),) = value.items()
            if type(exponent) in (int, float) and 1.0 <= exponent <= toughness.LARGEST_EXPONENT:
                return {"criterion": criterion, "exponent": float(exponent)}
        accepted = "{power = 1.0} or {benzeggagh-kenane = 2.0}, an exponent"
        raise ValueError(not_accepted(value, f"{accepted} from 1 to {toughness.LARGEST_EXPONENT:g}"))

    @property
    def written(self) -> dict[str, float]:
        """As in ``case.toml``."""
        return {self.criterion: self.exponent}

    @property
    def law(self) -> toughness.MixedMode:
        """Toughness of every share of sliding."""
        return CRITERIA[self.criterion](self.exponent)
