"""A mesh from elsewhere."""

import re
from collections import Counter
from dataclasses import field
from pathlib import Path
from typing import Literal

from pydantic import ValidationInfo, field_validator

from fem_asslb.base.checked import checked
from fem_asslb.base.refusals import refuse, unless
from fem_asslb.base.texts import A_NAME, is_name
from fem_asslb.geometry.bounds import Extent, SideWalls

_ACCEPTED = f"{A_NAME}, with numbers as in 'particle/0001/0002' if any"


@checked()
class MeshFile:
    """A mesh from elsewhere with named groups of cells and facets, see above for the formats.

    Attributes:
        path: The file.
        names: Our name of each of the file's groups that is called otherwise there, ``{"theirs": "ours"}``; ``*`` in
            ``theirs`` stands for any text, also in ``ours``: ``{"poly*": "grain/0001/*"}``.
        split: Regions (our names) cut into connected ones ``NAME/0001``, ``NAME/0002``, ...
        length_unit: Length [um] of one unit of the file's coordinates.
        ignore: Groups of the file that are passed over, with ``*`` as in ``names``.
        boundaries: ``"named"``: every outer facet is in a group. ``"box"``: one in none belongs to ``left``, ``right``,
            ``front``, ``back``, ``bottom`` or ``top``, the end of the mesh where it lies; ``"ends"``: to ``bottom`` or
            ``top``, and elsewhere to ``free``.
        stack_axis: Axis of the file along which the stack is built up, which becomes the last one; the mesh is turned,
            in 3D by ``"x"`` so that its y, z, x are our x, y, z. Without it the last one.
        cut: Groups of facets inside the mesh (our names) that are surfaces: they divide regions that they cross into
            ``NAME/0001``, ``NAME/0002``, ..., and an interface with ``between = "surface:GROUP"`` lies there.
        cell_data: Numbers of the groups in a VTK, VTU or XDMF file that has several arrays of whole numbers.
        side_walls: ``"plane"``: they are boundaries; ``"periodic"``: those at the ends of x, and in 3D of y, are one,
            where all fields go on. They are flat, have the same nodes opposite to each other and no names.
    """

    path: Path
    names: dict[str, str] = field(default_factory=dict)
    split: tuple[str, ...] = ()
    length_unit: Extent = 1.0
    ignore: tuple[str, ...] = ()
    boundaries: Literal["named", "box", "ends"] = "named"
    stack_axis: Literal["x", "y", "z"] | None = None
    cut: tuple[str, ...] = ()
    cell_data: str | None = None
    side_walls: SideWalls = "plane"
    kind: Literal["mesh-file"] = "mesh-file"

    @property
    def is_periodic(self) -> bool:
        """Whether opposite side walls are one."""
        return self.side_walls == "periodic"

    @field_validator("names")
    @classmethod
    def _names_of_regions(cls, names: dict[str, str]) -> dict[str, str]:
        roles = {name: re.sub(r"(/([0-9]{1,9}|\*)){0,2}$", "", name) for name in names.values()}
        refuse([item for name in roles for item in unless(is_name(roles[name]), "name in names", name, _ACCEPTED)])
        for theirs, ours in names.items():
            accepted = f"as many '*' as {theirs.count('*')} in its key, or none"
            refuse(unless(ours.count("*") in (0, theirs.count("*")), "name in names", ours, accepted))
        return names

    @field_validator("split", "cut")
    @classmethod
    def _names_of_groups(cls, groups: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        label = f"name in {info.field_name}"
        refuse([item for name in groups for item in unless(is_name(name), label, name, _ACCEPTED)])
        twice = [name for name, count in Counter(groups).items() if count > 1]
        refuse([item for name in twice for item in unless(False, label, name, "each name once")])
        return groups
