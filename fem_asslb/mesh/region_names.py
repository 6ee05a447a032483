"""Names of regions: ``role`` for a layer, ``role/particle`` for a single crystal, ``role/particle/grain``."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import quoted
from fem_asslb.base.texts import A_NAME, is_name


@dataclass(frozen=True)
class RegionName:
    """What the name of a region says.

    Attributes:
        role: Which material the region has.
        particle: Number of the particle, from 1; 0 for a region that is no particle.
        grain: Number of the grain in its particle, from 1; 0 for a single crystal.
    """

    role: str
    particle: int = 0
    grain: int = 0

    def __str__(self) -> str:
        numbers = [f"{number:04d}" for number in (self.particle, self.grain) if number]
        return "/".join([self.role, *numbers])


def read_region_name(name: str) -> RegionName:
    """Parts of the name of a region.

    Raises:
        MeshError: What follows the role are not one or two numbers from 1 and of nine digits at most.
    """
    role, *numbers = name.split("/")
    if len(numbers) > 2 or not all(re.fullmatch("0*[1-9][0-9]{0,8}", number) for number in numbers):
        accepted = "'role', 'role/0001' (particle) or 'role/0001/0001' (grain of a particle)"
        raise MeshError(f"a region is called {quoted(name, 40)}; accepted: {accepted}")
    return RegionName(role, *map(int, numbers))


def require_names(groups: Iterable[str]) -> None:
    """Groups of a mesh have names that tables, fields and files can hold.

    Raises:
        MeshError: One has not.
    """
    for name in groups:
        first, *numbers = name.split("/")
        if not is_name(first) or not all(re.fullmatch("[0-9]+", number) for number in numbers):
            accepted = f"{A_NAME}, with numbers as in 'particle/0001' if any"
            raise MeshError(
                f"a group of the mesh is called {quoted(name, 40)}; accepted: {accepted}; geometry.names renames it"
            )
