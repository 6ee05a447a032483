"""Stiffnesses of interfaces that follow from their neighbours."""

STIFFNESS_FACTOR = 100.0
"""Default stiffness of an interface over E/h of the softer side: bonded or closed, it then adds about 1 % to the
compliance of one layer of elements."""

FRICTION_FACTOR = 1.0
"""Default stiffness of what friction holds over E/h of the softer side: no stiffer than what it acts on, or Newton
jumps from slip one way to slip the other way."""


def default_stiffness(modulus: float, facet_size: float) -> float:
    """Stiffness against opening, and against sliding where nothing else is said [MPa/um].

    Args:
        modulus: Young's modulus of the softer side [MPa].
        facet_size: Mean size of the facets [um].
    """
    return STIFFNESS_FACTOR * modulus / facet_size


def default_friction_stiffness(modulus: float, facet_size: float) -> float:
    """Stiffness of what friction holds before it slips [MPa/um]; see `default_stiffness`."""
    return FRICTION_FACTOR * modulus / facet_size
