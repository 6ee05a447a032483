"""What is said when a result leaves the ground the model stands on."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from fem_asslb.diagnostics.cautions import cautions
from fem_asslb.materials.diffusion import Diffusivity
from fem_asslb.materials.function import fit_positive
from fem_asslb.materials.library import load

pytestmark = pytest.mark.serial

MODEL = SimpleNamespace(materials={"particle": load("ncm85"), "separator": load("lpscl")}, strain="small")
QUIET = {
    f"{role} {name} [-]": value
    for role in ("particle", "separator")
    for name, value in (("share over strength", 0.0), ("strain max", 0.01))
}
QUIET["energy balance error [-]"] = -9e-4
WITHIN = {"particle": (0.3, 0.9)}


def texts(scalars=None, ranges=None, conducts=True):
    return [text for _, text in cautions(MODEL, QUIET | (scalars or {}), ranges or WITHIN, conducts).values()]


def test_nothing_is_said_of_a_state_within_all_limits():
    assert texts() == []


@pytest.mark.parametrize(
    ("scalars", "ranges", "words"),
    [
        ({"separator share over strength [-]": 0.25}, None, "separator: 25 % of the volume passes its yield strength"),
        ({"separator strain max [-]": 0.52}, None, "separator: strain reaches 52 %; small strain holds to about 5 %"),
        ({"energy balance error [-]": -5e-3}, None, "energy balance: 0.5 % of the largest energy is not accounted for"),
        ({"anode state [-]": 1.04}, None, "anode: its state is 1.040, outside its capacity (0 to 1)"),
        (None, {"particle": (0.2, 0.9)}, "particle: x is 0.200 to 0.900, outside its lattice table (0.25 to 1)"),
        (None, {"particle": (0.3, 0.99)}, "particle: x is 0.300 to 0.990, outside the data of its potential (0.235"),
        (None, {"particle": (0.9996, 1.0003)}, "particle: x is 1.000, outside the data of its potential (0.235"),
        ({"plate force error [-]": -2e-6}, None, "platen and opposite plate push with different forces: plate force"),
        ({"current balance error [-]": 2e-6}, None, "another current passes the surfaces of the hosts than leaves"),
    ],
)
def test_what_is_left_is_named(scalars, ranges, words):
    assert any(text.startswith(words) for text in texts(scalars, ranges))


def test_data_of_other_functions_end_too():
    diffusivity = fit_positive([0.4, 0.6, 0.95], [1.0, 2.0, 1.0], 0.4, 0.95)
    material = MODEL.materials["particle"]
    host = replace(material.host, diffusivity=Diffusivity(diffusivity, 1.0), stiffness=diffusivity)
    model = SimpleNamespace(materials={"particle": replace(material, host=host)}, strain="small")
    told = [text for _, text in cautions(model, QUIET, WITHIN, True).values()]
    expected = "particle: x is 0.300 to 0.900, outside the data of its {} (0.4 to 0.95), where the last value is taken"
    assert told == [expected.format(name) for name in ("diffusivity in the plane", "stiffness")]


def test_the_data_of_an_anode_end_before_its_capacity():
    """Only where a current passes; beyond the capacity both are told."""
    told = (
        "anode: its state is 0.004, outside the data of its potential (0.02 to 1), where its potential is extrapolated"
    )
    for state, conducts, count in ((0.004, True, 1), (0.004, False, 0), (0.5, True, 0), (1.05, True, 2)):
        scalars = QUIET | {"anode state [-]": state}
        found = [text for _, text in cautions(MODEL, scalars, WITHIN, conducts, (0.02, 1.0)).values()]
        assert len(found) == count
        assert any(text.startswith(told) for text in found) == (state < 0.01 and conducts)


def test_the_potential_matters_where_a_current_passes():
    """A powder is fully lithiated when it is pressed, where its potential is not measured and moves nothing."""
    assert texts(ranges={"particle": (1.0, 1.0)}, conducts=False) == []
    (text,) = texts(ranges={"particle": (1.0, 1.0)})
    assert text == "particle: x is 1.000, outside the data of its potential (0.235 to 0.9), where voltage is estimated"


def test_the_worse_is_the_larger():
    found = [cautions(MODEL, QUIET | {"separator strain max [-]": strain}, WITHIN, True) for strain in (0.1, 0.2)]
    assert found[0]["small strain of separator"][0] < found[1]["small strain of separator"][0]


def test_logarithmic_strain_may_be_large():
    model = SimpleNamespace(materials=MODEL.materials, strain="logarithmic")
    assert cautions(model, QUIET | {"separator strain max [-]": 0.52}, WITHIN, True) == {}
