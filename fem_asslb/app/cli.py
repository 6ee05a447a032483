"""The command ``fem-asslb``. Each command imports what it needs, and ``check`` no solver library."""

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fem_asslb.app import results_cli, study_cli
from fem_asslb.app.command_line import build_parser
from fem_asslb.app.end_request import EndRequest
from fem_asslb.app.log import flushed_output, provide_output, silence_output
from fem_asslb.app.surroundings import all_ranks, elsewhere, solving, start_petsc
from fem_asslb.base.endings import DONE, EXPECTED, POSTPONED, STOPPED_EARLY, exit_code, shown
from fem_asslb.base.errors import CaseErrors
from fem_asslb.base.launcher import launched_rank, leave_launcher
from fem_asslb.base.printable import printable, quoted
from fem_asslb.base.texts import is_text
from fem_asslb.convergence import DIRECTIONS

FUNCTIONS_PICTURE = "materials.png"
"""What ``check --plot`` draws, in the directory of the case."""

if TYPE_CHECKING:
    from fem_asslb.case.sections.case import Case


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Args:
        arguments: Words after the program's name; default those of this process.
    """
    provide_output()
    parser, words = build_parser(), sys.argv[1:] if arguments is None else list(arguments)
    if strange := next((word for word in words if not is_text(word)), None):
        parser.error(f"{quoted(strange, 60)} is not UTF-8; accepted: text")
    options = parser.parse_args(words)
    if not _is_parallel(options):
        if launched_rank() > 0:
            return DONE
        leave_launcher()
    try:
        with flushed_output():
            options.plugin_hashes = _load_plugins(options)
            return int(_COMMANDS[options.command](options))
    except BrokenPipeError:
        silence_output()
        return DONE
    except EXPECTED as error:
        _report(error)
        return exit_code(error)


def _new(options: argparse.Namespace) -> int:
    if options.bpx is not None:
        return _new_from_bpx(options)
    from fem_asslb.app.new_case import copy_case

    copy_case(options.like, options.name)
    print(f"{options.name / 'case.toml'}: edit it, then fem-asslb check {options.name}")
    return DONE


def _new_from_bpx(options: argparse.Namespace) -> int:
    from fem_asslb.app.bpx_case import create_case

    missing = create_case(options.bpx, options.name)
    print(f"{options.name / 'case.toml'}: edit it, then fem-asslb check {options.name}")
    if missing:
        print("still to be stated:")
    for line in missing:
        print(f"  {printable(line, 300)}")
    return DONE


def _check(options: argparse.Namespace) -> int:
    from fem_asslb.case.checks.doubts import doubts
    from fem_asslb.case.estimates.estimates import format_rows, summary
    from fem_asslb.geometry import MeshFile
    from fem_asslb.output.resolved import format_toml, resolved_table

    case = _read_case(options)
    if isinstance(case.geometry, MeshFile):
        from meshes.survey import survey

        print("Mesh file")
        for line in survey(case):
            print(f"  {line}")
        print()
    print(format_toml(resolved_table(case)))
    print(f"What follows from it\n{format_rows(summary(case))}")
    for line in doubts(case):
        print(f"warning: {printable(line, 300)}")
    return _draw_functions(case, options.case) if options.plot else DONE


def _draw_functions(case: "Case", path: Path) -> int:
    """Picture of the data of all materials, beside the case."""
    from fem_asslb.plotting.material_functions import draw_functions
    from meshes.cache import case_directory

    fits = case.data_fits()
    if fits:
        print(draw_functions(fits, case_directory(path) / FUNCTIONS_PICTURE))
    else:
        print("no material of the case has data; there is nothing to draw")
    return DONE


def _mesh(options: argparse.Namespace) -> int:
    from meshes.cache import MESH_FOLDER, build_cached, case_directory, draw_mesh

    case = _read_case(options)
    folder = case_directory(options.case).absolute() / MESH_FOLDER
    with elsewhere():
        start_petsc()
        mesh = build_cached(case, folder)
        print(mesh.report)
        print(f"{mesh.path}\n{draw_mesh(case, mesh)}")
    return DONE


def _run(options: argparse.Namespace) -> int:
    from fem_asslb.base.parallel import on_root
    from meshes.cache import case_directory

    comm = all_ranks()
    case = on_root(comm, lambda: _read_case(options))
    folder, results = case_directory(options.case).absolute(), options.results and options.results.absolute()
    request = EndRequest(options.wall_time)
    with solving(request.receive):
        from fem_asslb.app.driver import run
        from fem_asslb.output import profile

        if options.profile:
            profile.begin()
        outcome = run(
            case,
            comm,
            results,
            folder=folder,
            resume=options.resume,
            previous=options.resume_previous,
            overwrite=options.overwrite,
            observers=[request],
            console=True,
            plugins=options.plugin_hashes,
        )
    if comm.rank == 0:
        print(f"results in {outcome.results}")
    if outcome.is_postponed:
        return POSTPONED
    return DONE if outcome.is_complete else STOPPED_EARLY


def _converge(options: argparse.Namespace) -> int:
    from fem_asslb.base.parallel import on_root
    from meshes.cache import case_directory

    comm = all_ranks()
    on_root(comm, lambda: _read_case(options))
    # Paths of the command line are relative to the folder where it was given.
    here, directory = Path.cwd(), case_directory(options.case).absolute()
    results = options.results and options.results.absolute()
    request = EndRequest(options.wall_time)
    with solving(request.receive):
        from fem_asslb.app.converge import FOLDER, Wanted, converge

        def read(overrides: Sequence[str]) -> "Case":
            """The case with further overrides."""
            with contextlib.chdir(here):
                return _read_case(options, overrides)

        wanted = Wanted(
            directions=options.vary if options.vary is not None else () if options.seeds else DIRECTIONS,
            levels=options.levels - 1,
            seeds=options.seeds,
            steps=options.steps,
            overwrite=options.overwrite,
            request=request,
        )
        is_done = converge(read, comm, directory, results or directory / FOLDER, wanted, options.plugin_hashes)
    return DONE if is_done else STOPPED_EARLY


def _materials(options: argparse.Namespace) -> int:
    from fem_asslb.materials.library import load, names, stated
    from fem_asslb.output.resolved import format_toml

    if options.name is not None:
        print(format_toml(stated(options.name)), end="")
        return DONE
    width = max(map(len, names()))
    for name in names():
        material = load(name)
        kinds = ", ".join(text for text, of in (("host", material.host), ("anode", material.anode)) if of is not None)
        print(f"{name:<{width}}  {material.title}{kinds and f' ({kinds})'}")
    return DONE


def _load_plugins(options: argparse.Namespace) -> dict[str, str]:
    if not getattr(options, "plugins", []):
        return {}
    from fem_asslb.app.plugins import load_plugins

    if not _is_parallel(options):
        return load_plugins(options.plugins)
    from fem_asslb.base.parallel import FailingTogether

    # What a plugin does on one rank alone must not leave the others waiting.
    with FailingTogether(all_ranks()):
        return load_plugins(options.plugins)


def _read_case(options: argparse.Namespace, more: Sequence[str] = ()) -> "Case":
    from fem_asslb.case.reading.reader import read_case

    overrides = [*options.overrides, *more]
    return read_case(options.case, overrides, any_petsc_option=options.any_petsc_option, any_size=options.force)


_COMMANDS = {
    "new": _new,
    "check": _check,
    "mesh": _mesh,
    "run": _run,
    "converge": _converge,
    "sweep": study_cli.sweep_command,
    "fit": study_cli.fit_command,
    "plot": results_cli.plot_command,
    "compare": results_cli.compare_command,
    "report": results_cli.report_command,
    "watch": results_cli.watch_command,
    "export": results_cli.export_command,
    "materials": _materials,
}


def _is_parallel(options: argparse.Namespace) -> bool:
    """Whether all ranks carry out a command together; the others are for the first one alone."""
    return options.command in ("run", "converge") or study_cli.is_job(options)


def _report(error: BaseException) -> None:
    mpi = sys.modules.get("mpi4py.MPI")
    if (mpi.COMM_WORLD.rank if mpi else launched_rank()) > 0:
        return
    # Paths of the command line stand in them as they were given.
    lines = shown(error)
    if isinstance(error, CaseErrors) and len(lines) > 1:
        lines.append(f"{len(lines)} mistakes")
    # The exit code says it too, where there is no room for words.
    with contextlib.suppress(OSError):
        print("\n".join(lines), file=sys.stderr, flush=True)
