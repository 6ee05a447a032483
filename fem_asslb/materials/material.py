"""A material: everything that the solver may ask about one kind of region."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from fem_asslb.base.constants import FARADAY
from fem_asslb.base.functions import NumberLike
from fem_asslb.base.parameters import require, together
from fem_asslb.bulk.bulk_law import BulkLaw
from fem_asslb.bulk.elasticity import Elasticity
from fem_asslb.materials.anode import AnodePotential
from fem_asslb.materials.bulk_law_table import StrengthKind
from fem_asslb.materials.diffusion import Diffusivity
from fem_asslb.materials.function import Activated, HostFunction, HostValue
from fem_asslb.materials.lattice import LatticeLaw
from fem_asslb.materials.potential import IdealPotential, PotentialLaw


@dataclass(frozen=True, kw_only=True)
class LithiumHost:
    """Active material that takes up lithium and swells with it.

    Args:
        c_max: Lithium concentration at x = 1 [pmol/um^3].
        lattice: Cell parameters as functions of x, the free strain.
        potential: Equilibrium potential as a function of x.
        diffusivity: Chemical diffusivity.
        molar_mass: Mass of one formula unit with one lithium [pg/pmol = g/mol]; None where no capacity
            per mass is needed.
        exchange_current_density: Of its surface [pA/um^2], a number or a function of x and temperature; None where the
            cell says it.
        stiffness: Factor of all elastic constants as a function of x; None where they do not change.
    """

    c_max: NumberLike
    lattice: LatticeLaw
    potential: PotentialLaw | IdealPotential
    diffusivity: Diffusivity
    molar_mass: float | None = None
    exchange_current_density: HostValue | None = None
    stiffness: HostFunction | None = None

    def __post_init__(self) -> None:
        """Check the signs."""
        require_amounts(self.c_max, self.molar_mass)

    @property
    def functions(self) -> dict[str, HostFunction]:
        """What changes with x besides lattice and potential, by its name."""
        named = {
            "diffusivity in the plane": self.diffusivity.in_plane,
            "diffusivity along the axis": self.diffusivity.along_axis,
            "exchange current density": self.exchange_current_density,
            "stiffness": self.stiffness,
        }
        values = {name: law.value if isinstance(law, Activated) else law for name, law in named.items()}
        return {name: law for name, law in values.items() if isinstance(law, HostFunction)}

    @property
    def theoretical_capacity(self) -> float | None:
        """Charge per mass for x from 0 to 1 [pC/pg = C/g]."""
        return None if self.molar_mass is None else FARADAY / self.molar_mass

    def conductivity(self, x: NumberLike, temperature: NumberLike) -> tuple[NumberLike, NumberLike]:
        """Lithium conductivity in the plane and along the axis [pA/(V um)]: see ``Diffusivity``."""
        return self.diffusivity.conductivity(self.c_max, self.potential.slope(x), x, temperature)


@dataclass(frozen=True)
class Material:
    """One material of the library or of a case.

    Args:
        name: Name in the library, or the key of the case.
        elasticity: Elastic law.
        density: Mass per volume [pg/um^3 = g/cm^3].
        strength: Stress above which elasticity is doubtful [MPa].
        strength_kind: What happens there: a material that yields does so at this von Mises stress, a power law of creep
            breaks down there, a brittle material breaks where the largest principal stress is a tension of this size.
        law: What answers to strain where it is more than elasticity; None for linear elasticity.
        host: The lithium host, None for passive materials.
        thermal_expansion: Relative growth of a length, in every direction [1/K].
        reaction_volume: Growth per lithium taken up by a homogeneous anode layer [um^3/pmol = cm^3/mol].
        swelling_kind: Whether such a layer swells in all directions or along the stack only.
        anode: Potential of the anode reaction, None where the material is no anode.
        title: One line on what it is.
        sources: Source and mark of every value by its key.
    """

    name: str
    elasticity: Elasticity
    density: float | None = None
    strength: float | None = None
    strength_kind: StrengthKind = "yield"
    law: BulkLaw | None = None
    host: LithiumHost | None = None
    thermal_expansion: float = 0.0
    reaction_volume: float | None = None
    swelling_kind: Literal["isotropic", "stack"] = "isotropic"
    anode: AnodePotential | None = None
    title: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check the signs."""
        require_density_and_strength(self.density, self.strength)


def anode_roles(materials: Mapping[str, Material]) -> list[str]:
    """Roles whose passive material grows with the charge, sorted: one at most, as it grows with all of it."""
    return sorted(role for role, item in materials.items() if item.host is None and item.reaction_volume)


def hosts(materials: Mapping[str, Material]) -> dict[str, LithiumHost]:
    """Materials that take up lithium, by role."""
    return {role: material.host for role, material in materials.items() if material.host is not None}


def positive_hosts(materials: Mapping[str, Material], anode: str | None) -> dict[str, LithiumHost]:
    """Hosts of the positive electrode by role: all but the one that is the anode of the cell.

    Args:
        materials: By role.
        anode: As of ``cell.anode``; None without a cell.
    """
    return {role: host for role, host in hosts(materials).items() if role != anode}


def require_amounts(c_max: NumberLike, molar_mass: float | None) -> None:
    """The amounts of a lithium host are positive."""
    together(
        lambda: require("maximum_concentration", c_max, lambda value: value > 0, "greater than 0 pmol/um^3"),
        lambda: require("molar_mass", molar_mass, lambda value: value > 0, "greater than 0 pg/pmol"),
    )


def require_density_and_strength(density: float | None, strength: float | None) -> None:
    """Both are positive."""
    together(
        lambda: require("density", density, lambda value: value > 0, "greater than 0 pg/um^3"),
        lambda: require("strength", strength, lambda value: value > 0, "greater than 0 MPa"),
    )
