"""Table of a material, in the library or in a case.

Every value may be plain (``youngs_modulus = "24 GPa"``) or carry its origin (``{value, source, mark}``).
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from fem_asslb import units
from fem_asslb.errors import MaterialError
from fem_asslb.materials.checks import together
from fem_asslb.materials.diffusion import Diffusivity, require_diffusivity
from fem_asslb.materials.elasticity import IsotropicElasticity, TransverselyIsotropicElasticity
from fem_asslb.materials.law_tables import AnodeTable, LatticeTable, PotentialTable, Table
from fem_asslb.materials.material import LithiumHost, require_amounts
from fem_asslb.values import Number, show

STIFFNESS_KEYS = ("c11", "c12", "c13", "c33", "c44")
DIFFUSIVITY_KEYS = ("diffusivity", "diffusivity_in_plane", "diffusivity_along_axis")
HOST_KEYS = ("lattice", "potential", "maximum_concentration")


def _without_origin(value: object) -> object:
    if isinstance(value, dict) and "value" in value and set(value) <= {"value", "source", "mark"}:
        return value["value"]
    return value


_ORIGIN = BeforeValidator(_without_origin)
_Pressure = Annotated[units.Pressure, _ORIGIN]
_Strength = Annotated[units.Strength, _ORIGIN]
_Diffusivity = Annotated[units.Diffusivity, _ORIGIN]


def _name_or_table(value: object) -> object:
    if not isinstance(value, str | dict):
        raise ValueError(f"{show(value)} is no material; accepted: a name of the library or a table")
    return value


class IngredientTable(Table):
    """One phase of a composite."""

    material: Annotated[Any, BeforeValidator(_name_or_table)]
    weight_fraction: Number = Field(ge=1e-6, le=100.0)
    source: str = ""
    mark: str = ""


class EntryTable(Table):
    """A whole material."""

    title: str = ""
    youngs_modulus: _Pressure | None = None
    poisson_ratio: Annotated[Number, _ORIGIN] | None = None
    c11: _Pressure | None = None
    c12: _Pressure | None = None
    c13: _Pressure | None = None
    c33: _Pressure | None = None
    c44: _Pressure | None = None
    ingredients: list[IngredientTable] = []
    porosity: Annotated[Number, _ORIGIN, Field(ge=0.0, lt=1.0)] = 0.0
    density: Annotated[units.Density, _ORIGIN] | None = None
    strength: _Strength | None = None
    strength_kind: Annotated[Literal["yield", "fracture"], _ORIGIN] = "yield"
    reaction_volume: Annotated[units.MolarVolume, _ORIGIN] | None = None
    swelling_kind: Annotated[Literal["isotropic", "stack"], _ORIGIN] = "isotropic"
    maximum_concentration: Annotated[units.Concentration, _ORIGIN] | None = None
    molar_mass: Annotated[units.MolarMass, _ORIGIN] | None = None
    diffusivity: _Diffusivity | None = None
    diffusivity_in_plane: _Diffusivity | None = None
    diffusivity_along_axis: _Diffusivity | None = None
    lattice: LatticeTable | None = None
    potential: PotentialTable | None = None
    anode: AnodeTable | None = None

    def elasticity(self) -> IsotropicElasticity | TransverselyIsotropicElasticity | None:
        """The stated elasticity, None where only ingredients are given.

        Raises:
            MaterialError: Incomplete, out of range, or stated twice.
        """
        stiffness = {key: getattr(self, key) for key in STIFFNESS_KEYS if getattr(self, key) is not None}
        isotropic = [value for value in (self.youngs_modulus, self.poisson_ratio) if value is not None]
        if not stiffness and len(isotropic) == 2:
            return IsotropicElasticity(*isotropic)
        if not isotropic and len(stiffness) == len(STIFFNESS_KEYS):
            return TransverselyIsotropicElasticity(**stiffness)
        if not isotropic and not stiffness and self.ingredients:
            return None
        raise MaterialError(
            f"elasticity needs youngs_modulus and poisson_ratio, or all of {STIFFNESS_KEYS}, or ingredients"
        )

    def host(self) -> LithiumHost | None:
        """The lithium host, None where no host value is given.

        Raises:
            MaterialError: Only a part of it is given, or values are out of range.
        """
        in_plane = self.diffusivity if self.diffusivity_in_plane is None else self.diffusivity_in_plane
        along = self.diffusivity if self.diffusivity_along_axis is None else self.diffusivity_along_axis
        if all(getattr(self, key) is None for key in (*HOST_KEYS, *DIFFUSIVITY_KEYS)):
            return None
        _, lattice, potential, *_ = together(
            self._require_whole_host,
            lambda: None if self.lattice is None else self.lattice.law(),
            lambda: None if self.potential is None else self.potential.law(),
            lambda: require_amounts(self.maximum_concentration, self.molar_mass),
            lambda: require_diffusivity("diffusivity_in_plane", in_plane),
            # A value for both directions is one mistake.
            lambda: require_diffusivity("diffusivity_along_axis", self.diffusivity_along_axis),
        )
        return LithiumHost(
            self.maximum_concentration, lattice, potential, Diffusivity(in_plane, along), self.molar_mass
        )

    def _require_whole_host(self) -> None:
        given = [key for key in HOST_KEYS if getattr(self, key) is not None]
        if len(given) < len(HOST_KEYS):
            raise MaterialError(f"a lithium host needs {', '.join(HOST_KEYS)} and diffusivity; given: {given}")
        if self.diffusivity is None and (self.diffusivity_in_plane is None or self.diffusivity_along_axis is None):
            raise MaterialError("a lithium host needs diffusivity, or diffusivity_in_plane and diffusivity_along_axis")
