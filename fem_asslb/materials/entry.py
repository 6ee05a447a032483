"""Tables of the material library and of a case's own materials, and the laws that they describe.

Every value may be plain (``youngs_modulus = "24 GPa"``) or carry its origin (``{value, source, mark}``).
"""

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from fem_asslb import units
from fem_asslb.errors import MaterialError, UnitError
from fem_asslb.materials.anode import AnodePotential, PlateauPotential, TailedPlateauPotential
from fem_asslb.materials.bent_line import Bend, BentLine
from fem_asslb.materials.diffusion import Diffusivity
from fem_asslb.materials.elasticity import IsotropicElasticity, TransverselyIsotropicElasticity
from fem_asslb.materials.lattice import LatticeLaw
from fem_asslb.materials.material import LithiumHost
from fem_asslb.materials.potential import PotentialLaw

STIFFNESS_KEYS = ("c11", "c12", "c13", "c33", "c44")
HOST_KEYS = ("lattice", "potential", "maximum_concentration")


def _without_origin(value: object) -> object:
    if isinstance(value, dict) and "value" in value and set(value) <= {"value", "source", "mark"}:
        return value["value"]
    return value


_ORIGIN = BeforeValidator(_without_origin)
_Pressure = Annotated[units.Pressure, _ORIGIN]
_Diffusivity = Annotated[units.Diffusivity, _ORIGIN]


def _molar_mass(value: object) -> float:
    try:
        return units.parse(value, "pg/pmol")
    except UnitError as error:
        raise ValueError(str(error)) from error


MolarMass = Annotated[float, BeforeValidator(_molar_mass)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BendTable(_Table):
    """One bend of a law."""

    position: float
    width: float = Field(gt=0.0)
    slope_change: float


class LineTable(_Table):
    """A bent line."""

    value: float
    slope: float
    bends: list[BendTable] = []

    def law(self) -> BentLine:
        """The function."""
        bends = tuple(Bend(bend.position, bend.width, bend.slope_change) for bend in self.bends)
        return BentLine(self.value, self.slope, bends)


class _DataTable(_Table):
    x_min: float = 0.0
    x_max: float = 1.0
    source: str = ""
    mark: str = ""
    table: dict[str, list[float]] = {}


class LatticeTable(_DataTable):
    """Lattice law; ``table`` holds the data it was fitted to (x, a, c)."""

    a: LineTable
    c: LineTable

    def law(self) -> LatticeLaw:
        """The law."""
        return LatticeLaw(self.a.law(), self.c.law(), self.x_min, self.x_max)


class PotentialTable(_DataTable):
    """Potential law; ``table`` holds the data it was fitted to (x, u)."""

    line: LineTable

    def law(self) -> PotentialLaw:
        """The law.

        Raises:
            MaterialError: A potential that rises somewhere, so that lithium would flow uphill.
        """
        law = PotentialLaw(self.line.law(), self.x_min, self.x_max)
        x = np.linspace(0.0, 1.05, 1051)
        slopes = law.slope(x) + 0.0 * x
        if slopes.max() >= 0.0:
            raise MaterialError(f"potential rises at x = {x[slopes.argmax()]:.3f}; accepted: falling on 0 to 1.05")
        return law


class AnodeTable(_Table):
    """Potential of an anode reaction."""

    kind: Literal["plateau", "tailed-plateau"]
    plateau: units.Voltage
    lithiated_drop: units.Voltage | None = None
    lithiated_width: float | None = Field(default=None, gt=0.0)
    delithiated_rise: units.Voltage | None = None
    delithiated_width: float | None = Field(default=None, gt=0.0)
    specific_capacity: units.SpecificCapacity | None = None
    source: str = ""
    mark: str = ""

    def law(self) -> AnodePotential:
        """The law.

        Raises:
            MaterialError: Tail values are missing, or given for a plain plateau.
        """
        names = ("lithiated_drop", "lithiated_width", "delithiated_rise", "delithiated_width")
        tails = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        if self.kind == "plateau" and not tails:
            return PlateauPotential(self.plateau, self.specific_capacity)
        if self.kind == "tailed-plateau" and len(tails) == len(names):
            return TailedPlateauPotential(self.plateau, specific_capacity=self.specific_capacity, **tails)
        needs = "none" if self.kind == "plateau" else "all"
        raise MaterialError(f"anode of kind '{self.kind}' has {sorted(tails)}; accepted: {needs} of {list(names)}")


class IngredientTable(_Table):
    """One phase of a composite."""

    material: str | dict[str, Any]
    weight_fraction: float = Field(gt=0.0)
    source: str = ""
    mark: str = ""


class EntryTable(_Table):
    """A whole material."""

    title: str = ""
    youngs_modulus: _Pressure | None = None
    poisson_ratio: Annotated[float, _ORIGIN] | None = None
    c11: _Pressure | None = None
    c12: _Pressure | None = None
    c13: _Pressure | None = None
    c33: _Pressure | None = None
    c44: _Pressure | None = None
    ingredients: list[IngredientTable] = []
    porosity: Annotated[float, _ORIGIN] = 0.0
    density: Annotated[units.Density, _ORIGIN] | None = None
    strength: _Pressure | None = None
    strength_kind: Annotated[Literal["yield", "fracture"], _ORIGIN] = "yield"
    reaction_volume: Annotated[units.MolarVolume, _ORIGIN] | None = None
    swelling_kind: Annotated[Literal["isotropic", "stack"], _ORIGIN] = "isotropic"
    maximum_concentration: Annotated[units.Concentration, _ORIGIN] | None = None
    molar_mass: Annotated[MolarMass, _ORIGIN] | None = None
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
            MaterialError: Only a part of it is given.
        """
        in_plane = self.diffusivity if self.diffusivity_in_plane is None else self.diffusivity_in_plane
        along = self.diffusivity if self.diffusivity_along_axis is None else self.diffusivity_along_axis
        given = [key for key in HOST_KEYS if getattr(self, key) is not None]
        if not given and in_plane is None and along is None:
            return None
        if self.lattice is None or self.potential is None or self.maximum_concentration is None:
            raise MaterialError(f"a lithium host needs {', '.join(HOST_KEYS)} and diffusivity; given: {given}")
        if in_plane is None or along is None:
            raise MaterialError("a lithium host needs diffusivity, or diffusivity_in_plane and diffusivity_along_axis")
        return LithiumHost(
            self.maximum_concentration,
            self.lattice.law(),
            self.potential.law(),
            Diffusivity(in_plane, along),
            self.molar_mass,
        )
