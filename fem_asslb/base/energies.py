"""Names of energies: those of the program's own balances, and what laws may call theirs."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from fem_asslb.base.errors import MaterialError

ELASTIC = "elastic"
"""Stored by the strain, whatever the law."""

BONDING, LATTICE, REACTION, DIFFUSION, PASSAGE = "bonding", "lattice", "reaction", "diffusion", "passage"
ANODE, RESISTANCE, SIDE_REACTION = "anode", "resistance", "side reaction"
"""Columns of the history have these names too."""

_TAKEN = {BONDING, LATTICE, REACTION, DIFFUSION, PASSAGE, ANODE, RESISTANCE, SIDE_REACTION, "stress"}
"""Names that no law has; the answers of a law at points are kept beside its ``stress``."""


class Law(Protocol):
    """A law of the bulk or of interfaces."""

    @property
    def STORED(self) -> tuple[str, ...]:  # noqa: N802
        """Names of the energies that it stores."""

    @property
    def DISSIPATION(self) -> tuple[str, ...]:  # noqa: N802
        """Names of the energies that it dissipates."""


class Answer(Protocol):
    """What a law answers."""

    @property
    def stored(self) -> Mapping[str, Any]:
        """Energies by name."""

    @property
    def dissipated(self) -> Mapping[str, Any]:
        """Energies by name."""


def require_names(laws: Iterable[Law]) -> None:
    """Each name stands for one energy of the history: one that is stored or one that is dissipated.

    Raises:
        MaterialError: A law calls an energy like another one.
    """
    laws = list(laws)
    stored = {ELASTIC}.union(*(law.STORED for law in laws))
    for law in laws:
        taken = [f"stores '{name}'" for name in sorted(_TAKEN & set(law.STORED))]
        taken += [f"dissipates '{name}'" for name in sorted((_TAKEN | stored) & set(law.DISSIPATION))]
        if taken:
            free = f"any name but {', '.join(sorted(_TAKEN))}, and none for what is stored and what is dissipated"
            raise MaterialError(f"{type(law).__name__} {taken[0]}; accepted: {free}")


def require_declared(law: Law, answer: Answer) -> None:
    """A law answers with the energies that it declares: what is not declared would be in no balance.

    Raises:
        MaterialError: It answers with others, or not with all.
    """
    given = {"STORED": answer.stored, "DISSIPATION": answer.dissipated}
    for name, declared in (("STORED", law.STORED), ("DISSIPATION", law.DISSIPATION)):
        if set(declared) != set(given[name]):
            found, wanted = (", ".join(sorted(names)) or "none" for names in (given[name], declared))
            accepted = f"those of {name}, {wanted}"
            raise MaterialError(f"{type(law).__name__} answers with energies {found}; accepted: {accepted}")
