"""Keys of the mechanics in a BPX file, see `docs/bpx.md`."""

from fem_asslb.base.errors import CaseErrors
from fem_asslb.base.table_reader import unknown_key
from fem_asslb.bpx.parameters import Parameters

SECTION = "Mechanics"

_SOLID = ("Young's modulus [Pa]", "Poisson's ratio", "Density [kg.m-3]")
_ELECTRODE = (*(f"{part} {key}" for part in ("Matrix", "Particle") for key in _SOLID), "Particle Volume change")

KEYS = {"Separator": _SOLID, "Positive electrode": _ELECTRODE, "Negative electrode": _ELECTRODE}
"""Keys of each section within it."""

_OWN = ("Stack pressure [Pa]", "Fixture stiffness [Pa.m-1]", "Resistance [Ohm.m2]", *KEYS)


def refuse_unknown_keys(user_defined: Parameters) -> None:
    """Refuse what is misspelt in the mechanics of a file, which would otherwise be missing without a word.

    Args:
        user_defined: Section in which others may have keys too.

    Raises:
        CaseErrors: Keys that there are not.
    """
    ours = user_defined.section(SECTION)
    found = [
        unknown_key(f"{user_defined.key}.{name}", (SECTION,))
        for name in user_defined.table
        if name != SECTION and name.lower() == SECTION.lower()
    ]
    found += [unknown_key(f"{ours.key}.{name}", _OWN) for name in ours.table if name not in _OWN]
    for name, accepted in KEYS.items():
        part = ours.section(name)
        found += [unknown_key(f"{part.key}.{key}", accepted) for key in part.table if key not in accepted]
    if found:
        raise CaseErrors(found)
