"""Compiled forms are kept: a process that is killed meanwhile must not leave one that nobody compiles again."""

import errno
import os
import shutil
import subprocess
import sys
import time

import dolfinx.jit
import numpy as np
import pytest
import ufl
from cffi import VerificationError
from dolfinx import fem
from dolfinx import mesh as dmesh
from ffcx.codegeneration import jit

from fem_asslb.base import compiled_forms
from fem_asslb.base.compiled_forms import CompiledForms
from fem_asslb.model.model import Support
from tests.grids import box
from tests.support import passive, problem_on

COMPILER = """
import sys, time
from pathlib import Path
from fem_asslb.base.compiled_forms import CompiledForms
forms = CompiledForms()
print(forms.find(sys.argv[1], [], Path(sys.argv[2]), 0), flush=True)
time.sleep(600)
"""


@pytest.mark.serial
def test_what_a_killed_compiler_left_is_compiled_again_at_once(tmp_path):
    compiler = subprocess.Popen([sys.executable, "-c", COMPILER, "form", tmp_path], stdout=subprocess.PIPE, text=True)
    assert compiler.stdout is not None and compiler.stdout.readline() == "(None, None)\n"
    # As cffi does.
    (tmp_path / "new").write_text("half of it")
    (tmp_path / "new").replace(tmp_path / "form.c")
    with pytest.raises(TimeoutError, match="another process has not compiled .*form.c' within 0 s"):
        CompiledForms().find("form", [], tmp_path, 0)
    compiler.kill()
    compiler.communicate()
    forms = CompiledForms()
    assert forms.find("form", [], tmp_path, 0) == (None, None)
    with pytest.raises(TimeoutError):
        CompiledForms().find("form", [], tmp_path, 0)
    # That form was not compiled, which this process tells by turning to the next one.
    assert forms.find("next", [], tmp_path, 0) == (None, None)
    another = CompiledForms()
    assert another.find("form", [], tmp_path, 0) == (None, None)
    forms.release()
    another.release()


@pytest.mark.serial
def test_without_locks_the_age_of_a_source_tells(tmp_path, monkeypatch):
    def no_locks(*_):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", no_locks)
    for name in ("old", "young"):
        (tmp_path / f"{name}.c").touch()
    os.utime(tmp_path / "old.c", times=(0.0, time.time() - compiled_forms.COMPILE_PATIENCE - 1.0))
    for name in ("old", "new"):
        assert CompiledForms().find(name, [], tmp_path, 0) == (None, None)
    for name in ("young", "old", "new"):
        with pytest.raises(TimeoutError):
            CompiledForms().find(name, [], tmp_path, 0)


@pytest.mark.serial
def test_a_form_is_compiled_once_and_found_without_a_look_at_all_others(comm, tmp_path, monkeypatch):
    compiled_forms.look_after_compiled_forms()
    mesh = dmesh.create_unit_interval(comm, 3)
    x = ufl.SpatialCoordinate(mesh)[0]

    def values():
        form = fem.form(3.0 * x**2 * ufl.dx, jit_options={"cache_dir": tmp_path})
        expression = fem.Expression(2.0 * x, np.array([[0.5]]), jit_options={"cache_dir": tmp_path})
        return fem.assemble_scalar(form), *expression.eval(mesh, np.arange(3, dtype=np.int32)).ravel()

    first, files = values(), sorted(tmp_path.iterdir())
    assert first == pytest.approx((1.0, 1 / 3, 1.0, 5 / 3))
    with monkeypatch.context() as without_the_library:
        without_the_library.setattr("ffcx.codegeneration.jit._compile_objects", None)
        assert values() == first
    assert sorted(tmp_path.iterdir()) == files


@pytest.mark.serial
def test_a_problem_waits_for_slow_compilers(comm):
    support = Support(planes=(("bottom", 1),))
    problem_on(box((1.0, 1.0), (1, 1)), comm, materials={"particle": passive()}, support=support)
    assert dolfinx.jit.get_options()["timeout"] == compiled_forms.COMPILE_PATIENCE


@pytest.mark.serial
@pytest.mark.parametrize(
    ("failure", "free", "kind"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 10**9, OSError),
        (VerificationError("LinkError: command 'gcc' failed with exit code 1"), 10**4, OSError),
        (VerificationError("CompileError: command 'gcc' failed with exit code 1"), 10**9, VerificationError),
    ],
)
def test_a_cache_without_room_is_named(comm, tmp_path, monkeypatch, failure, free, kind):
    """A compiler says no more than that it failed."""

    def fail(*_, **__):
        raise failure

    monkeypatch.setattr(jit, "_compile_objects", fail)
    monkeypatch.setattr(jit, "get_cached_module", lambda *_: (None, None))
    compiled_forms.look_after_compiled_forms()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9 - free, free))
    mesh = dmesh.create_unit_interval(comm, 3)
    with pytest.raises(kind) as caught:
        fem.form(fem.Constant(mesh, 1.0) * ufl.dx, jit_options={"cache_dir": tmp_path})
    if kind is OSError:
        assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(tmp_path))
