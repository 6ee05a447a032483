"""Checks across the sections of a case."""
