"""Options that several commands share, and how their words are read."""

import argparse
import math
import re
from pathlib import Path

from fem_asslb.base.texts import show

LONGEST_WALL_TIME = 1e9
"""30 years [s]."""

CODES = """\
exit codes:
  0  done
  2  bad input: one line per mistake, nothing was changed
  3  run: stopped early, because the smallest time step failed or results could not be written; those up to there
     and, in run.json, the reason are kept
  75  run, converge: asked to end by SIGTERM, SIGUSR1 or --wall-time, and ended after a step with a checkpoint; sweep:
      its cases by --wall-time
  130  interrupted, 143 terminated; --resume goes on from the last checkpoint
  1  compare: the runs differ; elsewhere a mistake of the program, with its trace
"""


def add_command(
    commands: argparse._SubParsersAction, name: str, summary: str, details: str = ""
) -> argparse.ArgumentParser:
    """A command with its help."""
    form = argparse.RawDescriptionHelpFormatter
    return commands.add_parser(
        name, help=summary, description=summary, epilog=details, formatter_class=form, allow_abbrev=False
    )


def add_force_and_plugins(parser: argparse.ArgumentParser) -> None:
    """Options of commands that read a case."""
    parser.add_argument(
        "--force", action="store_true", help="take a mesh, a packing or a protocol whatever its estimated size"
    )
    add_plugins(parser)


def add_plugins(parser: argparse.ArgumentParser) -> None:
    """The option that runs code of the user's own."""
    parser.add_argument(
        "--plugin",
        metavar="FILE",
        action="append",
        default=[],
        type=Path,
        dest="plugins",
        help="run a Python file of your own that adds laws or fields, see docs/extending.md; may be repeated",
    )


def add_results(parser: argparse.ArgumentParser, what: str = "folder of the results (CASE/results)") -> None:
    """The option that says where results are."""
    parser.add_argument("--results", metavar="FOLDER", type=folder, help=what)


def add_wall_time(parser: argparse.ArgumentParser) -> None:
    """The option that ends a run in time."""
    parser.add_argument(
        "--wall-time",
        metavar="TIME",
        type=wall_time,
        default=math.inf,
        help="end with a checkpoint before this time is up, such as 23h50m or 23:50:00, but not before the first step",
    )


def wall_time(text: str) -> float:
    """Seconds of a time as people write it, or as batch systems do."""
    written = re.fullmatch(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)(?:m|min))?(?:(\d+)s)?", text.replace(" ", ""), re.ASCII)
    clock = re.fullmatch(r"(?:(\d+)-)?(\d+):(\d\d):(\d\d)", text, re.ASCII)
    found = written or clock
    seconds = (
        sum(int(n or 0) * unit for n, unit in zip(found.groups(), (86400, 3600, 60, 1), strict=True)) if found else 0
    )
    if not 0 < seconds <= LONGEST_WALL_TIME:
        raise argparse.ArgumentTypeError(f"{show(text)} is not accepted; expected a time such as 23h50m or 23:50:00")
    return float(seconds)


def folder(text: str) -> Path:
    """A folder by its name; none is not the current one."""
    if not text:
        raise argparse.ArgumentTypeError("'' is no folder; expected its name, such as '.' for the current one")
    return Path(text)
