"""Names of the fields and of files; a field's name carries its unit."""

RECORD, LAST_STEP = "run.json", "last step"
"""File of a results folder, and what it says of the end of a part of a run: the number of its last step."""

COLLECTION = "fields.pvd"
"""File of a results folder that lists the fields of all times."""

FOLDER = "fields"
"""Folder of the fields of all times."""

STRESS = "stress [MPa]"
HYDROSTATIC = "hydrostatic stress [MPa]"
VON_MISES = "von Mises stress [MPa]"
PRINCIPAL = "maximum principal stress [MPa]"
ROLE, REGION, AXIS = "role", "region", "crystal axis"

INTERFACE_COLLECTION, INTERFACE_FOLDER = "interfaces.pvd", "interfaces"
"""The same for the fields of the interfaces that may open."""

OPENING = "opening [um]"
SLIDING = "sliding [um]"
DAMAGE = "damage [-]"
NORMAL_TRACTION = "normal traction [MPa]"
SHEAR_TRACTION = "shear traction [MPa]"
CONDUCTION = "conducting share [-]"
CURRENT_DENSITY = "lithium current density [A/m^2]"
INTERFACE, PLUS_REGION, MINUS_REGION = "interface", "plus region", "minus region"
