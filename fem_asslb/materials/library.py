"""The material library and the materials of a case.

A case names a material of the library, changes some values of one, or writes its own:

    separator = "lpscl"
    particle = { use = "ncm85", youngs_modulus = "165 GPa" }
    coating = { youngs_modulus = "185 GPa", poisson_ratio = 0.25 }

The crystal axis of particles (key ``axis``) belongs to the case, which takes it out before it asks here.
"""

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from importlib.resources import files
from typing import Any

from fem_asslb.base.errors import CaseError, CaseErrors, MaterialError
from fem_asslb.base.parameters import together
from fem_asslb.base.printable import quoted
from fem_asslb.base.table_reader import read
from fem_asslb.base.texts import show
from fem_asslb.bulk.elasticity import Elasticity, IsotropicElasticity
from fem_asslb.materials import bibliography, mixing
from fem_asslb.materials.anode import AnodePotential
from fem_asslb.materials.bulk_law_table import StrengthKind
from fem_asslb.materials.conductivity_table import conducting
from fem_asslb.materials.entry import STIFFNESS_KEYS, EntryTable
from fem_asslb.materials.material import Material, require_density_and_strength

_ISOTROPIC = ("youngs_modulus", "poisson_ratio")

_DATA = files("fem_asslb.materials") / "data"


@cache
def names() -> tuple[str, ...]:
    """Names of all materials of the library."""
    return tuple(sorted(path.name.removesuffix(".toml") for path in _DATA.iterdir() if path.name.endswith(".toml")))


def anode_names() -> list[str]:
    """Names of the materials that have an anode potential."""
    return [name for name in names() if "anode" in _read(name, "anode")]


def stated(name: str, key: str = "NAME") -> dict[str, Any]:
    """All values of a material of the library and of what it uses, each with source and mark, and the citations.

    Args:
        name: In the library.
        key: What the name was given as, for messages.

    Raises:
        CaseError: No such name.
    """
    return _read(name, key)


def load(name: str) -> Material:
    """The material of that name in the library.

    Raises:
        CaseError: No such name.
    """
    return _build(name, _read(name, name), name)


def load_anode(name: str, key: str, roles: Mapping[str, Material]) -> AnodePotential:
    """The anode potential of that name, e.g. ``"lto"``.

    Args:
        name: Name of a role, or of a material of the library, with an anode potential.
        key: Path of the entry in the case, for messages.
        roles: Materials of the case.

    Raises:
        CaseError: No such name, or a material that is no anode.
    """
    if name in roles and (own := roles[name].anode) is not None:
        return own
    anode = load(name).anode if name in names() else None
    if anode is None:
        accepted = ", ".join(anode_names())
        raise CaseError(key, f"no anode {quoted(name, 40)}; accepted: {accepted}, or a role whose material has one")
    return anode


def resolve(entry: str | dict[str, Any], key: str) -> Material:
    """The material that a case describes.

    Args:
        entry: A name, or a table: ``use`` and changes, or a whole material.
        key: Path of the entry in the case, for messages, e.g. ``"materials.particle"``.

    Raises:
        CaseError: One fault, with the path of its key and what is accepted.
        CaseErrors: Several faults.
    """
    return _build(*_whole(entry, key), key)


def entry_of(entry: str | dict[str, Any], key: str) -> EntryTable:
    """All that is stated of a material, by itself and by what it uses.

    Args:
        entry: As of `resolve`.
        key: Path of the entry in the case, for messages.

    Raises:
        CaseError: One fault, with the path of its key and what is accepted.
        CaseErrors: Several faults.
    """
    return _entry(_whole(entry, key)[1], key)


def _whole(entry: str | dict[str, Any], key: str) -> tuple[str, dict[str, Any]]:
    """Name and complete table of a material."""
    if isinstance(entry, str):
        return entry, _read(entry, key)
    if not isinstance(entry, dict):
        raise CaseError(key, f"{show(entry)} is no material; accepted: a name of the library or a table")
    # Other ingredients make another material of it.
    is_used = isinstance(entry.get("use"), str) and "ingredients" not in entry
    return entry["use"] if is_used else key.rpartition(".")[2], _with_base(entry, key)


def _entry(table: dict[str, Any], key: str) -> EntryTable:
    mistakes: list[CaseError] = []
    entry: EntryTable = read(EntryTable, table, key, mistakes)
    if mistakes:
        raise _all_of(mistakes)
    return entry


def _read(name: str, key: str) -> dict[str, Any]:
    """The table of a name with all that it uses."""
    if name not in names():
        raise CaseError(key, f"no material {quoted(name, 40)} in the library; accepted: {', '.join(names())}")
    return _with_base(deepcopy(_stated(name)), key)


@cache
def _stated(name: str) -> dict[str, Any]:
    """The table of a name as its file has it."""
    table = tomllib.loads((_DATA / f"{name}.toml").read_text(encoding="utf-8"))
    bibliography.check_file(table, name)
    return table


def _with_base(entry: dict[str, Any], key: str) -> dict[str, Any]:
    """The table with the values of the material it uses; a newer statement replaces all it contradicts."""
    table = {name: value for name, value in entry.items() if name != "use"}
    bibliography.check(table, key)
    for law in ("lattice", "potential"):
        if isinstance(table.get(law), str):
            owner = _owner_of(table[law], law, f"{key}.{law}")
            table = _with_citations(table | {law: owner[law]}, owner, table, key)
    if "use" not in entry:
        return bibliography.pruned(table, key)
    if not isinstance(entry["use"], str):
        raise CaseError(f"{key}.use", f"{show(entry['use'])} is no name; accepted: {', '.join(names())}")
    return bibliography.pruned(combined(_read(entry["use"], f"{key}.use"), table, key), key)


def combined(base: dict[str, Any], changes: dict[str, Any], key: str) -> dict[str, Any]:
    """The table of a material with changes, which replace all that they contradict.

    Args:
        base: Table of a material.
        changes: Values that replace or add some.
        key: Path of the entry in the case, for messages.

    Raises:
        CaseError: One isotropic constant is replaced of a material that cannot be built.
        CaseErrors: The same with several faults.
    """
    base = dict(base)
    if any(name in changes for name in _ISOTROPIC):
        if not all(name in changes for name in _ISOTROPIC) and not all(name in base for name in _ISOTROPIC):
            average = resolve(base, key).elasticity.isotropic_average()
            base["youngs_modulus"] = f"{average.youngs_modulus!r} MPa"
            base["poisson_ratio"] = average.poisson_ratio
        base = {name: value for name, value in base.items() if name not in STIFFNESS_KEYS}
    elif any(name in changes for name in STIFFNESS_KEYS):
        base = {name: value for name, value in base.items() if name not in _ISOTROPIC}
    if "diffusivity" in changes:
        base.pop("diffusivity_in_plane", None)
        base.pop("diffusivity_along_axis", None)
    return _with_citations(base | changes, base, changes, key)


def _with_citations(table: dict[str, Any], base: dict[str, Any], changes: dict[str, Any], key: str) -> dict[str, Any]:
    """A table with the citations of both tables that it is made of."""
    both = bibliography.joined(bibliography.citations(base, key), bibliography.citations(changes, key), key)
    return table | ({bibliography.TABLE: both} if both else {})


def _owner_of(name: str, law: str, key: str) -> dict[str, Any]:
    """A material of the library that has a table of lattice or potential."""
    table = _read(name, key)
    if law not in table:
        owners = [other for other in names() if law in _read(other, key)]
        raise CaseError(key, f"{quoted(name, 40)} has no {law}; accepted: {', '.join(owners)}")
    return table


def _build(name: str, table: dict[str, Any], key: str) -> Material:
    """The material of a complete table."""
    entry = _entry(table, key)
    phases, found = _ingredients(entry, key)
    try:
        (elasticity, density), host, anode, conductivity, _ = together(
            lambda: (entry.elasticity(), entry.density) if found else _mixture(entry, phases),
            entry.host,
            lambda: None if entry.anode is None else entry.anode.law(),
            entry.conductivity,
            lambda: require_density_and_strength(entry.density, entry.strength),
        )
    except MaterialError as error:
        found += [CaseError(key, line) for line in dict.fromkeys(str(error).splitlines())]
    if found:
        raise _all_of(found)
    law, strength = None, entry.strength
    kind: StrengthKind = entry.strength_kind
    if entry.law is not None:
        try:
            law = conducting(entry.law.build(elasticity), conductivity)
            elasticity = entry.law.elasticity(elasticity)
        except MaterialError as error:
            raise CaseError(f"{key}.law", str(error)) from error
        strength, kind = entry.law.limit(strength, kind)
    return Material(
        name=name,
        elasticity=elasticity,
        density=density,
        strength=strength,
        strength_kind=kind,
        law=law,
        host=host,
        thermal_expansion=entry.thermal_expansion,
        reaction_volume=entry.reaction_volume,
        swelling_kind=entry.swelling_kind,
        anode=anode,
        title=entry.title,
        sources=_sources(table),
    )


def _all_of(found: list[CaseError]) -> CaseError | CaseErrors:
    return found[0] if len(found) == 1 else CaseErrors(found)


def _ingredients(entry: EntryTable, key: str) -> tuple[list[Material], list[CaseError]]:
    """Materials of the ingredients, and what is wrong with the others."""
    phases, found = [], []
    for index, phase in enumerate(entry.ingredients):
        place = f"{key}.ingredients[{index}]"
        try:
            phases.append(resolve(phase.material, place))
            if phases[-1].law is not None:
                found.append(CaseError(f"{place}.law", "mixing knows elasticity alone; state the law on the composite"))
        except CaseErrors as error:
            found += error.errors
        except CaseError as error:
            found.append(error)
    return phases, found


def _mixture(entry: EntryTable, phases: list[Material]) -> tuple[Elasticity, float | None]:
    """Elasticity and density, stated or mixed from the ingredients."""
    elasticity = entry.elasticity()
    if not phases:
        if elasticity is None:
            raise MaterialError("neither elasticity nor ingredients")
        return elasticity, entry.density
    weights = [phase.weight_fraction for phase in entry.ingredients]
    densities = [phase.density for phase in phases if phase.density is not None]
    if len(densities) < len(phases):
        missing = [phase.name for phase in phases if phase.density is None]
        raise MaterialError(f"ingredients without density: {', '.join(missing)}")
    if elasticity is None:
        moduli: list[IsotropicElasticity] = [phase.elasticity.isotropic_average() for phase in phases]
        fractions = mixing.volume_fractions(weights, densities)
        elasticity = mixing.self_consistent(fractions, moduli, entry.porosity)
    density = mixing.mixture_density(weights, densities, entry.porosity)
    return elasticity, density if entry.density is None else entry.density


def _sources(table: dict[str, Any]) -> dict[str, str]:
    """Citations, note and mark of every value."""
    known = bibliography.citations(table, "")
    silent = ("title", "ingredients", bibliography.TABLE)
    return {name: bibliography.origin(value, known) for name, value in table.items() if name not in silent}
