"""What pressing does to a point of each layer of powder: density, thickness, and the pressure across that stays."""

from collections.abc import Iterator

import numpy as np

from fem_asslb.base.errors import ConvergenceError
from fem_asslb.bulk.bulk_law import RELATIVE_DENSITY, BulkLaw, ReportingLaw
from fem_asslb.bulk.material_point import MaterialPoint
from fem_asslb.case.estimates.figures import Row, row
from fem_asslb.case.estimates.layers import held_directions
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.steps import Press, temperature_at
from fem_asslb.geometry import LayeredStack
from fem_asslb.materials.material import Material

STEPS = 40
"""Steps to a pressure; twice as many change the pressure across by three thousandths."""

DIE = dict.fromkeys((0, 1, 3, 4, 5), 0.0)
"""Components of the strain that walls hold."""


def compaction_rows(case: Case, geometry: LayeredStack, materials: dict[str, Material]) -> list[Row]:
    """Layers of powder without particles; nothing of others, or without a press between walls."""
    steps = case.protocol.steps
    presses = [
        (step, temperature_at(steps, number, 0.0, case.temperature))
        for number, step in enumerate(steps)
        if isinstance(step, Press)
    ]
    if not presses or held_directions(case)[0] < 2:
        return []
    rows = []
    for name, layer in geometry.layers.items():
        law = materials[name].law
        if layer.particles is None and law is not None and law.AT_POINTS and _density(MaterialPoint(law)) is not None:
            rows += _layer_rows(name, layer.thickness, law, presses)
    return rows


def _density(point: MaterialPoint) -> float | None:
    """Relative density; None where the law reports none."""
    if not isinstance(point.law, ReportingLaw):
        return None
    found = point.law.reported(point.history).get(RELATIVE_DENSITY)
    return None if found is None else float(np.ravel(found)[0])


def _layer_rows(name: str, thickness: float, law: BulkLaw, presses: list[tuple[Press, float]]) -> list[Row]:
    try:
        *_, point = pressed(law, presses)
    except ConvergenceError:
        return []
    start, density, last = _density(MaterialPoint(law)), _density(point), presses[-1][0].pressure
    assert start is not None and density is not None
    # One that was pressed as far before yields a little more, since its walls start without pressure.
    note = f"of a layer in a die, from {start:.4g}"
    return [
        row(f"relative density of {name} after the presses", density, "", "", note),
        row(f"thickness of {name} then", thickness * (1.0 + float(point.strain[2])), "um", "um", f"at {last:g} MPa"),
        row(f"pressure across {name} then", -float(point.stress[0]), "MPa", "MPa", "on walls without friction"),
    ]


def pressed(law: BulkLaw, presses: list[tuple[Press, float]]) -> Iterator[MaterialPoint]:
    """A point in a die after each press, at its temperature [K].

    Raises:
        ConvergenceError: It does not bear one.
    """
    point, before = MaterialPoint(law), 0.0
    for press, temperature in presses:
        # A loose powder bears little: the first steps are small.
        for share in np.linspace(0.0, 1.0, STEPS + 1)[1:] ** 2:
            pressure = before + share * (press.pressure - before)
            point.advance(DIE, {2: -pressure}, press.duration / STEPS, temperature)
        before = press.pressure
        yield point
