"""Whatever a case or the command line names is looked at before it is opened: a pipe would never end."""

import os
import socket

import pytest

from fem_asslb.base.errors import CaseErrors, FemAsslbError
from fem_asslb.base.input_files import regular_file
from fem_asslb.case.reading.reader import read_case
from fem_asslb.case.sections.paths import file_hashes
from fem_asslb.geometry.point_table import read_points
from fem_asslb.output import checkpoint
from fem_asslb.output.collection import read_collection
from fem_asslb.output.history import rows_until
from meshes.mesh_reader import read_mesh

pytestmark = pytest.mark.serial  # files only: nothing parallel in it


def pipe(place):
    os.mkfifo(place)


def unix_socket(place):
    # The name of a socket may have 107 characters.
    here = os.getcwd()
    os.chdir(place.parent)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(place.name)
    os.chdir(here)


KINDS = {
    "a named pipe": pipe,
    "a folder": lambda place: place.mkdir(),
    "a device": lambda place: place.symlink_to("/dev/zero"),
    "a socket": unix_socket,
}


@pytest.mark.parametrize("kind", KINDS)
def test_only_files_are_read(kind, tmp_path):
    KINDS[kind](tmp_path / "input")
    with pytest.raises(OSError, match=f"it is {kind}, not a file"):
        regular_file(tmp_path / "input")


def test_a_link_to_a_file_is_a_file_and_a_name_without_one_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    assert regular_file(tmp_path / "link") == tmp_path / "link"
    for name in ("none", "a\0b", "x" * 5000):
        with pytest.raises(OSError):
            regular_file(tmp_path / name)


READERS = {
    "case.toml": lambda path: read_case(path),
    "case of --extends": lambda path: read_case(extending(path)),
    "mesh.msh": read_mesh,
    "mesh.inp": read_mesh,
    "points.csv": lambda path: read_points(path, 2, "gap [um]", zero=True),
    "file of a hash": lambda path: file_hashes({"geometry": {"path": str(path)}}),
    "latest.json": lambda path: checkpoint.read_latest(checkpoint_of(path)),
    "history.csv": lambda path: rows_until(path, 1),
    "fields.pvd": read_collection,
}
"""What reads each kind of input file."""


def extending(path):
    place = path.parent / "variant"
    place.mkdir()
    (path.parent / "base.toml").symlink_to(path)
    (place / "case.toml").write_text('extends = "../base.toml"\n')
    return place


def checkpoint_of(path):
    folder = path.parent / "results"
    (folder / checkpoint.FOLDER).mkdir(parents=True)
    (folder / checkpoint.FOLDER / checkpoint.LATEST).symlink_to(path)
    return folder


@pytest.mark.parametrize("name", READERS)
def test_no_reader_waits_for_a_pipe(name, tmp_path):
    path = tmp_path / name
    os.mkfifo(path)
    with pytest.raises((FemAsslbError, CaseErrors, ValueError, OSError)) as caught:
        READERS[name](path)
    message = caught.value.strerror if isinstance(caught.value, OSError) else str(caught.value)
    assert "named pipe" in message or "no case here" in message
    assert "\n" not in message


@pytest.mark.parametrize("number", ["５", "1_0", "٣", "nan", "inf", "0x1", "1e", "", "1e99999"])
def test_numbers_of_a_table_are_plain_decimals(number, tmp_path):
    """What Python takes for a number beside them is a slip of the hand; digits of other scripts look like ours."""
    (tmp_path / "points.csv").write_text(f"x [um],y [um],gap [um]\n1,2,0\n3,{number},4\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 3: 3, .* is not accepted; expected 3 finite numbers, the gap from 0"):
        read_points(tmp_path / "points.csv", 2, "gap [um]", zero=True)


@pytest.mark.parametrize("row", ["1e300,2,0", "1,-2e6,0", "1,2,1e300", "1,2,2e6"])
def test_numbers_of_a_table_have_the_range_of_lengths(row, tmp_path):
    (tmp_path / "points.csv").write_text(f"x [um],y [um],gap [um]\n{row}\n")
    with pytest.raises(ValueError, match=r"line 2: .* the gap from 0, none beyond 1e\+06 um"):
        read_points(tmp_path / "points.csv", 2, "gap [um]", zero=True)


def test_decimals_of_a_table_are_read_with_blanks_around_them(tmp_path):
    (tmp_path / "points.csv").write_text("x [um],y [um],gap [um]\n -1.5, +2e-1 ,.5\n")
    points, gaps = read_points(tmp_path / "points.csv", 2, "gap [um]", zero=True)
    assert points.tolist() == [[-1.5, 0.2]] and gaps.tolist() == [0.5]
