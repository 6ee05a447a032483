"""The equations: terms with their formulae, and the rows that they make."""
