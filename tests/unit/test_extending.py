"""The examples of docs/extending.md, each from a case and against a closed form."""

import math
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import ufl

from fem_asslb.app.cli import main
from fem_asslb.app.driver import build_domain, run
from fem_asslb.app.plugins import load_plugins
from fem_asslb.base.endings import DONE, FAILED_INPUT
from fem_asslb.base.errors import CaseErrors, FemAsslbError
from fem_asslb.case.reading.reader import read_case
from fem_asslb.case.sections.fields import FIELD_KINDS
from fem_asslb.case.sections.interfaces import INTERFACE_LAWS
from fem_asslb.fields.platen import POSITION as PLATEN
from fem_asslb.interfaces.response import Opening
from fem_asslb.materials.bent_line import BentLine
from fem_asslb.materials.bulk_laws import BULK_LAWS
from fem_asslb.materials.function import PositiveFunction
from fem_asslb.model.build import build_model
from fem_asslb.output.history import read_history
from fem_asslb.simulation.simulation import Simulation
from tests.closed_forms import plane_wave_modulus
from tests.launching import environment, mpirun
from tests.support import integral
from tests.verification.test_cell import SMALL

pytestmark = pytest.mark.two_ranks

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
FILES = {found[1]: block for block in BLOCKS if (found := re.match(r'"""(\w+\.py):', block))}
IMPORTING, CHANGING = (block for block in BLOCKS if block not in FILES.values())
SNIPPETS = re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)
HEIGHTS = {"anode": 244.0, "separator": 685.0, "cathode": 18.0}
CONDUCTIVITIES = {"anode": 1.5, "separator": 0.5, "cathode": 2.0}
CHARGE = ["press to 5 MPa in 1 min", "charge at 1C for 5 minutes"]
PRESS = '[protocol]\nsteps = ["press to 81 MPa in 1 min"]\n[time]\nfirst_step = "2 s"\nlargest_step = "2 s"\n'


@pytest.fixture
def example(shared_path, comm):
    """Writes an example; the tables are afterwards as they were."""
    before = [(table, dict(table)) for table in (BULK_LAWS, INTERFACE_LAWS, FIELD_KINDS)]

    def write(name):
        if comm.rank == 0:
            (shared_path / name).write_text(FILES[name], encoding="utf-8")
        comm.barrier()
        return shared_path / name

    yield write
    for table, entries in before:
        table.clear()
        table.update(entries)
    for name in [name for name in sys.modules if name.startswith("fem_asslb_plugin_") or f"{name}.py" in FILES]:
        del sys.modules[name]


@pytest.fixture
def plugin(example):
    """Loads an example."""
    return lambda name: load_plugins([example(name)])


def write_column(comm, folder, *parts):
    """The column with parts of a case as they stand in the documentation, in a folder."""
    if comm.rank == 0:
        folder.mkdir(exist_ok=True)
        head = f'extends = "{ROOT / "cases" / "column"}"\n'
        (folder / "case.toml").write_text(head + "\n".join((PRESS, "[output]\npictures = false\n", *parts)))
    comm.barrier()


def column(comm, folder, *parts):
    """The same as a case."""
    write_column(comm, folder, *parts)
    return read_case(folder)


@pytest.mark.serial
def test_examples_are_short():
    # The function of a host is for scripts alone.
    assert len(FILES) == len(SNIPPETS) + 1 == 4
    assert all(len(text.splitlines()) < 100 for text in FILES.values())


@pytest.mark.serial  # a script runs it on ranks, below
def test_a_law_of_the_bulk(comm, shared_path, plugin):
    """Uniaxial strain e of a layer: p = M e exp(-e/k_0), and what is not stored is dissipated."""
    plugin("damage_law.py")
    outcome = run(column(comm, shared_path, SNIPPETS[0]), comm, shared_path / "results", folder=shared_path)
    assert outcome.is_complete
    rows = {name: values[-1] for name, values in read_history(shared_path / "results").items()}
    strain, modulus, scale = rows["separator strain max [-]"], 24e3 * 0.67 / (1.33 * 0.34), 0.05
    assert rows["stack pressure [MPa]"] == pytest.approx(modulus * strain * np.exp(-strain / scale), rel=1e-8)
    work = modulus * scale**2 * (1 - np.exp(-strain / scale) * (1 + strain / scale))
    stored = 0.5 * modulus * strain**2 * np.exp(-strain / scale)
    spent = (work - stored) * 20.0 * HEIGHTS["separator"]
    assert rows["separator damage energy [pJ]"] == pytest.approx(spent, rel=2e-3)
    assert abs(rows["energy balance error [-]"]) < 1e-9


@pytest.mark.serial
def test_a_law_of_an_interface_in_numbers(plugin):
    """t = k w exp(-w/w_0) while it opens, a straight line back, and trapezoidal work is stored or dissipated."""
    plugin("tiring_law.py")
    law = INTERFACE_LAWS["tiring"](between=("a", "b"), stiffness=50.0, scale=0.1).build_law(1.0, 1.0)
    at = [Opening(width, (0.0, 0.0, 0.0)) for width in (*np.linspace(0.0, 0.3, 400), 0.15, -0.02)]
    history, work, spent, responses = {"largest opening": 0.0}, 0.0, 0.0, []
    for before, now in zip(at[:-1], at[1:], strict=True):
        response = law.respond(now, before, history, 1.0, 1.0)
        last = responses[-1].normal_traction if responses else 0.0
        work += 0.5 * (response.normal_traction + last) * (now.normal - before.normal)
        spent += response.dissipated["tiring"]
        history = response.history
        responses.append(response)
    stiffness = 50.0 * np.exp(-3.0)
    assert [r.normal_traction for r in responses[-3:]] == pytest.approx([0.3 * stiffness, 0.15 * stiffness, -1.0])
    # The step from tension to compression bends: its trapezium is not its work.
    kink = 0.5 * (0.15 * stiffness - 1.0) * -0.17 - (0.5 * 50.0 * 0.02**2 - 0.5 * stiffness * 0.15**2)
    assert work - kink == pytest.approx(responses[-1].stored["elastic"] + spent, rel=1e-4)


def test_a_law_of_an_interface_in_a_case(comm, shared_path, plugin):
    plugin("tiring_law.py")
    case = column(comm, shared_path, SNIPPETS[1])
    simulation = Simulation(case, build_domain(comm, case, shared_path)[1])
    while not simulation.loading.has_ended:
        scalars = simulation.advance().scalars
    assert scalars["cathode|separator overlap max [um]"] == pytest.approx(81.0 / 50.0, rel=1e-8)
    assert scalars["tiring energy [pJ]"] == 0.0
    assert abs(scalars["energy balance error [-]"]) < 1e-9


def test_a_field(comm, shared_path, plugin):
    """Flux through layers in series, with the jump over its interface; saved, judged and reported like any field."""
    plugin("temperature.py")
    interface = '[interfaces.contact]\nlaw = "elastic"\nbetween = ["separator", "cathode"]\n'
    case = column(comm, shared_path, SNIPPETS[2], interface)
    outcome = run(case, comm, shared_path / "results", folder=shared_path)
    problem = outcome.simulation.problem
    flux = 30.0 / (sum(HEIGHTS[role] / CONDUCTIVITIES[role] for role in HEIGHTS) + 1 / 0.01)
    temperature, place = problem.state["temperature"], problem.model.interfaces[0].place
    surface = problem.formulation.measures.interface(place)
    side = 1.0 if place.plus == "cathode" else -1.0
    jump = integral(problem, side * ufl.jump(temperature), surface) / 20.0
    assert jump == pytest.approx(flux / 0.01, rel=1e-9)
    cathode = problem.formulation.measures.dx("cathode", 0)
    slope = integral(problem, ufl.grad(temperature)[1], cathode) / (20.0 * HEIGHTS["cathode"])
    assert slope == pytest.approx(flux / CONDUCTIVITIES["cathode"], rel=1e-9)
    rows = read_history(shared_path / "results")
    assert (rows["temperature min [K]"][-1], rows["temperature max [K]"][-1]) == (300.0, 330.0)
    going_on = run(case, comm, shared_path / "results", folder=shared_path, resume=True)
    again = going_on.simulation.problem.state["temperature"].x.array
    assert np.array_equal(again, temperature.x.array)


@pytest.mark.serial
def test_a_command_runs_a_module_where_it_is_named(comm, shared_path, plugin, capsys):
    """Nowhere else; and a case that travels between ranks finds its classes again."""
    hashes = plugin("temperature.py")
    assert list(hashes) == ["plugin temperature.py"]
    case = column(comm, shared_path, SNIPPETS[2])
    assert pickle.loads(pickle.dumps(case)) == case
    del sys.modules["fem_asslb_plugin_temperature"]
    FIELD_KINDS.clear()
    words = ["check", str(shared_path)]
    assert main(words) == FAILED_INPUT
    assert "fields.temperature.kind: 'temperature' is not accepted" in capsys.readouterr().err
    assert main([*words, "--plugin", str(shared_path / "temperature.py")]) == DONE
    assert "[fields.temperature]" in capsys.readouterr().out


def test_a_script_imports_a_module(comm, shared_path, example, monkeypatch, capsys):
    example("damage_law.py")
    write_column(comm, shared_path / "my-cell", SNIPPETS[0])
    monkeypatch.chdir(shared_path)
    monkeypatch.syspath_prepend(shared_path)
    names = {}
    exec(compile(IMPORTING, "extending.md", "exec"), names)
    pressure = names["outcome"].simulation.pressure()
    assert capsys.readouterr().out == f"end of protocol {pressure} MPa\n"
    spent = read_history(Path("my-cell/results"))["separator damage energy [pJ]"][-1]
    assert pressure == pytest.approx(81.0, rel=1e-9) and spent > 0.0


def test_a_script_changes_a_model_and_adds_a_source(comm, shared_path, monkeypatch, capsys):
    """The plate under the stack bears the platen and the weight; the separator gives way as it is, not as stated."""
    write_column(comm, shared_path / "my-cell")
    monkeypatch.chdir(shared_path)
    names = {}
    exec(compile(CHANGING, "extending.md", "exec"), names)
    simulation, height = names["simulation"], sum(HEIGHTS.values())
    assert simulation.pressure() == pytest.approx(81.0, rel=1e-9)
    assert simulation.diagnostics.reaction("bottom") == pytest.approx(20.0 * (81.0 + 1e-3 * height), rel=1e-7)
    assert capsys.readouterr().out.startswith("end of protocol 81.0")
    moduli = {role: item.elasticity for role, item in names["model"].materials.items()}
    assert moduli["separator"].youngs_modulus == 30e3
    sunk, pressure = 0.0, 81.0
    for role in ("cathode", "separator", "anode"):
        modulus = plane_wave_modulus(moduli[role].youngs_modulus, moduli[role].poisson_ratio)
        sunk -= (pressure + 0.5e-3 * HEIGHTS[role]) * HEIGHTS[role] / modulus
        pressure += 1e-3 * HEIGHTS[role]
    assert simulation.problem.state.number(PLATEN) == pytest.approx(sunk, rel=1e-7)


@pytest.mark.serial
def test_a_host_takes_a_function_of_ones_own(comm, shared_path, example, monkeypatch):
    """D_0 exp(-x/w) in its own words, and as the exponential of a line: the same cell to rounding."""
    example("fading_diffusion.py")
    monkeypatch.syspath_prepend(str(shared_path))
    import fading_diffusion as own

    case = read_case(ROOT / "cases" / "zhang2026-hb", [*SMALL, f"protocol.steps={CHARGE}"])
    _, domain = build_domain(comm, case, shared_path)
    ends = []
    for law in (own.Fading(0.02, 0.3), PositiveFunction(BentLine(math.log(0.02), -1.0 / 0.3))):
        simulation = Simulation(case, domain, model=own.with_fading(build_model(case, domain), "particle", law))
        while not simulation.loading.has_ended:
            scalars = simulation.advance().scalars
        ends.append(scalars)
    assert ends[0]["stoichiometry max [-]"] - ends[0]["stoichiometry min [-]"] > 0.01
    names = ("cell voltage [V]", "stoichiometry min [-]", "stack pressure [MPa]")
    assert [ends[0][name] for name in names] == pytest.approx([ends[1][name] for name in names], rel=1e-9)


@pytest.mark.serial
def test_what_no_module_adds_is_refused():
    with pytest.raises(CaseErrors, match=r"fields\.t\.kind: 'heat' is not accepted; expected one that"):
        read_case(ROOT / "cases" / "column", ["fields.t.kind=heat"])


@pytest.mark.serial
@pytest.mark.parametrize(
    ("content", "words"), [(None, "cannot be read: No such file"), ("def", "is no Python"), ("\0", "is no Python")]
)
def test_a_file_that_is_no_module_is_refused(tmp_path, content, words):
    if content is not None:
        (tmp_path / "mine.py").write_text(content)
    with pytest.raises(FemAsslbError, match=words):
        load_plugins([tmp_path / "mine.py"])


@pytest.mark.serial
def test_a_module_is_a_file_that_ends(tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    for path, words in ((tmp_path / "pipe.py", "a named pipe"), (Path("/dev/zero"), "a device")):
        with pytest.raises(FemAsslbError, match=f"cannot be read: it is {words}"):
            load_plugins([path])


@pytest.mark.serial
@pytest.mark.parametrize(
    ("error", "code", "words"),
    [("ValueError('ill')", 1, "ValueError: ill"), ("FemAsslbError('bro\\x1b[31mke')", 2, r"rank 1: bro\x1b[31mke")],
)
def test_a_module_that_fails_on_one_rank_ends_all(tmp_path, error, code, words):
    """No rank waits for the other, and what is said can be shown."""
    lines = "from mpi4py import MPI", "from fem_asslb.base.errors import FemAsslbError", "if MPI.COMM_WORLD.rank == 1:"
    (tmp_path / "mine.py").write_text("\n".join([*lines, f"    raise {error}"]))
    command = [*mpirun(2), sys.executable, "-P", "-m", "fem_asslb", "run", str(ROOT / "cases" / "column")]
    command += ["--results", str(tmp_path / "results"), "--plugin", str(tmp_path / "mine.py")]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == code and words in done.stderr and "\x1b" not in done.stderr
    assert not (tmp_path / "results").exists()


@pytest.mark.serial
def test_a_field_needs_a_name_of_its_own(comm, shared_path, plugin):
    plugin("temperature.py")
    case = column(comm, shared_path, SNIPPETS[2].replace("fields.temperature", "fields.displacement"))
    with pytest.raises(FemAsslbError, match=r"fields\.displacement: a field of the program has this name"):
        Simulation(case, build_domain(comm, case, shared_path)[1])
