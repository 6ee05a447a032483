"""From a BPX file to the table of a case: what the file holds is taken over, what it lacks is left open.

A cell of such a file has porous electrodes of equal spheres in a liquid. Thicknesses, radii, fractions, potentials,
diffusivities, rates, concentrations, temperatures and voltages are its own; mechanics comes from the section
``User-defined`` if it is there, under ``Mechanics``, see `docs/bpx.md`.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fem_asslb.base.constants import FARADAY
from fem_asslb.base.errors import CaseError
from fem_asslb.bpx.mechanics import refuse_unknown_keys
from fem_asslb.bpx.parameters import Parameters, Points

ELECTRODES = {"positive": "Positive electrode", "negative": "Negative electrode"}
LAYERS = {"positive": "cathode", "negative": "anode"}

_DIAMETERS = 8.0
"""Width of the piece over the largest diameter."""

_GAP = 0.04
"""Least distance of particles over their diameter."""

_FULL = 0.98
"""Of x, up to which the reaction rate is sampled: at 0 and 1 it is none."""


@dataclass(frozen=True)
class ImportedCase:
    """A case as far as a file has it.

    Attributes:
        table: Of ``case.toml``.
        data: Text of each file of data by its name.
    """

    table: dict[str, Any]
    data: dict[str, str] = field(default_factory=dict)


def import_cell(parameters: Parameters) -> ImportedCase:
    """The case of a BPX file.

    Args:
        parameters: The whole file.

    Raises:
        CaseError: A value that every such file has is missing or wrong.
    """
    body = parameters.section("Parameterisation")
    mechanics = body.section("User-defined").section("Mechanics")
    refuse_unknown_keys(body.section("User-defined"))
    data: dict[str, str] = {}
    layers: dict[str, Any] = {}
    materials: dict[str, Any] = {}
    for name in ("negative", "positive"):
        electrode = body.section(ELECTRODES[name])
        if electrode.table.get("Particle"):
            raise CaseError(electrode.key, "blended electrodes are not taken over; expected one active material")
        layers[LAYERS[name]] = _layer(name, electrode)
        materials[name] = _host(name, electrode, body, data) | _solid(mechanics.section(ELECTRODES[name]), "Particle ")
        materials[LAYERS[name]] = _solid(mechanics.section(ELECTRODES[name]), "Matrix ")
        if name == "negative":
            layers["separator"] = {"thickness": _micrometres(body.section("Separator").needed("Thickness [m]"))}
            materials["separator"] = _solid(mechanics.section("Separator"), "")
        _add_growth(name, mechanics.section(ELECTRODES[name]), materials[name], data)
    widest = max(2.0 * body.section(key).needed("Particle radius [m]") for key in ELECTRODES.values())
    geometry = {"kind": "layered-stack", "dimension": 2, "width": _micrometres(_DIAMETERS * widest), "layers": layers}
    table = {
        "case": _description(parameters.section("Header")),
        "geometry": geometry,
        "materials": materials,
        "cell": _cell(parameters, body, mechanics),
        **_fixture(mechanics),
        "initial": {
            "stoichiometry": body.section(ELECTRODES["positive"]).needed("Maximum stoichiometry"),
            "anode_state": body.section(ELECTRODES["negative"]).needed("Minimum stoichiometry"),
        },
        "protocol": {"steps": _steps(body.section("Cell"), mechanics)},
    }
    return ImportedCase(table, data)


def _description(header: Parameters) -> dict[str, str]:
    return {"title": header.text("Title")[:200] or "A cell of a BPX file", "reference": header.text("References")[:500]}


def _layer(name: str, electrode: Parameters) -> dict[str, Any]:
    radius = electrode.needed("Particle radius [m]")
    fraction = electrode.needed("Surface area per unit volume [m-1]") * radius / 3.0
    particles = {
        "volume_fraction": round(fraction, 6),
        "minimum_gap": _micrometres(2.0 * _GAP * radius),
        "diameter": {"kind": "equal", "value": _micrometres(2.0 * radius)},
        "roles": {name: 1.0},
    }
    return {"thickness": _micrometres(electrode.needed("Thickness [m]")), "particles": particles}


def _host(name: str, electrode: Parameters, body: Parameters, data: dict[str, str]) -> dict[str, Any]:
    """What lithium does in the active material of an electrode."""
    least, most = electrode.needed("Minimum stoichiometry"), electrode.needed("Maximum stoichiometry")
    if not least < most <= 1.0:
        given = f"{most:g}, with a minimum of {least:g}"
        raise CaseError(f"{electrode.key}.Maximum stoichiometry", f"{given}; expected more than that and at most 1")
    reference = body.section("Cell").number("Reference temperature [K]") or 298.15
    potential = electrode.function("OCP [V]", least, most)
    if isinstance(potential, float):
        raise CaseError(f"{electrode.key}.OCP [V]", f"{potential:g} is a number; expected a function of x")
    data[f"potential-{name}.csv"] = _csv("U [V]", *potential)
    law = electrode.function("Diffusivity [m2.s-1]", least, most)
    diffusivity = _stated(law, "D [m^2/s]", f"diffusivity-{name}", data)
    # The normalised rate: i0 = F K sqrt(x (1 - x)) at the initial concentration of the electrolyte.
    x = np.asarray(np.linspace(1.0 - _FULL, _FULL, 49), dtype=np.float64)
    rate = FARADAY * electrode.needed("Reaction rate constant [mol.m-2.s-1]") * np.sqrt(x * (1.0 - x))
    exchange = _stated((x, rate), "i0 [A/m^2]", f"exchange-{name}", data)
    for stated, key in ((diffusivity, "Diffusivity"), (exchange, "Reaction rate constant")):
        energy = electrode.number(f"{key} activation energy [J.mol-1]")
        if energy:
            stated |= {"activation_energy": f"{energy:.9g} J/mol", "reference_temperature": f"{reference:.9g} K"}
    return {
        "maximum_concentration": f"{electrode.needed('Maximum concentration [mol.m-3]'):.9g} mol/m^3",
        "potential": {"path": f"potential-{name}.csv"},
        "diffusivity": diffusivity,
        "exchange_current_density": exchange,
    }


def _stated(law: float | Points, column: str, name: str, data: dict[str, str]) -> dict[str, str]:
    """A number as a quantity; points as a file."""
    if isinstance(law, float):
        return {"value": f"{law:.9g} {column.partition(' [')[2].removesuffix(']')}"}
    data[f"{name}.csv"] = _csv(column, *law)
    return {"path": f"{name}.csv"}


def _solid(mechanics: Parameters, prefix: str) -> dict[str, str | float]:
    """Elasticity and density as far as they are stated."""
    found: dict[str, str | float] = {}
    if (modulus := mechanics.number(f"{prefix}Young's modulus [Pa]")) is not None:
        found["youngs_modulus"] = f"{modulus:.9g} Pa"
    if (ratio := mechanics.number(f"{prefix}Poisson's ratio")) is not None:
        found["poisson_ratio"] = ratio
    if (density := mechanics.number(f"{prefix}Density [kg.m-3]")) is not None:
        found["density"] = f"{density:.9g} kg/m^3"
    return found


def _add_growth(name: str, mechanics: Parameters, material: dict[str, Any], data: dict[str, str]) -> None:
    if "Particle Volume change" in mechanics.table:
        if isinstance(mechanics.table["Particle Volume change"], int | float):
            # Evenly from empty to full; some hosts shrink on the way.
            x = np.array([0.0, 0.5, 1.0])
            growth: float | Points = x, x * (mechanics.number("Particle Volume change") or 0.0)
        else:
            growth = mechanics.function("Particle Volume change", 0.0, 1.0)
        assert not isinstance(growth, float)
        data[f"lattice-{name}.csv"] = _csv("volume change [-]", *growth)
        material["lattice"] = {"path": f"lattice-{name}.csv"}


def _cell(parameters: Parameters, body: Parameters, mechanics: Parameters) -> dict[str, Any]:
    cell, state = body.section("Cell"), parameters.section("State")
    found: dict[str, Any] = {"anode": "negative"}
    area = cell.needed("Electrode area [m2]") * cell.needed(
        "Number of electrode pairs connected in parallel to make a cell"
    )
    found["plate_area"] = f"{area * 1e4:.9g} cm^2"
    temperature = state.section("Initial conditions").number("Initial temperature [K]")
    temperature = temperature or cell.number("Initial temperature [K]") or cell.number("Reference temperature [K]")
    found["temperature"] = f"{temperature or 298.15:.9g} K"
    if (resistance := mechanics.number("Resistance [Ohm.m2]")) is not None:
        found["resistance"] = f"{resistance:.9g} ohm*m^2"
    positive = body.section(ELECTRODES["positive"])
    density = mechanics.section(ELECTRODES["positive"]).number("Particle Density [kg.m-3]")
    if density is not None:
        radius, thickness = positive.needed("Particle radius [m]"), positive.needed("Thickness [m]")
        loading = positive.needed("Surface area per unit volume [m-1]") * radius / 3.0 * thickness * density
        found["one_c"] = f"{cell.needed('Nominal cell capacity [A.h]') / area / loading:.9g} A/kg"
    return found


def _fixture(mechanics: Parameters) -> dict[str, Any]:
    stiffness = mechanics.number("Fixture stiffness [Pa.m-1]")
    if stiffness is None:
        return {}
    return {"fixture": {"kind": "spring", "stiffness": f"{stiffness * 1e-12:.9g} MPa/um"}}


def _steps(cell: Parameters, mechanics: Parameters) -> list[str]:
    upper, lower = cell.needed("Upper voltage cut-off [V]"), cell.needed("Lower voltage cut-off [V]")
    pressure = mechanics.number("Stack pressure [Pa]")
    first = [f"press to {pressure * 1e-6:.9g} MPa in 1 min"] if pressure else []
    return [*first, f"charge at C/10 until {upper:g} V", "rest 1 h", f"discharge at C/10 until {lower:g} V"]


def _csv(column: str, x: Any, values: Any) -> str:
    rows = "".join(f"{place:.9g},{value:.9g}\n" for place, value in zip(x, values, strict=True))
    return f"x [-],{column}\n{rows}"


def _micrometres(metres: float) -> str:
    return f"{metres * 1e6:.9g} um"
