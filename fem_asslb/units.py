"""Quantities with units at the door; the internal set um, MPa, s, pmol, V, K, pg behind it.

In this set energies are pJ, charges pC, current densities pA/um^2 = A/m^2, molar energies pJ/pmol = J/mol,
densities pg/um^3 = g/cm^3 and specific charges pC/pg = C/g. Nothing else in the package converts units.
"""

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_before_validator_function

from fem_asslb.errors import UnitError
from fem_asslb.printable import quoted
from fem_asslb.values import NUMBER, show


@cache
def _registry() -> Any:
    import pint

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)


LONGEST_TEXT = 60
"""Most characters of a quantity."""

_NAME = "[A-Za-z_µμΩÅ°]{1,30}"
_FACTOR = rf"{_NAME}(?: ?(?:\^|\*\*) ?[+-]?[1-9])?"
_PRODUCT = rf"{_FACTOR}(?: ?[*/] ?{_FACTOR}| {_FACTOR})*"
_UNIT = re.compile(rf"{_PRODUCT}(?: ?/ ?\({_PRODUCT}\))?")
_QUANTITY = re.compile(rf"({NUMBER}) ?([^\d\s+\-.,].*)?")


def parse(value: object, unit: str) -> float:
    """Number of ``unit`` in a quantity written with its unit.

    A unit is a product or quotient of names of units, each with an exponent from -9 to 9 if any, and with one pair of
    parentheses after the last quotient if any: ``"ohm cm^2"``, ``"pA/(V*um^2)"``. Nothing is computed.

    Args:
        value: Text such as ``"0.2 MPa/um"``: one number and its unit; a bare number is refused.
        unit: Unit of the result, e.g. ``"MPa"``.

    Returns:
        The value in ``unit``.

    Raises:
        UnitError: No number, no unit, an unknown unit, or one of another dimension.
    """
    example = f"a quantity with a unit like '1 {unit}'"
    if not isinstance(value, str):
        raise UnitError(f"{show(value)} has no unit; expected {example}")
    found = _QUANTITY.fullmatch(re.sub(" +", " ", value).strip(" ")) if len(value) <= LONGEST_TEXT else None
    if found is None:
        raise UnitError(f"{quoted(value, 60)} cannot be read; expected {example}")
    if found[2] is None:
        raise UnitError(f"{quoted(value, 60)} has no unit; expected {example}")
    try:
        result = _in_unit(float(found[1]), found[2], unit)
    except ValueError as error:
        raise UnitError(f"{quoted(value, 60)} {error}; expected {example}") from error
    if not math.isfinite(result):
        raise UnitError(f"{quoted(value, 60)} is not finite; expected {example}")
    return result


def _in_unit(number: float, text: str, unit: str) -> float:
    """Number of ``unit`` in that of the unit of a text.

    Raises:
        ValueError: With what is wrong about the text.
    """
    import pint

    if not _UNIT.fullmatch(text):
        raise ValueError("cannot be read")
    if not all(_registry().parse_unit_name(name) for name in re.findall(_NAME, text)):
        raise ValueError("has an unknown unit")
    try:
        return float(_registry().Quantity(number, text).to(unit).magnitude)
    except pint.DimensionalityError as error:
        raise ValueError("has the wrong dimension") from error
    except (pint.errors.PintError, ArithmeticError) as error:
        raise ValueError("cannot be read") from error


def format_quantity(value: float, unit: str, display: str) -> str:
    """Text of a value in the unit that people use for it, readable by `parse`.

    Args:
        value: Value in ``unit``.
        unit: Internal unit, e.g. ``"pC/um^2"``.
        display: Unit of the text, e.g. ``"mAh/cm^2"``.

    Returns:
        Text such as ``"1.5 mAh/cm^2"``, with twelve digits at most.
    """
    return f"{convert(value, unit, display):.12g} {display}"


def convert(value: float, unit: str, display: str) -> float:
    """Value in the unit ``display`` of a value in ``unit``."""
    return float(_registry().Quantity(value, unit).to(display).magnitude)


@dataclass(frozen=True)
class Unit:
    """Marks a number whose text carries a unit: pydantic converts ``"3 mm"`` to the named internal unit.

    Attributes:
        name: Internal unit, e.g. ``"um"``.
    """

    name: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Parse before the number is checked."""
        return no_info_before_validator_function(self._validate, handler(source))

    def _validate(self, value: object) -> float:
        try:
            return parse(value, self.name)
        except UnitError as error:
            raise ValueError(str(error)) from error


Length = Annotated[float, Unit("um")]
Pressure = Annotated[float, Unit("MPa")]
Duration = Annotated[float, Unit("s")]
Temperature = Annotated[float, Unit("K")]
Voltage = Annotated[float, Unit("V")]
FixtureStiffness = Annotated[float, Unit("MPa/um")]
Toughness = Annotated[float, Unit("MPa*um")]
ArealConductance = Annotated[float, Unit("pA/(V*um^2)")]
InterfaceStiffness = Annotated[float, Unit("MPa/um")]
Diffusivity = Annotated[float, Unit("um^2/s")]
Concentration = Annotated[float, Unit("pmol/um^3")]
MolarVolume = Annotated[float, Unit("um^3/pmol")]
Density = Annotated[float, Unit("pg/um^3")]
SpecificCapacity = Annotated[float, Unit("pC/pg")]
SpecificCurrent = Annotated[float, Unit("pA/pg")]
ArealCapacity = Annotated[float, Unit("pC/um^2")]
ArealLoading = Annotated[float, Unit("pg/um^2")]
CurrentDensity = Annotated[float, Unit("pA/um^2")]
ArealResistance = Annotated[float, Unit("V*um^2/pA")]
