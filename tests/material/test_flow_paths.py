"""Solids that flow, led along paths, against rate equations that are integrated independently."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from fem_asslb.bulk.compaction import Compaction
from fem_asslb.bulk.creep import Creep, PorousCreep, PowerLaw
from fem_asslb.bulk.flowing_solid import DENSIFICATION, PLASTIC_STRAIN, FlowingSolid
from fem_asslb.bulk.material_point import MaterialPoint
from fem_asslb.bulk.plasticity import Overstress, VonMisesFlow
from fem_asslb.bulk.powder import Powder

pytestmark = pytest.mark.serial  # plain numbers: nothing parallel in it

YOUNGS, POISSON = 24e3, 0.33
BULK, SHEAR = YOUNGS / (3 * (1 - 2 * POISSON)), YOUNGS / (2 * (1 + POISSON))
SIDES = {0: 0.0, 1: 0.0, 3: 0.0, 4: 0.0, 5: 0.0}
PARTICLES, LOOSE = 370.0, 0.64
ALONG, SIDE, ACROSS = (np.outer(*np.eye(3)[[row, column]]) for row, column in ((2, 2), (0, 0), (0, 1)))
RIGID = {50.0: 0.6703, 250.0: 0.7585, 370.0: 0.8026, 435.0: 0.8268}
"""Relative density after a pressure in a die [MPa] without elasticity."""


def point_of(rule) -> MaterialPoint:
    return MaterialPoint(FlowingSolid(BULK, SHEAR, rule))


def density(point) -> float:
    return LOOSE * float(np.exp(point.history[DENSIFICATION][0]))


def assert_first_order(coarse, fine, exact, tolerance):
    """Half the step, half the error; what is extrapolated from both is exact up to a share of the largest value."""
    scale = np.abs(exact).max()
    assert np.abs(coarse - exact).max() / np.abs(fine - exact).max() == pytest.approx(2.0, abs=0.15)
    assert np.abs(2 * fine - coarse - exact).max() < tolerance * scale


def strengths(d):
    """P and Q of a powder [MPa]: necks, from 0.85 to 0.95 over to a hollow sphere; the smaller of necks and solid."""
    necks, shell = 2.97 * d**2 * (d - LOOSE) / (1 - LOOSE), 2 / 3 * np.log(1 / (1 - d))
    way = min(max((d - 0.85) / 0.1, 0.0), 1.0)
    p, solid = (
        PARTICLES * (necks + (3 * way**2 - 2 * way**3) * (shell - necks)),
        PARTICLES * d / np.sqrt(5 / 3 - 2 / 3 * d),
    )
    return np.hypot(p, 1.0), np.hypot(p * (1 + (p / solid) ** 16) ** (-1 / 16), 1.0)


def state(shortening, side, axial):
    """Density, yield function, normal across and along, and axial pressure [MPa], for the plastic strains of a die."""
    d = LOOSE / (1 + 2 * side + axial)
    lame, twice = (factor * YOUNGS * d**3.7 / (1 + POISSON) for factor in (POISSON / (1 - 2 * POISSON), 1.0))
    elastic = -shortening - axial
    across, along = (lame * (elastic - 2 * side) + twice * part for part in (-side, elastic))
    p, q, (big_p, big_q) = -(2 * across + along) / 3, across - along, strengths(d)
    volume, shear = 2 / 3 * p / big_p**2, q / big_q**2
    return d, (p / big_p) ** 2 + (q / big_q) ** 2 - 1, np.array([shear - volume, -2 * shear - volume]), -along


def die(shortenings):
    """Densities and pressures [MPa] at increasing shortenings: the flow keeps the yield function at zero."""

    def plastic_rate(shortening, plastic):
        value, step = np.array([shortening, *plastic]), 1e-7
        slopes = [(state(*(value + h))[1] - state(*(value - h))[1]) / (2 * step) for h in step * np.eye(3)]
        normal = state(*value)[2]
        return -slopes[0] / (slopes[1:] @ normal) * normal

    start = brentq(lambda shortening: state(shortening, 0.0, 0.0)[1], 1e-9, 1e-2)
    found = solve_ivp(plastic_rate, (start, shortenings[-1]), [0, 0], "LSODA", shortenings, rtol=1e-9, atol=1e-12)
    states = [state(shortening, *plastic) for shortening, plastic in zip(shortenings, found.y.T, strict=True)]
    return np.array([each[0] for each in states]), np.array([each[3] for each in states])


def test_compaction_in_a_die(measured):
    """I6: densities and pressures are those of the differential equation, up to dense ones."""
    ends, found = np.array([0.07, 0.14, 0.21, 0.28]), {}
    exact = die(ends)
    assert exact[0][-1] > 0.85
    for steps in (10, 20):
        point, found[steps] = point_of(Compaction(Powder(PARTICLES), LOOSE, 5.0)), []
        for index in range(1, 4 * steps + 1):
            point.advance(SIDES | {2: -0.07 * index / steps}, {})
            if index % steps == 0:
                found[steps].append((density(point), -point.stress[2]))
    for coarse, fine, wanted in zip(np.transpose(found[10]), np.transpose(found[20]), exact, strict=True):
        assert_first_order(coarse, fine, wanted, 1e-5)
    for quantity, name in enumerate(("density in a die", "pressure along a die [MPa]")):
        coarse, fine = (found[steps][-1][quantity] - exact[quantity][-1] for steps in (10, 20))
        error, order = abs(fine) / exact[quantity][-1], np.log2(coarse / fine)
        measured("I6", f"{name}, 20 steps", exact[quantity][-1], found[20][-1][quantity], error, order)


def test_pressing_unloading_and_pressing_on(measured):
    """I7: within 0.002 of rigid-plastic densities; elastic up to the largest pressure, then as if never unloaded."""
    rule, found = Compaction(Powder(PARTICLES), LOOSE, 5.0), {}
    point, straight = point_of(rule), point_of(rule)
    for pressure in np.sort([*np.linspace(20.0, 430.0, 16), *RIGID]):
        for each in (point, straight):
            each.advance(SIDES, {2: -pressure})
        found[pressure] = density(point)
    assert {pressure: found[pressure] for pressure in RIGID} == pytest.approx(RIGID, abs=0.002)
    plastic, strain = np.ravel(point.history[PLASTIC_STRAIN]), point.strain[2]
    shortenings = np.linspace(0.05, -strain, 400)
    densities, pressures = die(shortenings)
    for pressure in list(RIGID)[1:]:
        assert found[pressure] == pytest.approx(np.interp(pressure, pressures, densities), abs=1e-3)
    modulus, unloaded = (BULK + 4 / 3 * SHEAR) * found[435.0] ** 3.7, 0.0
    for pressure in (434.0, 200.0, 10.0, 434.9):
        point.advance(SIDES, {2: -pressure})
        assert np.array_equal(np.ravel(point.history[PLASTIC_STRAIN]), plastic)
        unloaded = point.strain[2] - strain if pressure == 10.0 else unloaded
        assert point.strain[2] - strain == pytest.approx((435.0 - pressure) / modulus, rel=1e-7)
    measured("I7", "strain of an unloading from 435 to 10 MPa", 425.0 / modulus, unloaded)
    for each in (point, straight):
        each.advance(SIDES, {2: -500.0})
    assert point.strain[2] == pytest.approx(straight.strain[2], rel=1e-8)
    assert density(point) == pytest.approx(density(straight), rel=1e-8) and density(point) > found[435.0]


PRESSED = {
    "hydrostatic": ([lambda t: -0.06 * t * np.eye(3)], []),
    "uniaxial": ([lambda t: -0.15 * t * ALONG], [0, 1]),
    "die, then shear": ([lambda t: -0.12 * t * ALONG, lambda t: -0.12 * ALONG + 0.04 * t * (ACROSS + ACROSS.T)], []),
    "die, then pressed from a side": ([lambda t: -0.1 * t * ALONG, lambda t: -0.1 * ALONG - 0.05 * t * SIDE], []),
}
"""Strains of each part of a path, of one second, and the directions whose strain is free of stress instead."""


def compacted(parts, free):
    """Stresses [MPa] and densities at the end of each part: the flow keeps the yield function at zero."""

    def answer(part, time, values):
        """Stress, density, yield function with stresses that vanish, and its normal."""
        plastic, strain = values[:9].reshape(3, 3), part(time).copy()
        strain[free, free] = values[9:]
        d = LOOSE / (1 + np.trace(plastic))
        lame, twice = (factor * YOUNGS * d**3.7 / (1 + POISSON) for factor in (POISSON / (1 - 2 * POISSON), 1.0))
        stress = lame * np.trace(strain - plastic) * np.eye(3) + twice * (strain - plastic)
        p, (big_p, big_q) = -np.trace(stress) / 3, strengths(d)
        excess = 1.5 * np.sum(deviator(stress) ** 2) / big_q**2 + (p / big_p) ** 2 - 1
        normal = 3 * deviator(stress) / big_q**2 - 2 / 3 * p / big_p**2 * np.eye(3)
        return stress, d, np.array([excess, *np.diag(stress)[free]]), normal

    def rates(time, values, part):
        step, normal = 1e-7, answer(part, time, values)[3]
        directions = [np.append(normal.ravel() / np.abs(normal).max(), [0.0] * len(free))]
        directions += [np.append(np.zeros(9), side) for side in np.eye(len(free))]
        slopes = [
            (answer(part, time, values + step * way)[2] - answer(part, time, values - step * way)[2]) / (2 * step)
            for way in directions
        ]
        loading = (answer(part, time + step, values)[2] - answer(part, time - step, values)[2]) / (2 * step)
        amounts = np.linalg.solve(np.transpose(slopes), -loading)
        assert amounts[0] >= 0.0  # none where shear has only begun
        return np.transpose(directions) @ amounts

    def elastic(time):
        """Values before anything flows."""
        return np.append(np.zeros(9), [-POISSON * parts[0](time)[2, 2]] * len(free))

    start = brentq(lambda time: answer(parts[0], time, elastic(time))[2][0], 1e-9, 1.0)
    values, found = elastic(start), []
    for part in parts:
        times = start if part is parts[0] else 0.0, 1.0
        values = solve_ivp(rates, times, values, "LSODA", args=(part,), rtol=1e-8, atol=1e-11).y[:, -1]
        found.append(answer(part, 1.0, values)[:2])
    return np.array([stress for stress, _ in found]), np.array([d for _, d in found])


@pytest.mark.parametrize("name", PRESSED)
def test_paths_that_compact(name):
    """Stresses and densities are those of the rate equations, also where the path turns."""
    parts, free = PRESSED[name]
    exact, found = compacted(parts, free), {}
    for steps in (20, 40):
        point, found[steps] = point_of(Compaction(Powder(PARTICLES), LOOSE, 5.0)), ([], [])
        for part in parts:
            for index in range(1, steps + 1):
                strain = dict(enumerate(part(index / steps)[[0, 1, 2, 0, 1, 0], [0, 1, 2, 1, 2, 2]]))
                point.advance({key: strain[key] for key in strain if key not in free}, dict.fromkeys(free, 0.0))
            xx, yy, zz, xy, yz, xz = point.stress
            found[steps][0].append([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
            found[steps][1].append(density(point))
    for coarse, fine, wanted in zip(*found.values(), exact, strict=True):
        if len(parts) == 1:  # the stress does not turn, and one step is exact
            assert np.array(coarse) == pytest.approx(wanted, rel=1e-6, abs=1e-5)
        else:
            assert_first_order(np.array(coarse), np.array(fine), wanted, 4e-3)


@pytest.mark.parametrize(("stress", "time"), [((-120.0, -120.0), 0.05), ((-20.0, -150.0), 0.01)])
def test_pores_that_creep_shut(stress, time):
    """At a constant stress the strains follow from the rates of Duva and Crow at the density of the time."""
    n, start = 4.5, 0.8
    pressure, mises = -(2 * stress[0] + stress[1]) / 3, stress[0] - stress[1]

    def rates(_, plastic):
        d = start / (1 + 2 * plastic[0] + plastic[1])
        f = 1 - d
        a = (1 + 2 / 3 * f) * d ** (-2 * n / (n + 1))
        b = (1.5 / n) ** 2 * (n * f / (1 - f ** (1 / n)) ** n) ** (2 / (n + 1))
        size = np.sqrt(a * mises**2 + b * pressure**2)
        flow = (size / 100.0) ** n / size
        return flow * a * mises * np.array([0.5, -1.0]) - flow * b * pressure / 3

    exact = solve_ivp(rates, (0.0, time), [0.0, 0.0], rtol=1e-10, atol=1e-13).y[:, -1]
    found = []
    for steps in (6, 12):
        point = point_of(PorousCreep(PowerLaw(1.0, 100.0, n), start, 5.0))
        for _ in range(steps):
            point.advance({}, {0: stress[0], 1: stress[0], 2: stress[1], 3: 0.0, 4: 0.0, 5: 0.0}, time / steps)
        found.append(np.ravel(point.history[PLASTIC_STRAIN])[[1, 2]])
    assert_first_order(*found, exact, 2e-3)


TENSION, FIRST, SECOND = np.diag([0.0, 0.0, 1.0]), np.zeros((3, 3)), np.zeros((3, 3))
FIRST[0, 1] = FIRST[1, 0] = SECOND[1, 2] = SECOND[2, 1] = 1.0
PATHS = {
    "tension then shear": (
        lambda t: 0.02 * t * TENSION,
        lambda t: 0.02 * TENSION + 0.02 * t * FIRST,
    ),
    "circle in two shears": (
        lambda t: 0.015 * t * FIRST,
        lambda t: 0.015 * (np.cos(4 * t) * FIRST + np.sin(4 * t) * SECOND),
    ),
}
YIELD, HARDENING = 100.0, 900.0
FLOWS = {
    "plastic": (
        VonMisesFlow(YIELD, HARDENING),
        lambda mises, flow, along: max(0.0, 2 * SHEAR * along / (3 * SHEAR + HARDENING)),
    ),
    "viscous": (
        VonMisesFlow(YIELD, HARDENING, overstress=Overstress(20.0, 2.0)),
        lambda mises, flow, along: max(0.0, (mises - HARDENING * flow) / YIELD - 1) ** 2 / 20.0,
    ),
    "creep": (Creep(PowerLaw(0.01, 100.0, 4.5)), lambda mises, flow, along: 0.01 * (mises / 100.0) ** 4.5),
}
"""Rule, and its rate of flow for the von Mises stress, the flow so far, and the rate of strain along the flow."""


def followed(path, rate, plastic):
    """Deviatoric stress [MPa] at the end of both parts of a path, each of one second."""
    values, stresses = np.zeros(10), []
    for part in path:
        size = np.sqrt(2 / 3) * np.linalg.norm(deviator(part(1.0)))
        start = YIELD / (3 * SHEAR * size) if plastic and part is path[0] else 0.0

        def rates(time, values, part=part):
            stress = 2 * SHEAR * (deviator(part(time)) - values[:9].reshape(3, 3))
            mises = np.sqrt(1.5) * np.linalg.norm(stress)
            normal = 1.5 / max(mises, 1e-30) * stress
            along = np.sum(normal * (part(time + 1e-6) - part(time - 1e-6)) / 2e-6)
            return rate(mises, values[9], along) * np.append(normal, 1.0)

        values = solve_ivp(rates, (start, 1.0), values, rtol=1e-7, atol=1e-10).y[:, -1]
        stresses.append(2 * SHEAR * (deviator(part(1.0)) - values[:9].reshape(3, 3)))
    return np.array(stresses)


def deviator(matrix):
    return matrix - np.trace(matrix) / 3 * np.eye(3)


@pytest.mark.parametrize("flow", FLOWS)
@pytest.mark.parametrize("name", PATHS)
def test_paths_that_turn(name, flow):
    """What the rate equations say, at the end of both parts of the path."""
    path, (rule, rate) = PATHS[name], FLOWS[flow]
    exact, found = followed(path, rate, flow == "plastic"), []
    for steps in (20, 40):
        point, stresses = point_of(rule), []
        for part in path:
            for index in range(1, steps + 1):
                strain = part(index / steps)[[0, 1, 2, 0, 1, 0], [0, 1, 2, 1, 2, 2]]
                point.advance(dict(enumerate(strain)), {}, 1 / steps)
            xx, yy, zz, xy, yz, xz = point.stress
            stresses.append(deviator(np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])))
        found.append(np.array(stresses))
    assert_first_order(*found, exact, 4e-3)
    if flow == "plastic":  # without a turn one step is exact
        assert found[0][0] == pytest.approx(exact[0], rel=1e-6, abs=1e-4)
