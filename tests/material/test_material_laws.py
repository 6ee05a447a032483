"""Lattice, potential, diffusion and anode laws against their tables, differences and UFL."""

import tomllib
from importlib.resources import files

import numpy as np
import pytest
import ufl
from ufl.algorithms import expand_derivatives

from fem_asslb.base import functions
from fem_asslb.base.constants import FARADAY
from fem_asslb.base.errors import MaterialError
from fem_asslb.materials.bent_line import Bend, BentLine
from fem_asslb.materials.diffusion import Diffusivity
from fem_asslb.materials.lattice import LatticeLaw
from fem_asslb.materials.library import load, load_anode
from fem_asslb.materials.material import LithiumHost
from fem_asslb.materials.potential import IdealPotential

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

HOSTS = ["ncm811", "ncm85", "ncm95"]
LARGEST_ERROR = {"ncm811": 5e-3, "ncm85": 2e-3, "ncm95": 5e-3}
X = np.linspace(0.0, 1.05, 2101)
IDEAL = IdealPotential(3.7, 333.0)


def host_of(name: str) -> LithiumHost:
    found = load(name).host
    assert found is not None
    return found


def table(name, law):
    return tomllib.loads((files("fem_asslb.materials") / "data" / f"{name}.toml").read_text())[law]["table"]


def in_ufl(function, x):
    """Value and derivative of a law by UFL at the number x."""
    variable = ufl.variable(ufl.as_ufl(x))
    derivative = expand_derivatives(ufl.diff(function(variable), variable))
    return float(function(variable)(())), float(derivative(()))


def difference(function, x, step=1e-5):
    return (function(x + step) - function(x - step)) / (2.0 * step)


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "sinh", "tanh", "asinh"])
def test_elementary_functions_agree_on_numbers_arrays_and_ufl(name):
    function = getattr(functions, name)
    value, derivative = in_ufl(function, 0.7)
    assert value == pytest.approx(function(0.7), rel=1e-14)
    assert value == pytest.approx(function(np.array([0.7]))[0], rel=1e-14)
    assert derivative == pytest.approx(difference(function, 0.7), rel=1e-9)


def test_elementary_closed_values():
    assert functions.exp(1.0) == pytest.approx(np.e)
    assert functions.sinh(functions.asinh(-3.0)) == pytest.approx(-3.0)


def test_bend_changes_the_slope_by_its_amount_and_is_half_way_at_its_place():
    bend = Bend(position=0.4, width=0.02, slope_change=-3.0)
    assert bend.derivative(-1e6) == pytest.approx(0.0, abs=1e-9)
    assert bend.derivative(1e6) == pytest.approx(-3.0)
    assert bend.derivative(0.4) == pytest.approx(-1.5)
    assert bend.value(0.4) == pytest.approx(-3.0 * 0.02 / 2.0)
    assert np.isfinite(bend.value(1e100)) and np.isfinite(bend.derivative(-1e100))


@pytest.mark.parametrize("law", [*(host_of(name).potential for name in HOSTS), IDEAL])
def test_integral_of_the_potential_is_its_integral(law):
    nodes, weights = np.polynomial.legendre.leggauss(400)
    x = 0.3 + 0.65 * (nodes + 1.0) / 2.0
    assert law.integral(0.95, 0.3) == pytest.approx(0.325 * weights @ law.potential(x), rel=1e-8)
    assert in_ufl(lambda value: law.integral(value, 0.3), 0.62)[1] == pytest.approx(law.potential(0.62), rel=1e-8)


def test_lattice_law_meets_its_table():
    law, data = host_of("ncm811").lattice, table("ncm811", "lattice")
    x = np.array(data["x"])
    assert np.abs(law.a(x) / data["a"] - 1.0).max() < 1e-4
    assert np.abs(law.c(x) / data["c"] - 1.0).max() < 2e-4
    assert (law.x_min, law.x_max) == (min(x), max(x))


def test_lattice_law_meets_reads_that_are_not_in_its_table():
    """Kondrakov 2017: c apex 14.469 A at x 0.555 to 0.60, least a 2.8141 A near 0.31, V 96.2 A^3 at 4.3 V."""
    law = host_of("ncm811").lattice
    assert law.c(X).max() == pytest.approx(14.469, abs=0.005)
    assert X[law.c(X).argmax()] == pytest.approx(0.56, abs=0.02)
    assert law.a(X).min() == pytest.approx(2.8141, abs=3e-4)
    assert X[law.a(X).argmin()] == pytest.approx(0.31, abs=0.02)
    assert law.volume(0.32) == pytest.approx(96.2, abs=0.05)
    assert law.volume(0.30) / law.volume(1.0) - 1.0 == pytest.approx(-0.0568, abs=3e-4)


def test_lattice_volume_is_monotone_with_the_reported_slopes():
    slope = np.gradient(host_of("ncm811").lattice.volume(X), X)
    assert slope.min() > 2.0 and slope.max() < 31.0
    assert np.interp(0.25, X, slope) == pytest.approx(28.0, abs=2.0)


def test_lattice_strains_vanish_at_their_reference_and_have_the_sign_of_growth():
    law = host_of("ncm811").lattice
    assert law.strain_a(0.9, 0.9) == 0.0 and law.strain_c(0.9, 0.9) == 0.0
    assert law.strain_a(0.55, 1.0) == pytest.approx(-0.0145, abs=2e-4)
    assert law.strain_c(0.55, 1.0) == pytest.approx(0.0154, abs=3e-4)
    assert law.strain_c(0.25, 1.0) == pytest.approx(-0.0363, abs=3e-4)


def test_straight_lattice_is_a_constant_partial_molar_volume():
    omega_c_max = 3.5 * 0.02
    line = BentLine(1.0 - omega_c_max / 3.0 * 0.5, omega_c_max / 3.0)
    assert LatticeLaw(line, line).strain_a(0.8, 0.5) == pytest.approx(omega_c_max * 0.3 / 3.0, rel=1e-12)


@pytest.mark.parametrize("name", HOSTS)
def test_potential_law_meets_its_table(name):
    law, data = host_of(name).potential, table(name, "potential")
    assert np.abs(law.potential(np.array(data["x"])) - data["u"]).max() < LARGEST_ERROR[name]
    assert (law.x_min, law.x_max) == (min(data["x"]), max(data["x"]))


@pytest.mark.parametrize("name", HOSTS)
def test_potential_falls_everywhere_and_ends_a_discharge(name):
    law = host_of(name).potential
    assert law.slope(X).max() < -0.35
    assert law.slope(np.array([-5.0, 5.0])).max() < -0.35
    assert 2.9 < law.potential(1.0) < 3.3
    assert law.potential(1.02) < 2.8
    assert np.abs(np.gradient(law.slope(X), X))[X < 0.9].max() < 120.0


@pytest.mark.parametrize("x", [0.1, 0.28, 0.3018, 0.42, 0.7, 0.97, 1.03])
@pytest.mark.parametrize("law", [*(host_of(name).potential for name in HOSTS), IDEAL])
def test_slope_is_the_derivative_of_the_potential(law, x):
    value, derivative = in_ufl(law.potential, x)
    assert value == pytest.approx(law.potential(x), rel=1e-13)
    assert derivative == pytest.approx(law.slope(x), rel=1e-11)
    assert difference(law.potential, x) == pytest.approx(law.slope(x), rel=1e-5)
    assert in_ufl(law.slope, x)[1] == pytest.approx(difference(law.slope, x), rel=1e-4, abs=1e-3)


@pytest.mark.parametrize("x", [0.2, 0.32, 0.41, 0.55, 0.8])
def test_lattice_strains_are_smooth_in_ufl(x):
    law = host_of("ncm811").lattice
    for function in (law.a, law.c, law.volume, lambda y: law.strain_c(y, 0.95)):
        value, derivative = in_ufl(function, x)
        assert value == pytest.approx(function(x), rel=1e-12)
        assert derivative == pytest.approx(difference(function, x), rel=1e-5, abs=1e-7)


def test_shift_of_the_nickel_rich_compositions():
    """x at 4.3 V; and 4.19 V of NCM85 where the low-balanced cell of Zhang 2026 ends its charge."""
    assert host_of("ncm811").potential.potential(0.32) == pytest.approx(4.30, abs=0.005)
    assert host_of("ncm85").potential.potential(0.30) == pytest.approx(4.30, abs=0.005)
    assert host_of("ncm95").potential.potential(0.26) == pytest.approx(4.30, abs=0.005)
    assert host_of("ncm85").potential.potential(0.388) == pytest.approx(4.19, abs=0.005)


def test_ideal_potential_is_nernst():
    assert IDEAL.potential(1.0) == 3.7
    assert IDEAL.potential(0.5) - IDEAL.potential(1.0) == pytest.approx(0.0198902, rel=1e-5)


def test_conductivity_makes_the_current_exactly_fick():
    law = Diffusivity(in_plane=0.005, along_axis=0.002)
    in_plane, along = law.conductivity(0.05, -0.8, 0.5, 300.0)
    assert in_plane == pytest.approx(FARADAY * 0.05 * 0.005 / 0.8)
    assert in_plane / along == pytest.approx(2.5)
    host, x = host_of("ncm85"), 0.45
    current = [kappa * host.potential.slope(x) for kappa in host.conductivity(x, 300.0)]
    assert current == pytest.approx([-FARADAY * host.c_max * 0.005] * 2)


def test_diffusivity_must_be_positive():
    with pytest.raises(MaterialError, match="diffusivity_in_plane = 0 is out of range; accepted: greater than 0"):
        Diffusivity(0.0, 1.0)


def test_conductivity_keeps_its_sign_through_ufl():
    host = host_of("ncm85")
    value, _ = in_ufl(lambda x: host.conductivity(x, 300.0)[0], 0.6)
    assert value == pytest.approx(host.conductivity(0.6, 300.0)[0], rel=1e-12)


@pytest.mark.parametrize(("s", "volts"), [(0.5, 1.55), (0.75, 1.55), (0.90, 1.528), (0.95, 1.44), (1.0, 1.0)])
def test_lto_plateau_and_tail(s, volts):
    assert load_anode("lto", "cell.anode", {}).potential(s) == pytest.approx(volts, abs=0.001)


def test_lto_rises_when_it_is_emptied():
    anode = load_anode("lto", "cell.anode", {})
    assert anode.potential(0.0) == pytest.approx(2.0, abs=1e-6)
    assert anode.potential(0.05) == pytest.approx(1.553, abs=1e-3)
    assert anode.specific_capacity == pytest.approx(475.2)
    value, _ = in_ufl(anode.potential, 0.97)
    assert value == pytest.approx(anode.potential(0.97), rel=1e-12)


@pytest.mark.parametrize(("name", "volts"), [("indium", 0.62), ("liin", 0.62), ("lithium", 0.0)])
def test_metal_anodes_are_flat(name, volts):
    assert load_anode(name, "cell.anode", {}).potential(np.array([0.0, 0.7])) == pytest.approx([volts, volts])
