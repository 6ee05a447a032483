"""Lines of the log about accepted steps, and about what a press has made of powder."""

import logging
from collections.abc import Mapping

from fem_asslb.bulk.bulk_law import RELATIVE_DENSITY
from fem_asslb.case.sections.steps import Press
from fem_asslb.diagnostics import columns
from fem_asslb.fields.names import MEAN_STOICHIOMETRY, PLATEN_DISPLACEMENT
from fem_asslb.simulation.simulation import Simulation
from fem_asslb.simulation.step_record import StepRecord

logger = logging.getLogger(__name__)

COLUMNS = (
    ("x [-]", MEAN_STOICHIOMETRY, "{:.4f}"),
    ("voltage [V]", columns.CELL_VOLTAGE, "{:.4f}"),
    ("pressure [MPa]", columns.STACK_PRESSURE, "{:.4f}"),
)
"""Scalars in the line of a step: heading, name in the history, format."""

DENSITY = RELATIVE_DENSITY.removesuffix(" [-]")
"""In the history, of the laws that have it."""


class StepLog:
    """Observer that logs one line per accepted step, under a heading for each protocol step."""

    def __init__(self) -> None:
        self._stage: int | None = None

    def start(self, simulation: Simulation) -> None:
        """Nothing to prepare."""

    def step(self, simulation: Simulation, record: StepRecord) -> None:
        """Log the line of a step."""
        if record.stage != self._stage:
            self._stage = record.stage
            logger.info("%d of %d: %s", record.stage + 1, len(simulation.case.protocol.steps), record.stage_name)
            logger.info(heading(record))
        logger.info(line(record))
        if record.stage_ends and isinstance(simulation.case.protocol.steps[record.stage], Press):
            for text in pressed(record.scalars):
                logger.info(text)

    def finish(self, simulation: Simulation, reason: str) -> None:
        """Log what was doubtful at its worst, and why the run ended."""
        for text in simulation.cautions:
            logger.info("at its worst: %s", text)
        logger.info("ended: %s", reason)


def heading(record: StepRecord) -> str:
    """Names of the columns of `line`; both fit a terminal of 80 characters."""
    names = "".join(f"{name:>{_width(name)}}" for name, key, _ in COLUMNS if key in record.scalars)
    return f"{'step':>6}{'time [h]':>12}{names}{'Newton':>8}{'step [s]':>10}"


def line(record: StepRecord) -> str:
    """One accepted step in aligned columns; failed attempts before it are shown as ``(+n)``."""
    values = "".join(
        f"{form.format(record.scalars[key]):>{_width(name)}}" for name, key, form in COLUMNS if key in record.scalars
    )
    failed = f" (+{record.rejected})" if record.rejected else ""
    return f"{record.index:6d}{record.time / 3600.0:12.5f}{values}{record.iterations:8d}{record.duration:10.4g}{failed}"


def pressed(scalars: Mapping[str, float]) -> list[str]:
    """Density and mean stress that a press leaves each powder with, a line each; nothing where there is none."""
    lines = []
    for column in scalars:
        if column.endswith(f" {DENSITY} mean [-]"):
            phase = column.removesuffix(f" {DENSITY} mean [-]")
            mean, least, most = (scalars[f"{phase} {DENSITY} {word} [-]"] for word in ("mean", "min", "max"))
            lines.append(f"{phase}: {DENSITY} {mean:.4f} ({least:.4f} to {most:.4f}){_mean_stress(scalars, phase)}")
    if lines and PLATEN_DISPLACEMENT in scalars:
        lines.append(f"thickness of the stack: {scalars[PLATEN_DISPLACEMENT]:+.4g} um since the start")
    return lines


def _mean_stress(scalars: Mapping[str, float], phase: str) -> str:
    """Hydrostatic stress of the roles of a phase."""
    found = scalars.get(f"{phase} {columns.HYDROSTATIC_MEAN}")
    return "" if found is None else f", hydrostatic stress {found:.4g} MPa in the mean"


def _width(name: str) -> int:
    return max(9, len(name) + 2)
