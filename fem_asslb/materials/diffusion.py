"""Chemical diffusivity of lithium in a layered crystal."""

from dataclasses import dataclass

from fem_asslb.base.constants import FARADAY
from fem_asslb.base.functions import NumberLike
from fem_asslb.base.parameters import require, together
from fem_asslb.materials.function import HostValue, value_at


@dataclass(frozen=True)
class Diffusivity:
    """Chemical diffusivities D of Fick's law, transversely isotropic about the crystal axis.

    Args:
        in_plane: Within the layers (ab plane) [um^2/s], a number or a function of stoichiometry and temperature.
        along_axis: Along the crystal axis [um^2/s], the same.
    """

    in_plane: HostValue
    along_axis: HostValue

    def __post_init__(self) -> None:
        """Check the signs."""
        together(
            lambda: require_diffusivity("diffusivity_in_plane", self.in_plane),
            lambda: require_diffusivity("diffusivity_along_axis", self.along_axis),
        )

    def conductivity(
        self, c_max: NumberLike, slope: NumberLike, x: NumberLike, temperature: NumberLike
    ) -> tuple[NumberLike, NumberLike]:
        """Lithium conductivity kappa = F c_max D/(-dU/dx), so that kappa grad(U) is exactly Fick's current.

        The mobility of the chemical potential is kappa/F^2 [pmol^2/(pJ um s)].

        Args:
            c_max: Concentration at x = 1 [pmol/um^3].
            slope: dU/dx at x [V], negative.
            x: Stoichiometry.
            temperature: [K].

        Returns:
            kappa in the plane and along the axis [pA/(V um)].
        """
        factor = FARADAY * c_max / (-slope)
        in_plane, along_axis = (value_at(law, x, temperature) for law in (self.in_plane, self.along_axis))
        return factor * in_plane, factor * along_axis


def require_diffusivity(parameter: str, value: HostValue) -> None:
    """A diffusivity [um^2/s] is positive."""
    require(parameter, value, lambda value: value > 0, "greater than 0 um^2/s")
