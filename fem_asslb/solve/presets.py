"""Named sets of PETSc options for the coupled system."""

from collections.abc import Mapping

DIRECT = {
    "snes_type": "newtonls",
    "snes_linesearch_type": "basic",
    "snes_max_it": 25,
    "ksp_type": "preonly",
    "pc_type": "lu",
    "pc_factor_mat_solver_type": "mumps",
    "mat_mumps_icntl_14": 60,
}
"""Full Newton steps with a sparse direct solver.

A step that overshoots is cut in time, which costs less than a line search on a residual that mixes forces and currents.
MUMPS: exact and robust for indefinite systems; the pivoting of the lithium block needs more than the default workspace.
"""

_SMOOTHED = {
    "pc_type": "gamg",
    "pc_gamg_reuse_interpolation": True,
    "mg_levels_ksp_type": "richardson",
    "mg_levels_ksp_max_it": 2,
    "mg_levels_pc_type": "sor",
}
"""Multigrid with smoothed aggregates; two sweeps of Gauss and Seidel there and back, each rank alone, as smoother."""


_FACTORED = "fieldsplit_factored_"


def _named(prefix: str, options: Mapping[str, object]) -> dict[str, object]:
    return {f"{prefix}_{key}": value for key, value in options.items()}


ITERATIVE = {
    "snes_type": "newtonls",
    "snes_linesearch_type": "basic",
    "snes_max_it": 25,
    "ksp_type": "fgmres",
    "ksp_rtol": 1e-5,
    "ksp_max_it": 200,
    "ksp_gmres_restart": 40,
    "pc_type": "fieldsplit",
    "pc_fieldsplit_type": "multiplicative",
    "fieldsplit_multigrid_ksp_type": "preonly",
    **_named("fieldsplit_multigrid", _SMOOTHED),
    f"{_FACTORED}ksp_type": "preonly",
    f"{_FACTORED}pc_type": "lu",
    f"{_FACTORED}pc_factor_mat_solver_type": "mumps",
}
"""Newton with FGMRES for 3D, where a direct factor of the displacement is too large.

Multigrid with the rigid motions as near-nullspace for the displacement, a direct factor for lithium and the numbers,
which are few. The platen couples to the displacement by one mode, which Krylov finds in an iteration or two. Each
Newton iteration leaves 1e-5 of the residual, so the last update bounds the error as with a direct solver; tighter
linear solves take more Krylov iterations and no fewer Newton iterations.
"""

LOOSE_BODIES = _named(
    "fieldsplit_multigrid",
    {
        "pc_type": "mg",
        "pc_mg_type": "kaskade",
        "pc_mg_galerkin": "both",
        "mg_coarse_ksp_type": "preonly",
        "mg_coarse_pc_type": "lu",
        "mg_coarse_pc_factor_mat_solver_type": "mumps",
        "mg_coarse_mat_mumps_icntl_24": 1,
        "mg_levels_1_ksp_type": "richardson",
        "mg_levels_1_ksp_max_it": 1,
        **_named("mg_levels_1", _SMOOTHED),
    },
)
"""Where interfaces may let go: first the rigid motions of all bodies by a factor, then multigrid on what is left.

Aggregates that reach across an open interface tie what has become loose, and Krylov has to find each body's six
motions by itself. MUMPS looks for motions that cost nothing at all and leaves them where they are.
"""


def prefixes(preset: str, may_be_loose: bool) -> dict[str, str]:
    """What PETSc puts before the options of each part of a preset, by the name that a case gives the part.

    Args:
        preset: Its name.
        may_be_loose: Whether the rigid motions of loose bodies are a level of their own above multigrid.
    """
    if preset != "iterative":
        return {"": ""}
    multigrid = "fieldsplit_multigrid_" + ("mg_levels_1_" if may_be_loose else "")
    parts = {"displacement": multigrid, "displacement.smoother": f"{multigrid}mg_levels_", "lithium": _FACTORED}
    return {"": "", **parts}


REUSE_MULTIGRID = {"fieldsplit_multigrid_ksp_reuse_preconditioner": True}
"""Where no step changes the stiffness, the first hierarchy serves all of them; a third of a Newton iteration."""

PRESETS: dict[str, Mapping[str, object]] = {"direct": DIRECT, "iterative": ITERATIVE}
"""Named sets of PETSc options."""

AUTO = "auto"
"""The preset that `choose` chooses."""

LEAST_ITERATIVE = 15_000
"""Unknowns of a 3D problem from which on multigrid is faster than a factor; at 80 thousand four to seven times."""


def choose(dimension: int, unknowns: int) -> str:
    """Preset for a problem: a factor in 2D, where it stays sparse, and for what is small; multigrid in 3D."""
    return "iterative" if dimension == 3 and unknowns >= LEAST_ITERATIVE else "direct"
