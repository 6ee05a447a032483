"""Porous solids at a point, against closed forms: creep that closes pores, strengths of a powder, tension."""

import copy

import numpy as np
import pytest
from scipy.optimize import brentq

from fem_asslb.bulk.compaction import Compaction
from fem_asslb.bulk.creep import Creep, PorousCreep, PowerLaw
from fem_asslb.bulk.flowing_solid import DENSIFICATION, OPENED, PLASTIC_STRAIN, FlowingSolid
from fem_asslb.bulk.material_point import MaterialPoint
from fem_asslb.bulk.plasticity import Overstress
from fem_asslb.bulk.powder import Powder, density_after, yield_stress_of
from fem_asslb.bulk.relaxing_solid import RelaxingSolid
from fem_asslb.bulk.viscoelasticity import MaxwellArm
from fem_asslb.case.estimates.compaction_estimates import pressed
from fem_asslb.case.sections.steps import Press

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

BULK, SHEAR, YIELD = 24e3, 9e3, 370.0
SIDES = {0: 0.0, 1: 0.0, 3: 0.0, 4: 0.0, 5: 0.0}
"""All but zz: free of stress along a bar, without strain in a die."""
DIE = {50.0: 0.6703, 250.0: 0.7585, 370.0: 0.8026, 435.0: 0.8268}
"""Relative density after a pressure in a die [MPa], rigid-plastic, without smoothing."""


def point_of(rule) -> MaterialPoint:
    return MaterialPoint(FlowingSolid(BULK, SHEAR, rule))


def plastic(point) -> np.ndarray:
    return np.ravel(point.history[PLASTIC_STRAIN])


def test_powder_in_haste():
    """Sheared without pressure it bears Q (1 + (tau g')^(1/N)); what is sheared by g is g s_0/Q."""
    powder, density, shear_strain = Powder(YIELD), 0.75, 1e-3
    strength = float(powder.shear(np.array(density))[0])
    point = point_of(Compaction(powder, density, 5.0, Overstress(5.0, 3.0)))
    for sheared in np.linspace(0.03, 0.06, 31):
        before = dict(point.dissipated)
        point.advance(SIDES | {2: 0.0, 3: sheared}, {}, 0.1)
    excess = (5.0 * shear_strain / 0.1 * 2 / np.sqrt(3) * strength / YIELD) ** (1 / 3)
    assert np.sqrt(3) * point.stress[3] == pytest.approx(strength * (1 + excess), rel=1e-5)
    spent = {name: (point.dissipated[name] - before[name]) / (2 * shear_strain) for name in before}
    assert spent == pytest.approx(
        {"plastic": strength / np.sqrt(3), "viscous": strength * excess / np.sqrt(3)}, rel=1e-4
    )


@pytest.mark.parametrize("loose", [0.4, 0.64, 0.8])
@pytest.mark.parametrize("ratio", [0.5, 1.0])
def test_strengths_of_a_powder(loose, ratio):
    """Both rise steadily with the density, their slopes are derivatives, and both stages have their own forms."""
    powder, density, step = Powder(YIELD, loose, ratio), np.linspace(loose + 1e-6, 0.999, 20001), 1e-8
    for strength in (powder.pressure, powder.shear):
        (value, slope), rises = strength(density), np.diff(strength(density)[0])
        assert np.all(rises > 0.0)
        by_density = slope * value / density
        trapezoid = 0.5 * (by_density[1:] + by_density[:-1]) * np.diff(density)
        assert np.abs(rises / trapezoid - 1.0).max() < 1e-3
        ahead, behind = (strength(density + sign * step)[0] for sign in (1.0, -1.0))
        assert np.abs(density * np.log(ahead / behind) / (2 * step) - slope).max() < 1e-5 * np.abs(slope).max()
    necks, shell = np.array([loose + 0.02, 0.5 * (loose + 0.85), 0.85]), np.array([0.95, 0.99])
    assert [powder.pressure(np.array(loose))[0], powder.shear(np.array(loose))[0]] == pytest.approx([1.0, 1.0])
    expected = 2.97 * necks**2 * (necks - loose) / (1 - loose) * YIELD
    assert powder.pressure(necks)[0] == pytest.approx(np.hypot(expected, 1.0), rel=1e-12)
    hollow = 2 / 3 * YIELD * np.log(1 / (1 - shell)) * (1 + (1e-4 / (1 - shell)) ** 2)
    assert powder.pressure(shell)[0] == pytest.approx(np.hypot(hollow, 1.0), rel=1e-12)
    assert powder.shear(necks[:1])[0] == pytest.approx(np.hypot(ratio * expected[:1], 1.0), rel=1e-3)
    dense = np.array([0.99, 1 - 1e-9])
    solid = YIELD * dense / np.sqrt(1 + 2 / 3 * (1 - dense))
    assert powder.shear(dense)[0] == pytest.approx(solid, rel=1e-3)


@pytest.mark.parametrize("pressure", DIE)
def test_density_after_a_die(pressure):
    """Of a rigid-plastic powder, but for the smoothing; the yield stress is found back from it."""
    density = density_after(Powder(YIELD), pressure)
    assert density == pytest.approx(DIE[pressure], abs=0.002)
    assert yield_stress_of(0.64, 1.0, density, pressure) == pytest.approx(YIELD, rel=1e-9)


FLECK = {50.0: 0.6716, 250.0: 0.7625, 370.0: 0.8034}
"""The same for the yield surface of Fleck, Kuhn and McMeeking (1992)."""


@pytest.mark.parametrize("pressure", FLECK)
def test_the_yield_surface_of_fleck_leaves_nearly_the_density_of_the_ellipse(pressure):
    """(sqrt(5) p/3P)^2 + (5q/18P + 2/3)^2 = 1, whose normal has 2/3 of shear for one of volume in a die."""

    def excess(density):
        strength = float(Powder(YIELD).pressure(np.array(density))[0])

        def mean(q):
            """p on the surface [MPa]."""
            return 3 * strength / np.sqrt(5) * np.sqrt(1 - (5 * q / (18 * strength) + 2 / 3) ** 2)

        def turned(q):
            return 5 / 9 * (5 * q / (18 * strength) + 2 / 3) - 2 / 3 * 10 / 9 * mean(q) / strength

        q = brentq(turned, 0.0, 1.2 * strength * (1 - 1e-12))
        return mean(q) + 2 / 3 * q - pressure

    density = brentq(excess, 0.65, 0.9)
    assert density == pytest.approx(FLECK[pressure], abs=1e-4)
    assert 0.0 < density - density_after(Powder(YIELD), pressure) < 0.005


def test_powder_under_tension():
    """It shears at Q(D) and opens at its limit; pressed again it closes at no pressure before it bears."""
    powder, density, limit = Powder(YIELD), 0.75, 5.0
    strength, stiffness = float(powder.shear(np.array(density))[0]), density**3.7
    point = point_of(Compaction(powder, density, limit))
    point.advance(SIDES | {2: 0.0, 3: 0.05, 0: 1e-5, 1: 1e-5}, {})
    assert np.sqrt(3) * point.stress[3] == pytest.approx(strength, rel=1e-8)
    assert point.stress[:3].mean() == pytest.approx(2e-5 * BULK * stiffness, rel=1e-9)
    assert plastic(point)[:3].sum() == pytest.approx(0.0, abs=1e-15)
    for opening in (0.001, 0.004):
        point.advance(SIDES | {2: opening, 3: 0.05}, {})
        assert point.stress[:3].mean() == pytest.approx(limit, rel=1e-9)
        assert plastic(point)[:3].sum() == pytest.approx(opening - limit / (BULK * stiffness), rel=1e-9)
    assert point.history[DENSIFICATION][0] == 0.0
    opened = 0.004 - limit / (BULK * stiffness)
    assert point.history[OPENED][0] == pytest.approx(opened, rel=1e-9)
    for volume in (0.003, 0.0005):
        point.advance(SIDES | {2: volume, 3: 0.05}, {})
        assert point.stress[:3].mean() == pytest.approx(0.0, abs=1e-9)
        assert point.history[OPENED][0] == pytest.approx(volume, rel=1e-9)
    point.advance(SIDES | {2: -1e-4, 3: 0.05}, {})
    assert point.stress[:3].mean() == pytest.approx(-1e-4 * BULK * stiffness, rel=0.05)
    assert point.history[OPENED][0] == 0.0
    assert point.history[DENSIFICATION][0] == pytest.approx(0.0, abs=1e-4)
    point.advance(SIDES | {2: -0.02, 3: 0.05}, {})
    assert point.history[DENSIFICATION][0] > 1e-3


def test_a_denser_powder_opens_at_its_limit_per_volume_at_the_start():
    """With logarithmic strain stresses are those per volume at the start, which has become smaller by the density."""
    start, limit = 0.7, 5.0
    point = MaterialPoint(FlowingSolid(BULK, SHEAR, Compaction(Powder(YIELD), start, limit)), logarithmic=True)
    for strain in (-0.05, -0.1, 0.1):
        point.advance(SIDES | {2: strain}, {})
    shrinks = float(np.exp(-point.history[DENSIFICATION][0]))
    assert shrinks < 0.95
    assert point.stress[:3].mean() == pytest.approx(limit * shrinks, rel=1e-9)


def test_opening_and_closing_makes_no_powder_denser():
    """Ten times opened by half its volume and closed again: the density of the start, and nothing is stored."""
    point = point_of(Compaction(Powder(YIELD), 0.8, 5.0))
    for strain in (0.5, 0.0) * 10:
        point.advance(SIDES | {2: strain}, {})
    assert point.history[DENSIFICATION][0] == pytest.approx(0.0, abs=1e-6)
    assert abs(point.work - point.stored - sum(point.dissipated.values())) <= 1e-12 * abs(point.work)


def porous_potential(stress, exponent, pores):
    """S_r A/(n+1) (S/S_r)^(n+1) by Duva and Crow, with A = 1 and S_r = 100 MPa; its derivative is the rate."""
    sxx, syy, szz, sxy, syz, sxz = stress
    mises = ((sxx - syy) ** 2 + (syy - szz) ** 2 + (szz - sxx) ** 2) / 2 + 3 * (sxy**2 + syz**2 + sxz**2)
    mean = (sxx + syy + szz) / 3
    shape = (exponent * pores / (1 - pores ** (1 / exponent)) ** exponent) ** (2 / (exponent + 1))
    a = (1 + 2 * pores / 3) / (1 - pores) ** (2 * exponent / (exponent + 1))
    square = a * mises + (3 / (2 * exponent)) ** 2 * shape * mean**2
    return 100.0 / (exponent + 1) * (square**0.5 / 100.0) ** (exponent + 1)


@pytest.mark.parametrize("exponent", [1.0, 4.5])
def test_porous_creep_follows_from_a_potential(exponent):
    """All six rates are derivatives of it, and of a hollow sphere under pressure the volume's is the exact one."""
    pores, time_step = 0.2, 1e-9
    for stress in (np.array([-80.0, -40.0, -150.0, 30.0, -20.0, 50.0]), np.array([-100.0] * 3 + [0.0] * 3)):
        point = point_of(PorousCreep(PowerLaw(1.0, 100.0, exponent), 1 - pores, 5.0))
        point.advance({}, dict(enumerate(stress)), time_step)
        step = 1e-3
        ahead, behind = (
            np.array([porous_potential(stress + sign * step * unit, exponent, pores) for unit in np.eye(6)])
            for sign in (1.0, -1.0)
        )
        rates = (ahead - behind) / (2 * step) / np.array([1, 1, 1, 2, 2, 2])
        assert plastic(point) / time_step == pytest.approx(rates, rel=1e-6, abs=1e-6)
    sphere = 1.5 * (3 / (2 * exponent)) ** exponent * pores / (1 - pores ** (1 / exponent)) ** exponent
    assert -plastic(point)[:3].sum() / time_step == pytest.approx(sphere, rel=1e-6)
    assert exponent != 4.5 or sphere == pytest.approx(0.477065, rel=1e-6)


def test_porous_creep_without_pores_is_creep():
    """Flow under shear is ((n + 1)/3 + n) f faster, to the first order in the pores f."""
    law, crept = PowerLaw(1e-6, 100.0, 4.5), 1e-6 * 1.5**4.5 * 100.0 * np.sqrt(3) / 2
    for pores in (0.0, 1e-5, 1e-3):
        point = point_of(PorousCreep(law, 1 - pores, 5.0) if pores else Creep(law))
        point.advance({}, SIDES | {2: 0.0, 3: 150.0 / np.sqrt(3)}, 100.0)
        flow = plastic(point)[3] / crept
        assert flow - 1.0 == pytest.approx(pores * (5.5 / 3 + 4.5), rel=0.02, abs=1e-8)


@pytest.mark.parametrize("pores", [1e-2, 1e-3, 1e-4, 1e-5])
@pytest.mark.parametrize("time_step", [1e-6, 1.0])
def test_pores_nearly_shut_under_pressure(pores, time_step):
    """A step from 360 MPa closes what backward Euler of the hollow sphere says, though it shortens by more than f."""
    n, rate, shortening = 4.5, 1e-3, 0.015
    point = point_of(PorousCreep(PowerLaw(rate, 100.0, n), 1 - pores, 5.0))
    point.advance(dict.fromkeys(range(3), -shortening / 3) | dict.fromkeys(range(3, 6), 0.0), {}, time_step)

    def sphere(left):
        shrunk = 1 - (1 - pores) / (1 - left)
        pressure = BULK * (1 - left) ** 3.7 * (shortening - shrunk)
        speed = 1.5 * rate * (3 * pressure / (2 * n * 100.0)) ** n * left / (1 - left ** (1 / n)) ** n
        return shrunk - time_step * speed, pressure

    left = brentq(lambda left: sphere(left)[0], 1e-9 * pores, pores, xtol=1e-9 * pores)
    assert 1 - (1 - pores) * np.exp(point.history[DENSIFICATION][0]) == pytest.approx(left, rel=1e-6)
    assert point.stress[:3] == pytest.approx(-sphere(left)[1], rel=1e-6)


@pytest.mark.parametrize("name", ["powder", "creep"])
def test_dense_powder_bears_shear(name):
    """Half a percent of pores bears a shear of 10 % under a slight pressure or tension: shear uses up none of them."""
    rules = {
        "powder": Compaction(Powder(YIELD), 0.995, 5.0),
        "creep": PorousCreep(PowerLaw(0.01, 100.0, 4.5), 0.995, 5.0),
    }
    shears = []
    for volume in (-1e-6, 1e-6):
        point = point_of(rules[name])
        for sheared in np.linspace(0.0, 0.1, 26)[1:]:
            point.advance(dict.fromkeys(range(3), volume / 3) | {3: sheared, 4: 0.0, 5: 0.0}, {})
        assert abs(point.history[DENSIFICATION][0]) < 1e-5
        shears.append(point.stress[3])
    assert shears[0] == pytest.approx(shears[1], rel=1e-3)


def test_an_arm_relaxes_beside_a_powder():
    """Held in a die its shear falls by backward Euler, that of the powder stays; work is what the energies say."""
    share, time, step = 0.2, 50.0, 5.0
    powder = FlowingSolid(BULK, (1 - share) * SHEAR, Compaction(Powder(YIELD), 0.75, 20.0))
    law = RelaxingSolid(powder, MaxwellArm(share * SHEAR, time))
    point, alone = MaterialPoint(law), MaterialPoint(powder)
    for strain in np.linspace(0.0, -0.04, 41)[1:]:
        for each in (point, alone):
            each.advance(SIDES | {2: strain}, {}, 1e-6 * time)
    deviator = np.array([1.0, 1.0, -2.0]) * 0.04 / 3.0
    for number in range(20):
        arm = 2.0 * share * SHEAR * deviator * (1.0 + step / time) ** -number
        assert point.stress[:3] - alone.stress[:3] == pytest.approx(arm, rel=2e-4)
        point.advance(SIDES | {2: -0.04}, {}, step)
    spent = point.stored + sum(point.dissipated.values())
    assert point.dissipated["viscoelastic"] > 0.5 * share * SHEAR * deviator @ deviator
    assert point.work == pytest.approx(spent, rel=1e-6)


def test_pressure_across_a_die():
    """Of a nearly rigid powder P^2/s - (2/9) Q^2/s under s along the die, less nu/(1 - nu) of what is unloaded.

    Flow without strain across asks for q/Q^2 = (2/3) p/P^2 on the ellipse, so that s = sqrt(P^2 + (4/9) Q^2).
    """
    powder, (largest, last) = Powder(YIELD), (370.0, 5.0)
    law = FlowingSolid(50 * BULK, 50 * SHEAR, Compaction(powder, 0.64, 20.0))
    loaded, unloaded = (
        copy.deepcopy(point.stress) for point in pressed(law, [(Press(end, 60.0), 298.15) for end in (largest, last)])
    )
    density = np.array(density_after(powder, largest))
    hydrostatic, shear = powder.pressure(density)[0], powder.shear(density)[0]
    across = (hydrostatic**2 - 2.0 / 9.0 * shear**2) / largest
    assert -loaded[0] == pytest.approx(across, rel=5e-3)
    side = (3.0 * BULK - 2.0 * SHEAR) / (3.0 * BULK + 4.0 * SHEAR)
    assert -unloaded[0] == pytest.approx(across - side * (largest - last), abs=1.5)


@pytest.mark.parametrize("logarithmic", [False, True])
@pytest.mark.parametrize("steps", [12, 60])
@pytest.mark.parametrize("sides", [-0.03, 0.0, 0.03])
def test_a_powder_without_pores_goes_on_as_a_solid(sides, steps, logarithmic):
    """Far beyond its pores the pressure rises by the bulk modulus, and shear stays at the yield stress."""
    solid, start = FlowingSolid(BULK, SHEAR, Compaction(Powder(YIELD), 0.83, 50.0)), 0.83
    point, found = MaterialPoint(solid, logarithmic), []
    for strain in np.linspace(0.0, -0.36, steps + 1)[1:]:
        point.advance({0: strain, 1: sides * strain / -0.36, 2: 0.0, 3: 0.0, 4: 0.0, 5: 0.0}, {}, 1.0)
        found.append(point.stress)
        assert 0.83 <= solid.density(point.history) < 1.0
    volume = start if logarithmic else 1.0
    rise = -(found[-1][:3].mean() - found[-2][:3].mean())
    assert rise == pytest.approx(BULK * volume * (0.36 - sides) / steps, rel=5e-3)
    deviator = found[-1][:3] - found[-1][:3].mean()
    assert np.sqrt(1.5 * deviator @ deviator) == pytest.approx(YIELD * volume, rel=5e-3)
