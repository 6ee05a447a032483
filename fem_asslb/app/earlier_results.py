"""What is left of an earlier run of a case, judged by what the case and its files contain."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from fem_asslb.app.folder_lock import require_unlocked
from fem_asslb.base.endings import COMPLETE, LATER, OF_A_FILE
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.printable import printable
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.paths import file_hashes
from fem_asslb.output import checkpoint, history, record
from fem_asslb.output.deciding import deciding
from fem_asslb.output.resolved import differences, resolved_table

_INTERRUPTED = (record.RUNNING, "interrupted", "terminated", LATER, OF_A_FILE)
"""Beginnings of the ends of a run that goes on when it is started again."""

FREE = ("case", "output")
"""Sections of a case that change nothing of its results."""


class State(Enum):
    """What a folder of results is to a case."""

    NONE = "not run"
    CHANGED = "changed"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    COMPLETE = "finished"


@dataclass(frozen=True)
class EarlierRun:
    """What is left of an earlier run.

    Attributes:
        state: What it is to the case.
        end: How it ended.
        differences: Keys in which the case differs from the one that was run, and ``files``.
        has_checkpoint: Whether there is one to go on from.
    """

    state: State
    end: str = ""
    differences: tuple[str, ...] = ()
    has_checkpoint: bool = False


def earlier_run(folder: Path, case: Case, plugins: Mapping[str, str]) -> EarlierRun:
    """Look at a folder of results without touching it.

    Args:
        folder: Results folder; may be missing.
        case: The case that is to be run.
        plugins: Hashes of modules that added laws or fields, by name.

    Returns:
        What is left; of results that cannot be read that they have failed, for which reason.

    Raises:
        FemAsslbError: Another run writes to it.
    """
    if not (folder / record.FILE).exists():
        return EarlierRun(State.NONE)
    require_unlocked(folder)
    try:
        content = record.read_record(folder)
    except FemAsslbError as error:
        return EarlierRun(State.FAILED, printable(error, 200))
    end = str(content["runs"][-1].get("end", record.RUNNING) if content["runs"] else record.RUNNING)
    now = resolved_table(case)
    found = differences(deciding(content["case"], FREE), deciding(json.loads(json.dumps(now)), FREE))
    found += [] if content.get("files") == json.loads(json.dumps({**file_hashes(now), **plugins})) else ["files"]
    if found:
        return EarlierRun(State.CHANGED, end, tuple(found))
    if end == COMPLETE:
        try:
            history.read_history(folder)
        except FemAsslbError as error:
            return EarlierRun(State.FAILED, printable(error, 200))
        return EarlierRun(State.COMPLETE, end)
    if end.startswith(_INTERRUPTED):
        has_checkpoint = (folder / checkpoint.FOLDER / checkpoint.LATEST).exists()
        return EarlierRun(State.INTERRUPTED, end, has_checkpoint=has_checkpoint)
    return EarlierRun(State.FAILED, printable(end, 200))
