"""Table of a material, in the library or in a case.

Every value may be plain (``youngs_modulus = "24 GPa"``) or carry its origin (``{value, source, note, mark}``).
"""

from dataclasses import field
from functools import partial
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from fem_asslb.base import units
from fem_asslb.base.checked import Number, checked
from fem_asslb.base.errors import MaterialError
from fem_asslb.base.parameters import together
from fem_asslb.base.texts import show
from fem_asslb.bulk.elasticity import IsotropicElasticity, TransverselyIsotropicElasticity
from fem_asslb.bulk.ionic_conductivity import IonicConductivity
from fem_asslb.materials.anode_table import AnodeTable
from fem_asslb.materials.bibliography import SourceKeys
from fem_asslb.materials.bulk_laws import BulkLawEntry
from fem_asslb.materials.conductivity_table import IonicConductivityTable
from fem_asslb.materials.diffusion import Diffusivity
from fem_asslb.materials.function import HostValue, PositiveFunction
from fem_asslb.materials.function_tables import DiffusivityEntry, ExchangeEntry, ModulusEntry, StiffnessTable
from fem_asslb.materials.law_tables import LatticeTable, PotentialTable
from fem_asslb.materials.material import LithiumHost, require_amounts

STIFFNESS_KEYS = ("c11", "c12", "c13", "c33", "c44")
DIFFUSIVITY_KEYS = ("diffusivity", "diffusivity_in_plane", "diffusivity_along_axis")
HOST_KEYS = ("lattice", "potential", "maximum_concentration")


def _without_origin(value: object) -> object:
    if isinstance(value, dict) and "value" in value and set(value) <= {"value", "source", "note", "mark"}:
        return value["value"]
    return value


_ORIGIN = BeforeValidator(_without_origin)
_Pressure = Annotated[units.Pressure, _ORIGIN]
_Strength = Annotated[units.Strength, _ORIGIN]


def _name_or_table(value: object) -> object:
    if not isinstance(value, str | dict):
        raise ValueError(f"{show(value)} is no material; accepted: a name of the library or a table")
    return value


@checked(kw_only=True)
class IngredientTable:
    """One phase of a composite.

    Attributes:
        material: Name of the library, or a table with the keys of a material.
        weight_fraction: Weight; the weights of all phases need not add up to 1.
        source: Key of the bibliography where the value comes from, a list of keys, or ``"assumed"``.
        note: What else there is to say of it.
        mark: How far it is to be trusted, see `docs/materials.md`.
    """

    material: Annotated[Any, BeforeValidator(_name_or_table)]
    weight_fraction: Annotated[Number, Field(ge=1e-6, le=100.0)]
    source: SourceKeys = ""
    note: str = ""
    mark: str = ""


@checked(kw_only=True)
class EntryTable:
    """A whole material, or what differs in it from that of ``use``.

    Every value may also be ``{value, source, note, mark}``, see `docs/materials.md`.

    Attributes:
        title: One line.
        youngs_modulus: Of an isotropic material, with ``poisson_ratio``; of a host it may be data against x.
        poisson_ratio: More than -1 and less than 0.5.
        c11: Stiffness of a crystal with one axis, five constants in Voigt's notation.
        c12: See ``c11``.
        c13: See ``c11``.
        c33: See ``c11``; along the axis.
        c44: See ``c11``; shear of planes that hold the axis.
        ingredients: Phases of a composite, whose elasticity and density follow by mixing.
        porosity: Volume fraction of pores of such a composite.
        density: Mass per volume.
        stiffness: Factor of all elastic constants of a host, which its data against x say.
        strength: Stress above which elasticity is doubtful; the log says how much of the volume passes it.
        strength_kind: ``"yield"``: the strength is a von Mises stress; ``"fracture"``: the largest principal stress.
        thermal_expansion: Of a length in every direction, from the temperature at the start; without it none. That of a
            composite does not follow from its ingredients.
        reaction_volume: Growth of a homogeneous anode layer per lithium that it takes up.
        swelling_kind: Whether such a layer grows in all directions or along the stack only.
        maximum_concentration: Lithium of a host at x = 1.
        molar_mass: Of one formula unit of a host, with one lithium; its capacity at x = 0 follows.
        diffusivity: Chemical diffusivity of lithium in a host, in all directions; a quantity, or data against x.
        diffusivity_in_plane: Across the axis.
        diffusivity_along_axis: Along it.
        exchange_current_density: Of the surface of a host; without it that of the section ``cell``.
        law: What answers to strain, where it is more than elasticity.
        ionic_conductivity: Against the relative density, of an electrolyte that is pressed; it is reported.
        lattice: Lattice parameters of a host.
        potential: Potential of a host against Li.
        anode: Potential of the anode reaction, of a material that ``cell.anode`` names.
        bibliography: Citation of each key that values name as their source.
    """

    title: str = ""
    youngs_modulus: ModulusEntry | None = None
    poisson_ratio: Annotated[Number, _ORIGIN] | None = None
    c11: _Pressure | None = None
    c12: _Pressure | None = None
    c13: _Pressure | None = None
    c33: _Pressure | None = None
    c44: _Pressure | None = None
    stiffness: StiffnessTable | None = None
    ingredients: list[IngredientTable] = field(default_factory=list)
    porosity: Annotated[Number, _ORIGIN, Field(ge=0.0, lt=1.0)] = 0.0
    density: Annotated[units.Density, _ORIGIN] | None = None
    strength: _Strength | None = None
    strength_kind: Annotated[Literal["yield", "fracture"], _ORIGIN] = "yield"
    thermal_expansion: Annotated[units.ThermalExpansion, _ORIGIN] = 0.0
    reaction_volume: Annotated[units.MolarVolume, _ORIGIN] | None = None
    swelling_kind: Annotated[Literal["isotropic", "stack"], _ORIGIN] = "isotropic"
    maximum_concentration: Annotated[units.Concentration, _ORIGIN] | None = None
    molar_mass: Annotated[units.MolarMass, _ORIGIN] | None = None
    diffusivity: DiffusivityEntry | None = None
    diffusivity_in_plane: DiffusivityEntry | None = None
    diffusivity_along_axis: DiffusivityEntry | None = None
    exchange_current_density: ExchangeEntry | None = None
    law: BulkLawEntry | None = None
    ionic_conductivity: IonicConductivityTable | None = None
    lattice: LatticeTable | None = None
    potential: PotentialTable | None = None
    anode: AnodeTable | None = None
    bibliography: dict[str, str] = field(default_factory=dict)
    TAKEN_OUT: ClassVar = ("use",)

    def elasticity(self) -> IsotropicElasticity | TransverselyIsotropicElasticity | None:
        """The stated elasticity, None where only ingredients are given.

        Raises:
            MaterialError: Incomplete, out of range, or stated twice.
        """
        if self.porosity and not self.ingredients:
            raise MaterialError(f"porosity = {self.porosity:g} is used with ingredients only; leave it out")
        stiffness = {key: getattr(self, key) for key in STIFFNESS_KEYS if getattr(self, key) is not None}
        modulus = None if self.youngs_modulus is None else self.youngs_modulus.law("youngs_modulus")
        if isinstance(modulus, PositiveFunction):
            modulus = float(modulus(modulus.x_max))
        isotropic = [value for value in (modulus, self.poisson_ratio) if value is not None]
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
        if all(getattr(self, key) is None for key in (*HOST_KEYS, *DIFFUSIVITY_KEYS)):
            self._refuse_functions_of_a_host()
            return None

        def value(name: str) -> HostValue | None:
            """What is stated under a key."""
            stated = getattr(self, name)
            return None if stated is None else stated.activated(name)

        _, lattice, potential, _, every, in_plane, along, exchange, stiffness = together(
            self._require_whole_host,
            partial(_law, "lattice", self.lattice),
            partial(_law, "potential", self.potential),
            lambda: require_amounts(self.maximum_concentration, self.molar_mass),
            *(partial(value, key) for key in DIFFUSIVITY_KEYS),
            lambda: value("exchange_current_density"),
            self._stiffness,
        )
        return LithiumHost(
            c_max=self.maximum_concentration,
            lattice=lattice,
            potential=potential,
            diffusivity=Diffusivity(every if in_plane is None else in_plane, every if along is None else along),
            molar_mass=self.molar_mass,
            exchange_current_density=exchange,
            stiffness=stiffness,
        )

    def conductivity(self) -> IonicConductivity | None:
        """Ionic conductivity against the relative density, None where none is stated.

        Raises:
            MaterialError: No function goes through the data.
        """
        return _law("ionic_conductivity", self.ionic_conductivity)

    def _stiffness(self) -> PositiveFunction | None:
        """Factor of the elastic constants, over those that are stated."""
        stated = {"youngs_modulus": self.youngs_modulus, "stiffness": self.stiffness}
        found = {name: table for name, table in stated.items() if table is not None and table.table}
        if len(found) > 1:
            raise MaterialError("youngs_modulus and stiffness both have data against x; accepted: one of them")
        if found and self.law is not None:
            raise MaterialError(f"{min(found)} changes with x in linear elasticity alone; accepted: no law beside it")
        if self.stiffness is not None:
            try:
                return self.stiffness.function()
            except MaterialError as error:
                raise MaterialError(f"stiffness {error}") from error
        law = self.youngs_modulus.law("youngs_modulus") if found and self.youngs_modulus is not None else None
        return law.times(1.0 / float(law(law.x_max))) if isinstance(law, PositiveFunction) else None

    def _refuse_functions_of_a_host(self) -> None:
        """What depends on x needs one."""
        if self.youngs_modulus is not None and self.youngs_modulus.table:
            raise MaterialError("youngs_modulus depends on x in a host alone; accepted: a quantity")
        for name in ("stiffness", "exchange_current_density"):
            if getattr(self, name) is not None:
                raise MaterialError(f"{name} is of a host alone; leave it out")

    def _require_whole_host(self) -> None:
        given = [key for key in HOST_KEYS if getattr(self, key) is not None]
        if len(given) < len(HOST_KEYS):
            raise MaterialError(f"a lithium host needs {', '.join(HOST_KEYS)} and diffusivity; given: {given}")
        if self.diffusivity is None and (self.diffusivity_in_plane is None or self.diffusivity_along_axis is None):
            raise MaterialError("a lithium host needs diffusivity, or diffusivity_in_plane and diffusivity_along_axis")


def _law(name: str, table: LatticeTable | PotentialTable | IonicConductivityTable | None) -> Any:
    """The law of a table, whose mistakes name it; None where there is none."""
    try:
        return None if table is None else table.law()
    except MaterialError as error:
        raise MaterialError(str(error) if name in str(error) else f"{name} {error}") from error
