"""Where a result leaves the ground that the model stands on: strength, data range, small strain, balances."""

from collections.abc import Mapping
from typing import Any

from fem_asslb.diagnostics import columns
from fem_asslb.diagnostics.balances import BALANCES, WARNED
from fem_asslb.diagnostics.cell_energy import ERROR as CELL_ERROR
from fem_asslb.materials.material import LithiumHost
from fem_asslb.model.model import Model

SMALL_STRAIN = 0.05
"""Size of a strain, the root of the sum of its squared components, beyond which small-strain kinematics is doubtful."""

RANGE_MARGIN = 0.01
"""A stoichiometry or the anode's state may leave its range by this much before it is said."""

ENERGY_ERROR = 1e-3
"""Error of the energy balance beyond which time steps are too long for what interfaces do."""

CELL_ENERGY_ERROR = 0.1
"""Error of the energy of lithium, over what it dissipates, beyond which time steps are too long for it."""

_LIMITS = {
    "yield": "its yield strength of {:g} MPa",
    "fracture": "its fracture strength of {:g} MPa",
    "breakdown": "{:g} MPa, where its power law of creep breaks down",
}
"""What a stress passes, by the kind of a strength."""

Ranges = Mapping[str, tuple[float, float]]


def cautions(
    model: Model,
    scalars: Mapping[str, float],
    ranges: Ranges,
    conducts: bool,
    anode: tuple[float, float] = (0.0, 1.0),
) -> dict[str, tuple[float, str]]:
    """What is doubtful about a state.

    Args:
        model: What is solved.
        scalars: Results of the step, as `fem_asslb.simulation.ledger` names them.
        ranges: Least and largest stoichiometry of each host.
        conducts: Whether a current passes; without one the potential moves nothing.
        anode: Least and largest state of the anode at which its potential is known.

    Returns:
        By subject: how bad it is (larger is worse), and the sentence.
    """
    found = {}
    for role, material in model.materials.items():
        share = scalars[f"{role} {columns.OVER_STRENGTH}"]
        if share > 0.0 and material.strength is not None:
            limit = _LIMITS[material.strength_kind].format(material.strength)
            found[f"strength of {role}"] = share, f"{role}: {_percent(share)} % of the volume passes {limit}"
        strain = scalars[f"{role} {columns.STRAIN_MAX}"]
        if strain > SMALL_STRAIN and model.strain == "small":
            text = (
                f"{role}: strain reaches {_percent(strain)} %; small strain holds to about {_percent(SMALL_STRAIN)} %"
            )
            found[f"small strain of {role}"] = strain, text
        if material.host is not None:
            found |= _of_host(role, material.host, ranges[role], conducts)
    found |= _of_balances(scalars)
    state = scalars.get(columns.ANODE_STATE)
    if state is not None:
        subject, consequence = "anode: its state", "its potential is extrapolated"
        found |= _outside(subject, (state, state), (0.0, 1.0), "its capacity", consequence)
        if conducts and anode != (0.0, 1.0):
            found |= _outside(subject, (state, state), anode, "the data of its potential", consequence)
    return found


def _of_host(
    role: str, host: LithiumHost, reached: tuple[float, float], conducts: bool
) -> dict[str, tuple[float, str]]:
    """Stoichiometries outside the data of a host."""
    known: dict[str, tuple[Any, str]] = {"its lattice table": (host.lattice, "swelling is extrapolated")}
    if conducts:
        known["the data of its potential"] = host.potential, "voltage is estimated"
    known |= {f"the data of its {name}": (law, "the last value is taken") for name, law in host.functions.items()}
    found: dict[str, tuple[float, str]] = {}
    for data, (law, consequence) in known.items():
        found |= _outside(f"{role}: x", reached, (law.x_min, law.x_max), data, consequence)
    return found


def _of_balances(scalars: Mapping[str, float]) -> dict[str, tuple[float, str]]:
    """Balances that do not close."""
    found = {}
    for name, words in BALANCES.items():
        error = abs(scalars.get(name, 0.0))
        if error > WARNED:
            found[name] = error, f"{words}: {name.removesuffix(' [-]')} {error:.1e}"
    energy = abs(scalars[columns.ENERGY_ERROR])
    if energy > ENERGY_ERROR:
        text = (
            f"energy balance: {_percent(energy)} % of the largest energy is not accounted for; take shorter time steps"
        )
        found["energy balance"] = energy, text
    cell = abs(scalars.get(CELL_ERROR, 0.0))
    if cell > CELL_ENERGY_ERROR:
        text = f"energy of lithium: {_percent(cell)} % of what reaction and diffusion dissipate is not accounted for"
        found["energy of lithium"] = cell, f"{text}; take shorter time steps"
    return found


def _outside(
    subject: str, reached: tuple[float, float], accepted: tuple[float, float], data: str, consequence: str
) -> dict[str, tuple[float, str]]:
    least, largest = reached
    outside = max(accepted[0] - least, largest - accepted[1])
    if outside <= RANGE_MARGIN:
        return {}
    values = " to ".join(dict.fromkeys((f"{least:.3f}", f"{largest:.3f}")))
    text = f"{subject} is {values}, outside {data} ({accepted[0]:g} to {accepted[1]:g}), where {consequence}"
    return {f"{subject} and {data}": (outside, text)}


def _percent(share: float) -> str:
    """Two digits, and never an exponent for what is not small."""
    return f"{100.0 * share:.0f}" if share >= 0.1 else f"{100.0 * share:.2g}"
