"""Fields of interfaces and the table of particles hold the numbers of the history, and histories survive a restart."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from fem_asslb.app.driver import build_domain
from fem_asslb.app.results_folder import occupied_folder
from fem_asslb.base.errors import ConvergenceError
from fem_asslb.case.reading.reader import build_case, read_table
from fem_asslb.interfaces.contact_law import DRAG_TIME
from fem_asslb.mesh.domain import region_particles
from fem_asslb.output import history, names, particle_table, record
from fem_asslb.simulation.simulation import Simulation
from tests.unit.test_output import Recorder, run

CELL = """
[case]
title = "Polycrystals that crack and let go"
[geometry]
kind = "layered-stack"
dimension = 2
width = "8 um"
element_size = "1 um"
[geometry.layers.cathode]
thickness = "8 um"
[geometry.layers.cathode.particles]
volume_fraction = 0.3
minimum_gap = "0.5 um"
diameter = { kind = "equal", value = "4 um" }
[geometry.layers.cathode.particles.grains]
diameter = { kind = "equal", value = "1.8 um" }
element_size = "0.6 um"
[materials]
cathode = "lpscl"
particle = "ncm85"
[interfaces.boundary]
between = ["particle", "particle"]
law = "cohesive"
normal_strength = "500 MPa"
normal_toughness = "20 J/m^2"
viscous_time = "2 min"
scatter = { modulus = 7.0 }
[interfaces.surface]
between = ["cathode", "particle"]
law = "cohesive"
normal_strength = "50 MPa"
normal_toughness = "1 J/m^2"
viscous_time = "2 min"
[fixture]
kind = "constant-force"
out_of_plane = "generalised-plane-strain"
[protocol]
steps = ["press to 81 MPa in 1 min", "set x = 0.4 in 2 h", "set x = 0.9 in 1 h"]
[time]
first_step = "2 min"
largest_step = "10 min"
tolerance = 0.99  # steps of stated lengths: those that follow an error fork with rounding
[solver]
displacement_degree = 1
[output]
pictures = false
"""


@pytest.fixture
def case_folder(shared_path, comm):
    """Two particles of a few grains."""
    if comm.rank == 0:
        (shared_path / "case.toml").write_text(CELL)
    comm.Barrier()
    return shared_path


FIELDS = {
    "opening [um]": "normal_opening",
    "sliding [um]": "sliding",
    "damage [-]": "released",
    "normal traction [MPa]": "normal_traction",
    "shear traction [MPa]": "shear_traction",
    "conducting share [-]": "conduction",
    "lithium current density [A/m^2]": "current",
}
"""What the fields of interfaces are called, and the values that they are means of."""


class Keeper(Recorder):
    """Observer that keeps the values with which each step was solved, by facet and by particle, from all ranks."""

    def __init__(self):
        super().__init__()
        self.facets, self.particles = [], []

    def step(self, simulation, record):
        """Means over facets with the middle of the facet, and shares of the boundaries of each particle."""
        diagnostics, comm = simulation.interfaces, simulation.problem.domain.comm
        points, mesh = diagnostics.points, diagnostics.mesh
        values = [getattr(points, member) for member in FIELDS.values()]
        means = [(points.area * value).sum(axis=1) / points.area.sum(axis=1) for value in values]
        corners = mesh.mesh.geometry.dofmap[: mesh.num_owned, : mesh.mesh.topology.dim + 1]
        middle = mesh.mesh.geometry.x[corners].mean(axis=1)
        rows = np.column_stack([diagnostics.interface, middle, *means])
        self.facets.append(in_order(np.concatenate(comm.allgather(rows))))
        particle = region_particles(simulation.problem.domain)[mesh.regions[: mesh.num_owned]]
        parts = (points.is_open, points.is_debonded, points.conduction)
        open_area, broken, conducting = ((points.area * part).sum(axis=1) for part in parts)
        rows = np.column_stack([particle, points.area.sum(axis=1), open_area, broken, conducting])
        self.particles.append(np.concatenate(comm.allgather(rows)))
        super().step(simulation, record)


@pytest.mark.serial
def test_a_run_that_replaces_another_leaves_none_of_its_files(case_folder, comm):
    outcome, _ = run(case_folder, comm, overrides=['protocol.steps=["press to 5 MPa in 1 min"]'])
    with occupied_folder(outcome.results, resume=False, overwrite=True):
        assert [path.name for path in outcome.results.iterdir()] == [".lock"]


def run_to_cracks(folder, comm):
    """The case with weaker boundaries, every step written and kept."""
    keeper = Keeper()
    overrides = ["output.fields_every=1", "interfaces.boundary.normal_toughness='5 J/m^2'"]
    outcome, _ = run(folder, comm, recorder=keeper, overrides=overrides)
    return keeper, outcome


def in_order(rows):
    """Rows of interface, x, y, z and values, sorted by the first four."""
    return rows[np.lexsort(np.round(rows[:, 3::-1], 6).T)]


def read_rows(path):
    """Rows of a table as texts, by step."""
    with path.open() as file:
        rows = list(csv.DictReader(file))
    return [[row for row in rows if row["step [-]"] == step] for step in dict.fromkeys(row["step [-]"] for row in rows)]


def conducting_shares(results, keeper, number):
    """Mean of the written conduction over each interface at each time; all written fields are those that were kept."""
    import pyvista

    reader = pyvista.PVDReader(str(results / names.INTERFACE_COLLECTION))
    assert len(reader.time_values) == len(keeper.facets)
    shares = np.zeros((len(keeper.facets), number))
    for step, (time, kept) in enumerate(zip(reader.time_values, keeper.facets, strict=True)):
        reader.set_active_time_value(time)
        grid = reader.read()[0]
        pair, middle = grid.cell_data[names.INTERFACE], grid.cell_centers().points
        found = in_order(np.column_stack([pair, middle, *(grid.cell_data[name] for name in FIELDS)]))
        for column in range(found.shape[1]):
            size = np.abs(kept[:, column]).max()
            assert found[:, column] == pytest.approx(kept[:, column], rel=1e-5, abs=1e-5 * size + 1e-30)
        sizes = grid.compute_cell_sizes()
        areas = sizes.cell_data["Length"] + sizes.cell_data["Area"]
        weights = [areas * (pair == interface) for interface in range(number)]
        shares[step] = [np.average(grid.cell_data[names.CONDUCTION], weights=weight) for weight in weights]
    return shares


def check_table_of_particles(keeper, columns, tables):
    """Each row has the contact, the conduction and the cracks of the facets of its particle."""
    assert len(tables) == len(keeper.particles)
    cracked = 0.0
    for number, (rows, kept) in enumerate(zip(tables, keeper.particles, strict=True)):
        assert len(rows) == 2
        volume = [float(row["volume [um^d]"]) for row in rows]
        x = [float(row["stoichiometry mean [-]"]) for row in rows]
        assert np.average(x, weights=volume) == pytest.approx(columns["stoichiometry mean [-]"][number], rel=1e-8)
        for row in rows:
            inside = (kept[:, :2] == float(row["particle [-]"])).sum(axis=1)
            area, open_area, broken, conducting = (kept[:, column] for column in (2, 3, 4, 5))
            surface, boundary = inside == 1, inside == 2
            in_contact = 1.0 - open_area[surface].sum() / area[surface].sum()
            assert float(row["fraction in contact [-]"]) == pytest.approx(in_contact, rel=1e-6)
            conducts = conducting[surface].sum() / area[surface].sum()
            assert float(row["fraction conducting [-]"]) == pytest.approx(conducts, rel=1e-6)
            share = broken[boundary].sum() / area[boundary].sum()
            assert float(row["cracked grain boundary fraction [-]"]) == pytest.approx(share, rel=1e-6, abs=1e-12)
            cracked = max(cracked, share)
    assert cracked > 0.0


@pytest.mark.two_ranks
def test_fields_and_table_are_those_of_the_solved_steps(case_folder, comm):
    """While damage grows the values of the end of a step are not those of the history that follows from it."""
    keeper, outcome = run_to_cracks(case_folder, comm)
    assert outcome.is_complete
    columns = history.read_history(outcome.results)
    shares = conducting_shares(outcome.results, keeper, 2)
    assert shares[:, 1] == pytest.approx(columns["particle|cathode conducting [-]"], rel=1e-6)
    for name in ("particle|particle damaged [-]", "particle|cathode open [-]"):
        assert columns[name].max() > 0.0
    assert np.abs(columns["energy balance error [-]"]).max() < 1e-2
    parts = [columns[f"{name} [pJ]"] for name in ("elastic energy", "fixture work", "chemical work")]
    left = columns["energy remainder of the step [pJ]"].sum()
    assert left == pytest.approx(-columns["energy balance error [-]"][-1] * np.abs(parts).max(), rel=1e-9)
    for kind in ("cohesive", "viscous", "friction"):
        each = [columns[f"{pair} {kind} energy [pJ]"] for pair in ("particle|particle", "particle|cathode")]
        assert sum(each) == pytest.approx(columns[f"{kind} energy [pJ]"], rel=1e-9)
        assert each[0][-1] != each[1][-1]
    check_table_of_particles(keeper, columns, read_rows(outcome.results / particle_table.FILE))


SPHERE = """
[case]
title = "A sphere that lets go"
[geometry]
kind = "particle-in-shell"
dimension = 3
core_radius = "2 um"
shell_radius = "3 um"
element_size = "1 um"
part = "symmetric"
[materials]
electrolyte = "lpscl"
particle = { use = "ncm85", axis = { direction = [0, 0, 1] } }
[interfaces.surface]
between = ["particle", "electrolyte"]
law = "cohesive"
normal_strength = "50 MPa"
normal_toughness = "0.1 J/m^2"
viscous_time = "10 min"
[fixture]
kind = "pressure"
[protocol]
steps = ["press to 20 MPa in 1 min", "set x = 0.3 in 2 h", "set x = 0.6 in 1 h"]
[time]
first_step = "1 min"
largest_step = "20 min"
tolerance = 0.99
[solver]
displacement_degree = 1
[output]
pictures = false
fields_every = 1
"""


@pytest.mark.two_ranks
def test_fields_of_interfaces_and_restart_in_3d(comm, shared_path):
    if comm.rank == 0:
        (shared_path / "case.toml").write_text(SPHERE)
    comm.Barrier()
    outcome, _ = run(shared_path, comm, recorder=(keeper := Keeper()), results=shared_path / "whole")
    columns = history.read_history(outcome.results)
    opened = columns["particle|electrolyte open [-]"]
    assert opened.max() > 0.2 and opened[-1] < opened.max()
    shares = conducting_shares(outcome.results, keeper, 1)
    assert shares[:, 0] == pytest.approx(columns["particle|electrolyte conducting [-]"], rel=1e-6)
    stage_end = int(np.flatnonzero(columns["protocol step [-]"] == 3.0)[0])
    with pytest.raises(KeyboardInterrupt):
        run(shared_path, comm, recorder=Recorder(stop_after=stage_end + 1))
    comm.Barrier()
    resumed, _ = run(shared_path, comm, resume=True)
    again = history.read_history(resumed.results)
    for name in ("particle|electrolyte open [-]", "cohesive energy [pJ]", "friction energy [pJ]"):
        assert again[name] == pytest.approx(columns[name], rel=1e-8, abs=1e-10)


def remainders(folder, comm, toughness, delay, longest, tolerance=0.01):
    """What works leave over in each step of a charge, over the largest energy, and the history."""
    overrides = [
        f"interfaces.boundary.normal_toughness='{toughness} J/m^2'",
        *(f"interfaces.{name}.viscous_time={delay}" for name in ("boundary", "surface")),
        "time.first_step=10 s",
        f"time.largest_step={longest}",
        f"time.tolerance={tolerance}",
        "protocol.steps=['press to 81 MPa in 1 min', 'set x = 0.4 in 2 h']",
    ]
    outcome, _ = run(folder, comm, overrides=overrides, overwrite=True)
    assert outcome.is_complete
    columns = history.read_history(outcome.results)
    parts = [columns[f"{name} [pJ]"] for name in ("elastic energy", "fixture work", "chemical work")]
    return columns["energy remainder of the step [pJ]"] / np.abs(parts).max(), columns


@pytest.mark.serial
def test_the_energy_balance_of_a_stable_run_closes(case_folder, comm):
    """Tough boundaries are damaged without a snap, and no delay is needed."""
    left, columns = remainders(case_folder, comm, 20, "0 s", "2 min")
    assert columns["particle|particle damaged [-]"][-1] > 0.5
    assert np.abs(columns["energy balance error [-]"]).max() < 1e-3
    assert np.abs(left).max() < 1e-4


@pytest.mark.serial
def test_what_a_delayed_snap_leaves_over_falls_with_the_step(case_folder, comm):
    """Steps of a given length: the tolerance is so wide that it sets none."""
    (long, _), (short, columns) = (
        remainders(case_folder, comm, 5, "2 min", step, 0.99) for step in ("10 min", "4 min")
    )
    assert columns["viscous energy [pJ]"][-1] > 0.2 * columns["cohesive energy [pJ]"][-1]
    assert min(long.min(), short.min()) > -1e-3
    assert abs(short.sum()) < 0.5 * abs(long.sum()) < 5e-4


@pytest.mark.serial
def test_steps_follow_a_delayed_snap(case_folder, comm):
    """However long they may be, its energy is accounted for."""
    left, columns = remainders(case_folder, comm, 5, "2 min", "30 min")
    assert columns["viscous energy [pJ]"][-1] > 0.2 * columns["cohesive energy [pJ]"][-1]
    assert abs(left.sum()) < 1e-4


@pytest.mark.serial
def test_energies_of_an_interface_are_called_what_they_are(case_folder, comm):
    """Mere contact with friction damages nothing, and its drag is nothing beside what slip dissipates."""
    if comm.rank == 0:
        text = CELL.partition("[interfaces.boundary]")[0] + CELL[CELL.index("[interfaces.surface]") :]
        adhesion = 'normal_strength = "50 MPa"\nnormal_toughness = "1 J/m^2"\nviscous_time = "2 min"\n'
        text = text.replace('law = "cohesive"', 'law = "contact"').replace(adhesion, "")
        (case_folder / "case.toml").write_text(text)
    comm.Barrier()
    outcome, _ = run(case_folder, comm, overrides=["protocol.steps=['press to 81 MPa in 1 min', 'set x = 0.8 in 1 h']"])
    columns = history.read_history(outcome.results)
    cohesive, viscous, friction = (
        columns[f"particle|cathode {kind} energy [pJ]"][-1] for kind in ("cohesive", "viscous", "friction")
    )
    assert cohesive == 0.0 and 0.0 < 100.0 * viscous < friction
    assert np.abs(columns["energy balance error [-]"]).max() < 1e-3


@pytest.mark.two_ranks
def test_numbers_of_interfaces_and_regions_are_those_of_the_record(case_folder, comm):
    """Welded interfaces are not counted, and the host is on the plus side."""
    import pyvista

    steps = "protocol.steps=['press to 81 MPa in 1 min']"
    outcome, _ = run(case_folder, comm, overrides=["interfaces.boundary.law=bonded", steps])
    content = record.read_record(outcome.results)
    facts, used = content["mesh facts"], content["interfaces used"]
    assert facts["interfaces"] == [{"name": "surface", "plus": "particle", "minus": "cathode", "surface": ""}]
    # What the case leaves to the mesh: 100 E/h of the softer side.
    (item,) = outcome.simulation.problem.model.interfaces
    assert used["surface"]["law"]["normal_stiffness"] == item.law.normal_stiffness > 1e5
    assert used["surface"]["law"]["cohesion"]["softening"] == {"kind": "Bilinear"}
    grid = pyvista.PVDReader(str(outcome.results / names.INTERFACE_COLLECTION)).read()[0]
    assert set(grid.cell_data[names.INTERFACE]) == {0}
    for field, role in ((names.PLUS_REGION, "particle"), (names.MINUS_REGION, "cathode")):
        assert {facts["regions"][number].partition("/")[0] for number in grid.cell_data[field]} == {role}


@pytest.mark.two_ranks
def test_table_of_particles_has_the_last_state_of_a_run_that_stops_early(case_folder, comm):
    """No step may be as short as lithium that begins to leave asks for: the run ends in its last good state."""
    outcome, _ = run(case_folder, comm, overrides=["time.tolerance=1e-3", "time.smallest_step=10 s"])
    assert not outcome.is_complete
    last = history.read_history(outcome.results)["step [-]"][-1]
    rows = read_rows(outcome.results / particle_table.FILE)
    assert [float(table[0]["step [-]"]) for table in rows][-1] == last
    assert len({tuple(row.values()) for table in rows for row in table}) == sum(len(table) for table in rows)


@pytest.mark.two_ranks
def test_boundaries_that_snap_without_delay_are_held_by_drag(case_folder, comm):
    """There is no equilibrium in between, at no step that the case allows."""
    changes = ["interfaces.boundary.normal_toughness='4.95 J/m^2'", "interfaces.boundary.viscous_time=0 s"]
    outcome, _ = run(case_folder, comm, overrides=[*changes, "time.smallest_step=100 s"])
    assert outcome.is_complete
    rows = history.read_history(outcome.results)
    assert rows[history.LENGTH].min() <= 100.0 * DRAG_TIME * (1.0 + 1e-12)
    assert np.abs(rows["energy balance error [-]"]).max() < 1e-2


@pytest.mark.two_ranks
def test_a_refused_attempt_leaves_the_results_of_interfaces_alone(case_folder, comm):
    """They are written once more at the end of a run that stops early."""
    case = build_case(read_table(case_folder))
    simulation = Simulation(case, build_domain(comm, case, case_folder / "mesh")[1])
    while simulation.loading.stage < 1 or simulation.stepper.last_step is None:
        simulation.advance()
    kept, stepper = simulation.interfaces.points, simulation.stepper
    stepper._settings = replace(stepper._settings, tolerance=1e-8, smallest_step=0.9 * stepper.next_step)
    with pytest.raises(ConvergenceError, match="the time error is too large"):
        simulation.advance()
    assert simulation.interfaces.points is kept


@pytest.mark.parametrize(
    "within", [pytest.param(False, marks=pytest.mark.serial), pytest.param(True, marks=pytest.mark.two_ranks)]
)
def test_interfaces_remember_over_a_restart(case_folder, comm, within):
    """Interrupted in the middle of the damage and resumed: the history of a run that never stopped.

    From a checkpoint at the end of a protocol step, or from one in the middle of it, whose steps follow the error.
    """
    steps = ["time.tolerance=0.05", "output.checkpoint_interval=0 s"] if within else []
    whole, _ = run(case_folder, comm, results=case_folder / "whole", overrides=steps)
    stage_end = int(np.flatnonzero(history.read_history(whole.results)["protocol step [-]"] == 3.0)[0])
    with pytest.raises(KeyboardInterrupt):
        stop = Recorder(stop_after=stage_end - 4 if within else stage_end + 1)
        run(case_folder, comm, recorder=stop, overrides=steps)
    comm.Barrier()
    resumed, _ = run(case_folder, comm, resume=True, overrides=steps)
    first, second = history.read_history(whole.results), history.read_history(resumed.results)
    # On several ranks a factor adds in the order in which messages arrive, and Newton may take an iteration more.
    rounding = 1e-8 if comm.size == 1 else 1e-7
    for name in (
        "particle|cathode open [-]",
        "particle|particle damaged [-]",
        "particle|particle cohesive energy [pJ]",
        "cohesive energy [pJ]",
    ):
        assert second[name] == pytest.approx(first[name], rel=rounding, abs=1e-10)
    left = "energy remainder of the step [pJ]"
    assert second[left] == pytest.approx(first[left], abs=1e-6 * np.abs(first[left]).max())
