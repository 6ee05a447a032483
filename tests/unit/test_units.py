"""Quantities at the door: every unit of the package against a value worked out by hand."""

import pytest
from pydantic import TypeAdapter, ValidationError

from fem_asslb.base import units
from fem_asslb.base.errors import UnitError
from fem_asslb.base.units import convert, format_quantity, parse

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("3 mm", units.Length, 3e3),
        ("24 GPa", units.Pressure, 24e3),
        ("12 h", units.Duration, 43200.0),
        ("45 degC", units.Temperature, 318.15),
        ("-20 degC", units.Temperature, 253.15),
        ("1550 mV", units.Voltage, 1.55),
        ("200 MPa/mm", units.FixtureStiffness, 0.2),
        ("1e15 Pa/m", units.InterfaceStiffness, 1e3),
        ("1e-14 m^2/s", units.Diffusivity, 1e-2),
        ("49140 mol/m^3", units.Concentration, 0.04914),
        ("7.89 cm^3/mol", units.MolarVolume, 7.89),
        ("4.78 g/cm^3", units.Density, 4.78),
        ("202 mAh/g", units.SpecificCapacity, 727.2),
        ("190 mA/g", units.SpecificCurrent, 0.19),
        ("2 mAh/cm^2", units.ArealCapacity, 7.2e4),
        ("8.5 mg/cm^2", units.ArealLoading, 85.0),
        ("0.5 mA/cm^2", units.CurrentDensity, 5.0),
        ("20 ohm cm^2", units.ArealResistance, 2e-3),
        (".5um", units.Length, 0.5),
        ("1e-3 m", units.Length, 1e3),
    ],
)
def test_quantity_in_internal_units(text: str, kind: type, expected: float) -> None:
    """Products of the internal units close: J/mol = pJ/pmol, A/m^2 = pA/um^2, C/g = pC/pg."""
    assert TypeAdapter(kind).validate_python(text) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (81, "has no unit"),
        (True, "has no unit"),
        (None, "has no unit"),
        ("81", "has no unit"),
        ("81 V", "wrong dimension"),
        ("81 bananas", "unknown unit"),
        ("MPa", "cannot be read"),
        ("1,5 MPa", "cannot be read"),
        ("5 N/mm2", "has an exponent without"),
        ("3 6 MPa", "cannot be read"),
        ("nan MPa", "cannot be read"),
        ("1e999 MPa", "not finite"),
        ("5 (", "cannot be read"),
        ("5 MPa + 3 MPa", "cannot be read"),
        ("", "cannot be read"),
    ],
)
def test_bad_quantity_names_value_and_example(value: object, words: str) -> None:
    """No number is guessed; the message quotes the value and shows a good one."""
    with pytest.raises(UnitError, match=words) as caught:
        parse(value, "MPa")
    assert "1 MPa" in str(caught.value)
    with pytest.raises(ValidationError, match=words):
        TypeAdapter(units.Pressure).validate_python(value)


def test_format_is_the_inverse_of_parse() -> None:
    """Text in battery units reads back to the same value."""
    text = format_quantity(5400.0, "pC/um^2", "mAh/cm^2")
    assert text == "0.15 mAh/cm^2"
    assert parse(text, "pC/um^2") == pytest.approx(5400.0, rel=1e-12)
    assert convert(727.2, "pC/pg", "mAh/g") == pytest.approx(202.0, rel=1e-12)
