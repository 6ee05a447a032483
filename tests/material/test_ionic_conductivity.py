"""Ionic conductivity against the relative density, and where it is reported."""

import numpy as np
import pytest

from fem_asslb.base.errors import CaseError, MaterialError
from fem_asslb.bulk.elasticity import IsotropicElasticity
from fem_asslb.bulk.flowing_solid import DENSIFICATION
from fem_asslb.bulk.ionic_conductivity import COLUMN, IonicConductivity
from fem_asslb.bulk.material_point import MaterialPoint
from fem_asslb.materials.library import resolve

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

LAW = {"kind": "compaction", "yield_stress": "370 MPa", "relative_density": 0.7, "tension_limit": "20 MPa"}


def material(**changes):
    """The electrolyte of the library with a law and other changes."""
    return resolve({"use": "lpscl", "law": LAW, **changes}, "materials.separator")


def test_power_laws_between_data_and_beyond():
    law = IonicConductivity((0.7, 0.8, 0.9), (1.0, 2.0, 2.5))
    assert [float(law(np.array(d))) for d in (0.7, 0.8, 0.9)] == pytest.approx([1.0, 2.0, 2.5], rel=1e-12)
    first, last = np.log(2.0) / np.log(0.8 / 0.7), np.log(1.25) / np.log(0.9 / 0.8)
    for density, exponent, (near, value) in (
        (0.65, first, (0.7, 1.0)),
        (0.75, first, (0.7, 1.0)),
        (1.0, last, (0.9, 2.5)),
    ):
        assert float(law(np.array(density))) == pytest.approx(value * (density / near) ** exponent, rel=1e-12)


@pytest.mark.parametrize(
    ("densities", "values", "message"),
    [((0.7,), (1.0,), "two or more"), ((0.7, 0.8), (1.0,), "as many"), ((0.8, 0.7), (1.0, 2.0), "increase")],
)
def test_lists_that_are_no_function(densities, values, message):
    with pytest.raises(MaterialError, match=message):
        IonicConductivity(densities, values)


def test_the_electrolyte_of_the_library():
    """Exponent 7 below 250 MPa, less above it (Adjah 2025, Fig. 7h)."""
    law = material().law
    point = MaterialPoint(law)
    for pressure in (50.0, 250.0, 370.0):
        point.advance({0: 0.0, 1: 0.0, 3: 0.0, 4: 0.0, 5: 0.0}, {2: -pressure})
    density = 0.7 * float(np.exp(point.history[DENSIFICATION][0]))
    assert 0.79 < density < 0.81
    assert float(np.ravel(law.reported(point.history)[COLUMN])[0]) == pytest.approx(2.28, rel=0.02)
    slopes = [float(np.log(law.conductivity(d * 1.001) / law.conductivity(d)) / np.log(1.001)) for d in (0.72, 0.78)]
    assert slopes == pytest.approx([7.4, 1.6], abs=0.1)


def test_what_does_not_compact_reports_none():
    plastic = {"kind": "plastic", "yield_stress": "300 MPa"}
    assert material(law=plastic).law.conductivity is None
    arm = LAW | {"relaxing_share": 0.05, "relaxation_time": "5 h"}
    relaxing = material(law=arm).law
    assert relaxing.solid.conductivity is not None
    assert isinstance(material().elasticity, IsotropicElasticity)


def test_mistakes_of_a_case_name_the_key():
    wrong = {"relative_density": [0.7, 0.6], "value": ["1 mS/cm", "2 mS/cm"], "source": "assumed"}
    with pytest.raises(CaseError, match=r"materials\.separator.*ionic_conductivity.*increase"):
        material(ionic_conductivity=wrong)
