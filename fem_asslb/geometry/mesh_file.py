"""A mesh from elsewhere."""

import re
from dataclasses import field
from pathlib import Path
from typing import Literal

from pydantic import field_validator

from fem_asslb.base.checked import checked
from fem_asslb.base.refusals import refuse, unless
from fem_asslb.base.texts import A_NAME, is_name
from fem_asslb.geometry.bounds import Extent

_ACCEPTED = f"{A_NAME}, with numbers as in 'particle/0001/0002' if any"


@checked()
class MeshFile:
    """A mesh from elsewhere with named groups of cells and facets, see `docs/case.md` for the formats.

    Attributes:
        path: The file.
        names: Our name of each of the file's groups that is called otherwise there, ``{"theirs": "ours"}``.
        split: Groups (our names) cut into connected regions ``NAME/0001``, ``NAME/0002``, ...
        length_unit: Length [um] of one unit of the file's coordinates.
    """

    path: Path
    names: dict[str, str] = field(default_factory=dict)
    split: tuple[str, ...] = ()
    length_unit: Extent = 1.0
    kind: Literal["mesh-file"] = "mesh-file"

    @field_validator("names")
    @classmethod
    def _names_of_regions(cls, names: dict[str, str]) -> dict[str, str]:
        roles = {name: re.sub("(/[0-9]{1,9}){0,2}$", "", name) for name in names.values()}
        refuse([item for name in roles for item in unless(is_name(roles[name]), "name in names", name, _ACCEPTED)])
        return names

    @field_validator("split")
    @classmethod
    def _names_of_groups(cls, split: tuple[str, ...]) -> tuple[str, ...]:
        refuse([item for name in split for item in unless(is_name(name), "name in split", name, _ACCEPTED)])
        return split
