"""The case: what is simulated, read from a case directory or built in Python."""
