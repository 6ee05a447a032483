"""Names of what fields write, apart from the fields: pictures need the names and none of the solver's libraries."""

HOST_STOICHIOMETRY = "stoichiometry"
"""Component of the field of lithium."""

DISPLACEMENT = "displacement [um]"
STOICHIOMETRY = "stoichiometry [-]"
POTENTIAL = "equilibrium potential [V]"
CHEMICAL_POTENTIAL = "chemical potential [J/mol]"
"""Names of what is written on the mesh."""

MEAN_STOICHIOMETRY = "stoichiometry mean [-]"
LEAST_STOICHIOMETRY = "stoichiometry min [-]"
LARGEST_STOICHIOMETRY = "stoichiometry max [-]"
VOLUME_CHANGE = "unit cell volume change [%]"
CATHODE_POTENTIAL = "cathode potential [V]"
PLATEN_DISPLACEMENT = "platen displacement [um]"
OUT_OF_PLANE_STRAIN = "out-of-plane strain [-]"
"""Columns of the history."""
