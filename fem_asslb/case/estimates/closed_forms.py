"""Closed forms for swelling bodies under pressure: layers between plates, and a sphere in a shell.

The layers are elastic and isotropic, act in series along the stack and are held in 0, 1 or 2 directions
across it: laterally free, one direction held (plane strain with free walls), or a die.
"""

from dataclasses import dataclass
from typing import Literal

from fem_asslb.bulk.elasticity import IsotropicElasticity


@dataclass(frozen=True)
class SwellingLayer:
    """One layer.

    Attributes:
        thickness: [um].
        elasticity: Isotropic, effective for a composite.
        strain_stack: Free strain along the stack, positive for growth [-].
        strain_lateral: Free strain across it [-].
    """

    thickness: float
    elasticity: IsotropicElasticity
    strain_stack: float = 0.0
    strain_lateral: float = 0.0

    def free_growth(self, held: Literal[0, 1, 2]) -> float:
        """Growth of the thickness without a load along the stack [um].

        Args:
            held: Number of lateral directions without strain.
        """
        poisson = float(self.elasticity.poisson_ratio)
        transfer = (0.0, poisson, 2.0 * poisson / (1.0 - poisson))[held]
        return self.thickness * (self.strain_stack + transfer * self.strain_lateral)

    def modulus(self, held: Literal[0, 1, 2]) -> float:
        """Stress over strain along the stack [MPa]."""
        youngs, poisson = float(self.elasticity.youngs_modulus), float(self.elasticity.poisson_ratio)
        return (youngs, youngs / (1.0 - poisson**2), float(self.elasticity.constrained_modulus))[held]


def free_growth(layers: list[SwellingLayer], held: Literal[0, 1, 2]) -> float:
    """Growth of the whole stack without a change of load [um]."""
    return sum(layer.free_growth(held) for layer in layers)


def pressure_change(layers: list[SwellingLayer], held: Literal[0, 1, 2], stiffness: float | None) -> float:
    """Change of the stack pressure [MPa], more compression positive: sum L_i f_i/(1/k + sum L_i/M_i).

    Args:
        layers: The stack.
        held: Number of lateral directions without strain.
        stiffness: Of the fixture, k [MPa/um]; None for a rigid one.
    """
    compliance = sum(layer.thickness / layer.modulus(held) for layer in layers)
    return free_growth(layers, held) / (compliance + (0.0 if stiffness is None else 1.0 / stiffness))


def contact_pressure(
    radii: tuple[float, float],
    core: IsotropicElasticity,
    shell: IsotropicElasticity,
    strain: float,
    outer_pressure: float,
) -> float:
    """Pressure [MPa] between a sphere and the shell that it is joined to (Lame), compression positive.

    Args:
        radii: Of the core and of the outside [um].
        core: Elasticity of the sphere.
        shell: Elasticity of the shell.
        strain: Free linear strain of the sphere, positive for growth.
        outer_pressure: On the outside [MPa].
    """
    inside, outside = radii[0] ** 3, radii[1] ** 3
    youngs, poisson = float(shell.youngs_modulus), float(shell.poisson_ratio)
    room = youngs * (outside - inside)
    pushed = 1.5 * (1.0 - poisson) * outside * outer_pressure / room
    core_compliance = (1.0 - 2.0 * float(core.poisson_ratio)) / float(core.youngs_modulus)
    shell_compliance = ((1.0 - 2.0 * poisson) * inside + 0.5 * (1.0 + poisson) * outside) / room
    return (strain + pushed) / (core_compliance + shell_compliance)
