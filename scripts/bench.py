"""Where the time of a case goes: phases, Newton's method, one coupled iteration against linear elasticity, interfaces.

Run by scripts/bench. Speeds are ratios within one run, because machines differ and are shared.
"""

import argparse
import dataclasses
import json
import tempfile
import time
from pathlib import Path

import ufl
from dolfinx import fem
from mpi4py import MPI

import fem_asslb.app.driver as driver
from fem_asslb.case.reading.reader import read_case
from fem_asslb.mesh.domain import Domain
from fem_asslb.model.build import build_model
from fem_asslb.model.model import Model
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.newton import NewtonSolver
from meshes.cache import MESH_FOLDER


def main() -> None:
    """Measure and print on rank 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="?", default="cases/zhang2026-hb", type=Path)
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="KEY=VALUE")
    parser.add_argument("--ratio-only", action="store_true", help="do not run the case")
    options = parser.parse_args()
    comm = MPI.COMM_WORLD
    if not options.ratio_only:
        report_run(comm, options.case, options.overrides)
    case = read_case(options.case, options.overrides)
    _, domain = driver.build_domain(comm, case, options.case / MESH_FOLDER)
    model = build_model(case, domain)
    coupled = seconds_per_iteration(domain, model)
    passive = {role: dataclasses.replace(material, host=None) for role, material in model.materials.items()}
    plain = seconds_per_iteration(domain, dataclasses.replace(model, materials=passive, charge_transfer=None))
    if comm.rank == 0:
        print(f"one coupled Newton iteration {coupled:.3f} s, one linear-elastic solve {plain:.3f} s")
        print(f"ratio {coupled / plain:.2f}")
    if model.interfaces:
        whole, bulk = (seconds_per_assembly(kind(domain, model)) for kind in (Problem, Bulk))
        if comm.rank == 0:
            print(f"assembly of residual and Jacobian {whole:.3f} s, of that on interfaces {1 - bulk / whole:.1%}")


class Bulk(Problem):
    """A problem without its terms on interfaces, on the same unknowns."""

    def compile(self, form: ufl.Form) -> fem.Form:
        """See `Problem`."""
        parts = [part for part in form.integrals() if part.integral_type() != "interior_facet"]
        return super().compile(ufl.Form(parts))


def report_run(comm: MPI.Comm, case: Path, overrides: list[str]) -> None:
    """Run the case in a temporary folder and print its phases."""
    folder = Path(comm.bcast(tempfile.mkdtemp() if comm.rank == 0 else None))
    outcome = driver.run(case, comm, folder, overrides=[*overrides, "output.pictures=false"], overwrite=True)
    if comm.rank > 0:
        return
    dofs = outcome.simulation.problem.size
    record = json.loads((folder / "run.json").read_text())["runs"][-1]
    times, steps = record["wall time [s]"], record["steps"]
    attempts = steps["accepted"] + steps["rejected"]
    print(f"{case} on {comm.size} ranks: {record['end']}, {dofs} unknowns")
    for phase, seconds in times.items():
        share = seconds / times["total"]
        print(f"  {phase:22} {seconds:8.1f} s  {1e6 * seconds / dofs:8.1f} us per unknown  {share:6.1%}")
    print(f"  accepted steps {steps['accepted']}, rejected {steps['rejected']} ({steps['rejected'] / attempts:.1%})")
    print(f"  Newton iterations {steps['iterations']}, {steps['mean iterations']:.2f} per accepted step")


def seconds_per_iteration(domain: Domain, model: Model, repeats: int = 3) -> float:
    """Least time of assembly, factorisation and solution of one Newton iteration after the first solve [s]."""
    problem = Problem(domain, model)
    solver = NewtonSolver(problem)
    problem.controls.platen.pressure.value = 1.0
    solver.solve()
    best = float("inf")
    for k in range(repeats):
        problem.controls.platen.pressure.value = 2.0 + k
        domain.comm.Barrier()
        start = time.perf_counter()
        iterations = solver.solve().iterations
        domain.comm.Barrier()
        best = min(best, (time.perf_counter() - start) / iterations)
    return best


def seconds_per_assembly(problem: Problem, repeats: int = 5) -> float:
    """Least time to assemble residual and Jacobian [s]."""
    solver = NewtonSolver(problem)
    best = float("inf")
    for _ in range(repeats + 1):
        problem.domain.comm.Barrier()
        start = time.perf_counter()
        solver.residual()
        solver.matrix()
        problem.domain.comm.Barrier()
        best = min(best, time.perf_counter() - start)
    return best


if __name__ == "__main__":
    main()
