"""A thin elastic layer between both sides of an interface: what it resists, and what lithium loses on its way through.

To first order in its thickness t a layer between two bodies has (Benveniste and Miloh, Mech. Mater. 33 (2001) 309; the
membrane alone is the surface elasticity of Gurtin and Murdoch, 1975) one strain e along it, that of the side it holds
to, and one traction through it. With Hooke's law solved for the stress along it and the strain through it,

    stress along it   E/(1-nu^2) ((1-nu) e + nu tr(e) 1) + nu/(1-nu) t_n 1,
    opening           w_n = t (t_n/M - nu/(1-nu) tr(e)),  w_t = t t_t/G,  M = 2 G (1-nu)/(1-2 nu).

Both follow from one energy per area: that of springs M/t and G/t which answer to w_n + t nu/(1-nu) tr(e) and w_t, plus
that of the membrane, t E/(1-nu^2) ((1-nu) e:e + nu tr(e)^2)/2. Layers that bend or swell are not meant.
"""

from dataclasses import dataclass
from typing import Literal

from fem_asslb.base.functions import NumberLike
from fem_asslb.base.parameters import require, together


@dataclass(frozen=True, kw_only=True)
class Coating:
    """Thin isotropic layer.

    Args:
        thickness: t [um].
        youngs_modulus: E [MPa].
        poisson_ratio: nu.
        resistance: Of its area to lithium [V um^2/pA]; 0 for none.
        holds_to: Side of the interface whose strain it shares; it keeps it where the other side lets go.
    """

    thickness: NumberLike
    youngs_modulus: NumberLike
    poisson_ratio: NumberLike
    resistance: NumberLike = 0.0
    holds_to: Literal["+", "-"] = "+"

    def __post_init__(self) -> None:
        """Check the numbers."""
        together(
            lambda: require("thickness", self.thickness, lambda value: value > 0.0, "greater than 0 um"),
            lambda: require("youngs_modulus", self.youngs_modulus, lambda value: value > 0.0, "greater than 0 MPa"),
            lambda: require(
                "poisson_ratio", self.poisson_ratio, lambda value: -1.0 < value < 0.5, "between -1 and 0.5"
            ),
            lambda: require("resistance", self.resistance, lambda value: value >= 0.0, "at least 0 V um^2/pA"),
        )

    @property
    def shear_modulus(self) -> NumberLike:
        """G [MPa]."""
        return 0.5 * self.youngs_modulus / (1 + self.poisson_ratio)

    @property
    def normal_stiffness(self) -> NumberLike:
        """M/t against an opening whose layer keeps its area [MPa/um]."""
        modulus = 2 * self.shear_modulus * (1 - self.poisson_ratio) / (1 - 2 * self.poisson_ratio)
        return modulus / self.thickness

    @property
    def shear_stiffness(self) -> NumberLike:
        """G/t [MPa/um]."""
        return self.shear_modulus / self.thickness

    @property
    def membrane_stiffness(self) -> NumberLike:
        """Product t E/(1-nu^2), force per length over a strain in one direction along the layer [MPa um]."""
        return self.thickness * self.youngs_modulus / (1 - self.poisson_ratio * self.poisson_ratio)

    def thinning(self, growth: NumberLike) -> NumberLike:
        """How much thinner the layer is for a growth of its area, without traction [um].

        Args:
            growth: Trace of the strain along the layer.
        """
        return self.thickness * self.poisson_ratio / (1 - self.poisson_ratio) * growth

    def membrane_energy(self, growth: NumberLike, square: NumberLike) -> NumberLike:
        """Energy of the strain along the layer without traction through it [pJ/um^2].

        Args:
            growth: Trace of the strain.
            square: Strain times itself, e:e.
        """
        nu = self.poisson_ratio
        return 0.5 * self.membrane_stiffness * ((1 - nu) * square + nu * growth * growth)
