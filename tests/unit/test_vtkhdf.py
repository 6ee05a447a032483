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


@pytest.mark.parametrize("cells", [SQUARE, BOX])
def test_every_time_is_read_as_it_was_written(tmp_path, capsys, cells):
    folder = write_run(write(tmp_path / "results", cells, [0.5, np.nan], times=(1.0, 2.5, 4.0), stress=3.0), {})
    assert cli.main(["export", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{folder / vtkhdf.FILE}\n"
    series, reader = Snapshots(folder, COLLECTION, (ROLE,)), vtkHDFReader()
    reader.SetFileName(str(folder / vtkhdf.FILE))
    reader.UpdateInformation()
    assert reader.GetNumberOfSteps() == 3
    for number, (time, expected) in enumerate(zip(series.times, series, strict=True)):
        reader.SetStep(number)
        reader.Update()
        grid = pyvista.wrap(reader.GetOutput())
        assert reader.GetTimeValue() == time and np.array_equal(grid.points, expected.points)
        assert np.array_equal(grid.celltypes, expected.celltypes)
        assert np.array_equal(grid.cell_connectivity, expected.cell_connectivity)
        for data, other in ((grid.point_data, expected.point_data), (grid.cell_data, expected.cell_data)):
            assert set(data) == set(other)
            assert all(np.array_equal(data[name], other[name], equal_nan=True) for name in data)


def test_a_mesh_or_fields_that_change_are_refused_and_leave_no_file(tmp_path):
    series = Snapshots(write(tmp_path / "r", SQUARE, [0.5, 0.5], times=(1.0, 2.0)), COLLECTION, (ROLE,))
    moved, less = (series[1].copy() for _ in range(2))
    moved.points = moved.points + 1.0
    del less.cell_data[ROLE]
    for other, message in ((moved, "the mesh of time 2"), (less, "the fields of time 2")):
        with pytest.raises(FemAsslbError, match=message):
            vtkhdf.write_vtkhdf(tmp_path / "f.vtkhdf", series.times, iter([series[0], other]))
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_results_without_fields_are_told(tmp_path, capsys):
    assert cli.main(["export", str(write_run(tmp_path, {}))]) == 2
    assert "no fields in" in capsys.readouterr().err
