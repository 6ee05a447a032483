"""Quantities in a line of the lab book: durations, voltages, rates and what ends a step."""

import re

from fem_asslb.base.errors import UnitError
from fem_asslb.base.printable import quoted
from fem_asslb.base.temperatures import COLDEST, HOTTEST
from fem_asslb.base.texts import NUMBER, number_in
from fem_asslb.base.units import (
    AREAL_CAPACITY,
    CAPACITY,
    CURRENT,
    CURRENT_DENSITY,
    DURATION,
    SPECIFIC_CAPACITY,
    SPECIFIC_CURRENT,
    STACK_PRESSURE,
    TEMPERATURE,
    VOLTAGE,
    Unit,
    parse,
)
from fem_asslb.case.sections.amounts import Limit, LimitKind, Rate, RateKind, temperature_text

HIGHEST_VOLTAGE = 6.0
"""No lithium cell has this voltage [V]; a limit above it is a slip."""

SLOWEST, FASTEST = 1e-6, 1e4
"""C-rates: a century to less than a second for a charge."""

_PLAIN = NUMBER.removeprefix("[+-]?")
"""Pattern of a number without a sign."""

_RATES: dict[RateKind, Unit] = {
    "specific_current": SPECIFIC_CURRENT,
    "current_density": CURRENT_DENSITY,
    "current": CURRENT,
}

_LIMITS: dict[LimitKind, Unit] = {
    "voltage": VOLTAGE,
    "duration": DURATION,
    "specific_capacity": SPECIFIC_CAPACITY,
    "areal_capacity": AREAL_CAPACITY,
    "capacity": CAPACITY,
    "pressure": STACK_PRESSURE,
}


def read_duration(text: str) -> float:
    """Positive duration [s].

    Raises:
        ValueError: It is none.
    """
    return _positive(_read(text, DURATION), text)


def read_temperature(text: str) -> float:
    """Temperature of a cell [K].

    Raises:
        ValueError: It is none.
    """
    degrees = re.fullmatch(rf"({NUMBER}) ?(?:o|°)C", text)
    value = _read(f"{degrees[1]} degC" if degrees else text, TEMPERATURE)
    if not COLDEST <= value <= HOTTEST:
        raise ValueError(
            f"{quoted(text, 40)} is out of range; expected {COLDEST:g} to {HOTTEST:g} K, "
            f"{temperature_text(COLDEST)} to {temperature_text(HOTTEST)}"
        )
    return value


def read_pressure(text: str) -> float:
    """Stack pressure [MPa].

    Raises:
        ValueError: It is none.
    """
    pressure = _read(text, STACK_PRESSURE)
    if pressure < 0.0:
        raise ValueError(f"{quoted(text, 40)} is a pull; a pressure is at least 0 MPa, compression positive")
    return pressure


def read_voltage(text: str) -> float:
    """Voltage of a cell [V].

    Raises:
        ValueError: It is none.
    """
    value = _positive(_read(text, VOLTAGE), text)
    if not value < HIGHEST_VOLTAGE:
        raise ValueError(f"{quoted(text, 40)} is out of range; expected less than {HIGHEST_VOLTAGE:g} V")
    return value


def read_stoichiometry(text: str) -> float:
    """Number of lithium per formula unit.

    Raises:
        ValueError: It is none.
    """
    try:
        return number_in(text)
    except ValueError as error:
        raise ValueError(f"{quoted(text, 40)} is not a stoichiometry; expected a number like '0.3'") from error


def read_rate(text: str) -> Rate:
    """Size of a current.

    Raises:
        ValueError: It is none.
    """
    found = _read_rate(text)
    if found is None:
        accepted = "expected one like '0.1C', 'C/10', '20 mA/g', '0.5 mA/cm^2' or '1 mA'"
        raise ValueError(f"{quoted(text, 40)} is not a rate; {accepted}")
    return found


def read_limit(text: str) -> Limit:
    """What ends a step.

    Raises:
        ValueError: It is none.
    """
    if stoichiometry := re.fullmatch(r"x ?= ?(.+)", text):
        return Limit("stoichiometry", read_stoichiometry(stoichiometry[1]))
    if share := re.fullmatch(rf"open ?= ?({_PLAIN})", text):
        if not 0.0 < (value := float(share[1])) < 1.0:
            raise ValueError(f"{quoted(text, 40)} is out of range; expected a share of more than 0 and less than 1")
        return Limit("open", value)
    # Before charges: C/20 is a rate, and not a coulomb.
    if (rate := _read_rate(text)) is not None:
        return Limit(rate.kind, rate.value)
    for kind, unit in _LIMITS.items():
        if _has(text, unit):
            if kind == "voltage":
                return Limit(kind, read_voltage(text))
            return Limit(kind, read_duration(text) if kind == "duration" else _positive(_read(text, unit), text))
    examples = "'2.75 V', 'x = 0.3', '12 h', '150 mAh/g', '1.5 mAh/cm^2', '2 mAh', '85 MPa' or 'open = 0.2'"
    raise ValueError(f"{quoted(text, 40)} is not a limit; expected one like {examples}")


def _read_rate(text: str) -> Rate | None:
    """Size of a current; None where it is none."""
    if multiple := re.fullmatch(rf"({_PLAIN}) ?C", text):
        return _c_rate(_positive(float(multiple[1]), text), text)
    if fraction := re.fullmatch(rf"C ?/ ?({_PLAIN})", text):
        return _c_rate(1.0 / _positive(float(fraction[1]), text), text)
    for kind, unit in _RATES.items():
        if _has(text, unit):
            return Rate(kind, _positive(_read(text, unit), text))
    return None


def _c_rate(value: float, text: str) -> Rate:
    if not SLOWEST <= value <= FASTEST:
        raise ValueError(f"{quoted(text, 40)} is out of range; expected {SLOWEST:g}C to {FASTEST:g}C")
    return Rate("c_rate", value)


def _has(text: str, unit: Unit) -> bool:
    """Whether a text is a quantity of a dimension."""
    try:
        parse(text, unit.name)
    except UnitError:
        return False
    return True


def _positive(value: float, text: str) -> float:
    if value <= 0.0:
        raise ValueError(f"{quoted(text, 40)} must be positive")
    return value


def _read(text: str, unit: Unit) -> float:
    try:
        return unit.read(text)
    except UnitError as error:
        raise ValueError(str(error)) from error
