"""Two runs beside one another, a run beside measured data, and a run beside what is expected of it."""

TIME_OF_STEP, LITHIUM, CAPACITY, ROWS = "time", "x", "capacity", "rows"

WAYS = (TIME_OF_STEP, LITHIUM, CAPACITY, ROWS)
"""What is the same in both runs within a protocol step: the time since its start, stoichiometry, charge, or the row."""
