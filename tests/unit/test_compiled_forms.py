"""Compiled forms are kept: a process that is killed meanwhile must not leave one that nobody compiles again."""

import os
import time

import dolfinx.jit
import numpy as np
import pytest
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh

from fem_asslb.base import compatibility
from fem_asslb.model.model import Support
from tests.grids import box
from tests.support import passive, problem_on


@pytest.mark.serial
def test_what_a_killed_compiler_left_is_compiled_again(tmp_path):
    sources = {name: tmp_path / f"{name}.c" for name in ("old", "young", "done")}
    for source in (*sources.values(), tmp_path / "done.c.cached"):
        source.write_text("")
    for name in ("old", "done"):
        os.utime(sources[name], times=(0.0, time.time() - compatibility.COMPILE_PATIENCE - 1.0))
    for name in ("old", "new"):
        assert compatibility.find_compiled(name, [], tmp_path, 0) == (None, None)
        assert (tmp_path / f"{name}.c").stat().st_mtime > time.time() - compatibility.COMPILE_PATIENCE
    for name in ("young", "done"):
        with pytest.raises(TimeoutError):
            compatibility.find_compiled(name, [], tmp_path, 0)


@pytest.mark.serial
def test_a_form_is_compiled_once_and_found_without_a_look_at_all_others(comm, tmp_path, monkeypatch):
    compatibility.look_after_compiled_forms()
    mesh = dmesh.create_unit_interval(comm, 3)
    x = ufl.SpatialCoordinate(mesh)[0]

    def values():
        form = fem.form(3.0 * x**2 * ufl.dx, jit_options={"cache_dir": tmp_path})
        expression = fem.Expression(2.0 * x, np.array([[0.5]]), jit_options={"cache_dir": tmp_path})
        return fem.assemble_scalar(form), *expression.eval(mesh, np.arange(3, dtype=np.int32)).ravel()

    first, files = values(), sorted(tmp_path.iterdir())
    assert first == pytest.approx((1.0, 1 / 3, 1.0, 5 / 3))
    with monkeypatch.context() as without_the_library:
        without_the_library.setattr(compatibility, "_find_or_wait", None)
        assert values() == first
    assert sorted(tmp_path.iterdir()) == files


@pytest.mark.serial
def test_a_problem_waits_for_slow_compilers(comm):
    support = Support(planes=(("bottom", 1),))
    problem_on(box((1.0, 1.0), (1, 1)), comm, materials={"particle": passive()}, support=support)
    assert dolfinx.jit.get_options()["timeout"] == compatibility.COMPILE_PATIENCE
