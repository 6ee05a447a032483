"""What every law of an interface is asked."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from fem_asslb.base.functions import NumberLike
from fem_asslb.interfaces.response import History, Opening, Response


class InterfaceLaw(ABC):
    """Answer of an interface to an opening.

    Laws are frozen dataclasses: every float in them becomes a constant of the weak form.

    Attributes:
        HISTORY: Shape of each variable that it remembers by its name: ``()`` a number, ``(n,)`` n numbers.
        STORED: Names of the energies that it stores.
        DISSIPATION: Names of the energies that it dissipates.
    """

    HISTORY: ClassVar[Mapping[str, tuple[int, ...]]] = {}
    STORED: ClassVar[tuple[str, ...]] = ("elastic",)
    DISSIPATION: ClassVar[tuple[str, ...]] = ()

    def at_assembly(self, bonded: NumberLike) -> History:
        """What is remembered at assembly, where it is not zero; by default nothing.

        Args:
            bonded: Whether a point adheres, an array.
        """
        return {}

    @property
    def adheres(self) -> bool:
        """Whether an intact area bears tension and may lose that; by default it does not."""
        return False

    def largest_stretch(self, strength: NumberLike) -> NumberLike | None:
        """Sliding that an intact area bears before damage begins [um]; by default any, which is None.

        Args:
            strength: Local factor on the strengths.
        """
        return None

    @abstractmethod
    def respond(
        self, now: Opening, before: Opening, history: History, time_step: NumberLike, strength: NumberLike
    ) -> Response:
        """Answer to an opening at the end of a step.

        Args:
            now: At the end of the step.
            before: At its start.
            history: At its start.
            time_step: [s].
            strength: Local factor on the strengths.
        """

    @property
    def stiffnesses(self) -> Mapping[str, NumberLike]:
        """Stiffnesses by name [MPa/um], by default none; ``"normal"`` and ``"shear"`` are compared with the mesh."""
        return {}

    def require_strength(self, factor: float) -> None:
        """Refuse numbers that do not suit strengths that are larger by a factor; by default all do.

        Raises:
            MaterialError: They do not.
        """
        return
