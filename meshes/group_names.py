"""Which groups of a file a case means, and what it calls them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fem_asslb.base.errors import MeshError
from fem_asslb.base.printable import printable, quoted
from fem_asslb.geometry.layered_stack import BOUNDARY_NAMES
from meshes.foreign_mesh import KINDS_OF_GROUPS, Group


@dataclass(frozen=True)
class _Entry:
    """A line of ``names`` or of ``ignore``.

    Attributes:
        text: What it says of the file's groups: ``NAME``, ``surface:NAME`` or either with ``*``.
        ours: Our name; None for a group that is passed over.
    """

    text: str
    ours: str | None

    def fits(self, groups: Iterable[Group]) -> dict[Group, str | None]:
        """Our name of each group that is meant: those called so to the letter, or else those of the pattern."""
        groups = list(groups)
        if exact := [group for group in groups if group.name == self.text]:
            return dict.fromkeys(exact, self.ours)
        kind, _, rest = self.text.partition(":")
        name = rest if kind in KINDS_OF_GROUPS else self.text
        found = {}
        for group in groups:
            if kind in KINDS_OF_GROUPS and group.dimension != KINDS_OF_GROUPS[kind]:
                continue
            if match := re.fullmatch("(.*)".join(map(re.escape, name.split("*"))), group.name, re.DOTALL):
                found[group] = self._named(match.groups())
        return found

    def _named(self, parts: Iterable[str | None]) -> str | None:
        """Our name with what each ``*`` stands for."""
        if self.ours is None or "*" not in self.ours:
            return self.ours
        texts = iter(parts)
        return re.sub(r"\*", lambda _: next(texts) or "", self.ours)

    @property
    def is_pattern(self) -> bool:
        """Whether it may mean several groups."""
        return "*" in self.text


def choose(
    groups: Iterable[Group], dimension: int, names: Mapping[str, str], ignore: Iterable[str]
) -> dict[Group, str]:
    """Our names of the groups that are regions (cells), boundaries (facets), or sets of nodes that become boundaries.

    Sets of nodes are taken where ``names`` has them and no other group so called, or where they are called as a
    boundary is here. A name to the letter goes before a pattern.

    Args:
        groups: Groups of the file that are not empty.
        dimension: Of the mesh.
        names: Our names, see `fem_asslb.geometry.MeshFile`.
        ignore: What is passed over.

    Raises:
        MeshError: A line means no group, groups of two dimensions, or the same one as another line.
    """
    groups = list(groups)
    entries = [*(_Entry(*item) for item in names.items()), *(_Entry(text, None) for text in ignore)]
    claims: dict[Group, list[tuple[_Entry, str | None]]] = {}
    missing = []
    for entry in entries:
        meant = _meant(entry, groups, dimension)
        missing += [] if meant else [entry.text]
        for group, ours in meant.items():
            claims.setdefault(group, []).append((entry, ours))
    if missing:
        texts = printable(", ".join(f"'{text}'" for text in dict.fromkeys(missing)), 120)
        raise MeshError(f"no group {texts} in the mesh; there are: {listed(groups, dimension)}")
    chosen = {group: _settled(group, claims[group]) for group in groups if group in claims}
    taken = {ours for group, ours in chosen.items() if group.dimension == dimension - 1}
    for group in groups:
        is_ours = group.dimension >= dimension - 1
        if group not in claims and (is_ours or not group.dimension and group.name in BOUNDARY_NAMES):
            chosen[group] = group.name
            taken |= {group.name} if group.dimension == dimension - 1 else set()
    return {
        group: ours
        for group, ours in chosen.items()
        if ours is not None and (group in claims or group.dimension >= dimension - 1 or ours not in taken)
    }


def _meant(entry: _Entry, groups: list[Group], dimension: int) -> dict[Group, str | None]:
    found = entry.fits(groups)
    cells_and_facets = {group: ours for group, ours in found.items() if group.dimension >= dimension - 1}
    if entry.ours is None:
        meant = found
    else:
        meant = cells_and_facets or {group: ours for group, ours in found.items() if not group.dimension}
        kinds = sorted({group.kind for group in meant}, reverse=True)
        if len(kinds) > 1:
            name = entry.text.removeprefix(f"{kinds[0]}:")
            accepted = " or ".join(quoted(f"{kind}:{name}", 60) for kind in kinds)
            raise MeshError(
                f"{quoted(entry.text, 60)} is a {kinds[0]} and a {kinds[1]} of the mesh; accepted: {accepted}"
            )
    return meant


def _settled(group: Group, claims: list[tuple[_Entry, str | None]]) -> str | None:
    """What the line says that means a group to the letter, or else the only pattern."""
    exact = [claim for claim in claims if not claim[0].is_pattern]
    claims = exact or claims
    if len({ours for _, ours in claims}) > 1:
        texts = " and ".join(quoted(entry.text, 40) for entry, _ in claims[:2])
        raise MeshError(
            f"group {quoted(group.name, 60)} is meant by {texts} of names and ignore; accepted: one of them"
        )
    return claims[0][1]


def listed(groups: Iterable[Group], dimension: int) -> str:
    """Names of the groups of a file for a message, those of cells first."""
    ordered = sorted({group for group in groups if group.dimension >= dimension - 1 or not group.dimension})
    names = [group.name for group in sorted(ordered, key=lambda group: -group.dimension)]
    return printable(", ".join(dict.fromkeys(names)) or "none", 120)
