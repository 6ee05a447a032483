"""What an interactive view shows of a run: triangles and, at several times, their displacement and fields."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from fem_asslb.base.column_names import stem_of, unit_of
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.fields.names import DISPLACEMENT, STOICHIOMETRY
from fem_asslb.plotting.panels import LOOKS, limits_of, look_of, view_of
from fem_asslb.plotting.snapshots import Snapshot, read_snapshot
from fem_asslb.report.quantised import Range, packed
from fem_asslb.report.sheets import Sheets

FloatArray = npt.NDArray[np.float64]

MOST_BYTES = 16_000_000
"""Of the numbers of a scene before they are compressed."""

MOST_STATES = 12
"""Times that are shown; above it they are thinned out."""

BYTES = 2
"""Of a number."""


@dataclass(frozen=True)
class Names:
    """What the numbers in fields are called.

    Attributes:
        roles: Of the roles.
        regions: Of the regions.
    """

    roles: Sequence[str]
    regions: Sequence[str]


def scene_of(results: Path, times: Sequence[float], telling: float, names: Names) -> dict[str, Any]:
    """A scene as a table for JSON.

    Args:
        results: Results folder.
        times: Written times [s]; thinned out where they are too many, or too large for a page.
        telling: One of them that stays.
        names: Of roles and regions.

    Raises:
        FemAsslbError: No fields, a mesh that is too large for a page, or fields that change their mesh.
    """
    first = read_snapshot(results, times[0])
    # Looking at the box of a mesh in 3D adds numbers of points to its fields.
    fields = _scalars(first)
    view = view_of(first)
    sheets = Sheets.of(first, view)
    shown = thinned(times, telling, _most_states(sheets.count, len(fields)))
    values: dict[str, list[FloatArray]] = {name: [] for name in (DISPLACEMENT, *fields)}
    titles = []
    for time in shown:
        snapshot = read_snapshot(results, time)
        _add(snapshot, sheets, values)
        titles.append(_title(snapshot))
    return {
        "dimension": first.dimension,
        "roles": list(names.roles),
        "regions": list(names.regions),
        "focus": [_in_space(view.low).tolist(), _in_space(view.high).tolist()],
        "planes": [{"axis": plane.axis, "height": plane.height} for plane in sheets.planes],
        "groups": sheets.groups(),
        "states": titles,
        "first state": shown.index(telling),
        "left out": len(times) - len(shown),
        "fields": [_field(name, values[name]) for name in fields],
        "colours": {look: _colours(look) for look in {look_of(name).colours for name in fields}},
        "places": _vectors([sheets.at(_in_space(first.points()))]),
        "displacements": _vectors(values[DISPLACEMENT]),
        "region": packed(sheets.regions().astype(np.uint16)),
        "lines": packed(sheets.edges.astype(np.uint32)),
    }


def thinned(times: Sequence[float], telling: float, most: int) -> list[float]:
    """Times at equal distances in their list, the first, the last and the telling one among them where there is room.

    Args:
        times: All of them.
        telling: One of them.
        most: How many stay.
    """
    if len(times) <= most:
        return list(times)
    telling_place = times.index(telling)
    if most == 1:
        return [telling]
    places = {int(place) for place in np.linspace(0, len(times) - 1, most).round()}
    if telling_place not in places:
        inner = places - {0, len(times) - 1}
        places -= {min(inner or {0}, key=lambda place: abs(place - telling_place))}
    return [times[place] for place in sorted(places | {telling_place})]


def _most_states(corners: int, fields: int) -> int:
    """Times that fit.

    Raises:
        FemAsslbError: Not one of them does.
    """
    still, of_a_state = 4 * BYTES * corners, (3 + fields) * BYTES * corners
    most = (MOST_BYTES - still) // of_a_state
    if most < 1:
        raise FemAsslbError(f"{corners // 3} triangles of a mesh are more than a page can hold; ParaView shows them")
    return min(most, MOST_STATES)


def _scalars(snapshot: Snapshot) -> list[str]:
    """Fields with one component, those with pictures of their own first."""
    data = snapshot.grid.point_data
    scalars = [name for name in data if data[name].ndim == 1]
    return [*filter(scalars.__contains__, LOOKS), *(name for name in scalars if name not in LOOKS)]


def _add(snapshot: Snapshot, sheets: Sheets, values: dict[str, list[FloatArray]]) -> None:
    """Add the values of a time at the corners of all triangles."""
    if snapshot.grid.n_cells != len(sheets.role):
        raise FemAsslbError(f"the fields at {snapshot.time:g} s have another mesh than the first ones")
    for name, found in values.items():
        if name not in snapshot.grid.point_data:
            raise FemAsslbError(f"the fields at {snapshot.time:g} s have no '{name}'")
        data = np.asarray(snapshot.grid.point_data[name], dtype=float)
        found.append(sheets.at(data.reshape(-1, snapshot.corners, *data.shape[1:])).astype(np.float32))


def _title(snapshot: Snapshot) -> str:
    """Time and mean stoichiometry, as above a picture."""
    has_lithium = STOICHIOMETRY in snapshot.grid.point_data
    mean = f", mean x = {snapshot.mean(STOICHIOMETRY):.3f}" if has_lithium else ""
    return f"{snapshot.time / 3600.0:.4g} h{mean}"


def _field(name: str, values: Sequence[FloatArray]) -> dict[str, Any]:
    """A field with ends of its colours that are the same at all times."""
    everything = np.concatenate(values)
    covered = Range.of(everything)
    return {
        "name": stem_of(name)[:1].upper() + stem_of(name)[1:],
        "unit": unit_of(name).replace("-", ""),
        "range": [covered.low, covered.high],
        "limits": _limits(everything, name),
        "colours": look_of(name).colours,
        "states": [packed(covered.codes(part)) for part in values],
    }


def _limits(values: FloatArray, name: str) -> list[float]:
    values = values[np.isfinite(values)]
    if not len(values):
        return [0.0, 1.0]
    norm = limits_of(values, name)
    assert norm.vmin is not None and norm.vmax is not None
    return [float(norm.vmin), float(norm.vmax)]


def _vectors(states: Sequence[FloatArray]) -> dict[str, Any]:
    """Vectors with the range of each component over all times."""
    covered = [Range.of(np.concatenate([state[:, axis] for state in states])) for axis in range(3)]
    codes = [np.column_stack([part.codes(state[:, axis]) for axis, part in enumerate(covered)]) for state in states]
    return {
        "low": [part.low for part in covered],
        "high": [part.high for part in covered],
        "states": [packed(code) for code in codes],
    }


def _in_space(points: FloatArray) -> FloatArray:
    """Points with three components."""
    return np.pad(points, [(0, 0)] * (points.ndim - 1) + [(0, 3 - points.shape[-1])])


def _colours(name: str) -> list[str]:
    """Colours of a map from its low end to its high one, as a browser writes them."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return [to_hex(colour) for colour in colormaps[name](np.linspace(0.0, 1.0, 256))]
