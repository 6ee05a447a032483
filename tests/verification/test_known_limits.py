"""``converge`` on cases whose exact answer is known: extrapolation, uncertainty, order, reuse, and what fails."""

import csv
import math

import pytest

from fem_asslb.app import cli
from fem_asslb.bulk.elasticity import IsotropicElasticity
from tests import closed_forms

pytestmark = pytest.mark.serial

CORE, SHELL, RADII, OUTSIDE = (150e3, 0.25), (22e3, 0.37), (1.0, 2.0), 80.0

DISC = f"""
[case]
title = "Disc in a shell"
[geometry]
kind = "particle-in-shell"
dimension = 2
core_radius = "{RADII[0]} um"
shell_radius = "{RADII[1]} um"
element_size = "0.5 um"
[materials]
electrolyte = {{ use = "lpscl", youngs_modulus = "{SHELL[0]} MPa", poisson_ratio = {SHELL[1]} }}
[materials.particle]
use = "lpscl"
youngs_modulus = "{CORE[0]} MPa"
poisson_ratio = {CORE[1]}
axis = {{ direction = [0, 0, 1] }}
[fixture]
kind = "pressure"
out_of_plane = "plane-strain"
[protocol]
steps = ["press to {OUTSIDE} MPa in 1 min"]
[output]
pictures = false
"""

SHARE, RELAXATION, PRESS, REST, PRESSURE = 0.7, 50.0, 10.0, 60.0, 10.0

LAYER = f"""
[case]
title = "Layer that relaxes"
[geometry]
kind = "layered-stack"
dimension = 2
width = "4 um"
element_size = "2 um"
[geometry.layers.separator]
thickness = "4 um"
[materials.separator]
use = "lpscl"
youngs_modulus = "{SHELL[0]} MPa"
poisson_ratio = {SHELL[1]}
law = {{ kind = "maxwell", relaxing_share = {SHARE}, relaxation_time = "{RELAXATION} s" }}
[fixture]
kind = "rigid"
[protocol]
steps = ["press to {PRESSURE} MPa in {PRESS} s", "rest {REST} s"]
[time]
first_step = "4 s"
largest_step = "4 s"
tolerance = 0.5
"""


@pytest.fixture
def case(shared_path, comm):
    """Writes a case, and gives its folder."""

    def write(text):
        if comm.rank == 0:
            (shared_path / "case.toml").write_text(text)
        comm.Barrier()
        return shared_path

    return write


def outputs(folder):
    """Rows of the table of a study by the name of the output."""
    with (folder / "converge" / "converge.csv").open(newline="") as file:
        return {row["output"]: row for row in csv.DictReader(file)}


def relaxed():
    """Change of the pressure while the layer rests at the strain to which a steady growth of the pressure took it.

    With s = e - q the strain of the arm, ds/dt = (dp/dt)/M0 - s Mi/(M0 tau), and p falls by dM s (1 - exp(-t/tau)).
    """
    solid = IsotropicElasticity(*SHELL)
    arm = 4.0 / 3.0 * solid.shear_modulus * SHARE
    at_once = solid.bulk_modulus + 4.0 / 3.0 * solid.shear_modulus
    late = at_once - arm
    rate = PRESSURE / PRESS
    strain = rate * RELAXATION / late * (1.0 - math.exp(-PRESS * late / (at_once * RELAXATION)))
    return -arm * strain * (1.0 - math.exp(-REST / RELAXATION))


@pytest.mark.parametrize("degree", [1, 2])
def test_the_order_of_the_element_is_recognised_and_the_limit_is_the_exact_value(case, degree):
    """Mean stress of the core: straight elements of degree 1 err by h^2, curved ones of degree 2 by h^4."""
    settings = ["--set", f"geometry.order={degree}", "--set", f"solver.displacement_degree={degree}"]
    folder = case(DISC)
    assert cli.main(["converge", str(folder), "--vary", "element", "--levels", "3", *settings]) == 0
    row = outputs(folder)["particle hydrostatic stress mean [MPa]"]
    pressure = closed_forms.cylinder_in_shell(CORE, SHELL, RADII[1] / RADII[0], (0.0, 0.0), OUTSIDE)
    exact = -2.0 / 3.0 * (1.0 + CORE[1]) * pressure
    errors = [abs(float(row[name]) - exact) for name in ("as stated", "element / 2", "element / 4", "extrapolated")]
    assert errors[-1] < min(errors[:-1])
    assert errors[-1] <= float(row["uncertainty"]) < 10.0 * errors[0]
    assert float(row["order in the element size"]) == pytest.approx(2.0 * degree, rel=0.2)
    assert row["limited by"] == "element size"


def test_shorter_time_steps_lead_to_the_exact_decay(case):
    folder = case(LAYER)
    assert cli.main(["converge", str(folder), "--vary", "time,degree", "--levels", "3"]) == 0
    row = outputs(folder)["pressure change [MPa]"]
    names = ("as stated", "tolerance / 5", "tolerance / 25", "extrapolated")
    errors = [abs(float(row[name]) - relaxed()) for name in names]
    assert errors[0] > errors[1] > errors[2] > errors[3]
    assert errors[-1] <= float(row["uncertainty"]) < errors[0]
    assert float(row["order in the time step"]) == pytest.approx(1.0, abs=0.2)
    assert row["limited by"] == "time step"
    assert float(row["degree 1"]) == pytest.approx(float(row["as stated"]), rel=1e-9)
