"""The command line of studies: ``sweep`` and ``fit``."""

import argparse
from pathlib import Path

from fem_asslb.app.options import CODES, add_command, add_force_and_plugins, add_wall_time, folder
from fem_asslb.base.texts import show


def add_sweep(commands: argparse._SubParsersAction) -> None:
    """The command ``sweep``."""
    details = """\
examples:
  fem-asslb sweep my-study --dry-run                     the plan and its estimated cost; nothing is written
  fem-asslb sweep my-study --jobs 4 --ranks 2            four cases at the same time, each on two ranks
  fem-asslb sweep my-study --prepare                     write the cases and a Snakefile, for a cluster

my-study/study.toml says which keys of a case vary: docs/studies.md. my-study/sweep then holds a directory for each
case, table.csv with a row for each, effects.csv and pictures. What is finished is not run again unless its input has
changed, what was interrupted goes on, and what failed is listed and run again.

"""
    parser = add_command(
        commands, "sweep", "run a study of many cases, with one table of what came out", details + CODES
    )
    parser.add_argument("study", metavar="STUDY", type=Path, help="directory with study.toml, or its .toml file")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument(
        "--dry-run", action="store_true", help="show the plan, and what it costs by measured time steps"
    )
    choice.add_argument("--prepare", action="store_true", help="write the cases and their workflow, and run nothing")
    choice.add_argument("--case", metavar="NAME", dest="job", help="run one case that has been written, on all ranks")
    parser.add_argument(
        "--folder", default="sweep", choices=("sweep", "fit"), help="of that case (default %(default)s)"
    )
    choice.add_argument("--mesh", metavar="NAME", dest="mesh_of", help="build the mesh of a case that has been written")
    _add_jobs(parser)
    add_wall_time(parser)
    add_force_and_plugins(parser)


def add_fit(commands: argparse._SubParsersAction) -> None:
    """The command ``fit``."""
    details = """\
example:
  fem-asslb fit my-study --data measured.csv --jobs 4

my-study/study.toml says which keys of a case are parameters, in which ranges, and which curve is compared:
docs/studies.md. my-study/fit then holds parameters.csv with confidence intervals, curve.csv, fit.png and a directory
for each case that was run; these are not run again.

"""
    parser = add_command(commands, "fit", "find parameters of a case from a measured curve", details + CODES)
    parser.add_argument("study", metavar="STUDY", type=Path, help="directory with study.toml, or its .toml file")
    parser.add_argument("--data", metavar="FILE", type=Path, required=True, help="CSV file of the measured curve")
    _add_jobs(parser)
    add_force_and_plugins(parser)


def _add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--jobs", metavar="N", type=_count, help="cases at the same time (that of the study, or 1)")
    parser.add_argument("--ranks", metavar="M", type=_count, help="MPI ranks of each case (that of the study, or 1)")
    parser.add_argument("--program", metavar="FILE", help="start jobs by this program, such as /path/to/scripts/run")
    parser.add_argument("--cluster", metavar="FOLDER", type=folder, help="send jobs by this profile of Snakemake")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:6]) <= 10_000 or len(text) > 5:
        raise argparse.ArgumentTypeError(f"{show(text)} is not accepted; expected a number from 1 to 10000")
    return int(text)
