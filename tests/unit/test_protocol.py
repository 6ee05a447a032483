"""Lines of the lab book to steps and back."""

import pytest

from fem_asslb.case.sections.protocol import expand, in_first_charge, parse_step
from fem_asslb.case.sections.steps import Charge, Discharge, Limit, Press, Rate, Rest, SetStoichiometry

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

STEPS = [
    ("press to 435 MPa in 3 min", Press(435.0, 180.0)),
    ("unload to 1 MPa in 1 min", Press(1.0, 60.0)),
    ("press to 0.081 GPa in 30 s", Press(81.0, 30.0)),
    ("fabricate at 435 MPa for 3 min", Press(435.0, 180.0, fabricates=True)),
    ("rest 12 h", Rest(43200.0)),
    ("hold for 90 min", Rest(5400.0)),
    ("set x = 0.5 in 10 min", SetStoichiometry(0.5, 600.0)),
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
    if isinstance(step, Charge | Discharge):
        return [step.rate.value, *(limit.value for limit in step.limits)]
    return list(vars(step).values())


@pytest.mark.parametrize(("text", "expected"), STEPS, ids=[text for text, _ in STEPS])
def test_step_is_read_and_written_back(text: str, expected: object) -> None:
    """A line gives its step, and the step's own text gives the step again."""
    for line in (text, str(parse_step(text))):
        step = parse_step(line)
        assert type(step) is type(expected)
        assert _numbers(step) == pytest.approx(_numbers(expected), rel=1e-11)
        if isinstance(step, Charge | Discharge):
            assert step.rate.kind == expected.rate.kind
            assert [limit.kind for limit in step.limits] == [limit.kind for limit in expected.limits]


def test_a_step_passes_through() -> None:
    """Steps built in Python need no text."""
    assert parse_step(Rest(3.0)) == Rest(3.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sleep 12 h", "accepted forms: 'press to 81 MPa in 1 min'"),
        ("charge at 0.1C", "is not a step"),
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
    ],
)
def test_bad_step_is_quoted(text: object, words: str) -> None:
    """The message quotes the line and says what is accepted."""
    with pytest.raises(ValueError, match=".") as caught:
        parse_step(text)
    assert words in str(caught.value)
    assert str(text) in str(caught.value)


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
