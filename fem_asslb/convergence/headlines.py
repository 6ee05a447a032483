"""Headline outputs of a run: the numbers that a paper would quote, and what they cost."""

import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import quoted
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.steps import Press
from fem_asslb.diagnostics.columns import HYDROSTATIC_MEAN, STACK_PRESSURE
from fem_asslb.fields.names import MEAN_STOICHIOMETRY, VOLUME_CHANGE
from fem_asslb.output import cycles
from fem_asslb.output.history import STAGE, read_history
from fem_asslb.output.record import read_record

Columns = Mapping[str, npt.NDArray[np.float64]]

PRESSURE_CHANGE = "pressure change [MPa]"
UNKNOWNS, CELLS = "unknowns [-]", "elements [-]"
STEPS, ITERATIONS, WALL_TIME = "time steps [-]", "Newton iterations [-]", "wall time [s]"

COSTS = (WALL_TIME, UNKNOWNS, CELLS, STEPS, ITERATIONS)

OF_A_CYCLE = ("charge [mAh/g]", "discharge [mAh/g]", "pressure swing [MPa]")
"""Columns of ``cycles.csv``."""

DAMAGE, DELAY = "cohesive energy [pJ]", "viscous energy [pJ]"
"""Columns of the history of what all interfaces have dissipated."""

DELAY_OVER_DAMAGE = "delay over damage, dissipated [-]"

ONSET = 0.01
"""Share of an interface that has let go at its onset."""

SAME_LITHIUM = 1e-6
"""Difference of a mean stoichiometry that does not count."""


def headlines(results: Path, case: Case, columns: Sequence[str] = ()) -> dict[str, float]:
    """Headline outputs by name with unit, of a run that has come to its end; else those so far.

    Pressure, contact and stress are those at the end of the protocol step that leaves the least lithium in the hosts,
    the first of them, or at the end where lithium does not move: all variants of a case meet at the ends of its steps,
    whatever their time steps. The pressure counts from the end of the last press before.

    Args:
        results: Results folder.
        case: The case.
        columns: Further columns of the history, at the same moment, as far as it has them.

    Raises:
        FemAsslbError: A file of the results is missing or damaged.
    """
    history = read_history(results)
    ends = _ends(history)
    moment = _least_lithium(history, ends)
    return {
        **_pressure(history, ends, moment, case),
        **_cycles(results),
        **_contact(history, ends[moment]),
        **_delay(history, ends[moment]),
        **{name: float(history[name][ends[moment]]) for name in history if name.endswith(f" {HYDROSTATIC_MEAN}")},
        **{name: float(history[name][ends[moment]]) for name in columns if name in history},
    }


def costs(results: Path) -> dict[str, float]:
    """What a run has taken, by name with unit, all its parts together.

    Raises:
        FemAsslbError: The record of the run is missing or damaged.
    """
    record = read_record(results)
    try:
        facts, parts = record["mesh facts"], record["runs"]
        total: dict[str, Any] = {
            WALL_TIME: sum(part["wall time [s]"]["total"] for part in parts),
            UNKNOWNS: facts["unknowns"],
            CELLS: facts["cells"],
            STEPS: sum(part["steps"]["accepted"] for part in parts),
            ITERATIONS: sum(part["steps"]["iterations"] for part in parts),
        }
        return {name: float(value) for name, value in total.items()}
    except (KeyError, TypeError, ValueError) as error:
        raise FemAsslbError(f"the record in {quoted(results, 160)} is damaged: it does not say what was run") from error


def _ends(history: Columns) -> list[int]:
    """Row of the end of each protocol step."""
    stage = history[STAGE].astype(int)
    return [int(np.flatnonzero(stage <= number)[-1]) for number in range(1, stage[-1] + 1)]


def _least_lithium(history: Columns, ends: list[int]) -> int:
    """Index of the protocol step at whose end the hosts have the least lithium; of the last one without hosts."""
    if MEAN_STOICHIOMETRY not in history:
        return len(ends) - 1
    x = history[MEAN_STOICHIOMETRY][ends]
    if np.ptp(x) <= SAME_LITHIUM:
        return len(ends) - 1
    return int(np.flatnonzero(x <= x.min() + SAME_LITHIUM)[0])


def _pressure(history: Columns, ends: list[int], moment: int, case: Case) -> dict[str, float]:
    """Change since the last press before a step; nothing where that step presses or none does."""
    steps = case.protocol.steps
    pressed = [number for number, step in enumerate(steps[:moment]) if isinstance(step, Press)]
    if not pressed or isinstance(steps[moment], Press) or STACK_PRESSURE not in history:
        return {}
    pressure = history[STACK_PRESSURE]
    return {PRESSURE_CHANGE: float(pressure[ends[moment]] - pressure[ends[pressed[-1]]])}


def _cycles(results: Path) -> dict[str, float]:
    """Charge, discharge and pressure swing of the first and the last cycle, as far as there are some."""
    path = results / cycles.FILE
    if not path.exists():
        return {}
    try:
        with regular_file(path).open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        found: dict[str, float] = {}
        for row in {row["cycle [-]"]: row for row in (rows[0], rows[-1])}.values() if rows else ():
            place = f"cycle {float(row['cycle [-]']):.0f}: "
            found |= {place + name: float(row[name]) for name in OF_A_CYCLE}
    except (OSError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise FemAsslbError(f"{quoted(path, 160)} is no table of cycles") from error
    return {name: value for name, value in found.items() if math.isfinite(value) and value != 0.0}


def _contact(history: Columns, row: int) -> dict[str, float]:
    """Open share of each interface, the share that has let go, open or not, and at which state that began."""
    found: dict[str, float] = {}
    for column in [name for name in history if name.endswith(" open [-]")]:
        pair = column.removesuffix(" open [-]")
        plus, _, minus = pair.partition("|")
        let_go = "cracked" if plus == minus.partition(" at ")[0] else "debonded"
        share = history[column] + history[f"{pair} debonded closed [-]"]
        found |= {column: float(history[column][row]), f"{pair} {let_go} [-]": float(share[row])}
        after = int(np.argmax(share >= ONSET))
        if after > 0:
            rows = slice(after - 1, after + 1)
            for name, quantity in ((MEAN_STOICHIOMETRY, "x at {} [-]"), (VOLUME_CHANGE, "volume change at {} [%]")):
                if name in history:
                    value = np.interp(ONSET, share[rows], history[name][rows])
                    found[f"{pair} {quantity.format(f'{ONSET:.0%} {let_go}')}"] = float(value)
    return found


def _delay(history: Columns, row: int) -> dict[str, float]:
    """What delay and drag of the interfaces have dissipated over what damage has; nothing without damage."""
    damage = history[DAMAGE][row] if DAMAGE in history else 0.0
    return {DELAY_OVER_DAMAGE: float(history[DELAY][row] / damage)} if damage > 0.0 and DELAY in history else {}
