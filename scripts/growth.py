"""What ranks send one another as their number grows with the cell: mpirun -n RANKS python3 -m scripts.growth [--loose].

Presses a packing as that of cases/cathode-3d, as much wider and deeper as there are more ranks, and counts messages by
PETSc's log; what the direct factor of lithium sends is not among them. Adds a row to docs/growth.csv and prints times,
which say something only of as many ranks as there are cores.
"""

import argparse
import dataclasses
import time
from pathlib import Path

from mpi4py import MPI

import fem_asslb.app.driver as driver
from fem_asslb.case.reading.reader import read_case
from fem_asslb.model.build import build_model
from fem_asslb.output.profile import begin, profile
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.newton import NewtonSolver
from scripts.results import ROOT, update_table

SIDE = 14.0
"""Width and depth for one rank [um]; they are doubled in turn."""

RANKS = (1, 2, 4, 8, 16)

ELEMENT = 0.8
"""Element size [um]."""

CASE = ("geometry.order=1", "geometry.keep_volume=true", "solver.displacement_degree=1")
SURFACE = 'interfaces.surface={between=["particle","cathode"],law="elastic"}'
"""Where interfaces may let go, the rigid motions of all bodies have a factor of their own."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Growth:
    """One number of ranks; names are the columns of the table.

    Messages, kilobytes and sums over all ranks are those of a rank on average: of one linear iteration; of one residual
    and one Jacobian; and of what else an iteration of Newton's needs, the numbers of multigrid and of factors.
    """

    name: str
    ranks: int
    unknowns: int
    linear_iterations: float
    iteration_messages: float
    iteration_kilobytes: float
    iteration_sums: float
    assembly_messages: float
    assembly_kilobytes: float
    set_up_messages: float
    set_up_kilobytes: float
    set_up_sums: float


def measure(comm: MPI.Intracomm, *, loose: bool, element: float = ELEMENT, meshes: Path | None = None) -> Growth:
    """Counts of the first two solves of a packing for as many ranks as there are.

    Args:
        comm: All ranks.
        loose: Whether interfaces may let go.
        element: Element size [um].
        meshes: Folder of the mesh; that of the case by default.
    """
    doublings = RANKS.index(comm.size)
    width, depth = SIDE * 2 ** ((doublings + 1) // 2), SIDE * 2 ** (doublings // 2)
    sizes = {"width": width, "depth": depth, "element_size": element}
    folder = ROOT / "cases" / "cathode-3d"
    lengths = [f"geometry.{name}={value} um" for name, value in sizes.items()]
    case = read_case(folder, [*CASE, *lengths, *([SURFACE] if loose else [])])
    _, domain = driver.build_domain(comm, case, meshes or folder / "mesh")
    problem = Problem(domain, build_model(case, domain))
    solver = NewtonSolver(problem, "iterative")
    begin()
    comm.Barrier()
    start = time.perf_counter()
    newton = 0
    for pressure in (40.0, 81.0):
        problem.controls.platen.pressure.value = pressure
        newton += solver.solve().iterations
    comm.Barrier()
    seconds = time.perf_counter() - start
    events, linear = profile(comm), solver.linear_iterations
    solve = events["KSPSolve"]
    if comm.rank == 0:
        each = f"linear iteration {solve['time [s]'] / linear:.4f} s, iteration of Newton's {seconds / newton:.3f} s"
        print(f"{comm.size} ranks: {each}", flush=True)
    assembly = [events["SNESFunctionEval"], events["SNESJacobianEval"]]

    def of_rank(key: str) -> tuple[float, float, float]:
        """Of one linear iteration, one assembly, and the rest of an iteration of Newton's."""
        rest = events["SNESSolve"][key] - solve[key] - sum(part[key] for part in assembly)
        each = (solve[key] / linear, sum(part[key] / part["count"] for part in assembly), rest / newton)
        iteration, assembled, other = (value / comm.size for value in each)
        return iteration, assembled, other

    messages, volumes = of_rank("messages"), of_rank("message bytes")
    # Each rank takes part in each sum.
    sums = [value * comm.size for value in of_rank("reductions")]
    return Growth(
        name=f"{'loose' if loose else 'welded'}-{comm.size}",
        ranks=comm.size,
        unknowns=problem.size,
        linear_iterations=linear / newton,
        iteration_messages=messages[0],
        iteration_kilobytes=volumes[0] / 1e3,
        iteration_sums=sums[0],
        assembly_messages=messages[1],
        assembly_kilobytes=volumes[1] / 1e3,
        set_up_messages=messages[2],
        set_up_kilobytes=volumes[2] / 1e3,
        set_up_sums=sums[2],
    )


def main() -> None:
    """Measure and add to the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loose", action="store_true", help="with interfaces that may let go")
    options = parser.parse_args()
    if MPI.COMM_WORLD.size not in RANKS:
        parser.error(f"{MPI.COMM_WORLD.size} ranks; accepted: {', '.join(map(str, RANKS))}")
    found = measure(MPI.COMM_WORLD, loose=options.loose)
    if MPI.COMM_WORLD.rank == 0:
        print(found, flush=True)
        update_table(ROOT / "docs" / "growth.csv", Growth, [found])


if __name__ == "__main__":
    main()
