"""Where the time of a case goes: phases, Newton's method, one coupled iteration against linear elasticity, interfaces.

Run by scripts/bench. Speeds are ratios within one run, because machines differ and are shared.
"""

import argparse
import dataclasses
import json
import shutil
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
from fem_asslb.output.record import read_record, versions
from fem_asslb.problem.problem import Problem
from fem_asslb.solve.newton import NewtonSolver
from meshes.cache import MESH_FOLDER
from scripts.yardstick import plain_elasticity


def main() -> None:
    """Measure and print on rank 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", nargs="?", default="cases/zhang2026-hb", type=Path)
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="KEY=VALUE")
    parser.add_argument("--ratio-only", action="store_true", help="do not run the case")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--against", type=Path, metavar="FILE", help="show ratios to the figures of a former file")
    options = parser.parse_args()
    comm = MPI.COMM_WORLD
    found = {} if options.ratio_only else phases(comm, options.case, options.overrides)
    case = read_case(options.case, options.overrides)
    _, domain = driver.build_domain(comm, case, options.case / MESH_FOLDER)
    model = build_model(case, domain)
    found |= iterations(domain, model, case.solver.preset)
    if domain.dimension == 3:
        found |= plain_elasticity(domain, model)
        plain = sum(found[f"plain elasticity, {part} [s]"] for part in ("assembly", "set-up", "solve"))
        found["coupled iteration over plain elasticity [-]"] = found["one coupled Newton iteration [s]"] / plain
    if comm.rank > 0:
        return
    former = json.loads(options.against.read_text())["figures"] if options.against else {}
    print(f"{options.case} on {comm.size} ranks")
    for name, value in found.items():
        ratio = f"{value / former[name]:8.2f} of former" if former.get(name) else ""
        print(f"  {name:52} {value:12.4g}  {ratio}")
    if options.json:
        content = {"case": str(options.case), "ranks": comm.size, "versions": versions(), "figures": found}
        options.json.write_text(json.dumps(content, indent=1) + "\n")


def iterations(domain: Domain, model: Model, preset: str) -> dict[str, float]:
    """One coupled Newton iteration against linear elasticity on the same mesh, and what assembly takes [s]."""
    coupled, linear = seconds_per_iteration(domain, model, preset)
    passive = {role: dataclasses.replace(material, host=None) for role, material in model.materials.items()}
    welded = dataclasses.replace(model, materials=passive, charge_transfer=None)
    plain, _ = seconds_per_iteration(domain, welded, preset)
    problem = Problem(domain, model)
    residual, jacobian = seconds_per_assembly(problem)
    found = {
        "unknowns [-]": float(problem.size),
        "one coupled Newton iteration [s]": coupled,
        "linear iterations of it [-]": linear,
        "one linear-elastic solve [s]": plain,
        "coupled over linear-elastic [-]": coupled / plain,
        "assembly of the residual [s]": residual,
        "assembly of the Jacobian [s]": jacobian,
        "assembly over a coupled iteration [-]": (residual + jacobian) / coupled,
    }
    if model.interfaces:
        bulk = sum(seconds_per_assembly(Bulk(domain, model)))
        found["share of interfaces in the assembly [-]"] = 1.0 - bulk / (residual + jacobian)
    return found


class Bulk(Problem):
    """A problem without its terms on interfaces, on the same unknowns."""

    def compile(self, form: ufl.Form) -> fem.Form:
        """See `Problem`."""
        parts = [part for part in form.integrals() if part.integral_type() != "interior_facet"]
        return super().compile(ufl.Form(parts))


def phases(comm: MPI.Comm, case: Path, overrides: list[str]) -> dict[str, float]:
    """Run the case in a temporary folder: wall time of its phases [s], steps, iterations, memory; on rank 0."""
    folder = Path(comm.bcast(tempfile.mkdtemp() if comm.rank == 0 else None))
    driver.run(case, comm, folder, overrides=[*overrides, "output.pictures=false"], overwrite=True)
    if comm.rank > 0:
        return {}
    record = read_record(folder)
    shutil.rmtree(folder)
    part, unknowns = record["runs"][-1], record["mesh facts"]["unknowns"]
    times, steps = part["wall time [s]"], part["steps"]
    found = {f"{phase} [s]": seconds for phase, seconds in times.items()}
    found["wall time per unknown and accepted step [us]"] = 1e6 * times["total"] / unknowns / steps["accepted"]
    found |= {f"{name} [-]": steps[name] for name in ("accepted", "rejected", "iterations", "mean iterations")}
    found["peak memory of all ranks [MB]"] = sum(part["peak memory per rank [MB]"])
    found["memory per unknown [kB]"] = 1e3 * found["peak memory of all ranks [MB]"] / unknowns
    return found


def seconds_per_iteration(domain: Domain, model: Model, preset: str, repeats: int = 3) -> tuple[float, float]:
    """Least time of assembly, factorisation and solution of one Newton iteration after the first solve [s].

    Returns:
        The time, and the linear iterations of one of Newton's on average.
    """
    problem = Problem(domain, model)
    solver = NewtonSolver(problem, preset)
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
    return best, solver.linear_iterations / solver.iterations


def seconds_per_assembly(problem: Problem, repeats: int = 5) -> tuple[float, float]:
    """Least times to assemble the residual and the Jacobian [s]."""
    solver = NewtonSolver(problem)
    best = [float("inf"), float("inf")]
    for _ in range(repeats + 1):
        for number, assemble in enumerate((solver.residual, solver.matrix)):
            problem.domain.comm.Barrier()
            start = time.perf_counter()
            assemble()
            problem.domain.comm.Barrier()
            best[number] = min(best[number], time.perf_counter() - start)
    return best[0], best[1]


if __name__ == "__main__":
    main()
