"""Packings of few spheres, and moduli of their contacts, for the tests of studies."""

import numpy as np

from fem_asslb.studies.spheres import Spheres

MODULUS = np.array([[8.0, 2.0], [2.0, 1.0]])
CUBE = np.full(3, 1.0)


def spheres(centres, radii, kinds, box):
    return Spheres(np.array(centres, dtype=float), np.array(radii, dtype=float), np.array(kinds), np.array(box, float))
