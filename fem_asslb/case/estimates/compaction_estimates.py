"""What pressing does to layers of powder, in closed form: density, thickness and the pressure across that it leaves."""

import numpy as np

from fem_asslb.bulk.compaction import Compaction
from fem_asslb.bulk.flowing_solid import FlowingSolid
from fem_asslb.bulk.powder import DENSEST, density_after
from fem_asslb.bulk.relaxing_solid import RelaxingSolid
from fem_asslb.case.estimates.figures import Row, row
from fem_asslb.case.estimates.layers import held_directions
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.steps import Press
from fem_asslb.geometry import LayeredStack
from fem_asslb.materials.material import Material


def compaction_rows(case: Case, geometry: LayeredStack, materials: dict[str, Material]) -> list[Row]:
    """Layers without particles that the largest pressure of the protocol compacts further; nothing of others."""
    pressures = [step.pressure for step in case.protocol.steps if isinstance(step, Press)]
    if not pressures or held_directions(case)[0] < 2:
        return []
    rows = []
    for name, layer in geometry.layers.items():
        law = materials[name].law
        law = law.solid if isinstance(law, RelaxingSolid) else law
        if layer.particles is None and isinstance(law, FlowingSolid) and isinstance(law.rule, Compaction):
            rows += _layer_rows(name, layer.thickness, law, law.rule, (max(pressures), pressures[-1]))
    return rows


def _layer_rows(
    name: str, thickness: float, law: FlowingSolid, rule: Compaction, pressures: tuple[float, float]
) -> list[Row]:
    largest, last = pressures
    least, most = (float(rule.powder.die_pressure(np.array(density))) for density in (rule.density, DENSEST))
    # A powder that was pressed so far before has that density by a root that was found, not to the last digit.
    if not 1.001 * least < largest < most:
        return []
    density = density_after(rule.powder, largest)
    across = pressure_across(law, rule, density, pressures)
    note = f"rigid-plastic in a die, from {rule.density:.4g}"
    return [
        row(f"relative density of {name} after {largest:g} MPa", density, "", "", note),
        row(f"thickness of {name} then", thickness * rule.density / density, "um", "um", "the mass stays"),
        row(f"pressure across {name} at {last:g} MPa", across, "MPa", "MPa", "elastic unloading in the die"),
    ]


def pressure_across(law: FlowingSolid, rule: Compaction, density: float, pressures: tuple[float, float]) -> float:
    """Pressure on the walls of a die [MPa] after a powder was pressed along it and unloaded.

    On the ellipse (q/Q)^2 + (p/P)^2 = 1 flow without strain across asks for q/Q^2 = (2/3) p/P^2, so that along the die
    s = sqrt(P^2 + (4/9) Q^2), p = P^2/s, and across p - q/3. Unloading by ds takes nu/(1 - nu) ds away; that it stays
    elastic holds until the pressure across is a few times the one along.

    Args:
        law: The solid, whose moduli say nu.
        rule: Its rule of flow.
        density: Relative density at the largest pressure.
        pressures: Along the die, largest and after the unloading [MPa].
    """
    hydrostatic, shear = (float(part(np.array(density))[0]) for part in (rule.powder.pressure, rule.powder.shear))
    along, last = pressures
    pressed = (hydrostatic**2 - 2.0 / 9.0 * shear**2) / along
    side = (3.0 * law.bulk_modulus - 2.0 * law.shear_modulus) / (3.0 * law.bulk_modulus + 4.0 * law.shear_modulus)
    return pressed - side * (along - last)
