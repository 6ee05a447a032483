"""Names of what fields write, apart from the fields: pictures need the names and none of the solver's libraries."""

HOST_STOICHIOMETRY = "stoichiometry"
"""Component of the field of lithium."""

DISPLACEMENT = "displacement [um]"
STOICHIOMETRY = "stoichiometry [-]"
POTENTIAL = "equilibrium potential [V]"
CHEMICAL_POTENTIAL = "chemical potential [J/mol]"
