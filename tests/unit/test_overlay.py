"""Chosen pictures: curves of runs and measurements over one another, fields at states, limits with units."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from fem_asslb.app import cli
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.comparison.measured import Measured, read_measured
from fem_asslb.fields.names import MEAN_STOICHIOMETRY
from fem_asslb.output.names import HYDROSTATIC, VON_MISES
from fem_asslb.plotting import FORMATS, chosen, overlay
from fem_asslb.plotting.chosen import Limits, draw_chosen, time_of
from fem_asslb.plotting.curves import Curves
from fem_asslb.plotting.overlay import Choice, draw_overlay
from fem_asslb.plotting.style import COLUMN_WIDTH, Gallery
from tests.unit.test_plotting import SQUARE, write, write_run

pytestmark = pytest.mark.serial

VOLTAGE, PRESSURE = "cell voltage [V]", "stack pressure [MPa]"
SPECIFIC, AREAL = "specific capacity [mAh/g]", "areal capacity [mAh/cm2]"
KNOWN = ["time [h]", VOLTAGE, PRESSURE, AREAL]


def run_of(pressure: list[float]) -> Curves:
    """An hour of pressing and two of a charge."""
    columns = {
        "time [s]": [3600.0, 7200.0, 10800.0],
        "time [h]": [1.0, 2.0, 3.0],
        "protocol step [-]": [1.0, 2.0, 2.0],
        VOLTAGE: [3.0, 3.5, 4.0],
        PRESSURE: pressure,
        AREAL: [0.0, 1.0, 2.0],
        MEAN_STOICHIOMETRY: [0.9, 0.6, 0.3],
    }
    arrays = {name: np.array(values) for name, values in columns.items()}
    return Curves(arrays, ["press to 5 MPa in 1 h", "charge at 1C until 4 V"], 2)


@pytest.fixture
def figures(monkeypatch):
    """Figures in place of their files."""
    drawn = []
    monkeypatch.setattr(overlay, "save", lambda figure, path: drawn.append(figure) or path)
    return drawn


@pytest.mark.parametrize(
    "header",
    [
        "Test Time / s,Voltage / V,Applied Pressure / Pa,Net Capacity / Ah",
        "test_time_second,voltage_volt,applied_pressure_pa,net_capacity_ah",
        "time [s],cell voltage [V],stack pressure [Pa],capacity [Ah]",
    ],
)
def test_measured_columns_come_in_the_units_of_the_history(tmp_path, header):
    path = tmp_path / "measured.csv"
    path.write_text(f"# of a cell\n{header}\n1800,3.5,5e6,1e-3\n3600,,6e6,2e-3\n", encoding="utf-8-sig")
    found = read_measured(path, KNOWN, area=0.5e8).columns
    assert list(found) == KNOWN
    assert found["time [h]"].tolist() == [0.5, 1.0] and found[PRESSURE] == pytest.approx([5.0, 6.0])
    assert found[VOLTAGE][0] == 3.5 and np.isnan(found[VOLTAGE][1])
    assert found[AREAL] == pytest.approx([2.0, 4.0])


def test_columns_of_text_are_passed_over(tmp_path):
    """As in a fit; a column that has a number among its fields is meant to be one."""
    path = tmp_path / "measured.csv"
    path.write_text("Step,Time [h],Voltage [V]\nCC charge,0,3.6\nrest,1,4.2\n")
    found = read_measured(path, KNOWN).columns
    assert len(found) == 2 and not any("Step" in name for name in found)
    path.write_text("Step,Time [h],Voltage [V]\n1,0,3.6\nrest,1,4.2\n")
    with pytest.raises(FemAsslbError, match="has the column 'Step'; expected a name and a unit"):
        read_measured(path, KNOWN)
    for name in ("Voltage", "Stack pressure"):
        path.write_text(f"Time [h],{name}\n0,70 MPa\n1,71 MPa\n")
        with pytest.raises(FemAsslbError, match=f"has the column '{name}'; expected a name and a unit"):
            read_measured(path, KNOWN)


def test_a_capacity_is_specific_areal_or_of_an_unknown_cell_by_its_unit(tmp_path):
    path = tmp_path / "measured.csv"
    for unit, column, value in [("Ah/kg", SPECIFIC, 2.0), ("Ah/m^2", AREAL, 0.2), ("Ah", "Capacity [Ah]", 2.0)]:
        path.write_text(f"Capacity [{unit}]\n2\n")
        assert read_measured(path, [SPECIFIC, AREAL]).columns == {column: pytest.approx([value])}


def test_the_sum_of_charges_is_no_capacity(tmp_path):
    path = tmp_path / "measured.csv"
    path.write_text("Charging Capacity / Ah,Discharging Capacity / Ah\n1,2\n")
    assert AREAL not in read_measured(path, [AREAL], area=1e8).columns
    path.write_text("Charging Capacity / Ah\n1\n")
    assert read_measured(path, [AREAL], area=1e8).columns == {AREAL: pytest.approx([1000.0])}


def test_the_capacity_of_a_cell_that_is_discharged_falls(tmp_path):
    """Of a file in the Battery Data Format, where the sum of all charges stands before the net capacity."""
    path = tmp_path / "measured.csv"
    path.write_text("Charging Capacity / Ah,Discharging Capacity / Ah,Net Capacity / Ah\n2,0,2\n2,1,1\n")
    assert read_measured(path, KNOWN, area=1e8).columns[AREAL] == pytest.approx([2000.0, 1000.0])
    path.write_text("Charging Capacity / Ah\n1\n2\n")
    assert read_measured(path, KNOWN, area=1e8).columns[AREAL] == pytest.approx([1000.0, 2000.0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a header"),
        ("a [V]\n", "expected a header"),
        ("voltage\n1\n", "expected a name and a unit"),
        ("a [V],b [V]\n1\n", "expected 2 numbers"),
        ("a [V]\n=cmd\n", "has '=cmd' in column 'a .V.'; expected a number"),
        ("a [V]\nnan\n", "has 'nan' in column"),
        ("\0\n1\n", "no table|a name and a unit"),
    ],
)
def test_bad_data_are_told_in_a_line(tmp_path, text, message):
    path = tmp_path / "measured.csv"
    path.write_text(text)
    with pytest.raises(FemAsslbError, match=message) as caught:
        read_measured(path, KNOWN)
    assert str(caught.value).isprintable() and len(str(caught.value)) <= 300
    with pytest.raises(FemAsslbError, match="it is a folder"):
        read_measured(tmp_path, KNOWN)


def test_curves_begin_where_the_fixture_is_closed_and_points_are_where_they_were_measured(tmp_path, figures):
    measured = Measured("m.csv", {"time [h]": np.array([1.0, 2.0]), PRESSURE: np.array([np.nan, 5.5])})
    asked = []
    draw_overlay(
        [run_of([5.0, 5.2, 5.1]), run_of([50.0, 50.5, 50.2])],
        ["a", "_$b"],
        tmp_path / "o.png",
        Choice(changes=True, width=COLUMN_WIDTH),
        lambda columns: asked.append(columns) or [measured],
    )
    assert asked == [["time [h]", VOLTAGE, PRESSURE]]
    voltage, pressure = figures[0].axes
    first, second, points = pressure.lines
    assert first.get_xdata().tolist() == [1.0, 2.0, 3.0] and first.get_ydata() == pytest.approx([0.0, 0.2, 0.1])
    assert second.get_ydata() == pytest.approx([0.0, 0.5, 0.2]) and points.get_xydata().tolist() == [[2.0, 0.0]]
    assert len(voltage.lines) == 2 and pressure.get_ylabel() == "Change of stack pressure [MPa]"
    assert [text.get_text() for text in figures[0].legends[0].get_texts()] == ["a", r" _\$b", "m.csv"]
    assert figures[0].get_figwidth() == COLUMN_WIDTH


def test_what_is_not_in_all_runs_or_not_in_the_data_is_told(tmp_path, figures):
    run, other = run_of([5.0, 5.2, 5.1]), run_of([5.0, 5.2, 5.1])
    del other.columns[AREAL]
    assert draw_overlay([run], ["a"], tmp_path, Choice(x="areal*", y=["stoichiometry mean"], limits=(0.0, 1.0)))
    assert figures[0].axes[0].get_ylim() == (0.0, 1.0)
    with pytest.raises(FemAsslbError, match="no column 'areal capacity' in all runs"):
        draw_overlay([run, other], ["a", "b"], tmp_path, Choice(x="areal capacity"))
    with pytest.raises(FemAsslbError, match=r"'m' has no 'time \[h\]' with"):
        draw_overlay([run], ["a"], tmp_path, Choice(), lambda columns: [Measured("m", {PRESSURE: np.ones(2)})])


def test_a_state_is_the_nearest_written_time():
    run, times = run_of([5.0, 5.2, 5.1]), [3600.0, 7000.0, 10800.0]
    states = {
        "start": 0,
        "end": 2,
        "step 1": 0,
        "step 2": 2,
        "2.1 h": 1,
        "x = 0.62": 1,
        "x=0.29": 2,
        "1 s": 0,
        "0 h": 0,
        "3.05 h": 2,
    }
    assert {state: times.index(time_of(state, run, times)) for state in states} == states
    for state in ("middle", "step x", "x = much", "5", "5 MPa", "step 3", "", "x = 7", "x=0", "3.2 h", "-3 h"):
        with pytest.raises(FemAsslbError, match="--at"):
            time_of(state, run, times)
    stopped = replace(run, open_step=2)
    assert time_of("step 1", stopped, times) == times[0]
    with pytest.raises(FemAsslbError, match="has not come to the end of it"):
        time_of("step 2", stopped, times)


def test_limits_have_the_unit_of_what_they_limit():
    assert Limits.of("-100 to 100 MPa").of_column(VON_MISES) == (-100.0, 100.0)
    assert Limits.of("0 to 0.4 GPa").of_column(VON_MISES) == pytest.approx((0.0, 400.0))
    assert Limits.of("0.2 to 1").of_column("stoichiometry [-]") == (0.2, 1.0)
    with pytest.raises(FemAsslbError, match="wrong dimension"):
        Limits.of("0 to 1 V").of_column(VON_MISES)
    for text in ("1 to 0 MPa", "1", "a to b", "0 to nan"):
        with pytest.raises(FemAsslbError, match="--limits"):
            Limits.of(text)


def test_chosen_fields_are_drawn_at_chosen_states_with_chosen_colours(tmp_path, monkeypatch):
    folder = write(write_run(tmp_path / "r", {}), SQUARE, [0.5, 0.5], times=(0.0, 1800.0, 3600.0), stress=1e-2)
    drawn = []
    monkeypatch.setattr(chosen, "draw_fields", lambda *given: drawn.append(given) or given[3])
    pictures = draw_chosen(folder, Gallery(folder, "svg"), ["0.6 h", "end"], ["von*"], Limits.of("0 to 1 kPa"))
    assert [path.name for path in pictures] == [
        "fields-1800s-von-mises-stress.svg",
        "fields-3600s-von-mises-stress.svg",
    ]
    snapshot, _, norms, _, _ = drawn[0]
    assert snapshot.field(VON_MISES) == pytest.approx(18.0)
    assert list(norms) == [VON_MISES] and norms[VON_MISES].vmax == pytest.approx(1e-3)
    draw_chosen(folder, Gallery(folder))
    assert HYDROSTATIC in drawn[-1][2] and drawn[-1][3].name == "fields-3600s.png"
    with pytest.raises(FemAsslbError, match="--limits goes with one field"):
        draw_chosen(folder, Gallery(folder), ends=Limits.of("0 to 1 MPa"))
    with pytest.raises(FemAsslbError, match="no field 'cheese'; accepted: .*'von Mises stress'"):
        draw_chosen(folder, Gallery(folder), fields=["cheese"])


def test_the_command_draws_runs_and_data_or_says_what_does_not_go_together(tmp_path, capsys):
    columns = {"time [h]": [0.0, 0.5, 1.0], VOLTAGE: [3.0, 3.5, 4.0]}
    for name in ("a", "b"):
        write_run(tmp_path / name / "results", columns)
    (tmp_path / "m.csv").write_text("time [min],voltage [mV]\n30,3500\n")
    case = str(tmp_path / "a")
    for ending in FORMATS:
        words = [case, str(tmp_path / "b" / "results"), "--data", str(tmp_path / "m.csv"), "--format", ending]
        assert cli.main(["plot", *words]) == 0
        path = tmp_path / "a" / "results" / "pictures" / f"overlay.{ending}"
        assert capsys.readouterr().out == f"{path}\n" and path.stat().st_size > 3000
    for words in (["--x", "time", "--at", "end"], ["--width", "one-column"], ["--y", "time", "--limits", "0 to 1 V"]):
        assert cli.main(["plot", case, *words]) == 2
    assert cli.main(["plot", case, case, "--results", case]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 4


def test_measured_points_that_are_many_are_a_thin_line(tmp_path, figures):
    many = np.linspace(1.0, 3.0, 1000)
    draw_overlay(
        [run_of([5.0, 5.2, 5.1])],
        ["a"],
        tmp_path,
        Choice(y=["stack pressure"]),
        lambda columns: [SimpleNamespace(name="m", columns={"time [h]": many, PRESSURE: many})],
    )
    line = figures[0].axes[0].lines[-1]
    assert line.get_linestyle() == "-" and len(line.get_xdata()) == 1000
