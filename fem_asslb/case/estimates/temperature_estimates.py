"""What the protocol does to the temperature of the cell, and which rates do not follow it."""

from collections.abc import Iterator

from fem_asslb.case.estimates.figures import Row, row
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.steps import temperature_at
from fem_asslb.materials.entry import DIFFUSIVITY_KEYS


def temperatures(case: Case) -> list[float]:
    """Temperatures of the cell at the start and at the end of each step [K]."""
    steps = case.protocol.steps
    ends = (
        temperature_at(steps, number, getattr(step, "duration", 0.0), case.temperature)
        for number, step in enumerate(steps)
    )
    return [case.temperature, *ends]


def temperature_rows(case: Case) -> list[Row]:
    """Lowest and highest temperature of a protocol that changes it."""
    found = temperatures(case)
    if min(found) == max(found):
        return []
    expands = any(material.thermal_expansion for material in case.resolved_materials().values())
    stays = "potentials, moduli, strengths and relaxation times stay as they are"
    return [
        row("lowest temperature", min(found), "K", "degC", "R T/F and all with an activation_energy follow it"),
        row("highest temperature", max(found), "K", "degC", stays if expands else f"{stays}; nothing expands"),
    ]


def rates_that_stay(case: Case) -> Iterator[str]:
    """Keys of the rates of a case without an activation energy; that of a coating can have none."""
    for role, choice in case.materials.items():
        entry = choice.entry(f"materials.{role}")
        for name in (*DIFFUSIVITY_KEYS, "exchange_current_density", "law"):
            if getattr(getattr(entry, name), "activation_energy", None) == 0.0:
                yield f"materials.{role}.{name}"
    for name, interface in case.interfaces.items():
        if getattr(interface, "ionic_conductivity", None) is not None:
            yield f"interfaces.{name}.ionic_conductivity"
    if case.cell is not None:
        exchange = case.cell.exchange_current_density
        if exchange is not None and not exchange.activation_energy:
            yield "cell.exchange_current_density"
        if case.cell.resistance.value and not case.cell.resistance.activation_energy:
            yield "cell.resistance"
