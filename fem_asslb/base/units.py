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
from pydantic_core.core_schema import ValidationInfo, with_info_before_validator_function

from fem_asslb.base.checked import IN_PYTHON
from fem_asslb.base.errors import UnitError
from fem_asslb.base.printable import quoted
from fem_asslb.base.texts import NUMBER, show


@cache
def _registry() -> Any:
    import pint

    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)


USUAL = {
    "V*um^2/pA": "ohm cm^2",
    "pA": "mA",
    "pA/(V*um)": "S/cm",
    "pA/(V*um^2)": "S/cm^2",
    "pA/pg": "mA/g",
    "pA/um^2": "A/m^2",
    "pC/pg": "mAh/g",
    "pC/um^2": "mAh/cm^2",
    "pJ/pmol": "kJ/mol",
    "pg/pmol": "g/mol",
    "pg/um^2": "mg/cm^2",
    "pg/um^3": "g/cm^3",
    "pmol/um^3": "mol/l",
    "um^2": "cm^2",
    "um^2/s": "cm^2/s",
    "um^3/pmol": "cm^3/mol",
    "MPa*um": "J/m^2",
}
"""Units that people use where the internal ones are unusual."""

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
    example = f"a quantity with a unit like '1 {USUAL.get(unit, unit)}'"
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
        bare = re.search(r"[A-Za-z][1-9]", text)
        raise ValueError("has an exponent without ^, as in cm^2" if bare else "cannot be read")
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

    The range is wide: what lies outside is a slip, or such that no floating-point number near it can be trusted. Keys
    add their own bounds and signs.

    Attributes:
        name: Internal unit, e.g. ``"um"``.
        smallest: Least size of a number other than zero.
        largest: Largest size of a number.
    """

    name: str
    smallest: float
    largest: float

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Parse before the number is checked."""
        return with_info_before_validator_function(self._validate, handler(source))

    @property
    def range(self) -> str:
        """Sizes of numbers other than zero."""
        usual = USUAL.get(self.name, self.name)
        least, most = (convert(size, self.name, usual) for size in (self.smallest, self.largest))
        return f"{least:g} to {most:g} {usual}"

    def read(self, value: object) -> float:
        """Number of a quantity, in range.

        Raises:
            UnitError: As of `parse`, or out of range.
        """
        number = parse(value, self.name)
        if number and not self.smallest * (1.0 - _ROUNDING) <= abs(number) <= self.largest * (1.0 + _ROUNDING):
            raise UnitError(f"{quoted(value)} is out of range; expected a size of {self.range}")
        return number

    def _validate(self, value: object, info: ValidationInfo) -> object:
        if info.context == IN_PYTHON and not isinstance(value, str):
            return value
        try:
            return self.read(value)
        except UnitError as error:
            raise ValueError(str(error)) from error


_ROUNDING = 1e-9

LENGTH = Unit("um", 1e-4, 1e6)
"""An atom to a metre."""

PRESSURE = Unit("MPa", 1e-6, 1e7)
"""A pascal to ten times the stiffest solid; elastic moduli too."""

STRENGTH = Unit("MPa", 1e-4, 1e5)
"""A liquid's drag to the ideal strength of diamond."""

STACK_PRESSURE = Unit("MPa", 1e-6, 1e4)
"""A pascal to ten times the largest press."""

DURATION = Unit("s", 1e-6, 1e10)
"""A sound wave through a cell to three hundred years."""

VOLTAGE = Unit("V", 1e-6, 10.0)
"""The resolution of a voltmeter to more than any cell has."""

CURRENT_DENSITY = Unit("pA/um^2", 1e-9, 1e7)
"""A blocked interface to more than the fastest reaction, A/m^2."""

SPECIFIC_CURRENT = Unit("pA/pg", 1e-6, 1e4)
"""A year and more per charge to seconds, A/g."""

CURRENT = Unit("pA", 1.0, 1e18)
"""Less than any cell takes to a million amperes."""

CAPACITY = Unit("pC", 1.0, 1e21)
"""The same for a thousand seconds."""

SPECIFIC_CAPACITY = Unit("pC/pg", 1e-3, 1e5)
"""Nothing measurable to seven times lithium metal, C/g."""

AREAL_CAPACITY = Unit("pC/um^2", 1e-3, 1e7)
"""Nothing measurable to hundreds of mAh/cm^2, C/m^2."""

DIFFUSIVITY = Unit("um^2/s", 1e-12, 1e9)
"""1e-24 m^2/s, less than in any crystal, to gases."""

AREAL_RESISTANCE = Unit("V*um^2/pA", 1e-9, 1e3)
"""A metal's contact to an insulator, ohm m^2."""

TEMPERATURE = Unit("K", 1.0, 1e4)
"""Far below any cell to far above."""

Length = Annotated[float, LENGTH]
Pressure = Annotated[float, PRESSURE]
Strength = Annotated[float, STRENGTH]
Duration = Annotated[float, DURATION]
Temperature = Annotated[float, TEMPERATURE]
Rate = Annotated[float, Unit("s^-1", 1e-30, 1e12)]
"""Less than a strain of any measure in the age of the earth to that of a shock."""
MolarEnergy = Annotated[float, Unit("pJ/pmol", 1.0, 1e7)]
"""J/mol: far less than heat to far more than a bond."""
Voltage = Annotated[float, VOLTAGE]
FixtureStiffness = Annotated[float, Unit("MPa/um", 1e-9, 1e6)]
"""A sponge under a weight to more than a bare plate."""
Toughness = Annotated[float, Unit("MPa*um", 1e-6, 1e6)]
"""A thousandth of a weak surface's energy to ten times tough steel, J/m^2."""
ArealConductance = Annotated[float, Unit("pA/(V*um^2)", 1e-9, 1e15)]
"""An insulating film to an atom's layer of a metal, S/m^2."""
Conductivity = Annotated[float, Unit("pA/(V*um)", 1e-9, 1e9)]
"""1e-17 S/cm, a good insulator, to 10 S/cm, more than any ion has."""
InterfaceStiffness = Annotated[float, Unit("MPa/um", 1e-6, 1e13)]
"""A gel to the stiffest modulus over an atom, a thousandfold."""
Diffusivity = Annotated[float, DIFFUSIVITY]
Concentration = Annotated[float, Unit("pmol/um^3", 1e-6, 1.0)]
"""A mol/m^3 to ten times lithium metal."""
MolarVolume = Annotated[float, Unit("um^3/pmol", 1e-3, 1e3)]
"""A ten thousandth of lithium metal to a gel, cm^3/mol."""
ThermalExpansion = Annotated[float, Unit("K^-1", 1e-9, 1e-3)]
"""Of a length: less than any glass to ten times a liquid."""
MolarMass = Annotated[float, Unit("pg/pmol", 1.0, 1e5)]
"""Hydrogen to a protein, g/mol."""
Density = Annotated[float, Unit("pg/um^3", 1e-3, 30.0)]
"""A gas to more than osmium, g/cm^3."""
SpecificCapacity = Annotated[float, SPECIFIC_CAPACITY]
SpecificCurrent = Annotated[float, SPECIFIC_CURRENT]
ArealCapacity = Annotated[float, AREAL_CAPACITY]
ArealLoading = Annotated[float, Unit("pg/um^2", 1e-3, 1e6)]
"""A film of atoms to a brick, g/m^2."""
CurrentDensity = Annotated[float, CURRENT_DENSITY]
Area = Annotated[float, Unit("um^2", 1.0, 1e14)]
"""One particle to a hundred square metres."""
ArealResistance = Annotated[float, AREAL_RESISTANCE]
