"""A mesh from elsewhere."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import ConfigDict

from fem_asslb.base.input_types import A_NAME, STRICT, is_name
from fem_asslb.base.requirements import Requirement, length, meet, unless
from fem_asslb.base.units import Length


def _names_of_groups(mesh: "MeshFile") -> list[str]:
    parts = [("names", name, re.sub("(/[0-9]{1,9}){0,2}$", "", name)) for name in mesh.names.values()]
    parts += [("split", name, name) for name in mesh.split]
    accepted = f"{A_NAME}, with numbers as in 'particle/0001/0002' if any"
    return [line for key, name, role in parts for line in unless(is_name(role), f"name in {key}", name, accepted)]


@dataclass(frozen=True)
class MeshFile:
    """A mesh from elsewhere with named groups of cells and facets, see `docs/case.md` for the formats.

    Attributes:
        path: The file.
        names: Our name of each of the file's groups that is called otherwise there, ``{"theirs": "ours"}``.
        split: Groups (our names) cut into connected regions ``NAME/0001``, ``NAME/0002``, ...
        length_unit: Length [um] of one unit of the file's coordinates.
    """

    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    path: Path
    names: dict[str, str] = field(default_factory=dict)
    split: tuple[str, ...] = ()
    length_unit: Length = 1.0
    kind: Literal["mesh-file"] = "mesh-file"
    REQUIREMENTS: ClassVar = (length("length_unit"), Requirement((), _names_of_groups))

    def __post_init__(self) -> None:
        meet(self)
