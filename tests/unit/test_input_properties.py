"""Any text as a quantity or a line of a protocol is read or refused in one printable line; what is read reads back."""

import math
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fem_asslb.base.errors import UnitError
from fem_asslb.base.texts import number_in, show
from fem_asslb.base.units import format_quantity, parse
from fem_asslb.case.sections.step_text import parse_step

pytestmark = pytest.mark.serial  # plain text: nothing parallel in it

many = settings(max_examples=300, deadline=None, derandomize=True, database=None)

numbers = st.floats(min_value=1e-9, max_value=1e9)
names = st.sampled_from("um mm m nm s min h MPa GPa V mV A mA C mAh g mol degC K ohm cm banana µm".split())  # noqa: SIM905
exponents = st.sampled_from(["", "^2", "**3", "^-1", "^ 2", "**0", "^99", "**9**9", "^2.5", "^x", "(", ")"])
joints = st.sampled_from(["*", "/", " ", " * ", "**", "+", "-", ",", "/(", ") ", ""])
units = st.lists(st.tuples(names, exponents, joints).map("".join), min_size=1, max_size=6).map("".join)
quantities = st.one_of(
    st.tuples(st.one_of(numbers.map(repr), st.text(max_size=6)), units).map(" ".join),
    st.text(string.printable, max_size=70),
    st.text(max_size=70),
)
durations = st.tuples(numbers, st.sampled_from(["s", "min", "h"])).map(lambda pair: f"{pair[0]!r} {pair[1]}")
lines = st.one_of(
    st.tuples(
        st.sampled_from(["rest", "hold at 4 V until", "press to 1 MPa in", "set x = 0.5 in", "charge at 1C for"]),
        st.one_of(durations, quantities),
    ).map(" ".join),
    st.text(max_size=400),
)


def is_a_line(text: str) -> bool:
    return text.isprintable() and 0 < len(text) <= 290


@many
@given(quantities)
def test_any_text_is_a_quantity_or_refused_in_a_line(text):
    try:
        value = parse(text, "um")
    except UnitError as error:
        assert is_a_line(str(error))
        assert "'1 um'" in str(error)
    else:
        assert math.isfinite(value)


@many
@given(numbers, st.sampled_from([("s", "h"), ("pC/um^2", "mAh/cm^2"), ("pA/(V*um^2)", "S/cm^2"), ("K", "degC")]))
def test_a_formatted_quantity_reads_back(value, pair):
    internal, display = pair
    assert parse(format_quantity(value, internal, display), internal) == pytest.approx(value, rel=1e-9, abs=1e-9)


@many
@given(lines)
def test_any_line_is_a_step_or_refused_in_a_line(text):
    try:
        step = parse_step(text)
    except ValueError as error:
        assert is_a_line(str(error))
    else:
        assert str(parse_step(str(step))) == str(step)


@many
@given(st.text(st.characters(categories=["Nd", "No", "Pd", "Po", "Pc", "L"]), max_size=8))
def test_a_number_is_written_in_ascii(text):
    try:
        value = number_in(text)
    except ValueError:
        return
    assert text.isascii()
    assert value == float(text)


@pytest.mark.parametrize(
    "text", ["rest ５ min", "rest 5\u00a0min", "rest 5 min\x1b[2J", "rest 5 min\x00", "rest 1_0 min"]
)
def test_look_alikes_and_control_characters_are_no_steps(text):
    with pytest.raises(ValueError, match="rest"):
        parse_step(text)


@pytest.mark.parametrize(
    "text",
    [
        "1 um*9**9**9**9",
        "1 um/0",
        "1 um**0",
        "1 um^99",
        "1 um/(s/(m))",
        "1 um*2",
        "1 (um)",
        "５ um",
        "1_0 um",
        "1 um" * 99,
    ],
)
def test_nothing_is_computed(text):
    with pytest.raises(UnitError, match="cannot be read"):
        parse(text, "um")


@many
@given(st.recursive(st.one_of(st.text(), st.integers(), st.booleans()), st.lists, max_leaves=20))
def test_what_a_message_shows_is_short_and_printable(value):
    assert show(value).isprintable()
    assert len(show(value)) <= 80
