"""Options of PETSc in a case: solvers and tolerances, and nothing that runs programs or writes files."""

import pytest

from fem_asslb.base.errors import CaseErrors
from fem_asslb.case.reading.reader import read_case
from fem_asslb.case.sections.petsc_options import CHOICES, refusal
from fem_asslb.solve.presets import PRESETS
from tests.unit.test_bad_input import GOOD

pytestmark = pytest.mark.serial  # plain text: nothing parallel in it

HARMFUL = {
    "pc_type": ["python", "shell", "composite", "galerkin", 3, True],
    "ksp_type": ["python", "lsqr,python"],
    "snes_type": ["python", "shell"],
    "snes_linesearch_type": ["shell"],
    "pc_factor_mat_solver_type": ["./evil.so"],
    "pc_gamg_type": ["python"],
    "ksp_chebyshev_esteig": ["0,0.1:file"],
    "ksp_rtol": ["ascii:x", float("nan"), True],
    "snes_max_it": [-1, 2.5, "ascii:x", 10**30],
    "pc_python_type": ["evil.PC"],
    "ksp_view": ["ascii:x", True],
    "ksp_view_mat": ["binary:x"],
    "snes_monitor": ["ascii:x"],
    "ksp_monitor_solution": ["vtk:x.vts"],
    "log_view": [":x"],
    "options_file": ["x"],
    "dll_prepend": ["evil.so"],
    "mat_mumps_ooc_tmpdir": ["x"],
    "mat_mumps_icntl_22": [1],
    "mat_mumps_icntl_2": [99],
    "malloc_dump": ["x"],
    "on_error_attach_debugger": ["evil"],
    "pc_hypre_boomeramg_print_debug": [1],
    "": [1],
    "ksp_rtol\n": [1e-3],
}


@pytest.fixture
def case(tmp_path):
    def write(options: str):
        (tmp_path / "case.toml").write_text(f"{GOOD}\n[solver]\npetsc = {options}\n")
        return tmp_path

    return write


@pytest.mark.parametrize("prefix", ["", "fieldsplit_u_", "fieldsplit_multigrid_mg_levels_1_", "sub_", "python_"])
@pytest.mark.parametrize("name", HARMFUL)
def test_what_runs_or_writes_is_refused_under_every_prefix(prefix, name):
    for value in HARMFUL[name]:
        assert refusal(prefix + name, value) is not None, value


@pytest.mark.parametrize("name", PRESETS)
def test_presets_hold_accepted_options_only(name):
    assert {option: refusal(option, value) for option, value in PRESETS[name].items() if refusal(option, value)} == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ksp_rtol", 1e-8),
        ("snes_max_it", 1),
        ("mat_mumps_icntl_14", 100),
        ("mat_mumps_cntl_1", 0.01),
        ("fieldsplit_u_pc_type", "hypre"),
        ("fieldsplit_multigrid_mg_levels_ksp_chebyshev_esteig", "0,0.1,0,1.1"),
        ("fieldsplit_multigrid_mg_coarse_sub_pc_factor_shift_type", "nonzero"),
        ("pc_gamg_threshold", 0.02),
        ("pc_gamg_reuse_interpolation", False),
    ],
)
def test_settings_of_solvers_are_accepted(name, value):
    assert refusal(name, value) is None


def test_no_choice_loads_a_module():
    assert not {"python", "shell"} & {choice for choices in CHOICES.values() for choice in choices.split()}


def test_check_names_each_refused_option(case):
    with pytest.raises(CaseErrors) as caught:
        read_case(case('{ pc_type = "python", pc_python_type = "evil.PC", ksp_view = "ascii:x", ksp_rtol = 1e-8 }'))
    found = {error.key: error.message for error in caught.value.errors}
    assert list(found) == ["solver.petsc.pc_type", "solver.petsc.pc_python_type", "solver.petsc.ksp_view"]
    assert "'lu'" in found["solver.petsc.pc_type"]
    assert "docs/case.md" in found["solver.petsc.ksp_view"]


def test_the_command_line_may_set_more_but_only_what_it_names_itself(case):
    folder, overrides = case("{ ksp_rtol = 1e-8 }"), ["solver.petsc.ksp_view=ascii:x", "solver.petsc={log_view=':x'}"]
    with pytest.raises(CaseErrors, match=r"solver\.petsc\.ksp_view"):
        read_case(folder, overrides)
    options = read_case(folder, overrides, any_petsc_option=True).solver.petsc
    assert options == {"ksp_rtol": 1e-8, "ksp_view": "ascii:x", "log_view": ":x"}
    hostile = case('{ pc_type = "python", ksp_view = "ascii:y" }')
    with pytest.raises(CaseErrors) as caught:
        read_case(hostile, overrides, any_petsc_option=True)
    assert [error.key for error in caught.value.errors] == ["solver.petsc.pc_type"]


def test_options_of_a_part_of_the_preset_are_as_harmless(case):
    nested = '{ displacement = { pc_type = "python", smoother = { ksp_max_it = 5, ksp_view = "ascii:x" } } }'
    with pytest.raises(CaseErrors) as caught:
        read_case(case(nested), ["solver.petsc.pc_type=lu"], any_petsc_option=True)
    keys = ["solver.petsc.displacement.pc_type", "solver.petsc.displacement.smoother.ksp_view"]
    assert [error.key for error in caught.value.errors] == keys


def test_the_command_line_may_set_more_of_a_part(case):
    override = ["solver.petsc.displacement.smoother.ksp_view=ascii:x"]
    with pytest.raises(CaseErrors, match=r"solver\.petsc\.displacement\.smoother\.ksp_view"):
        read_case(case("{ ksp_rtol = 1e-8 }"), override)
    assert read_case(case("{ ksp_rtol = 1e-8 }"), override, any_petsc_option=True)


def test_the_direct_preset_has_no_parts(case):
    folder = case('{ lithium = { pc_type = "lu" } }')
    assert read_case(folder, ["solver.preset=iterative"])
    with pytest.raises(CaseErrors, match=r"solver\.petsc\.lithium\.pc_type: the preset 'direct' has no part 'lithium'"):
        read_case(folder, ["solver.preset=direct"])


@pytest.mark.parametrize(
    ("options", "accepted"),
    [
        ("{ smoother = { ksp_max_it = 5 } }", "tables of options are 'displacement', 'lithium'"),
        ("{ displacement = { coarse = { pc_type = 'lu' } } }", "tables of options are 'smoother'"),
        ("{ lithium = { smoother = { ksp_max_it = 5 } } }", "there are no tables of options in it"),
        ("{ displacement = { pc_type = ['lu'] } }", "tables of options are 'smoother'"),
    ],
)
def test_other_tables_are_refused(case, options, accepted):
    with pytest.raises(CaseErrors) as caught:
        read_case(case(options))
    [error] = caught.value.errors
    assert error.key == "solver.petsc" and accepted in error.message
