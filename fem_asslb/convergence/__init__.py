"""How good a result is: a case repeated with finer elements and time steps, and what follows from the changes."""

ELEMENT, TIME, DEGREE, SEED = "element", "time", "degree", "seed"
"""Directions in which a case is varied."""

DIRECTIONS = (ELEMENT, TIME, DEGREE)
"""Those by which a result is judged; another seed makes another cell."""
