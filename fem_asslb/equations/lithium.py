"""Lithium in a host: stoichiometry x and equilibrium potential phi = -mu/F [V], from one energy.

The host's energy density is c_max times the integral of -F U(x), plus the elastic energy; mu is its derivative with
respect to concentration. Writing phi for -mu/F gives all rows the same scale and shows the local voltage at once.
"""

import ufl
from ufl.core.expr import Expr

from fem_asslb.base.constants import FARADAY, GAS_CONSTANT
from fem_asslb.base.functions import NumberLike, asinh, choose, cosh, sinh
from fem_asslb.materials.material import LithiumHost

_SHARINGS = 7
"""Steps of Newton's method that share a drive."""


def equilibrium(host: LithiumHost, x: Expr, phi: Expr, test_x: Expr) -> Expr:
    """Chemical part of the equilibrium row, F c_max (phi - U(x)) [pJ/um^3].

    Together with the derivative of the elastic energy it says that phi is the equilibrium potential of the loaded host.
    """
    return FARADAY * host.c_max * (phi - host.potential.potential(x)) * test_x


def storage(host: LithiumHost, x: Expr, x_previous: Expr, test_phi: Expr) -> Expr:
    """Charge stored since the previous step, F c_max (x - x_n) [pC/um^3]."""
    return FARADAY * host.c_max * (x - x_previous) * test_phi


def transport(host: LithiumHost, x: Expr, phi: Expr, temperature: Expr, axis: Expr, test_phi: Expr) -> Expr:
    """-kappa grad(phi) . grad(test), from F c_max dx/dt = -div(kappa grad(phi)) [pA/um^3].

    The lithium flux is kappa grad(phi)/F = -M grad(mu) [pmol/(um^2 s)]; without stress it is Fick's, -D c_max grad(x).
    """
    in_plane, along_axis = host.conductivity(x, temperature)
    gradient, test_gradient = ufl.grad(phi), ufl.grad(test_phi)
    direction = ufl.as_vector([axis[i] for i in range(gradient.ufl_shape[0])])
    along = ufl.dot(direction, gradient) * ufl.dot(direction, test_gradient)
    return -in_plane * ufl.dot(gradient, test_gradient) - (along_axis - in_plane) * along


def surface_current(exchange: Expr, temperature: Expr, drive: Expr, resistance: Expr | None = None) -> Expr:
    """Current density out of the host, i0 2 sinh(F (V - phi - r i)/(2 R T)) [pA/um^2 = A/m^2], positive on charge.

    Butler-Volmer with equal transfer coefficients; stress enters through phi.

    Args:
        exchange: Exchange current density i0 [pA/um^2].
        temperature: [K].
        drive: Potential V of the electrode less the equilibrium potential phi of the host at the surface [V].
        resistance: r of what covers the surface [V um^2/pA]; None for nothing.
    """
    return 2 * exchange * ufl.sinh(_activation(exchange, temperature, drive, resistance))


def partial_currents(
    exchange: Expr, temperature: Expr, drive: Expr, resistance: Expr | None = None
) -> tuple[Expr, Expr]:
    """Current densities out of and into the host, i0 exp(+-F (V - phi - r i)/(2 R T)), of `surface_current`."""
    ratio = _activation(exchange, temperature, drive, resistance)
    return exchange * ufl.exp(ratio), exchange * ufl.exp(-ratio)


def _activation(exchange: Expr, temperature: Expr, drive: Expr, resistance: Expr | None) -> Expr:
    """Overpotential of the reaction itself over 2 R T/F."""
    scale = overpotential_scale(temperature)
    if resistance is None:
        return drive / scale
    return shared_drive(drive / scale, 2 * exchange * resistance / scale)


def shared_drive(drive: NumberLike, resistance: NumberLike) -> NumberLike:
    """Solution z of z + rho sinh(z) = h: what a resistance in series leaves of a drive to a reaction.

    Newton's method from a bound of z falls towards it; `_SHARINGS` steps leave less than 1e-12 of h up to a drive of
    200, that is of 10 V.

    Args:
        drive: h, overpotential of both over 2 R T/F.
        resistance: rho, 2 i0 times the resistance over 2 R T/F, greater than 0.
    """
    # Each is a bound, as sinh(z) is no smaller than z and z + rho sinh(z) no smaller than either.
    ohmic, ratio = drive / (1 + resistance), drive / resistance
    steep = choose(ratio, asinh(ratio), -asinh(-ratio))
    z = choose(ohmic * ohmic - steep * steep, steep, ohmic)
    for _ in range(_SHARINGS):
        z = z - (z + resistance * sinh(z) - drive) / (1 + resistance * cosh(z))
    return z


def overpotential_scale(temperature: NumberLike) -> NumberLike:
    """Overpotential 2 R T/F [V] at which the reaction leaves its linear range; ``temperature`` in K."""
    return 2 * GAS_CONSTANT * temperature / FARADAY
