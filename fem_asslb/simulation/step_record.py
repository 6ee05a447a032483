"""What a run tells of each step."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """One accepted step, as observers see it.

    Attributes:
        index: Number of the step since the start of the run, from 1.
        time: At its end [s].
        duration: Of the step [s].
        stage: Number of the protocol step, from 0.
        stage_name: The protocol step as text.
        stage_ends: Whether it is the last step of the stage.
        iterations: Newton iterations, those of failed and repeated attempts included.
        rejected: Failed attempts before it was accepted.
        scalars: Every scalar result; the names carry the units.
    """

    index: int
    time: float
    duration: float
    stage: int
    stage_name: str
    stage_ends: bool
    iterations: int
    rejected: int
    scalars: dict[str, float] = field(default_factory=dict)
