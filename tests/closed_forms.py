"""Closed forms of the verification problems.

Signs: stress positive in tension, pressures positive in compression, free strain positive for growth. Lengths in um,
stresses in MPa. ``free`` is a free (chemical) strain.
"""

import numpy as np


def plane_wave_modulus(youngs: float, poisson: float) -> float:
    """Stress over strain along a column that cannot spread, E(1-nu)/((1+nu)(1-2nu)); Hooke's law."""
    return youngs * (1 - poisson) / ((1 + poisson) * (1 - 2 * poisson))


def sphere_diffusion(r: np.ndarray, time: float, modes: int = 60, steps: int | None = None) -> np.ndarray:
    """Share of the final rise of concentration in a sphere whose surface is held, r/R and D t/R^2 given.

    1 + (2/(pi r)) sum (-1)^n/n sin(n pi r) exp(-n^2 pi^2 t): Crank, The Mathematics of Diffusion, 1975, eq. 6.18.

    Args:
        r: Radius over that of the sphere.
        time: D t/R^2.
        modes: Terms of the series.
        steps: If given, each mode decays as in this many equal backward Euler steps, by 1/(1 + n^2 pi^2 dt) each.
    """
    n = np.arange(1, modes + 1)[:, None]
    rate = (n * np.pi) ** 2
    decay = np.exp(-rate * time) if steps is None else (1 + rate * time / steps) ** -float(steps)
    r = np.maximum(np.atleast_1d(r), 1e-9)
    return 1 + 2 / (np.pi * r) * np.sum((-1.0) ** n / n * np.sin(n * np.pi * r) * decay, axis=0)


def sphere_stress(
    youngs: float, poisson: float, mean_inside: np.ndarray, mean_all: float, free: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Radial and hoop stress in a free sphere whose free strain depends on the radius.

    Christensen and Newman, J. Solid State Electrochem. 10 (2006) 293, with Omega c/3 = free strain:
    sigma_r = 2E/(3(1-nu)) (m(R) - m(r)), sigma_t = E/(3(1-nu)) (2 m(R) + m(r) - 3 f(r)).

    Args:
        youngs: Young's modulus.
        poisson: Poisson's ratio.
        mean_inside: m(r), volume average of the free strain inside r.
        mean_all: m(R).
        free: f(r).
    """
    factor = youngs / (3 * (1 - poisson))
    return 2 * factor * (mean_all - mean_inside), factor * (2 * mean_all + mean_inside - 3 * free)


def stress_enhancement(youngs: float, poisson: float, swelling: float, c_max: float, thermal: float) -> float:
    """theta c/x: in a free sphere the stress acts as if D were D (1 + theta c), theta = 2 Omega^2 E/(9 R T (1-nu)).

    Zhang, Shyy and Sastry, J. Electrochem. Soc. 154 (2007) A910, with Omega = 3 swelling/c_max.

    Args:
        youngs: Young's modulus.
        poisson: Poisson's ratio.
        swelling: Free strain per x.
        c_max: Concentration at x = 1 [pmol/um^3].
        thermal: R T [pJ/pmol].
    """
    return 2 * (3 * swelling / c_max) ** 2 * youngs / (9 * thermal * (1 - poisson)) * c_max


def plate_stress(youngs: float, poisson: float, mean_free: float, free: np.ndarray) -> np.ndarray:
    """In-plane stress of a free plate that stays flat, E/(1-nu) (mean free strain - free strain).

    Timoshenko and Goodier, Theory of Elasticity, section on plates heated through the thickness.
    """
    return youngs / (1 - poisson) * (mean_free - free)


def cylinder_strain(poisson: float, free: np.ndarray) -> np.ndarray:
    """Uniform strain of a long cylinder in an infinite body of the same isotropic material, plane strain.

    Eshelby 1957; Mura, Micromechanics of Defects in Solids, eq. 11.22 with a circular section.

    Args:
        poisson: Poisson's ratio.
        free: Free strain, shape (3, 3), no shear along the cylinder's axis 3.
    """
    s11, s12 = (5 - 4 * poisson) / (8 * (1 - poisson)), (4 * poisson - 1) / (8 * (1 - poisson))
    s13, shear = poisson / (2 * (1 - poisson)), (3 - 4 * poisson) / (4 * (1 - poisson))
    strain = np.zeros((3, 3))
    strain[0, 0] = s11 * free[0, 0] + s12 * free[1, 1] + s13 * free[2, 2]
    strain[1, 1] = s12 * free[0, 0] + s11 * free[1, 1] + s13 * free[2, 2]
    strain[0, 1] = strain[1, 0] = shear * free[0, 1]
    return strain


def cylinder_exterior(poisson: float, strain: np.ndarray, radius: float, points: np.ndarray) -> np.ndarray:
    """Displacement outside that cylinder, shape (3, n).

    Kolosov's formula 2 mu (u + i v) = kappa phi - z conj(phi') - conj(psi) with phi = A/z, psi = B/z + A a^2/z^3 (the
    only decaying choice that is continuous with the uniform strain inside).

    Args:
        poisson: Poisson's ratio.
        strain: Strain inside, from ``cylinder_strain``.
        radius: a of the cylinder.
        points: Shape (3, n), outside.
    """
    z, kappa = points[0] + 1j * points[1], 3 - 4 * poisson
    mean = 0.5 * (strain[0, 0] + strain[1, 1])
    shear = 0.5 * (strain[0, 0] - strain[1, 1]) + 1j * strain[0, 1]
    back = np.conj(z)
    u = radius**2 * (shear / z + mean / back + np.conj(shear) / kappa * (z / back**2 - radius**2 / back**3))
    return np.stack([u.real, u.imag, np.zeros_like(u.real)])


def sphere_in_infinite_body(youngs: float, poisson: float, free: float) -> tuple[float, float]:
    """Pressure inside a growing sphere in an infinite body of the same material, and its linear strain.

    Eshelby 1957: 2 E free/(3 (1-nu)) and (1+nu)/(3 (1-nu)) free; outside u_r = strain a^3/r^2.
    """
    return 2 * youngs * free / (3 * (1 - poisson)), (1 + poisson) / (3 * (1 - poisson)) * free


def sphere_in_shell(
    core: tuple[float, float],
    shell: tuple[float, float],
    b: float,
    free: float,
    outer: float,
    stiffness: float = np.inf,
) -> float:
    """Pressure between a sphere of radius 1 and the shell around it (Lame's hollow sphere).

    u(1) of the core, free - P (1-2 nu1)/E1, is that of the shell less the overlap P/k of an elastic interface.

    Args:
        core: Young's modulus and Poisson's ratio.
        shell: The same.
        b: Outer radius.
        free: Free linear strain of the core.
        outer: Pressure outside.
        stiffness: Of the interface, k [MPa/um].
    """
    (e1, nu1), (e2, nu2) = core, shell
    room = e2 * (b**3 - 1)
    compliance = (1 - 2 * nu1) / e1 + ((1 - 2 * nu2) + (1 + nu2) * b**3 / 2) / room + 1 / stiffness
    return (free + 1.5 * (1 - nu2) * b**3 * outer / room) / compliance


def cylinder_in_shell(
    core: tuple[float, float],
    shell: tuple[float, float],
    b: float,
    free: tuple[float, float],
    outer: float,
    stiffness: float = np.inf,
) -> float:
    """The same for a cylinder in plane strain (Lame's tube).

    Core: strain across the plane 0 gives sigma_z = -2 nu P - E free_z, hence
    u(1) = free_r + nu1 free_z - P (1+nu1)(1-2 nu1)/E1. Shell:
    u(1) = (1+nu2)/(E2 (b^2-1)) (P (1-2 nu2 + b^2) - 2 (1-nu2) b^2 p0).

    Args:
        core: Young's modulus and Poisson's ratio.
        shell: The same.
        b: Outer radius.
        free: Free strain of the core in the plane and across it.
        outer: Pressure outside.
        stiffness: Of the interface, k [MPa/um].
    """
    (e1, nu1), (e2, nu2) = core, shell
    room = e2 * (b**2 - 1)
    compliance = (1 + nu1) * (1 - 2 * nu1) / e1 + (1 + nu2) * (1 - 2 * nu2 + b**2) / room + 1 / stiffness
    return (free[0] + nu1 * free[1] + 2 * (1 - nu2**2) * b**2 * outer / room) / compliance


def column(youngs: float, poisson: float, free: tuple[float, float], pressure: float) -> tuple[float, float]:
    """Lateral stress and strain along a column that cannot spread (Hooke's law).

    Args:
        youngs: Young's modulus.
        poisson: Poisson's ratio.
        free: Free strain across and along the column.
        pressure: On its end.
    """
    along = -pressure
    lateral = (poisson * along - youngs * free[0]) / (1 - poisson)
    growth = free[1] + 2 * poisson / (1 - poisson) * free[0]
    return lateral, growth + along / plane_wave_modulus(youngs, poisson)


def stack_pressure_change(thickness: np.ndarray, growth: np.ndarray, modulus: np.ndarray, stiffness: float) -> float:
    """Change of pressure on a stack between plates held by a spring: sum L f/(1/k + sum L/M).

    Args:
        thickness: L of each layer.
        growth: f of each layer, strain along the stack at constant pressure.
        modulus: M of each layer along the stack.
        stiffness: k of the spring per area [MPa/um]; inf for a fixed gap.
    """
    return float(np.sum(thickness * growth) / (1 / stiffness + np.sum(thickness / modulus)))


def lift_off_gap(
    thickness: np.ndarray, growth: np.ndarray, modulus: np.ndarray, stiffness: float, preload: float
) -> float:
    """Gap above a stack that shrank away from its plate: -sum L f - p0 (1/k + sum L/M), positive once it is open."""
    return float(-np.sum(thickness * growth) - preload * (1 / stiffness + np.sum(thickness / modulus)))


def bilinear_separation(
    pull: float, compliance: float, strength: float, stiffness: float, toughness: float, worst: float = 0.0
) -> tuple[float, float]:
    """Opening and traction of a bilinear interface that a linear body pulls apart.

    A body that would part by ``pull`` if nothing held it parts by g = pull - C T under a traction T. A bar of length L
    has C = L/E (G2). A particle of radius a that shrinks in a shell has pull = a (eps_c - eps) and C = a Den, with
    eps_c and Den of D1 in 3D, and of Lame's tube in plane strain: what the closed interface says for P = -T (D4).

    On the secant (1 - d) k of the worst opening so far, or of a closed interface k: g = pull/(1 + C (1 - d) k). On the
    softening branch T = T_m (g_f - g)/(g_f - g_0), g_0 = T_m/k, g_f = 2 G/T_m: g = (pull - C s g_f)/(1 - C s) with
    s = T_m/(g_f - g_0), a stable path if C s < 1. Beyond g_f nothing holds: g = pull.

    Args:
        pull: Opening without traction, negative when pressed together [um].
        compliance: C [um/MPa].
        strength: T_m [MPa].
        stiffness: k [MPa/um].
        toughness: G [MPa um].
        worst: Largest opening before [um].
    """
    onset, release = strength / stiffness, 2 * toughness / strength
    slope = strength / (release - onset)
    secant = stiffness
    if pull > 0 and worst > onset:
        secant = slope * max(release - worst, 0.0) / worst
    opening = pull / (1 + compliance * secant)
    if opening <= max(worst, onset):
        return opening, secant * opening
    opening = (pull - compliance * slope * release) / (1 - compliance * slope)
    return (opening, slope * (release - opening)) if opening < release else (pull, 0.0)


def hertz_line(force: float, radius: float, modulus: float) -> tuple[float, float]:
    """Half width and peak pressure of a cylinder pressed on a plane, 2 sqrt(R F/(pi E*)) and 2 F/(pi a).

    Johnson, Contact Mechanics, 1985, section 4.2(c); p = p_max sqrt(1 - (x/a)^2), hence a^2/4 = mean of x^2 under p.

    Args:
        force: Per length.
        radius: R.
        modulus: E*, 1/E* = sum (1-nu^2)/E.
    """
    half_width = 2 * np.sqrt(radius * force / (np.pi * modulus))
    return float(half_width), float(2 * force / (np.pi * half_width))


def hertz_point(force: float, radius: float, modulus: float) -> tuple[float, float]:
    """Radius and peak pressure of a ball pressed on a plane, (3 F R/(4 E*))^(1/3) and 3 F/(2 pi a^2).

    Johnson, Contact Mechanics, 1985, section 4.2(a); 2 a^2/5 = mean of r^2 under p.

    Args:
        force: In all.
        radius: R.
        modulus: E*.
    """
    contact = (0.75 * force * radius / modulus) ** (1 / 3)
    return float(contact), float(1.5 * force / (np.pi * contact**2))


def beam_delamination(toughness: float, rigidity: float) -> float:
    """P^2 Delta of two cantilever arms whose crack grows, (2/3) G^1.5 sqrt(E I), per width.

    Delta = 2 P a^3/(3 E I) is twice the deflection of an arm, so that G = (P^2/2) d(Delta/P)/da = P^2 a^2/(E I); a
    drops out.
    An arm that turns at its root acts as one longer by chi h, chi about 2/3 (Williams, Int. J. Fract. 39 (1989) 101):
    a becomes a + chi h in both, and drops out as well.

    Args:
        toughness: G.
        rigidity: E I of one arm.
    """
    return float(2 / 3 * toughness**1.5 * np.sqrt(rigidity))


def coated_particle(
    dimension: int, phases: list[tuple[float, float]], radii: tuple[float, float, float], free: float
) -> tuple[float, float]:
    """Pressures on a particle and on the outside of its coating, in a shell that is free outside (Lame, three phases).

    Sphere, or cylinder in plane strain: u = A r + B/r^n, n = 2 or 1, has the radial stress c A - d B/r^(n+1), with
    c = E/(1-2 nu), d = 2 E/(1+nu) of a sphere and c = E/((1+nu)(1-2 nu)), d = E/(1+nu) of a cylinder; u and the stress
    are continuous.

    Args:
        dimension: 2 or 3.
        phases: Young's modulus and Poisson's ratio of the particle, the coating and the shell.
        radii: Of the particle, of the coating, and outside.
        free: Free linear strain of the particle, the same in all directions.
    """
    n, (a, b, outside) = dimension - 1, radii
    (c0, _), (c1, d1), (c2, d2) = (_radial_stiffness(dimension, *phase) for phase in phases)
    growth = _held_growth(dimension, phases[0], free)
    matrix = np.array(
        [
            [a, -a, -(a**-n), 0, 0],
            [c0, -c1, d1 * a ** -(n + 1), 0, 0],
            [0, b, b**-n, -b, -(b**-n)],
            [0, c1, -d1 * b ** -(n + 1), -c2, d2 * b ** -(n + 1)],
            [0, 0, 0, c2, -d2 * outside ** -(n + 1)],
        ]
    )
    a0, _, _, a2, b2 = np.linalg.solve(matrix, [0, c0 * growth, 0, 0, 0])
    return float(c0 * (growth - a0)), float(d2 * b2 * b ** -(n + 1) - c2 * a2)


def thinly_coated_particle(
    dimension: int,
    phases: list[tuple[float, float]],
    radii: tuple[float, float, float],
    free: float,
    holds_to_core: bool = True,
) -> tuple[float, float]:
    """The same with a coating that is an interface at the radius of the particle, pressures on both of its sides.

    With e = u/a of the side that it holds to: the traction s through it opens it by t (s/M - nu/(1-nu) n e), and it
    bears the hoop force S = t (C e + nu/(1-nu) s), C = E/(1-nu) of a sphere and E/(1-nu^2) of a cylinder, which the
    stresses of both sides differ by, n S/a.

    Args:
        dimension: 2 or 3.
        phases: As of `coated_particle`.
        radii: Of the particle, of the coating as it would be meshed, and outside.
        free: Free linear strain of the particle, the same in all directions.
        holds_to_core: Whether the strain of the coating is that of the particle, or that of the shell.
    """
    n, (a, b, outside), (core, (youngs, nu), shell) = dimension - 1, radii, phases
    thickness, transfer = b - a, nu / (1 - nu)
    hoop = youngs / (1 - nu) if dimension == 3 else youngs / (1 - nu**2)
    (c0, _), (c2, d2) = (_radial_stiffness(dimension, *phase) for phase in (core, shell))
    growth = _held_growth(dimension, core, free)
    constants = np.linalg.solve([[a, a**-n], [c2, -d2 * outside ** -(n + 1)]], [1, 0])
    outer = constants @ [c2, -d2 * a ** -(n + 1)]
    # Unknown: u of the particle, u of the shell, s, S.
    side, inner = (0, 1) if holds_to_core else (1, 0)
    matrix = np.array(
        [
            [-1, 1, -thickness / plane_wave_modulus(youngs, nu), 0],
            [0, 0, -thickness * transfer, 1],
            [0, outer, -1, -n / a * (1 - inner)],
            [c0 / a, 0, -1, n / a * inner],
        ]
    )
    matrix[0, side] += thickness * transfer * n / a
    matrix[1, side] -= thickness * hoop / a
    core_side, shell_side, _, _ = np.linalg.solve(matrix, [0, 0, 0, c0 * growth])
    return float(c0 * (growth - core_side / a)), float(-outer * shell_side)


def _radial_stiffness(dimension: int, youngs: float, poisson: float) -> tuple[float, float]:
    """Both numbers c and d of `coated_particle`."""
    if dimension == 3:
        return youngs / (1 - 2 * poisson), 2 * youngs / (1 + poisson)
    return youngs / ((1 + poisson) * (1 - 2 * poisson)), youngs / (1 + poisson)


def _held_growth(dimension: int, core: tuple[float, float], free: float) -> float:
    """Free radial strain of a core, that of a cylinder where it is held along its axis."""
    return free if dimension == 3 else (1 + core[1]) * free
