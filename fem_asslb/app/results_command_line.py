"""The command line of results: ``plot``, ``compare``, ``report``, ``watch`` and ``export``."""

import argparse
from pathlib import Path

from fem_asslb.app.options import add_command, add_plugins, add_results, folder
from fem_asslb.base.texts import show
from fem_asslb.comparison import TIME_OF_STEP, WAYS
from fem_asslb.plotting import FORMATS, WIDTHS


def add_plot(commands: argparse._SubParsersAction) -> None:
    """The command ``plot``."""
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
    add_results(parser)
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


def add_compare(commands: argparse._SubParsersAction) -> None:
    """The command ``compare``."""
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


def add_report(commands: argparse._SubParsersAction) -> None:
    """The command ``report``."""
    details = """\
examples:
  fem-asslb report my-cell
  fem-asslb report my-cell my-cell/stiffer --at 'x = 0.5' --at end --output stiffness.html
  fem-asslb report my-cell --interactive                 with fields to turn, cut and ask for values
  fem-asslb report my-study                              about a study that fem-asslb sweep has run
  fem-asslb report pressure stiffness --interactive      about several studies, with fields to turn

The page is one file, CASE/results/report.html of the first CASE or STUDY/sweep/report.html unless --output says
another, and needs no network.
"""
    parser = add_command(commands, "report", "write a page about runs, side by side, or about studies", details)
    parser.add_argument(
        "cases", metavar="CASE|STUDY", type=folder, nargs="+", help="case directories or results folders, or studies"
    )
    parser.add_argument(
        "--at", metavar="STATE", action="append", default=[], help="'5 h', 'x = 0.5', 'step 3', 'start' or 'end'"
    )
    parser.add_argument(
        "--interactive", action="store_true", help="with fields that one turns and cuts, by a script in the page"
    )
    parser.add_argument("--output", metavar="FILE", type=_page, help="the page, a file *.html")
    parser.add_argument("--figures", metavar="FOLDER", type=folder, help="write its pictures into files too")
    parser.add_argument("--format", choices=FORMATS, help="of these files (default pdf), 175 mm wide")
    add_plugins(parser)


def add_watch(commands: argparse._SubParsersAction) -> None:
    """The command ``watch``."""
    details = """\
The run may go on in another terminal, on another machine that shares the disk, or be over. Ctrl-C ends the view and
not the run. Off a terminal its state is printed once. With --page a file is rewritten after a step, at most every so
many seconds, until the run ends; a browser that shows it reads it again by itself, and no server is needed.
"""
    parser = add_command(commands, "watch", "follow a run on one screen, or in a browser", details)
    parser.add_argument("case", metavar="CASE", type=folder, help="case directory, or results folder")
    parser.add_argument("--page", metavar="FILE", type=_page, help="keep a page up to date besides, a file *.html")
    parser.add_argument(
        "--every", metavar="SECONDS", type=_seconds, default=30, help="at the least between two pages (%(default)s)"
    )


def add_export(commands: argparse._SubParsersAction) -> None:
    """The command ``export``."""
    details = """\
CASE/results/fields.vtkhdf then holds all times of fields.pvd with the mesh once, and interfaces.vtkhdf those of the
interfaces that may open. ParaView reads them from version 5.12 on.
"""
    parser = add_command(commands, "export", "write all times of the fields into one file (VTKHDF)", details)
    parser.add_argument("case", metavar="CASE", type=folder, help="case directory, or results folder")


def _seconds(text: str) -> int:
    """A time between two pages."""
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:6]) <= 86_400:
        raise argparse.ArgumentTypeError(f"{show(text)} is not accepted; expected whole seconds from 1 to 86400")
    return int(text)


def _page(text: str) -> Path:
    """A file that may be replaced by a page."""
    if Path(text).suffix not in (".html", ".htm"):
        raise argparse.ArgumentTypeError(f"{show(text)} is not accepted; expected the name of a file *.html")
    return Path(text)
