"""The curves of a cell in the Battery Data Format: labels, units and signs of its ontology."""

import csv
import json
from types import SimpleNamespace

import numpy as np
import pytest

from fem_asslb.case.sections.step_text import parse_step
from fem_asslb.output import bdf, history

pytestmark = pytest.mark.serial

STEPS = [
    parse_step(text) for text in ("press to 5 MPa in 1 min", "charge at 1C until 4 V", "discharge at 1C until 3 V")
]

CURVES = {
    "time [s]": [60.0, 1860.0, 3660.0, 5460.0],
    "protocol step [-]": [1.0, 2.0, 2.0, 3.0],
    "cell voltage [V]": [float("nan"), 3.8, 4.0, 3.0],
    "current density [mA/cm2]": [0.0, 2.0, 2.0, -1.0],
    "areal capacity [mAh/cm2]": [0.0, 1.0, 2.0, 1.5],
    "stack pressure [MPa]": [5.0, 5.1, 5.2, 5.0],
    "temperature [degC]": [25.0, 25.0, 25.0, 60.0],
    "platen displacement [um]": [-1.0, -0.5, 0.0, -1.0],
}
"""A charge of 2 mAh/cm^2 and a discharge of a quarter of it."""


def test_curves_are_those_of_a_cell_with_its_plates():
    """In the units of the format; the capacities of both directions add up and their difference is the net one."""
    columns = {name: np.array(values) for name, values in CURVES.items()}
    found = bdf.bdf_columns(columns, STEPS, area=2e8, height=1001.0)
    assert found["Current / A"] == pytest.approx([0.0, 4e-3, 4e-3, -2e-3])
    assert found["Charging Capacity / Ah"] == pytest.approx([0.0, 2e-3, 4e-3, 4e-3])
    assert found["Discharging Capacity / Ah"] == pytest.approx([0.0, 0.0, 0.0, 1e-3])
    assert found["Net Capacity / Ah"] == pytest.approx([0.0, 2e-3, 4e-3, 3e-3])
    assert found["Applied Pressure / Pa"] == pytest.approx([5e6, 5.1e6, 5.2e6, 5e6])
    assert found["Thickness / mm"] == pytest.approx([1.0, 1.0005, 1.001, 1.0])
    assert found["Cycle Count / 1"].tolist() == [0, 1, 1, 1] and found["Step Count / 1"].tolist() == [1, 2, 2, 3]
    assert found["Ambient Temperature / degC"][-1] == 60.0 and found["Voltage / V"][1] == 3.8


@pytest.fixture
def simulation(tmp_path):
    """A run of the curves that has come to its end, on one rank."""
    rows = [",".join(CURVES), *(",".join(map(str, row)) for row in zip(*CURVES.values(), strict=True)), ""]
    (tmp_path / history.FILE).write_text("\n".join(rows))
    from mpi4py import MPI

    points = np.array([[0.0, 0.0, 0.0], [0.0, 1001.0, 0.0]])
    mesh = SimpleNamespace(geometry=SimpleNamespace(x=points))
    domain = SimpleNamespace(comm=MPI.COMM_SELF, dimension=2, mesh=mesh)
    case = SimpleNamespace(cell=SimpleNamespace(plate_area=None), case=SimpleNamespace(title='a "cell"'))
    return SimpleNamespace(problem=SimpleNamespace(domain=domain), case=case, loading=SimpleNamespace(steps=STEPS))


def write(folder, simulation) -> None:
    writer = bdf.BdfWriter(folder)
    writer.start(simulation)
    writer.finish(simulation, "end of protocol")


def test_a_file_has_the_required_columns_and_says_whose_current_it_is(tmp_path, simulation):
    write(tmp_path, simulation)
    rows = list(csv.DictReader((tmp_path / bdf.FILE).read_text().splitlines()))
    assert len(rows) == 4 and {"Test Time / s", "Voltage / V", "Current / A"} <= set(rows[0])
    assert rows[0]["Voltage / V"] == "" and rows[0]["Cycle Count / 1"] == "0" and rows[1]["Current / A"] == "0.002"
    assert float(rows[0]["Thickness / mm"]) == pytest.approx(1.0)
    dataset = json.loads((tmp_path / bdf.METADATA_FILE).read_text())["battinfo_dataset"]["dataset"]
    assert dataset["name"] == 'a "cell"' and "1 cm^2 of plates, as the case states no area" in dataset["description"]
    assert [item["name"] for item in dataset["variable_measured"]] == ["Thickness"]
    simulation.case.cell.plate_area = 0.5e8
    write(tmp_path, simulation)
    assert "a cell with plates of 0.5 cm^2" in (tmp_path / bdf.METADATA_FILE).read_text()
    assert ",0.001," in (tmp_path / bdf.FILE).read_text().splitlines()[2]


@pytest.mark.parametrize("lacks", ["cell", "step"])
def test_what_has_no_cell_voltage_or_no_step_has_no_curves(tmp_path, simulation, lacks):
    (tmp_path / bdf.FILE).write_text("of an earlier run")
    if lacks == "cell":
        simulation.case.cell = None
    else:
        (tmp_path / history.FILE).unlink()
    write(tmp_path, simulation)
    assert not (tmp_path / bdf.FILE).exists()


def test_labels_for_people_and_for_machines_have_the_same_units():
    units = {"s": "second", "V": "volt", "A": "ampere", "degC": "celsius", "Ah": "ah", "Pa": "pa"}
    assert all(name.endswith(f"_{units[label.split(' / ')[1]]}") for name, label in bdf.MACHINE_NAMES.items())
