"""The commands of results: ``plot``, ``compare``, ``report``, ``watch`` and ``export``."""

import argparse
from pathlib import Path

from fem_asslb.app.surroundings import elsewhere
from fem_asslb.base.endings import DIFFERENT, DONE
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.printable import quoted
from fem_asslb.plotting import WIDTHS


def _results_of(path: Path) -> Path:
    """Folder of the results of a case, or the folder itself.

    Raises:
        FemAsslbError: The path is a study.
    """
    from fem_asslb.output.record import results_in
    from fem_asslb.sweep import STUDY_FILE
    from fem_asslb.sweep.reading import is_study

    if is_study(path) and (path.is_dir() or path.name == STUDY_FILE):
        raise FemAsslbError(f"{quoted(path, 120)} is a study: 'report' tells of it, and its cases are in sweep/")
    return results_in(path)


def plot_command(options: argparse.Namespace) -> int:
    """Draw pictures."""
    from fem_asslb.app.plot import Wanted, draw

    if options.results is not None and len(options.cases) > 1:
        raise FemAsslbError("--results goes with one CASE; a folder of results may stand for a CASE")
    wanted = Wanted(
        results=[(options.results or _results_of(path)).absolute() for path in options.cases],
        names=[str(path) for path in options.cases],
        format=options.format,
        is_narrow=options.width == WIDTHS[0],
        output=options.output and options.output.absolute(),
        states=options.at,
        fields=options.field,
        limits=options.limits,
        x=options.x,
        y=options.y,
        changes=options.change,
        data=[path.absolute() for path in options.data],
        area=options.area,
    )
    with elsewhere():
        for picture in draw(wanted):
            print(picture)
    return DONE


def compare_command(options: argparse.Namespace) -> int:
    """Say by how much two runs differ."""
    from fem_asslb.comparison.tolerances import Tolerance
    from fem_asslb.comparison.verdict import compare, lines

    tolerances = [Tolerance.of(text) for text in options.tolerances]
    first, second = _results_of(options.first), _results_of(options.second)
    verdict = compare(first, second, options.against, tolerances, options.columns)
    for line in lines(verdict, options.all):
        print(line)
    return DONE if verdict.is_same else DIFFERENT


def report_command(options: argparse.Namespace) -> int:
    """Write a page about runs, or about studies."""
    from fem_asslb.sweep.reading import is_study

    if options.format and not options.figures:
        raise FemAsslbError(f"--format {options.format}: it is that of the files of --figures, which is missing")
    are_studies = list(map(is_study, options.cases))
    if any(are_studies):
        if not all(are_studies):
            other = options.cases[are_studies.index(False)]
            raise FemAsslbError(f"{quoted(other, 120)} is no study: a page is about runs or about studies")
        return _report_studies(options)
    from fem_asslb.output.files import replace_text
    from fem_asslb.report import FILE

    folders = [_results_of(path).absolute() for path in options.cases]
    page = (options.output or folders[0] / FILE).absolute()
    pictures = options.figures and options.figures.absolute()
    with elsewhere():
        from fem_asslb.plotting.display import screen
        from fem_asslb.report.figures import require_states, write_figures
        from fem_asslb.report.report import report
        from fem_asslb.report.runs import Run

        runs = [Run(str(path), folder) for path, folder in zip(options.cases, folders, strict=True)]
        require_states(runs, options.at)
        replace_text(page, report(runs, options.at, options.interactive))
        print(page)
        if pictures is not None:
            with screen():
                for picture in write_figures(runs, pictures, options.at, options.format or "pdf"):
                    print(picture)
    return DONE


def _report_studies(options: argparse.Namespace) -> int:
    if len(options.at) > 1:
        raise FemAsslbError("a page about studies takes one --at")
    pictures = options.figures and options.figures.absolute()
    studies, output = [path.absolute() for path in options.cases], options.output and options.output.absolute()
    state = options.at[0] if options.at else None
    with elsewhere():
        from fem_asslb.app.study_report import Look, report_studies
        from fem_asslb.plotting.chosen import require_state
        from fem_asslb.plotting.style import Gallery

        if state is not None:
            require_state(state)
        gallery = pictures and Gallery(pictures, options.format or "pdf")
        look = Look(state, options.interactive)
        for path in report_studies(studies, output, look, options.plugin_hashes, gallery):
            print(path)
    return DONE


def watch_command(options: argparse.Namespace) -> int:
    """Follow a run."""
    with elsewhere():
        from fem_asslb.app.watch import watch
        from fem_asslb.app.watch_page import WatchPage

    results, page = _results_of(options.case).absolute(), None
    if options.page is not None:
        page = WatchPage(options.page.absolute(), results, str(options.case), options.every)
        print(f"{options.page}: open it in a browser; it reads itself again", flush=True)
    try:
        with elsewhere():
            watch(results, page=page)
    except KeyboardInterrupt:
        # It is how one leaves, and ends nothing else.
        return DONE
    return DONE


def export_command(options: argparse.Namespace) -> int:
    """Write fields into one file."""
    from fem_asslb.app.results import read_results
    from fem_asslb.output.vtkhdf import FILE, INTERFACE_FILE, write_vtkhdf

    results = read_results(_results_of(options.case))
    for name, series in ((FILE, results.fields), (INTERFACE_FILE, results.interfaces)):
        if series.times:
            write_vtkhdf(results.folder / name, series.times, iter(series))
            print(results.folder / name)
    if not results.fields.times:
        raise FemAsslbError(f"no fields in {quoted(results.folder, 160)}")
    return DONE
