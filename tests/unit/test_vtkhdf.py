"""All times of the fields in one file, as VTK itself reads them."""

import numpy as np
import pytest
import pyvista
from vtkmodules.vtkIOHDF import vtkHDFReader

from fem_asslb.app import cli
from fem_asslb.app.results import Snapshots
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.output import vtkhdf
from fem_asslb.output.names import COLLECTION, ROLE
from tests.unit.test_plotting import BOX, SQUARE, write, write_run

pytestmark = pytest.mark.serial


def grids_of(path):
    """Times and grids of a file, as VTK reads them."""
    reader = vtkHDFReader()
    reader.SetFileName(str(path))
    reader.UpdateInformation()
    for number in range(reader.GetNumberOfSteps()):
        reader.SetStep(number)
        reader.Update()
        yield reader.GetTimeValue(), pyvista.wrap(reader.GetOutput()).copy()


def is_same(grid, expected):
    """Whether two grids have the same mesh and fields."""
    pairs = ((grid.point_data, expected.point_data), (grid.cell_data, expected.cell_data))
    return (
        np.array_equal(grid.points, expected.points)
        and np.array_equal(grid.celltypes, expected.celltypes)
        and np.array_equal(grid.cell_connectivity, expected.cell_connectivity)
        and all(set(data) == set(other) for data, other in pairs)
        and all(np.array_equal(data[name], other[name], equal_nan=True) for data, other in pairs for name in data)
    )


@pytest.mark.parametrize("cells", [SQUARE, BOX])
def test_every_time_is_read_as_it_was_written(tmp_path, capsys, cells):
    folder = write_run(write(tmp_path / "results", cells, [0.5, np.nan], times=(1.0, 2.5, 4.0), stress=3.0), {})
    assert cli.main(["export", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{folder / vtkhdf.FILE}\n"
    series = Snapshots(folder, COLLECTION, (ROLE,))
    found = list(grids_of(folder / vtkhdf.FILE))
    assert [time for time, _ in found] == list(series.times) == [1.0, 2.5, 4.0]
    assert all(is_same(grid, expected) for (_, grid), expected in zip(found, series, strict=True))


def test_a_mesh_that_other_ranks_number_otherwise_is_taken_too(tmp_path):
    """And back again; parts of the mesh, points and cells, may be as many or not."""
    folder = write(tmp_path / "r", BOX, [0.5, 0.5], times=(1.0, 2.0, 3.0, 4.0), stress=3.0)
    series = list(Snapshots(folder, COLLECTION, (ROLE,)))
    order = np.arange(series[0].n_cells)[::-1]
    series[1] = series[1].extract_cells(order[:-1])
    series[2] = series[2].extract_cells(order)
    for number, grid in enumerate(series):
        grid.clear_data()
        grid.cell_data["a"] = 10.0 * number + np.arange(grid.n_cells)
        grid.point_data["b"] = 10.0 * number + np.asarray(grid.points)
    vtkhdf.write_vtkhdf(tmp_path / "f.vtkhdf", [1.0, 2.0, 3.0, 4.0], iter(series))
    found = [grid for _, grid in grids_of(tmp_path / "f.vtkhdf")]
    assert all(is_same(grid, expected) for grid, expected in zip(found, series, strict=True))


def test_fields_that_change_are_refused_and_leave_no_file(tmp_path):
    series = Snapshots(write(tmp_path / "r", SQUARE, [0.5, 0.5], times=(1.0, 2.0)), COLLECTION, (ROLE,))
    less = series[1].copy()
    del less.cell_data[ROLE]
    with pytest.raises(FemAsslbError, match="the fields of time 2"):
        vtkhdf.write_vtkhdf(tmp_path / "f.vtkhdf", series.times, iter([series[0], less]))
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_results_without_fields_are_told(tmp_path, capsys):
    assert cli.main(["export", str(write_run(tmp_path, {}))]) == 2
    assert "no fields in" in capsys.readouterr().err
