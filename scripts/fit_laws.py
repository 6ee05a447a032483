"""Fit the lattice and potential laws of the material library to the tables beside them.

Reads the tables of fem_asslb/materials/data, prints the coefficients in the form stored there and the errors.
Needs SciPy. Run from the root of the repository: python3 -m scripts.fit_laws
"""

import tomllib
from pathlib import Path

import numpy as np
from scipy.optimize import least_squares

from fem_asslb.materials.bent_line import Bend, BentLine

DATA = Path(__file__).parents[1] / "fem_asslb" / "materials" / "data"

LITHIATED_TAIL = Bend(position=0.965, width=0.015, slope_change=-16.0)
"""Estimated end of a discharge: beyond the data, potential about 3.0 V at x = 1."""

STARTS: dict[str, list[tuple[float, float, float]]] = {
    "a": [(0.32, 0.05, 0.09), (0.60, 0.04, 0.04)],
    "c": [(0.41, 0.04, -3.8), (0.55, 0.06, -1.1)],
    "u": [(0.30, 0.03, 5.0), (0.42, 0.03, -0.8), (0.64, 0.04, 0.9)],
}
LEAST_WIDTH = {"a": 0.03, "c": 0.03, "u": 0.025}


def line_of(parameters: np.ndarray, tail: tuple[Bend, ...]) -> BentLine:
    """The law of a vector of parameters: value, slope, then position, width and slope change of each bend."""
    triples = parameters[2:].reshape(-1, 3)
    return BentLine(parameters[0], parameters[1], tuple(Bend(*triple) for triple in triples) + tail)


def fit(kind: str, x: np.ndarray, y: np.ndarray, weights: np.ndarray) -> BentLine:
    """Least squares of one law, with bounds on the bends that keep its curvature small.

    Args:
        kind: ``"a"``, ``"c"`` or ``"u"``: the start values.
        x: Stoichiometries of the table, shape (n,).
        y: Its values, shape (n,).
        weights: Weight of each row, shape (n,).
    """
    tail = (LITHIATED_TAIL,) if kind == "u" else ()
    bends = np.array(STARTS[kind])
    start = np.concatenate([np.polyfit(x[:3], y[:3], 1)[::-1], bends.ravel()])
    lower, upper = np.full(start.size, -np.inf), np.full(start.size, np.inf)
    for index, (position, width, change) in enumerate(bends):
        at = slice(2 + 3 * index, 5 + 3 * index)
        lower[at] = position - 0.12, min(LEAST_WIDTH[kind], width), min(0.0, 1.5 * change)
        upper[at] = position + 0.12, 0.10, max(0.0, 1.5 * change)

    def residual(parameters: np.ndarray) -> np.ndarray:
        return weights * (line_of(parameters, tail)(x) - y)

    found = least_squares(
        residual,
        np.clip(start, lower, upper),
        bounds=(lower, upper),
        x_scale=np.abs(start) + 1e-3,
        max_nfev=5000,
    )
    return rounded(line_of(found.x, tail))


def rounded(line: BentLine) -> BentLine:
    """The law with as many digits as the data file stores."""
    bends = tuple(
        Bend(round(bend.position, 4), round(bend.width, 4), round(bend.slope_change, 4)) for bend in line.bends
    )
    return BentLine(round(float(line.value), 4), round(float(line.slope), 4), bends)


def show(title: str, line: BentLine, x: np.ndarray, y: np.ndarray, scale: np.ndarray | float) -> None:
    """Print coefficients, the scaled error of each row and the range of the slope on [0, 1.05]."""
    errors = scale * (line(x) - y)
    slopes = line.derivative(np.linspace(0.0, 1.05, 2101))
    print(f"\n{title}\nvalue = {line.value}\nslope = {line.slope}\nbends = [")
    for bend in line.bends:
        print(f"    {{ position = {bend.position}, width = {bend.width}, slope_change = {bend.slope_change} }},")
    print("]\nerrors:", np.array2string(errors, precision=4, suppress_small=True, max_line_width=100))
    print(f"largest {np.abs(errors).max():.4f}; slope from {slopes.min():.3f} to {slopes.max():.3f}")


def main() -> None:
    """Fit all laws of the library."""
    for name in ("ncm811", "ncm85", "ncm95"):
        entry = tomllib.loads((DATA / f"{name}.toml").read_text())
        for kind in ("a", "c"):
            if "lattice" in entry:
                table = entry["lattice"]["table"]
                x, y = np.array(table["x"]), np.array(table[kind])
                line = fit(kind, x, y, np.ones_like(x) / y)
                show(f"{name}: {kind} [angstrom], errors in percent", line, x, y, 100.0 / y)
        table = entry["potential"]["table"]
        x, y = np.array(table["x"]), np.array(table["u"])
        line = fit("u", x, y, np.ones_like(x))
        show(f"{name}: U [V], errors in mV", line, x, y, 1000.0)


if __name__ == "__main__":
    main()
