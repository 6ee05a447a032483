"""``particles.csv``: what became of each particle, one row per particle and written instant."""

from pathlib import Path
from typing import TYPE_CHECKING

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import printable, quoted
from fem_asslb.diagnostics.particles import ParticleDiagnostics
from fem_asslb.output.files import replace_text, writing
from fem_asslb.output.schedule import Occasions, Schedule

if TYPE_CHECKING:
    from fem_asslb.simulation.simulation import Simulation
    from fem_asslb.simulation.step_record import StepRecord

FILE = "particles.csv"
"""File of a results folder."""

COLUMNS = (
    "step [-]",
    "time [s]",
    "particle [-]",
    "role",
    "volume [um^d]",
    "stoichiometry mean [-]",
    "fraction in contact [-]",
    "fraction conducting [-]",
    "cracked grain boundary fraction [-]",
)


class ParticleTable:
    """Observer that writes the rows of all particles whenever fields are written.

    Args:
        folder: Results folder.
        schedule: When.
        resume_from: Number of the step whose checkpoint the run goes on from; later rows are dropped.
    """

    def __init__(self, folder: Path, schedule: Schedule, resume_from: int | None = None) -> None:
        self._path, self._resume_from = folder / FILE, resume_from
        self._occasions = Occasions(schedule, self._write, resume_from)

    def start(self, simulation: "Simulation") -> None:
        """Begin the table, or drop the rows after the checkpoint."""
        self._diagnostics = ParticleDiagnostics(simulation.problem, simulation.interfaces)
        self._writes = simulation.problem.domain.comm.rank == 0 and len(self._diagnostics.number) > 0
        if not self._writes:
            return
        kept: list[str] = []
        if self._resume_from is not None and self._path.exists():
            kept = lines_until(self._path, self._resume_from)
        replace_text(self._path, "\n".join([",".join(COLUMNS), *kept, ""]))

    def step(self, simulation: "Simulation", record: "StepRecord") -> None:
        """Write the rows of a step if it is time."""
        self._occasions.step(record)

    def finish(self, simulation: "Simulation", reason: str) -> None:
        """Write the rows of the last state if they were not."""
        self._occasions.finish()

    def _write(self, index: int, time: float) -> None:
        values = self._diagnostics.values()
        if not self._writes:
            return
        with writing(self._path), self._path.open("a", encoding="utf-8") as file:
            for place, number in enumerate(values.number):
                numbers = (
                    values.volume[place],
                    values.stoichiometry[place],
                    values.contact[place],
                    values.conducting[place],
                    values.cracked[place],
                )
                texts = [f"{float(value):.10g}" for value in numbers]
                row = [str(index), repr(float(time)), str(number), values.role[place], *texts]
                file.write(",".join(row) + "\n")


def lines_until(path: Path, index: int) -> list[str]:
    """Lines of the steps up to ``index``, without the heading and without a last one that is not complete.

    Raises:
        FemAsslbError: The table cannot be read, or a line does not begin with the number of a step.
    """
    try:
        lines = regular_file(path).read_text(encoding="utf-8").split("\n")[1:-1]
        return [line for line in lines if int(line.partition(",")[0]) <= index]
    except OSError as error:
        raise FemAsslbError(f"{quoted(path, 160)} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise FemAsslbError(f"{quoted(path, 160)} is no table of particles: {printable(error)}") from error
