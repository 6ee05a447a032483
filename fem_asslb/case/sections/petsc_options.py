"""The options of PETSc that a case may set: solvers, preconditioners, tolerances and their settings, and no other.

Others of PETSc's options load Python modules and shared libraries or write files, and so would a case from elsewhere.
What is listed here does neither, whatever its value.
"""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from fem_asslb.base.texts import listed, not_accepted

PREFIX = "(fieldsplit_[a-z0-9]+_|mg_(levels|coarse)_([0-9]+_)?|sub_|redundant_)*"
"""What a solver inside another one puts before its options, such as ``fieldsplit_multigrid_mg_levels_``."""

NUMBERS = """
    snes_[ars]tol snes_divergence_tolerance snes_linesearch_(damping|[ar]tol|ltol|maxstep|minlambda|alpha)
    snes_ksp_ew_(rtol0|rtolmax|gamma|alpha|alpha2|threshold)
    ksp_[ar]tol ksp_divtol ksp_richardson_scale
    pc_factor_(fill|zeropivot|shift_amount) pc_sor_omega pc_sor_diagonal_shift pc_gamg_threshold_scale
    pc_hypre_boomeramg_(tol|strong_threshold|max_row_sum|truncfactor|relax_weight_all|outer_relax_weight_all)
    mat_mumps_cntl_[13457]
"""

INTEGERS = """
    snes_max_(it|funcs|fail|linear_solve_fail) snes_lag_(jacobian|preconditioner) snes_linesearch_(max_it|order)
    snes_ksp_ew_version
    ksp_max_it ksp_gmres_restart ksp_lgmres_augment ksp_bcgsl_ell ksp_chebyshev_esteig_steps
    pc_factor_levels pc_sor_(its|lits) pc_asm_overlap pc_(bjacobi_blocks|asm_blocks) pc_mg_levels
    pc_gamg_(agg_nsmooths|aggressive_coarsening|coarse_eq_limit|process_eq_limit|esteig_ksp_max_it)
    pc_redundant_number pc_mg_distinct_smoothup
    pc_hypre_boomeramg_(max_iter|max_levels|agg_nl|agg_num_paths|P_max|nodal_coarsen|vec_interp_variant|grid_sweeps_all)
    mat_mumps_icntl_(6|7|8|10|12|13|14|23|24|27|28|29|35|36|38|48|58)
"""

FLAGS = """
    snes_ksp_ew snes_lag_(jacobian|preconditioner)_persists
    ksp_initial_guess_nonzero ksp_gmres_(modifiedgramschmidt|classicalgramschmidt) ksp_chebyshev_esteig_noisy
    ksp_reuse_preconditioner ksp_diagonal_scale ksp_diagonal_scale_fix
    pc_use_amat pc_factor_(reuse_ordering|reuse_fill|in_place|diagonal_fill) pc_sor_symmetric
    pc_jacobi_(abs|fixdiagonal) pc_fieldsplit_(diag_use_amat|off_diag_use_amat)
    pc_gamg_(reuse_interpolation|repartition|use_sa_esteig|recompute_esteig|asm_use_agg|parallel_coarse_grid_solver)
"""

LISTS = "ksp_chebyshev_(esteig|eigenvalues) pc_gamg_(threshold|rank_reduction_factors)"

CHOICES = {
    "snes_type": "newtonls",
    "snes_linesearch_type": "basic bt l2 cp",
    "ksp_type": "preonly cg gmres fgmres lgmres gcr minres bcgs bcgsl tfqmr chebyshev richardson",
    "ksp_pc_side": "left right symmetric",
    "ksp_norm_type": "none preconditioned unpreconditioned natural",
    "ksp_gmres_cgs_refinement_type": "refine_never refine_ifneeded refine_always",
    "pc_type": "none jacobi pbjacobi bjacobi sor lu cholesky ilu icc asm gasm gamg hypre fieldsplit redundant",
    "pc_factor_mat_solver_type": "mumps petsc superlu superlu_dist umfpack cholmod",
    "pc_factor_mat_ordering_type": "natural nd 1wd rcm qmd external",
    "pc_factor_shift_type": "none nonzero positive_definite inblocks",
    "pc_jacobi_type": "diagonal rowl1 rowmax rowsum",
    "pc_asm_type": "none restrict interpolate basic",
    "pc_asm_local_type": "additive multiplicative",
    "pc_fieldsplit_type": "additive multiplicative symmetric_multiplicative schur gkb",
    "pc_fieldsplit_schur_fact_type": "diag lower upper full",
    "pc_fieldsplit_schur_precondition": "self selfp a11 full",
    "pc_gamg_type": "agg",
    "pc_gamg_esteig_ksp_type": "cg gmres",
    "pc_mg_type": "multiplicative additive full kaskade",
    "pc_mg_cycle_type": "v w",
    "pc_hypre_type": "boomeramg",
    "pc_hypre_boomeramg_coarsen_type": "Falgout PMIS HMIS CLJP Ruge-Stueben",
    "pc_hypre_boomeramg_interp_type": "classical direct ext+i standard FF1 ext",
    "pc_hypre_boomeramg_relax_type_all": "Jacobi SOR/Jacobi symmetric-SOR/Jacobi l1scaled-Jacobi Chebyshev",
    "pc_hypre_boomeramg_cycle_type": "V W",
}
"""Texts that an option may have: types that load a module, such as ``python``, and viewers are not among them."""


PARTS: dict[str, dict[str, Any]] = {"displacement": {"smoother": {}}, "lithium": {}}
"""Parts of a preset that have options of their own, in tables of their names, and their parts."""


def by_part(options: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Part of the preset, name and value of each option; the part of those of the whole solver is empty.

    Args:
        options: As a case has them: a table is a part.

    Raises:
        ValueError: A table is none.
    """
    yield from _of_parts(options, PARTS, "")


def names_of(options: Any) -> frozenset[str]:
    """Names of the options in a table, those of parts behind the name of the part; none of what is no such table."""
    try:
        found = list(by_part(options)) if isinstance(options, dict) else []
    except ValueError:
        return frozenset()
    return frozenset(f"{part}.{name}" if part else name for part, name, _ in found)


def _of_parts(options: Mapping[str, Any], parts: dict[str, Any], part: str) -> Iterator[tuple[str, str, Any]]:
    for name, value in options.items():
        if isinstance(value, dict) and name in parts:
            yield from _of_parts(value, parts[name], f"{part}.{name}" if part else name)
        elif isinstance(value, str | int | float):
            yield part, name, value
        else:
            tables = f"tables of options are {listed(parts)}" if parts else "there are no tables of options in it"
            raise ValueError(not_accepted({name: value}, f"texts, numbers, true or false; {tables}"))


def refusal(name: str, value: Any) -> str | None:
    """Why a case may not give an option of PETSc a value; None if it may.

    Args:
        name: Of the option, without the prefix of our solver.
        value: Text, number, true or false.
    """
    bare = re.sub(f"^{PREFIX}", "", name, flags=re.ASCII)
    for names, accepted, holds in _KINDS:
        if re.fullmatch("|".join(names.split()), bare, re.ASCII):
            return None if holds(value) else not_accepted(value, accepted)
    if bare in CHOICES:
        choices = CHOICES[bare].split()
        return None if value in choices else not_accepted(value, " or ".join(map(repr, choices)))
    return "a case may not set this option; accepted are types of solvers, tolerances and the like, see docs/case.md"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**31


def _are_numbers(value: Any) -> bool:
    number = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
    return _is_number(value) or (isinstance(value, str) and bool(re.fullmatch(f"{number}(,{number})*", value)))


_KINDS: tuple[tuple[str, str, Callable[[Any], bool]], ...] = (
    (NUMBERS, "a number", _is_number),
    (INTEGERS, "an integer from 0", _is_count),
    (FLAGS, "true or false", lambda value: isinstance(value, bool)),
    (LISTS, "a number, or numbers in a text such as '0,0.1,0,1.1'", _are_numbers),
)
