"""What ``fem-asslb plot`` draws: everything of a run, chosen fields, or curves over one another."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.printable import quoted
from fem_asslb.base.units import parse
from fem_asslb.plotting import PICTURES, draw_all

OVERLAY = "overlay"
"""Name of the picture of curves over one another."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the command line asks for; see its help.

    Attributes:
        results: Folder of results of each run.
        names: Of the runs, as they were given.
        format: One of `fem_asslb.plotting.FORMATS`.
        is_narrow: Whether chosen pictures are as wide as one column of a journal.
        output: Where chosen pictures go; None for the pictures of the results.
        states: At which fields are drawn.
        fields: Their names.
        limits: Ends of colours, or of the vertical axis.
        x: Column along the figure.
        y: Columns upwards.
        changes: Whether curves are drawn less their value at their start.
        data: Files of measured curves.
        area: Of the measured cell, with unit.
    """

    results: Sequence[Path]
    names: Sequence[str]
    format: str
    is_narrow: bool
    output: Path | None
    states: Sequence[str]
    fields: Sequence[str]
    limits: str | None
    x: str | None
    y: Sequence[str]
    changes: bool
    data: Sequence[Path]
    area: str | None


def draw(wanted: Wanted) -> list[Path]:
    """Draw it and return the files.

    Raises:
        FemAsslbError: No results, or a choice that does not fit them.
    """
    draws_curves = bool(wanted.x or wanted.y or wanted.data or wanted.changes or wanted.area)
    draws_fields = bool(wanted.states or wanted.fields or (wanted.limits and not draws_curves))
    if draws_curves and draws_fields:
        raise FemAsslbError("--at and --field choose fields, --x, --y, --change, --data and --area curves; use either")
    if draws_fields:
        return _fields(wanted)
    if draws_curves or len(wanted.results) > 1:
        return [_curves(wanted)]
    if wanted.is_narrow or wanted.output:
        raise FemAsslbError("--width and --output go with chosen pictures: with --at, --field, --x, --y or --data")
    return draw_all(wanted.results[0], wanted.format)


def _fields(wanted: Wanted) -> list[Path]:
    from fem_asslb.plotting.chosen import Limits, draw_chosen
    from fem_asslb.plotting.display import screen
    from fem_asslb.plotting.style import Gallery

    ends = Limits.of(wanted.limits) if wanted.limits is not None else None
    if wanted.output is not None and len(wanted.results) > 1:
        raise FemAsslbError("--output of fields goes with one CASE: pictures of several have the same names")
    drawn = []
    with screen():
        for results in wanted.results:
            gallery = Gallery(wanted.output or results / PICTURES, wanted.format)
            drawn += draw_chosen(results, gallery, wanted.states or ("end",), wanted.fields, ends, _width(wanted))
    return drawn


def _curves(wanted: Wanted) -> Path:
    from fem_asslb.comparison.measured import Measured, read_measured
    from fem_asslb.plotting.chosen import Limits
    from fem_asslb.plotting.curves import read_curves
    from fem_asslb.plotting.overlay import Choice, columns_of, draw_overlay

    runs = [read_curves(results) for results in wanted.results]
    area = parse(wanted.area, "um^2") if wanted.area is not None else None
    if area is not None and not area > 0.0:
        raise FemAsslbError(f"--area {quoted(wanted.area, 40)} is no area; accepted: more than 0 cm^2")
    choice = Choice(x=wanted.x, y=wanted.y, changes=wanted.changes, width=_width(wanted))
    if wanted.limits is not None:
        _, panels = columns_of(runs, choice)
        if len(panels) > 1:
            raise FemAsslbError(f"--limits goes with one column, and {len(panels)} are drawn; use --y")
        limits = Limits.of(wanted.limits).of_column(panels[0])
        choice = Choice(x=wanted.x, y=wanted.y, changes=wanted.changes, limits=limits, width=_width(wanted))

    def read(columns: Sequence[str]) -> list[Measured]:
        """Measured curves in the units of columns."""
        return [read_measured(path, columns, area) for path in wanted.data]

    path = (wanted.output or wanted.results[0] / PICTURES) / f"{OVERLAY}.{wanted.format}"
    return draw_overlay(runs, wanted.names, path, choice, read)


def _width(wanted: Wanted) -> float:
    from fem_asslb.plotting.style import COLUMN_WIDTH, WIDTH

    return COLUMN_WIDTH if wanted.is_narrow else WIDTH
