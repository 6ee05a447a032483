"""What several tests of commands and scripts start from: a case that runs in a second, a host without packages."""

import pytest

from tests.host import create

COLUMN = """
[case]
title = "Column"
[geometry]
kind = "layered-stack"
dimension = 2
width = "4 um"
element_size = "2 um"
[geometry.layers.separator]
thickness = "4 um"
[materials]
separator = "lpscl"
[fixture]
kind = "rigid"
[protocol]
steps = ["press to 10 MPa in 1 min"]
[output]
pictures = false
"""


@pytest.fixture
def column(shared_path, comm):
    """A case that runs in a second."""
    if comm.rank == 0:
        (shared_path / "case.toml").write_text(COLUMN)
    comm.Barrier()
    return shared_path


@pytest.fixture
def host(tmp_path):
    """A host without the packages of the program."""
    return create(tmp_path)
