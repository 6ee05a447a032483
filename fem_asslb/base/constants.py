"""Physical constants in internal units (um, MPa, s, pmol, V, K).

Source: CODATA 2018, exact values since the 2019 revision of the SI.
"""

FARADAY = 96485.33212
"""Charge of one mole of electrons [C/mol = pC/pmol]."""

GAS_CONSTANT = 8.314462618
"""Molar gas constant [J/mol/K = pJ/pmol/K]."""
