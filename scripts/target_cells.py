"""What the results of cells say to the targets of docs/targets.toml."""

from dataclasses import dataclass

import numpy as np

from fem_asslb.case.sections.steps import Charge, Discharge
from fem_asslb.diagnostics.columns import ANODE_POTENTIAL, SPECIFIC_CAPACITY, STACK_PRESSURE
from fem_asslb.fields.names import CATHODE_POTENTIAL, MEAN_STOICHIOMETRY, VOLUME_CHANGE
from fem_asslb.output.history import STAGE
from scripts.adhesion import onset, spent
from scripts.contact_loss import BOUNDARY, SURFACE
from scripts.results import changes, first_charge, history, swings


@dataclass(frozen=True)
class Finding:
    """What came out for a target.

    Attributes:
        computed: In words.
        holds: Whether it is accepted; None where a number is only reported.
        cases: Cases that it is read from.
    """

    computed: str
    holds: bool | None
    cases: tuple[str, ...]


def shrinkage_hb() -> Finding:
    """Target 2."""
    change = float(first_charge("zhang2026-hb")[VOLUME_CHANGE][-1])
    return Finding(f"{change:.2f} % against x = 1", abs(change + 5.1) <= 0.5, ("zhang2026-hb",))


def shrinkage_lb() -> Finding:
    """Target 3."""
    high, low = (float(first_charge(case)[VOLUME_CHANGE][-1]) for case in ("zhang2026-hb", "zhang2026-lb"))
    holds = abs(low + 4.3) <= 1.5 and low > high
    return Finding(f"{low:.2f} %, HB {high:.2f} %", holds, ("zhang2026-lb", "zhang2026-hb"))


LTO = "zhang2026-hb", "zhang2026-lb", "feng2026-lto-250"


def sign_lto() -> Finding:
    """Target 4."""
    falls, left = [], []
    for case in LTO:
        charge, discharge = first_charge(case), next(swings(case, Discharge))
        start, end = (float(charge[STACK_PRESSURE][place]) for place in (0, -1))
        back = float(discharge[STACK_PRESSURE][-1])
        falls.append(end - start)
        left.append((back - start) / (end - start))
    holds = max(falls) < 0.0 and max(map(abs, left)) < 0.1
    return Finding(f"{_listed(falls, '.3f')} MPa, of which {_listed(left, '.0%')} stays", holds, LTO)


def size_lto() -> Finding:
    """Target 5."""
    sizes = [abs(changes(case, Charge)[0]) for case in LTO]
    return Finding(f"{_listed(sizes, '.3f')} MPa", all(0.05 / 3 <= size <= 3.0 for size in sizes), LTO)


LEAST_HUMP = 1e-3
"""Rise of the pressure that counts as one [MPa]."""


def hump() -> Finding:
    """Target 7."""
    charge = first_charge("feng2026-lto-250")
    inside = (charge[MEAN_STOICHIOMETRY] < 0.7) & (charge[MEAN_STOICHIOMETRY] > 0.45)
    pressure = charge[STACK_PRESSURE][inside]
    rise = float((pressure - np.minimum.accumulate(pressure)).max())
    return Finding(f"largest rise {1e3 * rise:.1f} kPa", rise > LEAST_HUMP, ("feng2026-lto-250",))


def sign_liin() -> Finding:
    """Target 8."""
    cases = "feng2026-liin-250", "feng2026-liin-3d"
    charges, discharges = ([changes(case, kind)[0] for case in cases] for kind in (Charge, Discharge))
    text = "discs {:+.2f}, {:+.2f} MPa; spheres {:+.2f}, {:+.2f}"
    numbers = charges[0], discharges[0], charges[1], discharges[1]
    return Finding(text.format(*numbers), min(charges) > 0.0 > max(discharges), cases)


LIIN = "feng2026-liin-plastic-125", "feng2026-liin-plastic", "feng2026-liin-plastic-375"


def size_liin() -> Finding:
    """Target 9."""
    rises = [max(changes(case, Charge)) for case in LIIN]
    factors = [rise / measured for rise, measured in zip(rises, (1.40, 2.42, 1.89), strict=True)]
    holds = rises[1] > rises[2] > rises[0] and all(0.5 <= factor <= 2.0 for factor in factors)
    return Finding(f"{_listed(rises, '.2f')} MPa", holds, LIIN)


def asymmetry_liin() -> Finding:
    """Target 10."""
    ratios = [-min(changes(case, Discharge)) / max(changes(case, Charge)) for case in LIIN[:2]]
    return Finding(_listed(ratios, ".2f"), all(1.2 <= ratio <= 2.0 for ratio in ratios), LIIN[:2])


def balances() -> Finding:
    """Target 13."""
    cases = "zhang2026-hb-plastic", "zhang2026-lb-plastic"
    high, low = (changes(case, Charge)[2] for case in cases)
    ratio = low / high
    holds = high < low < 0.0 and ratio >= 0.3
    return Finding(f"{low:.3f} over {high:.3f} MPa, {ratio:.2f}", holds, cases)


def end_potentials() -> Finding:
    """Target 14."""
    charge = first_charge("zhang2026-lb")
    cathode, anode = float(charge[CATHODE_POTENTIAL][-1]), float(charge[ANODE_POTENTIAL][-1])
    holds = abs(cathode - 4.192) <= 0.015 and abs(anode - 1.44) <= 0.02
    return Finding(f"{cathode:.3f}, {anode:.3f} V", holds, ("zhang2026-lb",))


def capacities() -> Finding:
    """Target 15, and the discharges that follow."""
    cases = "zhang2026-hb-0.2c", "zhang2026-lb-0.2c"
    charges = [changes(case, Charge, SPECIFIC_CAPACITY)[0] for case in cases]
    discharges = [-changes(case, Discharge, SPECIFIC_CAPACITY)[0] for case in cases]
    ratio = charges[1] / charges[0]
    near = all(abs(found / paper - 1.0) <= 0.03 for found, paper in zip(charges, (227.0, 210.0), strict=True))
    text = f"{_listed(charges, '.0f')} mAh/g, ratio {ratio:.3f}; discharge {_listed(discharges, '.0f')} (198, 185)"
    return Finding(text, near and abs(ratio - 0.925) <= 0.02, cases)


def spring() -> Finding:
    """Target 32."""
    pressures = first_charge("spring-mould")[STACK_PRESSURE]
    rise = float(pressures[-1] - pressures[0])
    text = f"{pressures[0]:.2f} to {pressures[-1]:.2f} MPa with an assumed spring of 0.02 MPa/um"
    return Finding(text, 0.105 <= rise <= 0.42, ("spring-mould",))


SPHERES = "feng2026-liin-3d", "zhou2025-fine-3d", "zhou2025-coarse-3d"


def parting() -> Finding:
    """Target 33: judged by spheres, which is what particles are; discs beside them."""
    found = {case: _change_at_parting(case) for case in ("zhang2026-hb-cohesive", *SPHERES)}
    disc, *spheres = found.values()
    text = f"first hundredth of the bonded surface of spheres at {_listed(spheres, '.2f')} %, of discs at {disc:.2f} %"
    return Finding(text, all(3.0 <= change <= 8.0 for change in spheres), tuple(found))


def _change_at_parting(case: str) -> float:
    """Shrinkage of the unit cell [%] at which a hundredth of what was bonded has let go."""
    charge = first_charge(case)
    gone = spent(charge, SURFACE)
    x = onset(charge[MEAN_STOICHIOMETRY], (gone - gone[0]) / (1.0 - gone[0]))
    return -float(np.interp(-x, -charge[MEAN_STOICHIOMETRY], charge[VOLUME_CHANGE]))


def cracking() -> Finding:
    """Target 36."""
    cases = tuple(f"{cell}-polycrystal" for cell in ("zhang2026-hb", "zhang2026-lb", "feng2026-lto"))
    found = [onset(charge[MEAN_STOICHIOMETRY], spent(charge, BOUNDARY)) for charge in map(first_charge, cases)]
    return Finding(f"first hundredth of the boundaries at x = {_listed(found, '.2f')}", None, cases)


def low_pressure() -> Finding:
    """Target 37."""
    shares = {}
    for grade in ("coarse", "fine"):
        for pressure in (2, 10, 30):
            gone = spent(first_charge(f"zhou2025-{grade}-{pressure}"), SURFACE)
            shares[grade, pressure] = float((gone[-1] - gone[0]) / (1.0 - gone[0]))
    coarse, fine = ([shares[grade, pressure] for pressure in (2, 10, 30)] for grade in ("coarse", "fine"))
    holds = coarse[0] > coarse[1] > coarse[2] and max(fine) < 0.5 * min(coarse)
    cases = tuple(f"zhou2025-{grade}-{pressure}" for grade, pressure in shares)
    text = f"of the bonds in one charge at 2, 10, 30 MPa: coarse {_listed(coarse, '.0%')}, fine {_listed(fine, '.0%')}"
    return Finding(text, holds, cases)


def under_pressure() -> Finding:
    """Target 38."""
    case = "ocv-under-pressure"
    rows, found = history(case), []
    for pressed in (5, 10):
        before, after = (rows[CATHODE_POTENTIAL][rows[STAGE] == number][-1] for number in (pressed - 2, pressed))
        found.append(1e3 * float(before - after))
    holds = all(0.8 <= shift <= 6.0 for shift in found)
    return Finding(f"{_listed(found, '.2f')} mV less under 100 MPa more, at x = 0.6, 0.3", holds, (case,))


def _listed(values: list[float], form: str) -> str:
    return ", ".join(f"{value:{form}}" for value in values)
