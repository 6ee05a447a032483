"""The command line ``fem-asslb``: commands, options, help and exit codes."""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from fem_asslb.app.options import CODES, add_command, add_force_and_plugins, add_wall_time, folder
from fem_asslb.app.study_command_line import add_fit, add_sweep
from fem_asslb.base.endings import FAILED_INPUT
from fem_asslb.base.launcher import launched_rank
from fem_asslb.base.texts import show
from fem_asslb.comparison import TIME_OF_STEP, WAYS
from fem_asslb.convergence import DIRECTIONS
from fem_asslb.plotting import FORMATS, WIDTHS

_INTRODUCTION = """\
Stress, stack pressure and lithium in all-solid-state battery cells, by finite elements.

A case is a directory with a file case.toml: geometry, materials, fixture, protocol, with units.
The first five minutes:

  fem-asslb new my-cell --like cases/first               copy a case that works
  fem-asslb check my-cell                                find mistakes; see capacity, loading, pressures
  fem-asslb mesh my-cell                                 look at the mesh before anything is solved
  fem-asslb run my-cell                                  results in my-cell/results
  fem-asslb plot my-cell                                 draw the pictures again
  fem-asslb converge my-cell                             how good the numbers are
  fem-asslb compare my-cell other-cell                   by how much two runs differ
  fem-asslb sweep my-study                               many cases, one table: see docs/studies.md
  fem-asslb fit my-study --data measured.csv             parameters from a measured curve
"""

MOST_SEEDS = 100
"""Cells of one study."""

_SET = """\
any key of the case can be changed for one command; text needs no quotes but those of the shell:
  --set fixture.stiffness="0.3 MPa/um"  --set geometry.seed=2  --set fixture.kind=rigid
  --set protocol.steps='["press to 81 MPa in 1 min", "charge at 0.1C until 2.75 V"]'
"""


class _Parser(argparse.ArgumentParser):
    """Parser whose messages come from one rank only."""

    def error(self, message: str) -> NoReturn:
        """Print one line and leave."""
        if launched_rank() == 0:
            print(f"{self.prog}: {message} (see {self.prog} --help)", file=sys.stderr)
        raise SystemExit(FAILED_INPUT)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = _parser(_Parser, "fem-asslb", _INTRODUCTION, CODES)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    _add_new(commands)
    _add_check(commands)
    _add_mesh(commands)
    _add_run(commands)
    _add_converge(commands)
    add_sweep(commands)
    add_fit(commands)
    _add_plot(commands)
    _add_compare(commands)
    _add_report(commands)
    _add_watch(commands)
    _add_export(commands)
    _add_materials(commands)
    return parser


def _parser(kind: type, name: str, description: str, epilog: str) -> argparse.ArgumentParser:
    form = argparse.RawDescriptionHelpFormatter
    return kind(prog=name, description=description, epilog=epilog, formatter_class=form, allow_abbrev=False)


def _add_case(parser: argparse.ArgumentParser, overrides: bool = True) -> None:
    parser.add_argument("case", metavar="CASE", type=Path, help="case directory, or its .toml file")
    if overrides:
        parser.add_argument(
            "--set",
            metavar="KEY=VALUE",
            action="append",
            default=[],
            dest="overrides",
            help="change a key of the case; may be repeated",
        )
        add_force_and_plugins(parser)
        parser.add_argument(
            "--any-petsc-option",
            action="store_true",
            help="let --set solver.petsc=... set any option of PETSc, also one that runs programs or writes files",
        )


def _add_results(parser: argparse.ArgumentParser, what: str = "folder of the results (CASE/results)") -> None:
    parser.add_argument("--results", metavar="FOLDER", type=folder, help=what)


def _add_new(commands: argparse._SubParsersAction) -> None:
    parser = add_command(
        commands,
        "new",
        "start a case from another one, or from a BPX file",
        "examples:\n  fem-asslb new my-cell --like cases/zhang2026-hb\n  fem-asslb new my-cell --bpx cell.json\n"
        "Then edit my-cell/case.toml.",
    )
    parser.add_argument("name", metavar="NAME", type=Path, help="directory of the new case")
    origin = parser.add_mutually_exclusive_group(required=True)
    origin.add_argument("--like", metavar="CASE", type=Path, help="case directory to copy")
    origin.add_argument("--bpx", metavar="FILE", type=Path, help="BPX file to take over, see docs/bpx.md")


def _add_check(commands: argparse._SubParsersAction) -> None:
    details = "Prints every mistake at once, or the case with all defaults and the figures that follow from it.\n\n"
    parser = add_command(commands, "check", "check a case without solving anything", details + _SET)
    _add_case(parser)
    parser.add_argument(
        "--plot", action="store_true", help="draw the data of its materials and the functions, CASE/materials.png"
    )


def _add_mesh(commands: argparse._SubParsersAction) -> None:
    details = "The mesh is kept in CASE/mesh under a name that changes with the geometry; run uses it too.\n\n"
    _add_case(add_command(commands, "mesh", "build the mesh of a case, its report and its picture", details + _SET))


def _add_materials(commands: argparse._SubParsersAction) -> None:
    details = "example:\n  fem-asslb materials lpscl\nEach value has its source and a mark, see docs/materials.md."
    parser = add_command(
        commands, "materials", "list the materials of the library, or show one with its sources", details
    )
    parser.add_argument("name", metavar="NAME", nargs="?", help="in the library")


def _add_run(commands: argparse._SubParsersAction) -> None:
    details = """\
examples:
  fem-asslb run my-cell
  fem-asslb run my-cell --set fixture.kind=rigid --results my-cell/results-rigid
  mpirun -n 2 fem-asslb run my-cell                      on two processes

CASE/results then holds history.csv, fields.pvd (ParaView), run.json, run.log and pictures.
Existing results are never overwritten unless --overwrite is given. A run that was killed goes on with
--resume, on any number of processes.

"""
    parser = add_command(commands, "run", "run a case", details + _SET + "\n" + CODES)
    _add_case(parser)
    _add_results(parser)
    add_wall_time(parser)
    parser.add_argument("--profile", action="store_true", help="put the times of PETSc's events into run.json")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--resume", action="store_true", help="go on from the last checkpoint")
    choice.add_argument(
        "--resume-previous", action="store_true", help="go on from the one before it, where the last is damaged"
    )
    choice.add_argument("--overwrite", action="store_true", help="replace the results that are there")


def _add_converge(commands: argparse._SubParsersAction) -> None:
    details = """\
examples:
  fem-asslb converge my-cell                             element / 2, tolerance / 5, the other degree
  fem-asslb converge my-cell --levels 3                  also element / 4 and tolerance / 25: shows the order
  fem-asslb converge my-cell --vary time --steps 3       shorter time steps alone, to the end of the third step
  fem-asslb converge my-cell --seeds 1,2,3,4,5           the spread over cells that differ in what is drawn at random
  fem-asslb converge my-cell --set geometry.width="8 um" --results my-cell/converge-narrow
  mpirun -n 2 fem-asslb converge my-cell                 on two processes

Says for each output what changes, its extrapolation with an uncertainty, and what limits it: docs/accuracy.md.
CASE/converge then holds tables and pictures (converge.*, seeds.*) and the results of each variant. Runs that are
there are used again, interrupted ones go on; --overwrite repeats them all.

"""
    parser = add_command(
        commands, "converge", "find out how good the numbers of a case are", details + _SET + "\n" + CODES
    )
    _add_case(parser)
    _add_results(parser, "folder of the study (CASE/converge)")
    parser.add_argument(
        "--vary",
        metavar="LIST",
        type=_directions,
        help="what is varied, of element, time and degree (all of them; none where seeds are given)",
    )
    parser.add_argument(
        "--levels",
        type=int,
        choices=(2, 3),
        default=2,
        help="element sizes and tolerances, with that of the case (default %(default)s)",
    )
    parser.add_argument("--seeds", metavar="LIST", type=_seeds, default=(), help="run these cells too, such as 1,2,3")
    parser.add_argument("--steps", metavar="N", type=int, help="carry out the first N steps of the protocol only")
    add_wall_time(parser)
    parser.add_argument("--overwrite", action="store_true", help="repeat what is there")


def _directions(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if not set(names) <= set(DIRECTIONS) or len(set(names)) < len(names):
        expected = f"expected some of {', '.join(DIRECTIONS)} with commas between them, each once"
        raise argparse.ArgumentTypeError(f"{show(text)} is not accepted; {expected}")
    return names


def _seeds(text: str) -> tuple[int, ...]:
    names = text.split(",")
    seeds = [int(name) for name in names if name.isascii() and name.isdecimal() and len(name) < 10]
    if len(seeds) < len(names) or len(set(seeds)) < len(seeds) or len(seeds) > MOST_SEEDS:
        expected = f"expected up to {MOST_SEEDS} different integers from 0 with commas between them, such as 1,2,3"
        raise argparse.ArgumentTypeError(f"{show(text)} is not accepted; {expected}")
    return tuple(seeds)


def _add_plot(commands: argparse._SubParsersAction) -> None:
    details = """\
examples:
  fem-asslb plot my-cell                                 all pictures, in my-cell/results/pictures
  fem-asslb plot my-cell --format pdf                    for a paper
  fem-asslb plot my-cell --at 'x = 0.5' --at 'step 3' --field 'von Mises stress' --limits '0 to 400 MPa'
  fem-asslb plot my-cell my-cell/stiffer --y 'stack pressure' --change --width one-column --format svg
  fem-asslb plot my-cell other-cell --data measured.csv  curves over one another, and measured ones

Without a choice all pictures of one run are drawn. --at, --field and --limits choose fields; --x, --y, --data or
several cases draw curves over one another, in overlay.png of the first. See docs/postprocessing.md.
"""
    parser = add_command(commands, "plot", "draw the pictures of a run again, or curves of several runs", details)
    parser.add_argument("cases", metavar="CASE", type=folder, nargs="+", help="case directory, or results folder")
    _add_results(parser)
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default=FORMATS[0],
        help="what the pictures are (default %(default)s); in PDF and SVG curves, axes and text are vectors",
    )
    parser.add_argument("--width", choices=WIDTHS, default=WIDTHS[1], help="of chosen pictures, in a journal")
    parser.add_argument("--output", metavar="FOLDER", type=folder, help="where chosen pictures go (their results)")
    fields = parser.add_argument_group("fields")
    fields.add_argument(
        "--at", metavar="STATE", action="append", default=[], help="'5 h', 'x = 0.5', 'step 3', 'start' or 'end'"
    )
    fields.add_argument("--field", metavar="NAME", action="append", default=[], help="a field; may be repeated")
    fields.add_argument("--limits", metavar="ENDS", help="of the colours or the axis, such as '-100 to 100 MPa'")
    curves = parser.add_argument_group("curves")
    curves.add_argument("--x", metavar="COLUMN", help="along the figure (specific capacity, or time)")
    curves.add_argument("--y", metavar="COLUMN", action="append", default=[], help="a panel; may be repeated")
    curves.add_argument("--change", action="store_true", help="draw each curve less its value at its start")
    curves.add_argument(
        "--data", metavar="FILE", action="append", default=[], type=Path, help="measured curves; may be repeated"
    )
    curves.add_argument("--area", metavar="AREA", help="of the measured cell, for data in Ah, such as '0.785 cm^2'")


def _add_compare(commands: argparse._SubParsersAction) -> None:
    details = """\
examples:
  fem-asslb compare my-cell other-cell
  fem-asslb compare my-cell my-cell/stiffer --columns 'stack pressure' --columns '* open'
  fem-asslb compare my-cell other-cell --against x --tolerance 0.01 --tolerance 'cell voltage=5 mV'

Histories are compared at the end of each protocol step and, linear between rows, at all states within it that both
have reached. A difference counts when it is larger than 0.001 of the range of its column (after the last press the
range from there on), or than the tolerance that is given. Columns about the solution (steps, iterations, balance
errors) are compared when they are named.

exit codes:
  0  no difference counts, and both have the same columns and protocol steps
  1  they differ
  2  bad input
"""
    parser = add_command(commands, "compare", "say by how much two runs differ, in which columns and where", details)
    for name, word in (("first", "a"), ("second", "another")):
        parser.add_argument(name, metavar=name.upper(), type=folder, help=f"{word} case directory or results folder")
    parser.add_argument(
        "--against",
        choices=WAYS,
        default=TIME_OF_STEP,
        help="what is the same in both within a protocol step: time since its start, mean stoichiometry x, specific"
        " capacity, or the number of the row (default %(default)s)",
    )
    parser.add_argument(
        "--tolerance",
        metavar="[COLUMNS=]VALUE",
        action="append",
        default=[],
        dest="tolerances",
        help="a share of the size of a column, or a quantity with its unit; of all columns, or of those that a name or"
        " pattern fits; may be repeated",
    )
    parser.add_argument(
        "--columns", metavar="PATTERN", action="append", default=[], help="compare these columns; may be repeated"
    )
    parser.add_argument("--all", action="store_true", help="list columns without a difference that counts, too")


def _add_report(commands: argparse._SubParsersAction) -> None:
    details = """\
examples:
  fem-asslb report my-cell
  fem-asslb report my-cell my-cell/stiffer --at 'x = 0.5' --at end --output stiffness.html

The page is one file, CASE/results/report.html of the first CASE unless --output says another, and needs no network.
"""
    parser = add_command(commands, "report", "write a page about one or several runs, side by side", details)
    parser.add_argument("cases", metavar="CASE", type=folder, nargs="+", help="case directory, or results folder")
    parser.add_argument(
        "--at", metavar="STATE", action="append", default=[], help="'5 h', 'x = 0.5', 'step 3', 'start' or 'end'"
    )
    parser.add_argument("--output", metavar="FILE", type=_page, help="the page, a file *.html")


def _page(text: str) -> Path:
    """A file that may be replaced by a page."""
    if Path(text).suffix not in (".html", ".htm"):
        raise argparse.ArgumentTypeError(f"{show(text)} is not accepted; expected the name of a file *.html")
    return Path(text)


def _add_watch(commands: argparse._SubParsersAction) -> None:
    details = """\
The run may go on in another terminal, on another machine that shares the disk, or be over. Ctrl-C ends the view and
not the run. Off a terminal its state is printed once.
"""
    parser = add_command(commands, "watch", "follow a run on one screen", details)
    parser.add_argument("case", metavar="CASE", type=folder, help="case directory, or results folder")


def _add_export(commands: argparse._SubParsersAction) -> None:
    details = """\
CASE/results/fields.vtkhdf then holds all times of fields.pvd with the mesh once, and interfaces.vtkhdf those of the
interfaces that may open. ParaView reads them from version 5.12 on.
"""
    parser = add_command(commands, "export", "write all times of the fields into one file (VTKHDF)", details)
    parser.add_argument("case", metavar="CASE", type=folder, help="case directory, or results folder")
