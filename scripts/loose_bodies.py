"""Linear iterations against the number of unknowns, bonded and loose: python3 -m scripts.loose_bodies.

Presses the packing of cases/cathode-3d, whose particles hang on springs: all stiffer than the particles, those of about
every second particle so soft that it is as good as loose, or of all; these are solved without the rigid motions of each
body too. Writes docs/loose_bodies.csv and the picture beside it.
"""

import dataclasses
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from mpi4py import MPI

import fem_asslb.app.driver as driver
from fem_asslb.base.errors import ConvergenceError
from fem_asslb.base.functions import NumberLike, choose
from fem_asslb.case.reading.reader import read_case
from fem_asslb.interfaces.elastic_law import ElasticLaw
from fem_asslb.interfaces.interface_law import InterfaceLaw
from fem_asslb.interfaces.response import History, Opening, Response
from fem_asslb.interfaces.start import InterfaceStart
from fem_asslb.model.build import build_model
from fem_asslb.plotting.style import CYCLE, create_figure, paper_style, save
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.newton import NewtonSolver
from scripts.results import ROOT, update_table

SIZES = {1: (1.2, 0.8, 0.55), 2: (2.4, 1.6)}
"""Element sizes [um] by the degree of the displacement."""

PLAIN = {"fieldsplit_multigrid_pc_type": "gamg"}
"""The same multigrid alone."""

STIFF, SOFT = 1e6, 1e-3
"""Stiffness of the springs [MPa/um]; that of a particle is of the order of 1e5."""

COLUMNS = {
    "iterations_bonded": (STIFF, STIFF, None),
    "iterations_half": (STIFF, SOFT, None),
    "iterations_loose": (SOFT, SOFT, None),
    "iterations_without": (SOFT, SOFT, PLAIN),
}
"""Stiffness of the springs of each half of the particles [MPa/um], and options of the solver."""

SCATTER = 10.0
"""Weibull modulus of the strengths that tell the halves; they are drawn for each particle."""


@dataclasses.dataclass(frozen=True)
class TwoHalves(InterfaceLaw):
    """Springs of one stiffness where the strength is above its median, of another one below [MPa/um]."""

    stiffness: float
    other_stiffness: float

    def respond(
        self, now: Opening, before: Opening, history: History, time_step: NumberLike, strength: NumberLike
    ) -> Response:
        """See `InterfaceLaw.respond`."""
        median = math.log(2.0) ** (1.0 / SCATTER)
        chosen = choose(strength - median, self.stiffness, self.other_stiffness)
        return ElasticLaw(chosen, chosen).respond(now, before, history, time_step, strength)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Solve:
    """One of them; names are the columns of the table."""

    name: str
    degree: int
    element_um: float
    unknowns: int
    iterations_bonded: float
    iterations_half: float
    iterations_loose: float
    iterations_without: float


def measure(degree: int, size: float, columns: Iterable[str] = COLUMNS, meshes: Path | None = None) -> Solve:
    """Iterations of one element size.

    Args:
        degree: Of the displacement.
        size: Of elements [um].
        columns: What is solved; the others are not a number.
        meshes: Folder of the mesh; that of the case by default.
    """
    shape = ["geometry.order=1", "geometry.keep_volume=true"] if degree == 1 else ["geometry.order=2"]
    spring = 'interfaces.surface={between=["particle","cathode"],law="elastic"}'
    overrides = [*shape, f"geometry.element_size={size} um", f"solver.displacement_degree={degree}", spring]
    folder = ROOT / "cases" / "cathode-3d"
    case = read_case(folder, overrides)
    _, domain = driver.build_domain(MPI.COMM_WORLD, case, meshes or folder / "mesh")
    model, found = build_model(case, domain), dict.fromkeys(COLUMNS, math.nan)
    for column in columns:
        *stiffnesses, options = COLUMNS[column]
        law = TwoHalves(*stiffnesses)
        interfaces = tuple(dataclasses.replace(item, law=law, start=drawn(item.start)) for item in model.interfaces)
        problem = Problem(domain, dataclasses.replace(model, interfaces=interfaces))
        problem.controls.platen.pressure.value = 81.0
        solver = NewtonSolver(problem, "iterative", options)
        try:
            solver.solve()
        except ConvergenceError:
            continue
        found[column] = solver.linear_iterations / solver.iterations
    print(degree, size, problem.size, found, flush=True)
    return Solve(name=f"P{degree}-{size}", degree=degree, element_um=size, unknowns=problem.size, **found)


def drawn(start: InterfaceStart) -> InterfaceStart:
    """State at assembly with a strength for each particle."""
    return dataclasses.replace(start, weibull_modulus=SCATTER, scatter_by_boundary=True)


def draw(solves: Sequence[Solve]) -> None:
    """Iterations over unknowns with the rigid motions; without them there may be none to draw."""
    with paper_style():
        figure, (axes,) = create_figure(3.2, width=4.5)
        for number, column in enumerate(list(COLUMNS)[:3]):
            for degree, line in ((1, "-"), (2, "--")):
                chosen = [solve for solve in solves if solve.degree == degree]
                axes.semilogx(
                    [solve.unknowns for solve in chosen],
                    [getattr(solve, column) for solve in chosen],
                    line,
                    marker="o",
                    color=CYCLE[number],
                    label=f"{column.removeprefix('iterations_')}, P{degree}",
                )
        axes.set_xlabel("Unknowns")
        axes.set_ylabel("Linear iterations per Newton iteration")
        axes.set_ylim(bottom=0.0)
        axes.legend()
        save(figure, ROOT / "docs" / "loose_bodies.png")


def main() -> None:
    """Measure, write the table and the picture."""
    solves = [measure(degree, size) for degree, sizes in SIZES.items() for size in sizes]
    update_table(ROOT / "docs" / "loose_bodies.csv", Solve, solves)
    draw(solves)


if __name__ == "__main__":
    main()
