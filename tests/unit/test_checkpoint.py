"""Checkpoints hold values by entity and point, come back on any ranks, and outlive a kill at any moment."""

from pathlib import Path

import numpy as np
import pytest
from mpi4py import MPI

from fem_asslb.app.driver import build_domain
from fem_asslb.case.reading.reader import read_case
from fem_asslb.fields.platen import POSITION as PLATEN
from fem_asslb.output import checkpoint, entity_table
from fem_asslb.output.entity_values import EntityValues
from fem_asslb.output.saved_values import saved_numbers, saved_states, saved_values
from fem_asslb.simulation.simulation import Simulation
from tests.support import on_one_rank
from tests.unit import test_interface_output, test_output

SHELL = """
extends = "{}"
geometry.element_size = "{}"
"""

PERIODIC = test_output.CELL.replace('"2 um"', '"1.2 um"\nside_walls = "periodic"').replace(
    "[protocol]",
    """[interfaces.surface]
between = ["particle", "cathode"]
law = "cohesive"
normal_strength = "50 MPa"
normal_toughness = "1 J/m^2"
[protocol]""",
)
PERIODIC = PERIODIC.replace("particles = {", 'particles = { walls = "cut",')

LIBRARY = Path(__file__).parents[2] / "cases"

CASES = {
    "polycrystals": test_interface_output.CELL,
    "quadratic, one of three ranks without interfaces": SHELL.format(LIBRARY / "particle-debonding", "0.4 um"),
    "periodic": PERIODIC,
    "quadratic in 3D": SHELL.format(LIBRARY / "particle-debonding-3d", "1 um"),
}


def simulation_of(comm, folder, text):
    if comm.rank == 0:
        folder.mkdir(exist_ok=True)
        (folder / "case.toml").write_text(text)
    comm.Barrier()
    case = read_case(folder)
    return Simulation(case, build_domain(comm, case, folder / "mesh")[1])


def set_by_place(values):
    """Give each component of each variable a function of the place, with a period of 8 um along x."""
    for seed, (function, components) in enumerate(values.variables.values()):
        rows = function.x.array.reshape(-1, function.function_space.dofmap.index_map_bs)
        for component in range(rows.shape[1])[components]:
            x, y, z = np.moveaxis(values.points, 2, 0)
            rows[values.places, component] = np.sin(np.pi / 4 * x + seed) + y**2 - (1 + component) * z + component
        function.x.scatter_forward()


def vectors(values):
    return [function.x.array.copy() for function, _ in values.variables.values()]


@pytest.mark.parametrize("kind", CASES)
def test_values_are_where_they_were_on_any_ranks(comm, shared_path, kind):
    """All ranks write functions of the place; one alone, which has the whole mesh, reads them."""
    together = simulation_of(comm, shared_path, CASES[kind])
    tables = {}
    for values in saved_values(together):
        set_by_place(values)
        owned = values.keys[values.owned]
        tables[values.name] = entity_table.write(comm, shared_path, values.name, owned, values.gather())
    assert set(tables) == {"displacement", "lithium", "interfaces"}

    def check(simulation):
        for values in saved_values(simulation):
            before = vectors(values)
            set_by_place(values)
            expected = vectors(values)
            for (function, _), array in zip(values.variables.values(), before, strict=True):
                function.x.array[:] = array
            values.scatter(entity_table.read(shared_path, values.name, tables[values.name], values.keys))
            for found, array in zip(vectors(values), expected, strict=True):
                assert found == pytest.approx(array, abs=1e-12)
            assert max(np.ptp(array) for array in expected) > 1.0

    if comm.size == 1:
        check(together)
    else:
        on_one_rank(comm, lambda self: check(simulation_of(self, shared_path / "alone", CASES[kind])))


@pytest.mark.serial
def test_the_order_of_points_in_an_entity_does_not_matter(tmp_path):
    """As on another partition, where a cell may count its vertices in another order."""
    values = saved_values(simulation_of(MPI.COMM_SELF, tmp_path, CASES["polycrystals"]))[0]
    set_by_place(values)
    generator = np.random.default_rng(1)
    turned = np.array([generator.permutation(values.places.shape[1]) for _ in values.places])
    points = np.take_along_axis(values.points, turned[:, :, None], axis=1)
    places = np.take_along_axis(values.places, turned, axis=1)
    other = EntityValues(
        name=values.name, keys=values.keys, owned=values.owned, points=points, places=places, variables=values.variables
    )
    for name, array in values.gather().items():
        assert np.array_equal(other.gather()[name], array)
    expected = vectors(values)
    other.scatter(values.gather())
    for found, array in zip(vectors(values), expected, strict=True):
        assert np.array_equal(found, array)


def test_single_numbers_are_saved_once_and_by_name(comm, shared_path):
    simulation = simulation_of(comm, shared_path, test_output.CELL)
    for number, state in enumerate(saved_states(simulation).values()):
        state.set_number(PLATEN, 0.5 + number)
    saved = saved_numbers(simulation)
    names = [f"{when}.{name}" for when in ("state", "previous", "before") for name in simulation.problem.state.scalars]
    assert list(saved) == names and len(simulation.problem.state.scalars) > 1
    assert [saved[f"{when}.{PLATEN}"] for when in ("state", "previous", "before")] == [0.5, 1.5, 2.5]
    assert "scalars" not in [values.name for values in saved_values(simulation)]


class Killed(BaseException):
    """What no code catches."""


KILLS = {
    "before the first part": (entity_table, "_save", 0),
    "between two parts": (entity_table, "_save", 3),
    "before the last one is the one before": (checkpoint, "replace_text", 0),
    "before it counts": (checkpoint, "replace_text", 1),
    "before the old one is removed": (checkpoint.shutil, "rmtree", 1),
}
"""Function, and how many times it is called before the kill."""


def test_a_kill_at_any_moment_leaves_a_whole_checkpoint(comm, shared_path, monkeypatch):
    simulation = simulation_of(comm, shared_path, test_output.CELL)
    folder = shared_path / checkpoint.FOLDER
    if comm.rank == 0:
        folder.mkdir()
    identity = {"case": {}, "mesh": "", "files": {}}
    states = {}

    def keep():
        values = {name: function.x.array.copy() for name, function in simulation.problem.state.functions.items()}
        states[simulation.index] = simulation.time, values

    for _ in range(2):
        simulation.advance()
        keep()
        checkpoint.save(simulation, folder, identity)
    for owner, name, calls in KILLS.values():
        simulation.advance()
        keep()
        with monkeypatch.context() as patch:
            left, work = [calls], getattr(owner, name)

            def dying(*arguments, left=left, work=work, **options):
                left[0] -= 1
                if left[0] < 0:
                    raise Killed
                return work(*arguments, **options)

            patch.setattr(owner, name, dying)
            try:
                checkpoint.save(simulation, folder, identity)
            except Killed:
                killed = True
            else:
                killed = False
        assert comm.bcast(killed)
        latest = checkpoint.read_latest(shared_path)
        checkpoint.restore(simulation, shared_path, latest)
        time, values = states[latest["clock"]["index"]]
        assert simulation.time == time and simulation.index in (2, 3)
        for field, array in values.items():
            assert np.array_equal(simulation.problem.state[field].x.array, array)
    checkpoint.save(simulation, folder, identity)
    comm.Barrier()
    kept = {checkpoint.read_latest(shared_path, previous)["folder"] for previous in (False, True)}
    assert kept == {path.name for path in folder.iterdir() if path.is_dir()}
    assert kept == {f"{simulation.index - 1:06d}", f"{simulation.index:06d}"}
