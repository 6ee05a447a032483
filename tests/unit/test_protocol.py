"""Lines of the lab book to steps and back."""

import pytest

from fem_asslb.case.sections.amounts import Limit, Rate
from fem_asslb.case.sections.protocol import expand, in_first_charge
from fem_asslb.case.sections.step_text import parse_step
from fem_asslb.case.sections.steps import (
    Charge,
    Current,
    Discharge,
    Heat,
    Hold,
    Press,
    Rest,
    SetStoichiometry,
    temperature_at,
)

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

STEPS = [
    ("press to 435 MPa in 3 min", Press(435.0, 180.0)),
    ("unload to 1 MPa in 1 min", Press(1.0, 60.0, unloads=True)),
    ("press to 0.081 GPa in 30 s", Press(81.0, 30.0)),
    ("fabricate at 435 MPa for 3 min", Press(435.0, 180.0, fabricates=True)),
    ("rest 12 h", Rest(43200.0)),
    ("rest for 90 min", Rest(5400.0)),
    ("charge at C/3 until 4.3 V", Charge(Rate("c_rate", 1 / 3), (Limit("voltage", 4.3),))),
    ("charge at 1 mA until 85 MPa", Charge(Rate("current", 1e9), (Limit("pressure", 85.0),))),
    (
        "charge at 1C for 20 minutes or until 4.3 V or open = 0.2",
        Charge(Rate("c_rate", 1.0), (Limit("duration", 1200.0), Limit("voltage", 4.3), Limit("open", 0.2))),
    ),
    ("hold at 4.25 V until C/20", Hold(4.25, (Limit("c_rate", 0.05),))),
    ("hold at 4.25 V until 50 uA/cm^2 or 2 h", Hold(4.25, (Limit("current_density", 0.5), Limit("duration", 7200.0)))),
    ("rest 1 h (5 minute period)", Rest(3600.0, 300.0)),
    ("set x = 0.5 in 10 min", SetStoichiometry(0.5, 600.0)),
    ("heat to 60 degC in 30 min", Heat(333.15, 1800.0)),
    ("cool to 250 K in 1 h (1 minute period)", Heat(250.0, 3600.0, cools=True, period=60.0)),
    ("press to 435 MPa in 3 min (150 degC)", Press(435.0, 180.0, temperature=423.15)),
    ("fabricate at 435 MPa for 3 min (150 degC)", Press(435.0, 180.0, fabricates=True, temperature=423.15)),
    ("rest 12 h (-10 degC)", Rest(43200.0, temperature=263.15)),
    ("set x = 0.5 in 10 min (45 degC)", SetStoichiometry(0.5, 600.0, temperature=318.15)),
    (
        "charge at C/3 until 4.2 V (45 degC) (1 minute period)",
        Charge(Rate("c_rate", 1 / 3), (Limit("voltage", 4.2),), 60.0, temperature=318.15),
    ),
    (
        "discharge at 1C until 3 V (1 minute period) (318.15 K)",
        Discharge(Rate("c_rate", 1.0), (Limit("voltage", 3.0),), 60.0, temperature=318.15),
    ),
    ("hold at 4.25 V until C/20 (45 degC)", Hold(4.25, (Limit("c_rate", 0.05),), temperature=318.15)),
    ("charge at 0.1C until 2.75 V", Charge(Rate("c_rate", 0.1), (Limit("voltage", 2.75),))),
    ("Charge  at C/10 until 4.3 V", Charge(Rate("c_rate", 0.1), (Limit("voltage", 4.3),))),
    (
        "charge at 0.1 C until 2.75 V or 12 h",
        Charge(Rate("c_rate", 0.1), (Limit("voltage", 2.75), Limit("duration", 43200.0))),
    ),
    (
        "charge at C/10 until 1.5 mAh/cm^2",
        Charge(Rate("c_rate", 0.1), (Limit("areal_capacity", 5.4e4),)),
    ),
    ("charge at 20 mA/g until 2 mAh", Charge(Rate("specific_current", 0.02), (Limit("capacity", 7.2e12),))),
    (
        "discharge at 0.5 mA/cm^2 until x = 0.95",
        Discharge(Rate("current_density", 5.0), (Limit("stoichiometry", 0.95),)),
    ),
    (
        "discharge at 2C until 150 mAh/g or x=0.9 or 30 min",
        Discharge(
            Rate("c_rate", 2.0),
            (Limit("specific_capacity", 540.0), Limit("stoichiometry", 0.9), Limit("duration", 1800.0)),
        ),
    ),
]


def _numbers(step: object) -> list[float]:
    if isinstance(step, Current):
        first = step.voltage if isinstance(step, Hold) else step.rate.value
        return [first, *(limit.value for limit in step.limits), step.period or 0.0, step.temperature or 0.0]
    return [value or 0.0 for value in vars(step).values()]


@pytest.mark.parametrize(("text", "expected"), STEPS, ids=[text for text, _ in STEPS])
def test_step_is_read_and_written_back(text: str, expected: object) -> None:
    """A line gives its step, and the step's own text gives the step again."""
    for line in (text, str(parse_step(text))):
        step = parse_step(line)
        assert type(step) is type(expected)
        assert _numbers(step) == pytest.approx(_numbers(expected), rel=1e-11)
        if isinstance(step, Charge | Discharge):
            assert step.rate.kind == expected.rate.kind
        if isinstance(step, Current):
            assert [limit.kind for limit in step.limits] == [limit.kind for limit in expected.limits]


def test_a_step_passes_through() -> None:
    """Steps built in Python need no text."""
    assert parse_step(Rest(3.0)) == Rest(3.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sleep 12 h", "accepted forms: 'press to 81 MPa in 1 min'"),
        ("charge at 0.1C", "is not a step"),
        ("hold 12 h", "'hold' keeps a voltage; expected 'rest 12 h'"),
        ("hold at 4.2 V until 4.2 V", "is never met while the voltage is kept"),
        ("charge at 1C until 50 mA", "is met at once or never"),
        ("press to 81 MPa in 1 min (1 s period)", "leave it out"),
        ("charge at 1C until open = 1.2", "expected a share of more than 0"),
        (12, "is not a step"),
        ("rest 12", "'12' has no unit"),
        ("rest 0 h", "'0 h' must be positive"),
        ("press to 81 V in 1 min", "'81 V' has the wrong dimension"),
        ("press to -1 MPa in 1 min", "'-1 MPa' is a pull"),
        ("charge at 0.1 until 4 V", "'0.1' is not a rate"),
        ("charge at 0C until 4 V", "'0C' must be positive"),
        ("charge at C/0 until 4 V", "must be positive"),
        ("charge at -0.1C until 4 V", "'-0.1C' is not a rate"),
        ("charge at -5 mA/cm^2 until 4 V", "must be positive"),
        ("charge at 0.1C until 80 %", "'80 %' is not a limit"),
        ("charge at 0.1C until x = low", "'low' is not a stoichiometry"),
        ("charge at 0.1C until 4 V or", "'4 V or' is not a limit"),
        ("set x = 0.5 in 3 um", "'3 um' has the wrong dimension"),
        ("heat to 600 degC in 1 h", "'600 degC' is out of range; expected 200 to 500 K, -73.15 degC to 226.85 degC"),
        ("cool to 3 K in 1 h", "'3 K' is out of range; expected 200 to 500 K"),
        ("heat to 60 in 1 h", "'60' has no unit"),
        ("heat to 60 degC", "is not a step; accepted forms"),
        ("heat to 60 degC in 1 h (70 degC)", "says where its temperature goes; leave the other out"),
        ("rest 1 h (45 V)", "'45 V' has the wrong dimension"),
        ("rest 1 h (-90 degC)", "'-90 degC' is out of range"),
        ("rest 1 h at 300oC", "'300oC' is out of range"),
        ("rest 1 h (45 degC) (50 degC)", "a temperature stands twice; leave one out"),
        ("rest 1 h (1 s period) (2 s period)", "a period stands twice; leave one out"),
        ("sleep 12 h (45 degC)", "accepted forms: 'press to 81 MPa in 1 min'"),
    ],
)
def test_bad_step_is_quoted(text: object, words: str) -> None:
    """The message quotes the line and says what is accepted."""
    with pytest.raises(ValueError, match=".") as caught:
        parse_step(text)
    assert words in str(caught.value)
    assert str(text) in str(caught.value)


SENTENCES = [
    ("Discharge at 1C for 0.5 hours", "discharge at 1C until 30 min"),
    ("Discharge at C/20 for 0.5 hours", "discharge at 0.05C until 30 min"),
    ("Charge at 0.5 C for 45 minutes", "charge at 0.5C until 45 min"),
    ("Discharge at 1 A for 90 seconds", "discharge at 1000 mA until 90 s"),
    ("Discharge at 1 A for 0.5 hours", "discharge at 1000 mA until 30 min"),
    ("Charge at 200 mA for 45 minutes", "charge at 200 mA until 45 min"),
    ("Charge at 200mA for 45 minutes (1 minute period)", "charge at 200 mA until 45 min (1 min period)"),
    ("Rest for 10 minutes (5 minute period)", "rest 10 min (5 min period)"),
    ("Hold at 1 V for 20 seconds", "hold at 1 V until 20 s"),
    ("Hold at 1V for 20 seconds", "hold at 1 V until 20 s"),
    ("Charge at 1 C until 4.1V", "charge at 1C until 4.1 V"),
    ("Charge at 1 C until 4.1 V", "charge at 1C until 4.1 V"),
    ("Hold at 4.1 V until 50 mA", "hold at 4.1 V until 50 mA"),
    ("Hold at 4.1 V until 50mA", "hold at 4.1 V until 50 mA"),
    ("Hold at 3V until C/50", "hold at 3 V until 0.02C"),
    ("Discharge at C/3 for 2 hours or until 2.5 V", "discharge at C/3 until 2 h or 2.5 V"),
    ("Discharge at C/10 for 10 hours or until 3.3 V", "discharge at 0.1C until 10 h or 3.3 V"),
    ("Rest for 1 hour", "rest 1 h"),
    ("Rest for 3600 seconds", "rest 1 h"),
    ("Rest for 10 minutes", "rest 10 min"),
    ("Rest for 30 minutes", "rest 30 min"),
    ("Charge at 1 A until 4.1 V", "charge at 1000 mA until 4.1 V"),
    ("Discharge at 1C for 1 hour", "discharge at 1C until 1 h"),
    ("Discharge at 1C for 1 hour or until 3.0V", "discharge at 1C until 1 h or 3 V"),
    ("Discharge at 1C for 3600 seconds or until 2.5V", "discharge at 1C until 1 h or 2.5 V"),
    ("Charge at 0.5C until 4.2V", "charge at 0.5C until 4.2 V"),
    ("Charge at 2A for 30 minutes", "charge at 2000 mA until 30 min"),
    ("Discharge at C/5 for 10 hours or until 3.3 V", "discharge at 0.2C until 10 h or 3.3 V"),
    ("Hold at 4.2V until 50mA", "hold at 4.2 V until 50 mA"),
    ("Hold at 4.2V until C/20", "hold at 4.2 V until 0.05C"),
    ("Charge at 1 C for 1 hour or until 4.2 V", "charge at 1C until 1 h or 4.2 V"),
    ("Discharge at 1C for 0.5 hours at 27oC", "discharge at 1C until 30 min (27 degC)"),
    ("Charge at 0.5 C for 45 minutes at -5oC", "charge at 0.5C until 45 min (-5 degC)"),
    (
        "Charge at 200 mA for 45 minutes at 10.2oC (1 minute period)",
        "charge at 200 mA until 45 min (10.2 degC) (1 min period)",
    ),
    ("Discharge at C/3 for 2 hours or until 2.5 V at 26oC", "discharge at C/3 until 2 h or 2.5 V (26 degC)"),
    ("Hold at 4.1 V until 50 mA at 40 °C", "hold at 4.1 V until 50 mA (40 degC)"),
    ("Rest for 1 hour at 30 degC", "rest 1 h (30 degC)"),
]
"""Sentences of PyBaMM's documentation that mean the same here."""

REFUSED = [
    ("Discharge at 1 W for 0.5 hours", "a constant power is not taken"),
    ("Charge at 200 mW for 45 minutes", "a constant power is not taken"),
    ("Discharge at 1W for 0.5 hours", "a constant power is not taken"),
    ("Discharge at 5 ohm for 1 hour", "a constant resistance is not taken"),
    ("Charge at 4.2 V for 1 hour", "a voltage is kept by 'hold'"),
    ("Discharge at 4100mV until 50 mA", "a voltage is kept by 'hold'"),
    ("Run US06 (A)", "drive cycles are not read"),
    ("Run US06 (A) for 20 seconds", "drive cycles are not read"),
    ("Run US06 (V) for 45 minutes", "drive cycles are not read"),
    ("Run US06 (W) for 2 hours", "drive cycles are not read"),
]


@pytest.mark.parametrize(("sentence", "line"), SENTENCES, ids=[sentence for sentence, _ in SENTENCES])
def test_sentences_of_others_mean_the_same(sentence: str, line: str) -> None:
    assert str(parse_step(sentence)) == line


@pytest.mark.parametrize(("sentence", "reason"), REFUSED, ids=[sentence for sentence, _ in REFUSED])
def test_what_is_refused_says_why(sentence: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_step(sentence)


def test_repeats_are_written_out() -> None:
    """Nested repeats multiply and keep the order."""
    inner = {"repeat": 2, "steps": ["a", "b"]}
    assert expand(["x", {"repeat": 2, "steps": [inner, "c"]}]) == ["x", *(["a", "b", "a", "b", "c"] * 2)]


@pytest.mark.parametrize(
    "item",
    [{"repeat": 0, "steps": []}, {"repeat": 2}, {"repeat": True, "steps": []}, {"repeat": 2, "steps": "rest 1 h"}, {}],
)
def test_bad_repeat(item: object) -> None:
    """A repeat has a positive count and a list of steps; another table hides no other line and is refused by itself."""
    assert expand(["rest 1 h", item]) == ["rest 1 h", item]
    with pytest.raises(ValueError, match="is not a repeat"):
        parse_step(item)


def test_side_reaction_acts_before_the_first_discharge() -> None:
    """Only charges that no discharge precedes belong to the first charge."""
    charge, discharge = parse_step("charge at 1C until 4 V"), parse_step("discharge at 1C until 3 V")
    steps = (Rest(1.0), charge, Rest(1.0), charge, discharge, charge)
    assert [in_first_charge(steps, index) for index in range(6)] == [False, True, False, True, False, False]


def test_a_ramp_stays_and_a_step_of_its_own_temperature_does_not():
    """Temperatures in K at the start, in the middle and at the end of each step, from 298.15 K."""
    lines = ["rest 1 h (5 degC)", "heat to 65 degC in 2 h", "rest 1 h", "rest 1 h (5 degC)", "cool to 45 degC in 1 h"]
    steps = tuple(map(parse_step, [*lines, "rest 1 h"]))
    found = [
        [temperature_at(steps, index, share * step.duration, 298.15) for share in (0.0, 0.5, 1.0)]
        for index, step in enumerate(steps)
    ]
    kelvin = [[5.0] * 3, [25.0, 45.0, 65.0], [65.0] * 3, [5.0] * 3, [65.0, 55.0, 45.0], [45.0] * 3]
    assert found == [pytest.approx([273.15 + value for value in row]) for row in kelvin]
