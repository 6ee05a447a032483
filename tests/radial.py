"""A growing elastic sphere in an elastic, perfectly plastic shell, by finite elements along the radius.

One strain difference says all about the shear: t = s_r - s_t = 2 G (e_r - e_t - g) with |t| up to the yield stress.
"""

from collections.abc import Sequence

import numpy as np

ELEMENTS = 300


def core_pressures(
    core: tuple[float, float],
    shell: tuple[float, float],
    radii: tuple[float, float],
    yield_stress: float,
    outside: float,
    growths: Sequence[float],
    parts: int = 20,
) -> np.ndarray:
    """Pressure in the core after each free strain of a path.

    Args:
        core: Young's modulus [MPa] and Poisson's ratio.
        shell: The same.
        radii: Of the core and of the shell.
        yield_stress: Of the shell [MPa].
        outside: Outer pressure [MPa], there from the start.
        growths: Free strains of the core.
        parts: Steps from each to the next.
    """
    nodes = np.linspace(*radii, ELEMENTS + 1)
    middle, width = 0.5 * (nodes[1:] + nodes[:-1]), np.diff(nodes)
    bulk, shear = shell[0] / (3 - 6 * shell[1]), shell[0] / (2 + 2 * shell[1])
    stiffness = core[0] / (1 - 2 * core[1])
    # Strains along and across the radius from the displacements of both nodes.
    along, across = np.stack([-1 / width, 1 / width]), np.stack([0.5 / middle, 0.5 / middle])
    weight, moved, slipped = middle**2 * width, np.zeros(ELEMENTS + 1), np.zeros(ELEMENTS)
    found, last = [], 0.0
    for target in growths:
        for growth in np.linspace(last, target, parts + 1)[1:]:
            for _ in range(60):
                ends = np.stack([moved[:-1], moved[1:]])
                radial, hoop = (along * ends).sum(axis=0), (across * ends).sum(axis=0)
                trial = 2 * shear * (radial - hoop - slipped)
                difference = np.clip(trial, -yield_stress, yield_stress)
                mean, slope = bulk * (radial + 2 * hoop), np.where(np.abs(trial) > yield_stress, 0.0, 2 * shear)
                stress = np.stack([mean + 2 / 3 * difference, mean - difference / 3])
                forces, matrix = np.zeros(ELEMENTS + 1), np.zeros((ELEMENTS + 1, ELEMENTS + 1))
                tangent = [
                    [bulk + 2 / 3 * slope, 2 * bulk - 2 / 3 * slope],
                    [bulk - slope / 3, 2 * bulk + slope / 3],
                ]
                index = np.arange(ELEMENTS)
                for i in (0, 1):
                    np.add.at(forces, index + i, weight * (along[i] * stress[0] + 2 * across[i] * stress[1]))
                    for j in (0, 1):
                        change = [row[0] * along[j] + row[1] * across[j] for row in tangent]
                        values = weight * (along[i] * change[0] + 2 * across[i] * change[1])
                        np.add.at(matrix, (index + i, index + j), values)
                pressure = stiffness * (growth - moved[0] / nodes[0])
                forces[0] -= pressure * nodes[0] ** 2
                matrix[0, 0] += stiffness * nodes[0]
                forces[-1] += outside * nodes[-1] ** 2
                step = np.linalg.solve(matrix, forces)
                moved -= step
                if np.abs(step).max() < 1e-13:
                    break
            slipped += (trial - difference) / (2 * shear)
        last = target
        found.append(pressure)
    return np.array(found)
