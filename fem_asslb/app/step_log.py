"""Lines of the log about accepted steps, and about what a press has made of powder."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fem_asslb.bulk.bulk_law import RELATIVE_DENSITY
from fem_asslb.case.sections.steps import Press
from fem_asslb.diagnostics import columns
from fem_asslb.fields.names import MEAN_STOICHIOMETRY, PLATEN_DISPLACEMENT
from fem_asslb.simulation.simulation import Simulation
from fem_asslb.simulation.step_record import StepRecord

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the lines.

    Attributes:
        heading: Its name.
        width: Characters, with the space before it.
        meaning: What it is, for the first lines of the log.
        text: What it says of a step.
        scalar: Name in the history of what it shows; without that, the column is left out. None: always there.
    """

    heading: str
    width: int
    meaning: str
    text: Callable[[StepRecord], str]
    scalar: str | None = None


def _scalar(heading: str, scalar: str, meaning: str) -> Column:
    """A column with a scalar of the history."""
    width = max(9, len(heading) + 2)
    return Column(
        heading=heading,
        width=width,
        meaning=meaning,
        text=lambda record: f"{record.scalars[scalar]:.4f}",
        scalar=scalar,
    )


COLUMNS = (
    Column(heading="step", width=6, meaning="accepted steps so far", text=lambda record: str(record.index)),
    Column(
        heading="time [h]",
        width=12,
        meaning="since the start, at the end of the step",
        text=lambda record: f"{record.time / 3600.0:.5f}",
    ),
    _scalar("x [-]", MEAN_STOICHIOMETRY, "mean stoichiometry of the hosts, 1 when full of lithium"),
    _scalar("voltage [V]", columns.CELL_VOLTAGE, "of the cell"),
    _scalar("pressure [MPa]", columns.STACK_PRESSURE, "on the stack, or on the outer boundary"),
    Column(
        heading="Newton",
        width=8,
        meaning="iterations, those of attempts and repetitions included",
        text=lambda record: str(record.iterations),
    ),
    Column(
        heading="step [s]",
        width=10,
        meaning="its length; (+n): n longer attempts failed or were not accurate enough",
        text=lambda record: f"{record.duration:.4g}",
    ),
)
"""Columns of a line, which fits a terminal of 80 characters."""

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
        if self._stage is None:
            for text in legend(record):
                logger.info(text)
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


def legend(record: StepRecord) -> list[str]:
    """What each column of `line` is, a line each."""
    return ["columns of the steps:", *(f"  {column.heading:<16}{column.meaning}" for column in _present(record))]


def heading(record: StepRecord) -> str:
    """Names of the columns of `line`."""
    return "".join(f"{column.heading:>{column.width}}" for column in _present(record))


def line(record: StepRecord) -> str:
    """One accepted step in aligned columns; failed attempts before it are shown as ``(+n)``."""
    failed = f" (+{record.rejected})" if record.rejected else ""
    return "".join(f"{column.text(record):>{column.width}}" for column in _present(record)) + failed


def _present(record: StepRecord) -> list[Column]:
    return [column for column in COLUMNS if column.scalar is None or column.scalar in record.scalars]


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
