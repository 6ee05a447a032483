"""Figures that follow from a case without solving anything."""
