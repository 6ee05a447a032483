"""What of a case decides about its results, and what is only said of it."""

import copy

import pytest

from fem_asslb.case.reading.reader import read_case
from fem_asslb.output.deciding import deciding
from fem_asslb.output.resolved import resolved_table

MESHED = """
[case]
title = "A graphite anode over an electrolyte of its own"
[geometry]
kind = "layered-stack"
dimension = 2
width = "4 um"
element_size = "2 um"
layers.anode.thickness = "4 um"
layers.separator.thickness = "4 um"
[materials]
anode = { use = "graphite", ingredients = [
    { material = "graphite", weight_fraction = 0.6 },
    { material = "lpscl", weight_fraction = 0.4 },
] }
[materials.separator]
title = "a glass"
youngs_modulus = { value = "20 GPa", source = ["one", "two"], note = "measured", mark = "~" }
poisson_ratio = { value = 0.3, source = "assumed" }
density = "2 g/cm^3"
bibliography = { one = "a paper", two = "another one" }
[fixture]
kind = "rigid"
[protocol]
steps = ["press to 10 MPa in 1 min"]
"""

SEPARATOR = ("materials", "separator")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("case")
    (folder / "case.toml").write_text(MESHED)
    return resolved_table(read_case(folder))


def changed(table, place, value):
    """The table with another value, or without one."""
    other = copy.deepcopy(table)
    *outer, last = place
    inner = other
    for key in outer:
        inner = inner[key]
    assert last in inner
    if value is None:
        del inner[last]
    else:
        inner[last] = value
    return other


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("case", "title"), "another"),
        ((*SEPARATOR, "title"), "another"),
        ((*SEPARATOR, "youngs_modulus", "note"), None),
        ((*SEPARATOR, "youngs_modulus", "source"), "one"),
        ((*SEPARATOR, "youngs_modulus", "mark"), "="),
        ((*SEPARATOR, "bibliography", "one"), "a paper, corrected"),
        ((*SEPARATOR, "bibliography"), None),
    ],
)
def test_what_is_said_of_a_value_changes_nothing(table, place, value):
    assert deciding(table, ("case",)) == deciding(changed(table, place, value), ("case",))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ((*SEPARATOR, "youngs_modulus", "value"), "21 GPa"),
        ((*SEPARATOR, "density"), None),
        (("materials", "anode", "ingredients", 0, "weight_fraction"), 0.5),
        (("materials", "anode", "ingredients", 1, "material"), "lps"),
        (("protocol", "steps"), ["press to 11 MPa in 1 min"]),
    ],
)
def test_values_decide(table, place, value):
    assert deciding(table, ("case",)) != deciding(changed(table, place, value), ("case",))
    assert deciding(table, ("case", place[0])) == deciding(changed(table, place, value), ("case", place[0]))
