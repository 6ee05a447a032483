"""Pictures of chosen fields at chosen states, with chosen ends of their colours."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.colors import Normalize

from fem_asslb.base.column_names import is_named, readable, stem_of, unit_of
from fem_asslb.base.errors import FemAsslbError, UnitError
from fem_asslb.base.printable import quoted
from fem_asslb.base.texts import NUMBER, show
from fem_asslb.base.units import parse
from fem_asslb.fields.names import MEAN_STOICHIOMETRY
from fem_asslb.output.history import STAGE, TIME
from fem_asslb.plotting.curves import Curves, read_curves
from fem_asslb.plotting.panels import LOOKS, limits, view_of
from fem_asslb.plotting.pictures import draw_fields
from fem_asslb.plotting.snapshots import Snapshot, read_snapshot, times_of
from fem_asslb.plotting.style import WIDTH, Gallery, paper_style

A_STATE = "a time such as '5 h', 'x = 0.5', 'step 3' for the end of a protocol step, 'start' or 'end'"

SLACK = 0.02
"""Of the range of a run, by which a state may lie beyond its ends."""

ROUNDED = 1e-3
"""Of its largest value, by which a state that is written in few digits may differ."""

HOUR = 3600.0


@dataclass(frozen=True)
class Limits:
    """Ends of colours or of an axis, as they are written.

    Attributes:
        low: Number of the lower one.
        high: Number of the upper one.
        unit: Of both; empty for that of the column.
    """

    low: str
    high: str
    unit: str

    @classmethod
    def of(cls, text: str) -> "Limits":
        """Limits written as ``LOW to HIGH UNIT``.

        Raises:
            FemAsslbError: They cannot be read, or are not in this order.
        """
        found = re.fullmatch(rf" *({NUMBER}) to ({NUMBER})(?: +(\S.*))?", text)
        if found is None or not float(found[1]) < float(found[2]):
            raise FemAsslbError(f"--limits: {show(text)} is not accepted; expected such as '-100 to 100 MPa'")
        return cls(found[1], found[2], found[3] or "")

    def of_column(self, name: str) -> tuple[float, float]:
        """Both in the unit of a column.

        Raises:
            FemAsslbError: They have another dimension.
        """
        if not self.unit:
            return float(self.low), float(self.high)
        try:
            low, high = (parse(f"{end} {self.unit}", readable(unit_of(name))) for end in (self.low, self.high))
        except UnitError as error:
            raise FemAsslbError(f"--limits of '{stem_of(name)}': {error}") from error
        return low, high


def draw_chosen(
    results: Path,
    gallery: Gallery,
    states: Sequence[str] = ("end",),
    fields: Sequence[str] = (),
    ends: Limits | None = None,
    width: float = WIDTH,
) -> list[Path]:
    """Draw fields at states, in one file for each.

    Args:
        results: Results folder.
        gallery: Where the pictures go.
        states: What `time_of` accepts.
        fields: Names of scalar fields, or patterns of the shell; by default those with pictures of their own.
        ends: Of the colours of a single field; by default what is there at the time.
        width: Of the figures [inch].

    Raises:
        FemAsslbError: No such state or field, or limits that do not fit.
    """
    curves, times = read_curves(results), times_of(results)
    drawn = []
    with paper_style():
        for state in states:
            snapshot = read_snapshot(results, time_of(state, curves, times))
            view, names = view_of(snapshot), _named_fields(snapshot, fields)
            if ends is not None and len(names) > 1:
                raise FemAsslbError(f"--limits goes with one field, and {len(names)} are drawn; use --field")
            given = {name: Normalize(*ends.of_column(name)) for name in names} if ends is not None else {}
            norms = {name: given.get(name) or limits([snapshot], view, name) for name in names}
            stem = f"fields-{snapshot.time:.6g}s" + (f"-{_file_name(names[0])}" if len(names) == 1 else "")
            drawn.append(draw_fields(snapshot, view, norms, gallery.file(stem), width))
    return drawn


_STEP, _LITHIUM = r"step +(\d{1,6})", rf"x *= *({NUMBER})"


def time_of(state: str, curves: Curves, times: Sequence[float]) -> float:
    """Written time [s] nearest to a state; of several with the same lithium the first.

    Raises:
        FemAsslbError: The state is none, or the run has not come to it.
    """
    require_state(state)
    text, columns = state.strip(), curves.columns
    if text in ("start", "end"):
        return times[0 if text == "start" else -1]
    if step := re.fullmatch(_STEP, text, re.ASCII):
        rows = np.flatnonzero(columns[STAGE] == int(step[1]))
        if not len(rows):
            raise FemAsslbError(
                f"--at {quoted(text)}: the run has no such protocol step; expected 1 to {_last(curves)}"
            )
        if int(step[1]) == curves.open_step:
            raise FemAsslbError(
                f"--at {quoted(text)}: the run has not come to the end of it; 'end' is as far as it came"
            )
        return _nearest(times, float(columns[TIME][rows[-1]]))
    if lithium := re.fullmatch(_LITHIUM, text):
        if MEAN_STOICHIOMETRY not in columns:
            raise FemAsslbError(f"--at {quoted(text)}: the run has no stoichiometry; expected a time or a step")
        _require_within(text, float(lithium[1]), columns[MEAN_STOICHIOMETRY])
        x = np.interp(times, columns[TIME], columns[MEAN_STOICHIOMETRY])
        return times[int(np.argmin(np.abs(x - float(lithium[1])).round(6)))]
    time = parse(text, "s")
    _require_within(text, time / HOUR, np.append(columns[TIME], 0.0) / HOUR, "h")
    return _nearest(times, time)


def _require_within(text: str, value: float, values: npt.NDArray[np.float64], unit: str = "") -> None:
    """A state lies between the ends of a run, or as little beyond them as two runs differ there."""
    low, high = float(values.min()), float(values.max())
    slack = SLACK * (high - low) + ROUNDED * abs(high)
    if not low - slack <= value <= high + slack:
        raise FemAsslbError(f"--at {quoted(text)}: the run goes from {low:.4g} to {high:.4g} {unit}".rstrip())


def require_state(state: str) -> None:
    """A text says when fields are taken, of whatever run.

    Raises:
        FemAsslbError: It does not.
    """
    text = state.strip()
    if text in ("start", "end") or re.fullmatch(_STEP, text, re.ASCII) or re.fullmatch(_LITHIUM, text):
        return
    try:
        parse(text, "s")
    except UnitError as error:
        raise FemAsslbError(f"--at {show(state)} is not accepted; expected {A_STATE}") from error


def _nearest(times: Sequence[float], time: float) -> float:
    return min(times, key=lambda other: abs(other - time))


def _last(curves: Curves) -> int:
    return int(curves.columns[STAGE][-1])


def _named_fields(snapshot: Snapshot, patterns: Sequence[str]) -> list[str]:
    data = snapshot.grid.point_data
    scalars = [name for name in data if data[name].ndim == 1]
    found = [name for name in scalars if any(is_named(name, pattern) for pattern in patterns)]
    for pattern in patterns:
        if not any(is_named(name, pattern) for name in found):
            names = ", ".join(f"'{stem_of(name)}'" for name in scalars)
            raise FemAsslbError(f"no field {quoted(pattern)}; accepted: {names}")
    return found or [name for name in LOOKS if name in scalars]


def _file_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", stem_of(name).lower()).strip("-")
