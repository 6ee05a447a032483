"""The page of studies: their cases as they stand, put into one file beside the table of the first one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fem_asslb.app.earlier_results import State
from fem_asslb.app.fit import FOLDER as FITTED
from fem_asslb.app.sweep import reasons, trial_of
from fem_asslb.app.sweep_plan import FOLDER, plan
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.printable import quoted
from fem_asslb.output.files import replace_text
from fem_asslb.plotting.style import Gallery
from fem_asslb.report import FILE
from fem_asslb.sweep.designs import points_of
from fem_asslb.sweep.page import Chapter, study_page
from fem_asslb.sweep.page_of_runs import Standing
from fem_asslb.sweep.pictures import draw
from fem_asslb.sweep.reading import read_study


@dataclass(frozen=True)
class Look:
    """How a page shows runs.

    Attributes:
        state: At which fields are shown; by default at the least lithium.
        is_interactive: Whether fields can be turned and cut.
    """

    state: str | None = None
    is_interactive: bool = False


def report_studies(
    paths: Sequence[Path], output: Path | None, look: Look, plugins: Mapping[str, str], gallery: Gallery | None = None
) -> list[Path]:
    """Write the page of studies, and pictures if they are wanted, and return the files; nothing is run.

    Args:
        paths: The studies, absolute.
        output: The file, absolute; by default in the folder of the cases of the first one.
        look: How runs are shown.
        plugins: Hashes of modules that added laws or fields, by name.
        gallery: Where files of the pictures of outcomes go, those of several studies in folders with their numbers;
            None for none.

    Raises:
        FemAsslbError: Bad input, or a study has not been run.
    """
    chapters = [_chapter(path, plugins) for path in paths]
    place = output or chapters[0].study.folder / FOLDER / FILE
    written = [place]
    replace_text(place, study_page(chapters, place, look.state, look.is_interactive))
    for number, chapter in enumerate(chapters if gallery else (), 1):
        assert gallery is not None
        folder = gallery.folder / str(number) if len(chapters) > 1 else gallery.folder
        folder.mkdir(parents=True, exist_ok=True)
        written += draw(chapter.study, [case.trial for case in chapter.cases], replace(gallery, folder=folder))
    return written


def _chapter(path: Path, plugins: Mapping[str, str]) -> Chapter:
    """A study and its cases as they stand."""
    place = path.parent if path.suffix == ".toml" else path
    if (fitted := place / FITTED).is_dir() and not (place / FOLDER).is_dir():
        given = f"{quoted(path, 80)} has been fitted and not swept; what came of it is in {quoted(fitted, 80)}"
        raise FemAsslbError(f"{given}, whose cases make a page of runs")
    study = read_study(path)
    folder = study.folder / FOLDER
    if not folder.is_dir():
        raise FemAsslbError(f"no cases in {quoted(folder, 160)}: fem-asslb sweep runs the study")
    planned = plan(study, points_of(study), folder, plugins, any_size=True)
    told = reasons(folder, [case for case in planned if not case.is_done])
    cases = [
        Standing(
            trial=trial_of(study, case),
            state=case.earlier.state.value,
            reason=_reason(case.earlier.state, case.earlier.differences, told.get(case.variant.name, "")),
            results=case.results,
        )
        for case in planned
    ]
    return Chapter(study=study, cases=cases)


def _reason(state: State, differences: tuple[str, ...], told: str) -> str:
    return f"its run was of another {', '.join(differences)}" if state is State.CHANGED else told
