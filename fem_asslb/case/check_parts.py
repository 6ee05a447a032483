"""What the checks of a case share."""

from collections.abc import Iterator

from fem_asslb.case.steps import Charge, Discharge, Step
from fem_asslb.errors import CaseError
from fem_asslb.materials.material import LithiumHost, Material

Errors = Iterator[CaseError]


def hosts(resolved: dict[str, Material]) -> dict[str, LithiumHost]:
    """Materials that take up lithium, by role."""
    return {role: material.host for role, material in resolved.items() if material.host is not None}


def currents(steps: tuple[Step, ...]) -> list[Charge | Discharge]:
    """Charges and discharges, each once."""
    return [step for step in dict.fromkeys(steps) if isinstance(step, Charge | Discharge)]
