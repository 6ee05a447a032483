"""What a law of the bulk is asked, what it remembers, and what it answers: stress, energies and history.

A law is a frozen dataclass of numbers with a method ``respond``. Most laws are formulae of UFL, which the solver
differentiates. A law whose stress no formula gives, such as a return to a yield surface, answers in numpy at the
points of many cells at once (``AT_POINTS``) and says its consistent tangent.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeAlias, runtime_checkable

from fem_asslb.base.functions import NumberLike
from fem_asslb.base.temperatures import ROOM_TEMPERATURE
from fem_asslb.bulk.tensor import SymmetricTensor

Shapes: TypeAlias = Mapping[str, tuple[int, ...]]
"""Shape of each variable by its name: ``()`` a number, ``(n,)`` n numbers."""

INELASTIC_STRAIN, RELATIVE_DENSITY = "inelastic strain [-]", "relative density [-]"
"""Names under which any law reports these."""

History: TypeAlias = Mapping[str, NumberLike | tuple[NumberLike, ...]]
"""What a point remembers, by the names that its law gives in ``HISTORY``."""


@dataclass(frozen=True)
class Deformation:
    """What a law of the bulk is asked.

    Attributes:
        strain: Elastic trial strain: total strain without what lithium makes free of stress, tension positive.
        axis: Unit vector of the crystal axis, three components.
        logarithmic: Whether the trace of the strain is the logarithm of a volume; otherwise it is its relative change.
        stoichiometry: x of a host, told to formulae [-]; None elsewhere.
        temperature: Of the cell at the end of the step [K].
    """

    strain: SymmetricTensor
    axis: tuple[NumberLike, NumberLike, NumberLike]
    logarithmic: bool = False
    stoichiometry: NumberLike | None = None
    temperature: NumberLike = ROOM_TEMPERATURE


class WhenAsked(Mapping[str, Any]):
    """Numbers by name that are computed when one of them is looked at.

    A solver asks for the stress in every iteration, for energies and history at the end of a step alone.

    Args:
        compute: Says all of them.
    """

    def __init__(self, compute: Callable[[], Mapping[str, Any]]) -> None:
        self._compute = compute

    @cached_property
    def _numbers(self) -> Mapping[str, Any]:
        return self._compute()

    def __getitem__(self, name: str) -> Any:
        return self._numbers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


@dataclass(frozen=True, kw_only=True)
class Tangent:
    """Derivative of the stress by the strain, a tr(de) I + b de + c (n : de) n + d (n : de) I + e tr(de) n.

    Attributes:
        volumetric: a [MPa].
        shear: b, twice the shear modulus of an elastic material [MPa].
        directed: c [MPa].
        direction: n.
        pressed: d, mean stress for a shear [MPa].
        turned: e, shear stress for a volume [MPa].
    """

    volumetric: NumberLike
    shear: NumberLike
    directed: NumberLike = 0.0
    direction: SymmetricTensor = SymmetricTensor((0.0,) * 6)
    pressed: NumberLike = 0.0
    turned: NumberLike = 0.0


@dataclass(frozen=True, kw_only=True)
class BulkResponse:
    """State of a point of the bulk at the end of a step. Energies are per volume [pJ/um^3 = MPa].

    What takes time may be `WhenAsked`, of energies and history.

    Attributes:
        stored: Energies that the point gives back, by the names that the law gives in ``STORED``.
        potential: Incremental potential, whose derivative by the strain is the stress; None where there is none.
        stress: Tension positive [MPa]; None where the potential says it.
        history: What is remembered.
        dissipated: Energies of the step by the names that the law gives in ``DISSIPATION``.
        tangent: Of a law at points.
    """

    stored: Mapping[str, NumberLike]
    potential: NumberLike | None = None
    stress: SymmetricTensor | None = None
    history: History = field(default_factory=dict)
    dissipated: Mapping[str, NumberLike] = field(default_factory=dict)
    tangent: Tangent | None = None


class BulkLaw(Protocol):
    """A law of the bulk."""

    @property
    def HISTORY(self) -> Shapes:  # noqa: N802
        """What it remembers."""

    @property
    def STORED(self) -> tuple[str, ...]:  # noqa: N802
        """Names of the energies that it stores; ``"elastic"`` is that of the strain."""

    @property
    def DISSIPATION(self) -> tuple[str, ...]:  # noqa: N802
        """Names of the energies that it dissipates."""

    @property
    def AT_POINTS(self) -> bool:  # noqa: N802
        """Whether it answers in numpy, with arrays of one shape for all that it is asked and remembers.

        A point where it finds no answer is not a number, and the step is cut.
        """

    def respond(self, now: Deformation, before: Deformation, history: History, time_step: NumberLike) -> BulkResponse:
        """Answer to a deformation at the end of a step.

        Args:
            now: At the end of the step.
            before: At its start; of a law that neither remembers nor dissipates, that of its end.
            history: At its start.
            time_step: [s].
        """


@runtime_checkable
class ReportingLaw(Protocol):
    """A law of the bulk of whose history something is reported."""

    def reported(self, history: History) -> Mapping[str, NumberLike]:
        """What is reported of a history, numbers by name with unit.

        Time steps follow what is called ``INELASTIC_STRAIN``; presses are told by what is called ``RELATIVE_DENSITY``.
        """


def locks_linear_elements(law: BulkLaw | None) -> bool:
    """Whether a law says by ``LOCKS`` that it may flow at constant volume, where displacement of degree 1 locks."""
    return bool(getattr(law, "LOCKS", False))


def is_bounded(law: BulkLaw) -> bool:
    """Whether a law at points says by ``BOUNDED`` that it does not answer to strains beyond those of their measure."""
    return bool(getattr(law, "BOUNDED", False))
