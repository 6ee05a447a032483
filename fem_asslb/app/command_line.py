"""The command line ``fem-asslb``: commands, options, help and exit codes."""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from fem_asslb.app.options import CODES, add_command, add_force_and_plugins, add_results, add_wall_time
from fem_asslb.app.results_command_line import add_compare, add_export, add_plot, add_report, add_watch
from fem_asslb.app.study_command_line import add_fit, add_sweep
from fem_asslb.base.endings import FAILED_INPUT
from fem_asslb.base.launcher import launched_rank
from fem_asslb.base.printable import printable
from fem_asslb.base.texts import show
from fem_asslb.base.version import __version__
from fem_asslb.convergence import DIRECTIONS

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
            print(f"{self.prog}: {printable(message, 240)} (see {self.prog} --help)", file=sys.stderr)
        raise SystemExit(FAILED_INPUT)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = _parser(_Parser, "fem-asslb", _INTRODUCTION, CODES)
    parser.add_argument("--version", action="version", version=f"fem-asslb {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    _add_new(commands)
    _add_check(commands)
    _add_mesh(commands)
    _add_run(commands)
    _add_converge(commands)
    add_sweep(commands)
    add_fit(commands)
    add_plot(commands)
    add_compare(commands)
    add_report(commands)
    add_watch(commands)
    add_export(commands)
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
    add_results(parser)
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
    add_results(parser, "folder of the study (CASE/converge)")
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
