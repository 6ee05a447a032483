"""A pressed packing of some hundred spheres, and the same moved round its periodic box."""

from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.geometry import EqualDiameters, LognormalDiameters
from fem_asslb.studies.compaction import Powder, press, scatter
from tests.packings import MODULUS


@pytest.fixture(scope="session")
def packing():
    powders = Powder(0.45, LognormalDiameters(2.24, 1.4)), Powder(0.47, EqualDiameters(2.0))
    box = np.full(3, 10.0)
    return press(scatter(*powders, box, MODULUS, seed=4), 10.0, MODULUS)


@pytest.fixture(scope="session")
def shifted(packing):
    centres = np.mod(packing.centres + [3.7, -2.1, 5.3], packing.box)
    return replace(packing, centres=centres)
