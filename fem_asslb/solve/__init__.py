"""Newton's method, its convergence, its linear solvers."""
