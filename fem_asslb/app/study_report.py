"""The page of a study: its cases as they stand, put into one file beside its table."""

from collections.abc import Mapping
from pathlib import Path

from fem_asslb.app.earlier_results import State
from fem_asslb.app.sweep import reasons, trial_of
from fem_asslb.app.sweep_plan import FOLDER, plan
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.printable import quoted
from fem_asslb.output.files import replace_text
from fem_asslb.plotting.style import Gallery
from fem_asslb.report import FILE
from fem_asslb.sweep.designs import points_of
from fem_asslb.sweep.page import Standing, study_page
from fem_asslb.sweep.pictures import draw
from fem_asslb.sweep.reading import read_study


def report_study(
    path: Path, output: Path | None, state: str | None, plugins: Mapping[str, str], gallery: Gallery | None = None
) -> list[Path]:
    """Write the page of a study, and pictures if they are wanted, and return the files; nothing is run.

    Args:
        path: The study, absolute.
        output: The file, absolute; by default in the folder of its cases.
        state: At which fields of the runs are shown; by default at the least lithium.
        plugins: Hashes of modules that added laws or fields, by name.
        gallery: Where files of the pictures of its outcomes go; None for none.

    Raises:
        FemAsslbError: Bad input, or the study has not been run.
    """
    study = read_study(path)
    folder = study.folder / FOLDER
    if not folder.is_dir():
        raise FemAsslbError(f"no cases in {quoted(folder, 160)}: fem-asslb sweep runs the study")
    planned = plan(study, points_of(study), folder, plugins, any_size=True)
    told = reasons(folder, [case for case in planned if not case.is_done])
    place = output or folder / FILE
    cases = [
        Standing(
            trial=trial_of(study, case),
            state=case.earlier.state.value,
            reason=_reason(case.earlier.state, case.earlier.differences, told.get(case.variant.name, "")),
            results=case.results,
        )
        for case in planned
    ]
    replace_text(place, study_page(study, cases, place, state))
    if gallery is None:
        return [place]
    gallery.folder.mkdir(parents=True, exist_ok=True)
    return [place, *draw(study, [case.trial for case in cases], gallery)]


def _reason(state: State, differences: tuple[str, ...], told: str) -> str:
    return f"its run was of another {', '.join(differences)}" if state is State.CHANGED else told
