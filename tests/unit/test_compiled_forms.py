"""Compiled forms are kept: a process that is killed meanwhile must not leave one that nobody compiles again."""

import os
import time

import dolfinx.jit
import pytest

from fem_asslb.base import compatibility
from fem_asslb.model.model import Support
from tests.grids import box
from tests.support import passive, problem_on


@pytest.mark.serial
def test_what_a_killed_compiler_left_is_removed(tmp_path):
    old, young, done = tmp_path / "old.c", tmp_path / "young.c", tmp_path / "done.c"
    for file in (old, young, done, tmp_path / "done.c.cached"):
        file.write_text("")
    for file in (old, done):
        os.utime(file, times=(0.0, time.time() - compatibility.COMPILE_PATIENCE - 1.0))
    compatibility.remove_unfinished(tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["done.c", "done.c.cached", "young.c"]
    compatibility.remove_unfinished(tmp_path / "nothing")


@pytest.mark.serial
def test_a_problem_waits_for_slow_compilers(comm):
    support = Support(planes=(("bottom", 1),))
    problem_on(box((1.0, 1.0), (1, 1)), comm, materials={"particle": passive()}, support=support)
    assert dolfinx.jit.get_options()["timeout"] == compatibility.COMPILE_PATIENCE
