"""A case that several tests of commands run."""

import pytest

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
