"""Studies: a case repeated over values of its keys, what comes of it, and parameters from a measured curve."""

STUDY_FILE = "study.toml"
"""File of a study."""
