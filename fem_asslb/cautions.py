"""Where a result leaves the ground that the model stands on: strength, data range, small strain."""

from collections.abc import Mapping

from fem_asslb.model import Model

SMALL_STRAIN = 0.1
"""Volume strain of a layer beyond which small-strain kinematics is doubtful."""

RANGE_MARGIN = 0.01
"""Stoichiometry may leave the table by this much before it is said."""


def cautions(model: Model, scalars: Mapping[str, float], layer_strain: float) -> dict[str, tuple[float, str]]:
    """What is doubtful about a state.

    Args:
        model: What is solved.
        scalars: Results of the step, as `fem_asslb.ledger` names them.
        layer_strain: Largest volume strain of a homogeneous layer from the charge that has passed [-].

    Returns:
        By subject: how bad it is (larger is worse), and the sentence.
    """
    found = {}
    for role, material in model.materials.items():
        share = scalars.get(f"{role} share over strength [-]", 0.0)
        if share > 0.0 and material.strength is not None:
            limit = f"its {material.strength_kind} strength of {material.strength:g} MPa"
            found[f"strength of {role}"] = share, f"{role}: {_percent(share)} % of the volume passes {limit}"
        if material.host is not None:
            found |= _range(role, material.host.lattice.x_min, material.host.lattice.x_max, scalars)
    if layer_strain > SMALL_STRAIN:
        text = f"a layer swells by {_percent(layer_strain)} % of its volume; small strain holds to about 10 %"
        found["small strain"] = layer_strain, text
    return found


def _range(role: str, least: float, largest: float, scalars: Mapping[str, float]) -> dict[str, tuple[float, str]]:
    low, high = scalars["stoichiometry min [-]"], scalars["stoichiometry max [-]"]
    outside = max(least - low, high - largest)
    if outside <= RANGE_MARGIN:
        return {}
    text = f"{role}: x reaches {low:.3f} to {high:.3f}, outside the lattice table from {least:g} to {largest:g}"
    return {f"range of {role}": (outside, text)}


def _percent(share: float) -> str:
    """Two digits, and never an exponent for what is not small."""
    return f"{100.0 * share:.0f}" if share >= 0.1 else f"{100.0 * share:.2g}"
