"""What ``study.toml`` says, as checked dataclasses."""

import re
from dataclasses import field
from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr, ValidationInfo, field_validator

from fem_asslb.base.checked import Integer, checked
from fem_asslb.base.refusals import accepting, refuse, unless
from fem_asslb.base.texts import A_NAME, is_name

PLACE = "{}"
"""Where the value stands in the text of an axis."""

KEY = re.compile(r"[^\s.\[\]=]+(?:\.[^\s.\[\]=]+)+(?:\[(\d{1,4})\])?")
"""A dotted key of a case, perhaps with the index of an entry of a list, from 0."""

MOST_VALUES = 200
"""Values of an axis."""

MOST_CASES = 1000
"""Cases of a study."""

MOST_PARAMETERS = 5
"""Of a fit."""

Spacing = Literal["linear", "logarithmic"]


def _is_key(text: str) -> bool:
    return KEY.fullmatch(text) is not None and text.partition(".")[0] not in ("extends", "remove", "case", "output")


Key = Annotated[StrictStr, accepting(_is_key, "a dotted key such as fixture.stiffness or protocol.steps[0]")]
Name = Annotated[StrictStr, accepting(is_name, A_NAME)]


@checked(kw_only=True)
class Description:
    """What is studied.

    Attributes:
        title: One line, such as the question.
        base: Directory of the case that is varied, relative to the file.
        reference: Paper or report behind the question.
        columns: Further columns of ``history.csv`` for the table, at the moment of the other outcomes.
    """

    title: str
    base: Annotated[StrictStr, accepting(str.isprintable, "the path of a case directory")]
    reference: str = ""
    columns: tuple[StrictStr, ...] = ()


@checked(kw_only=True)
class Axis:
    """What varies: values from a list, from a range, or seeds.

    Attributes:
        key: Key of the case, or a list of keys that all get the value; ``protocol.steps[0]`` is the first entry of a
            list.
        text: What is written, with ``{}`` in place of the value, such as ``"press to {} in 1 min"``.
        values: The values, each as it would stand in the case.
        least: Lower end of a range, with its unit.
        most: Upper end.
        count: Values from end to end; designs that draw samples, and fits, need none.
        spacing: ``"linear"`` or ``"logarithmic"``.
        seeds: Instead of a key and values: seeds of all that the case draws at random.
        follows: Another axis with as many values, with which this one moves: a pair instead of a grid.
        start: Of a fit: where it begins; the middle of the range unless stated.
    """

    key: tuple[Key, ...] = ()
    text: StrictStr = PLACE
    values: tuple[Any, ...] = ()
    least: Any = None
    most: Any = None
    count: Annotated[Integer, Field(ge=2, le=MOST_VALUES)] | None = None
    spacing: Spacing = "linear"
    seeds: tuple[Annotated[Integer, Field(ge=0, lt=10**9)], ...] = ()
    follows: str | None = None
    start: Any = None

    @field_validator("text")
    @classmethod
    def _has_a_place(cls, text: str) -> str:
        refuse(unless(text.count(PLACE) == 1, "", text, "text with {} once, where the value goes"))
        return text

    @field_validator("values")
    @classmethod
    def _few(cls, values: tuple[Any, ...]) -> tuple[Any, ...]:
        refuse(unless(0 < len(values) <= MOST_VALUES, "", values, f"1 to {MOST_VALUES} values"))
        return values

    @field_validator("seeds")
    @classmethod
    def _different(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        is_set = 0 < len(set(seeds)) == len(seeds) <= MOST_VALUES
        refuse(unless(is_set, "", seeds, f"1 to {MOST_VALUES} different integers"))
        return seeds

    @property
    def is_range(self) -> bool:
        """Whether the values come from a range."""
        return self.least is not None or self.most is not None


@checked(kw_only=True)
class Design:
    """Which combinations of values there are.

    Attributes:
        kind: ``"grid"`` (all), ``"latin-hypercube"`` (samples that fill the ranges), or ``"sobol"`` (a Sobol sequence
            in Saltelli's arrangement, which gives the indices of sensitivity).
        samples: Of a Latin hypercube the cases; of a Sobol sequence, a power of 2, of which each takes as many cases as
            there are axes, and two more.
        seed: Of the samples.
    """

    kind: Literal["grid", "latin-hypercube", "sobol"] = "grid"
    samples: Annotated[Integer, Field(ge=2, le=MOST_CASES)] | None = None
    seed: Annotated[Integer, Field(ge=0, lt=10**9)] = 1

    @field_validator("samples")
    @classmethod
    def _fits(cls, samples: int | None, info: ValidationInfo) -> int | None:
        kind = info.data.get("kind")
        refuse(unless(kind != "grid" or samples is None, "", samples, "nothing with a grid"))
        is_power = samples is None or samples & (samples - 1) == 0
        refuse(unless(kind != "sobol" or is_power, "", samples, "a power of 2 with a Sobol sequence"))
        return samples


@checked(kw_only=True)
class Runs:
    """How the cases are run on this machine.

    Attributes:
        jobs: Cases at the same time.
        ranks: MPI ranks of each.
    """

    jobs: Annotated[Integer, Field(ge=1, le=10_000)] = 1
    ranks: Annotated[Integer, Field(ge=1, le=10_000)] = 1


@checked(kw_only=True)
class Fit:
    """What ``fit`` compares with measured data.

    Attributes:
        curve: ``"pressure"`` of the stack or ``"voltage"`` of the cell.
        against: ``"time"`` or ``"capacity"``, which needs ``step``.
        step: Step of the protocol that was measured, from 1; time and capacity count from its start. All steps unless
            stated.
        change: Whether the curves count from their first measured point, as where a sensor has an unknown offset.
        uncertainty: Of a measured value, with its unit; a thousandth of the range of the data unless stated. Where the
            curve misses the data by more, that counts.
    """

    curve: Literal["pressure", "voltage"]
    against: Literal["time", "capacity"] = "time"
    step: Annotated[Integer, Field(ge=1, le=100_000)] | None = None
    change: bool = False
    uncertainty: Any = None


@checked(kw_only=True)
class StudyTable:
    """A study.

    Attributes:
        study: What it is.
        axes: What varies, by names that stand in the names of the cases and in the tables.
        design: Which combinations there are.
        changes: What all cases state besides the base case, as a case that extends it would.
        runs: How the cases are run.
        fit: What is compared with data.
    """

    study: Description
    axes: dict[Name, Axis]
    design: Design = field(default_factory=Design)
    changes: dict[str, Any] = field(default_factory=dict)
    runs: Runs = field(default_factory=Runs)
    fit: Fit | None = None
