"""Names of the fields and of their files; a field's name carries its unit."""

COLLECTION = "fields.pvd"
"""File of a results folder that lists the fields of all times."""

FOLDER = "fields"
"""Folder of the fields of all times."""

DISPLACEMENT = "displacement [um]"
STOICHIOMETRY = "stoichiometry [-]"
POTENTIAL = "equilibrium potential [V]"
CHEMICAL_POTENTIAL = "chemical potential [J/mol]"
STRESS = "stress [MPa]"
HYDROSTATIC = "hydrostatic stress [MPa]"
VON_MISES = "von Mises stress [MPa]"
PRINCIPAL = "maximum principal stress [MPa]"
ROLE, REGION, AXIS = "role", "region", "crystal axis"
