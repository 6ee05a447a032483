"""The unknowns of a problem."""
