"""What a study has to run: its cases, what is left of earlier runs, and the folders for what is to come."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fem_asslb.app.earlier_results import EarlierRun, State, earlier_run
from fem_asslb.app.results_folder import require_no_links
from fem_asslb.base.input_files import regular_file
from fem_asslb.case.reading.reader import CASE_FILE
from fem_asslb.output.files import replace_text
from fem_asslb.output.record import RESULTS
from fem_asslb.output.resolved import resolved_table
from fem_asslb.sweep.designs import Point
from fem_asslb.sweep.reading import Study
from fem_asslb.sweep.variants import Variant, variants_of

FOLDER = "sweep"
"""Folder of a study for its cases, tables and pictures."""

REPLACED = "results-replaced"
"""What becomes of results whose input has changed, until the next change."""


@dataclass(frozen=True)
class PlannedCase:
    """A case and what is left of its earlier runs.

    Attributes:
        variant: The case.
        folder: Its case directory.
        earlier: The earlier run.
    """

    variant: Variant
    folder: Path
    earlier: EarlierRun

    @property
    def results(self) -> Path:
        """Folder of its results."""
        return self.folder / RESULTS

    @property
    def is_done(self) -> bool:
        """Whether it is never run again."""
        return self.earlier.state is State.COMPLETE

    @property
    def geometry(self) -> str:
        """What its mesh depends on, but for the content of files."""
        return json.dumps(resolved_table(self.variant.case)["geometry"])


def plan(
    study: Study, points: Sequence[Point], folder: Path, plugins: Mapping[str, str], any_size: bool = False
) -> list[PlannedCase]:
    """Cases of points, checked, with what is left of earlier runs; nothing is written.

    Args:
        study: The study.
        points: Which cases.
        folder: Where the directories of the cases are, or will be.
        plugins: Hashes of modules that added laws or fields, by name.
        any_size: Whether cases may be larger than what can be expected to end.

    Raises:
        FemAsslbError: Bad input, or a folder of results that cannot be read or is in use.
    """
    found = []
    for variant in variants_of(study, points, any_size):
        place = folder / variant.name
        require_no_links(folder, [variant.name])
        require_no_links(place, [CASE_FILE, RESULTS, REPLACED])
        found.append(PlannedCase(variant, place, earlier_run(place / RESULTS, variant.case, plugins)))
    return found


def looked_at_again(cases: Sequence[PlannedCase], plugins: Mapping[str, str]) -> list[PlannedCase]:
    """The cases with what is left of their runs by now."""
    return [replace(case, earlier=earlier_run(case.results, case.variant.case, plugins)) for case in cases]


def write_cases(study: Study, cases: Sequence[PlannedCase]) -> None:
    """Write the directories of all cases; results of an input that has changed since make room.

    Raises:
        OSError: Something cannot be written.
    """
    for case in cases:
        case.folder.mkdir(parents=True, exist_ok=True)
        path, text = case.folder / CASE_FILE, case.variant.text(study, case.folder)
        if not path.exists() or regular_file(path).read_text(encoding="utf-8") != text:
            replace_text(path, text)
        if case.earlier.state is State.CHANGED:
            replaced = case.folder / REPLACED
            if replaced.exists():
                shutil.rmtree(replaced)
            case.results.rename(replaced)


def meshes_of(cases: Sequence[PlannedCase]) -> dict[str, str]:
    """For each case the one that stands for all with its geometry: the mesh of both is one."""
    first: dict[str, str] = {}
    return {case.variant.name: first.setdefault(case.geometry, case.variant.name) for case in cases}
