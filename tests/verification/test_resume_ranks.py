"""A run goes on, on another number of ranks, as if it had never stopped: through the debonding of a particle."""

from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest

from fem_asslb.app.driver import run
from fem_asslb.base import compatibility
from fem_asslb.output import checkpoint
from fem_asslb.output.history import read_history
from fem_asslb.solve import convergence

CASE = f"""
extends = "{Path(__file__).parents[2] / "cases" / "particle-debonding"}"
[geometry]
element_size = "0.5 um"
[interfaces.surface]
viscous_time = "5 min"
normal_strength = "15 MPa"
normal_toughness = "0.01 J/m^2"
[materials.electrolyte.law]
kind = "compaction"
yield_stress = "370 MPa"
relative_density = 0.93
tension_limit = "30 MPa"
[protocol]
steps = ["fabricate at 300 MPa for 1 min", "unload to 81 MPa in 1 min", "set x = 0.32 in 7 h", "set x = 0.36 in 30 min"]
[time]
tolerance = 0.1
[output]
checkpoint_every = 1
pictures = false
"""

OPEN = "particle|electrolyte open [-]"

PAIRS = {2: [(1, 2), (2, 1)], 3: [(3, 2), (1, 3)]}
"""Numbers of ranks before and after the stop, by that of the test."""


class Stop:
    """Observer that ends a run where the interface is letting go, as Ctrl-C would."""

    def start(self, simulation):
        """Nothing."""

    def step(self, simulation, record):
        """Interrupt."""
        if 0.2 < record.scalars[OPEN] < 0.8:
            raise KeyboardInterrupt

    def finish(self, simulation, reason):
        """Nothing."""


def run_on(comm, ranks, case, results, **options):
    """Run on the first ranks; the others wait."""
    part = comm.Split(int(comm.rank < ranks))
    try:
        if comm.rank < ranks:
            run(case, part, results, **options)
    finally:
        compatibility.wait_without_spinning(comm)


@pytest.fixture
def tight(monkeypatch):
    """Newton's method to rounding: its own tolerance would show where one number of ranks takes an iteration more."""
    monkeypatch.setattr(convergence, "TOLERANCE", 1e-10)


@pytest.mark.usefixtures("tight")
def test_a_run_goes_on_on_another_number_of_ranks(comm, shared_path):
    """On two ranks from one and to one, on three to two."""
    if comm.size not in PAIRS:
        pytest.skip("needs two or three ranks")
    if comm.rank == 0:
        (shared_path / "case.toml").write_text(CASE)
    run_on(comm, 1, shared_path, shared_path / "whole")
    whole = read_history(shared_path / "whole")
    for first, second in PAIRS[comm.size]:
        results = shared_path / f"{first} to {second}"
        with pytest.raises(KeyboardInterrupt) if comm.rank < first else nullcontext():
            run_on(comm, first, shared_path, results, observers=[Stop()])
        index = int(checkpoint.read_latest(results)["clock"]["index"])
        assert 0.2 < whole[OPEN][index - 1] < 0.8
        run_on(comm, second, shared_path, results, resume=True)
        parts = read_history(results)
        # What is left over of balances is rounding.
        for name in (name for name in whole if not any(word in name for word in ("error", "remainder", "iterations"))):
            assert parts[name] == pytest.approx(whole[name], rel=0.0, abs=1e-8 * np.ptp(whole[name]) + 1e-12), name
