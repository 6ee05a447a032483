"""Results of a run as an object: tables with their units, fields at each written time, the case as data."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from fem_asslb.base.endings import COMPLETE
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.printable import printable, quoted
from fem_asslb.case.reading.reader import build_case
from fem_asslb.case.sections.case import Case
from fem_asslb.case.sections.petsc_options import names_of
from fem_asslb.output import cycles, history, names, record
from fem_asslb.output.collection import read_collection

if TYPE_CHECKING:
    import pandas
    import pyvista

COUNTS = (history.STEP, history.STAGE, history.ITERATIONS, history.REJECTED, "cycle [-]", "particle [-]")
"""Columns of whole numbers."""

NEAR = 1e-9
"""Two times are the same within this share of the later one."""


def read_results(folder: str | Path) -> "Results":
    """Results of a run, also of one that has stopped or still goes on.

    Args:
        folder: Case directory with a folder ``results``, or a folder of results.

    Raises:
        FemAsslbError: There are none, or their record is damaged. Tables and fields are read, and judged, when they
            are asked for.
    """
    found = record.results_in(Path(folder))
    return Results(found, record.read_record(found))


@dataclass(frozen=True)
class Results:
    """What a run has left.

    Tables are those of the files, with the same names of columns: ``results.history["stack pressure [MPa]"]``. The unit
    of each column stands in ``results.history.attrs["units"]`` too.

    Attributes:
        folder: Where they are.
        record: Content of ``run.json``: case, materials and interfaces used, and for each part of the run versions,
            times, warnings.
    """

    folder: Path
    record: dict[str, Any] = field(repr=False)

    @property
    def ended(self) -> str:
        """Why the run ended: ``"end of protocol"``, the reason of a failure, or ``"running"`` without an end."""
        return record.ended(self.record)

    @property
    def is_complete(self) -> bool:
        """Whether the whole protocol was carried out."""
        return self.ended == COMPLETE

    @cached_property
    def case(self) -> Case:
        """The case as it was read, with the files that it names where they were then.

        Raises:
            FemAsslbError: It cannot be read any more: a file is gone, or a law of one's own is not imported.
        """
        return build_case(self.record["case"], _options_of_petsc(self.record["case"]), any_size=True)

    @cached_property
    def history(self) -> "pandas.DataFrame":
        """One row for each accepted step.

        Raises:
            FemAsslbError: There is no step, or the file is damaged.
        """
        return _frame(history.read_history(self.folder))

    @cached_property
    def cycles(self) -> "pandas.DataFrame":
        """One row for each cycle; empty where no current has passed.

        Raises:
            FemAsslbError: The file is damaged.
        """
        path = self.folder / cycles.FILE
        return _frame(history.read_columns(path) if path.exists() else {})

    @cached_property
    def particles(self) -> "pandas.DataFrame":
        """One row for each particle and written time; empty where there are none. Half a row of a kill is left out.

        Raises:
            FemAsslbError: The file is damaged.
        """
        import pandas

        from fem_asslb.output import particle_table

        path = self.folder / particle_table.FILE
        if not path.exists():
            return _frame({})
        head = ",".join(particle_table.COLUMNS)
        lines = [line for line in particle_table.lines_until(path, 10**12) if line.count(",") == head.count(",")]
        try:
            frame = pandas.read_csv(io.StringIO("\n".join([head, *lines])))
            numbers = [name for name in frame if name != "role"]
            return _with_units(frame.assign(**frame[numbers].apply(pandas.to_numeric).astype(float)))
        except ValueError as error:
            raise FemAsslbError(f"{quoted(path, 160)} is no table of particles: {printable(error)}") from error

    @cached_property
    def fields(self) -> "Snapshots":
        """Fields of all cells at the written times, each read when it is asked for."""
        return Snapshots(self.folder, names.COLLECTION, (names.ROLE, names.REGION))

    @cached_property
    def interfaces(self) -> "Snapshots":
        """Fields of the facets that may open; without times where there are none."""
        return Snapshots(self.folder, names.INTERFACE_COLLECTION, (names.INTERFACE,))


class Snapshots(Sequence["pyvista.UnstructuredGrid"]):
    """Grids of PyVista at the times whose fields were written; each is read when it is asked for, and not kept.

    Their cells share no point; the time [s] is ``grid.field_data["time [s]"]``.

    Attributes:
        times: [s].

    Args:
        folder: Results folder.
        collection: File in it that lists them.
        needed: Data that cells have to have.

    Raises:
        FemAsslbError: The list is damaged.
    """

    def __init__(self, folder: Path, collection: str, needed: tuple[str, ...]) -> None:
        self._folder, self._needed = folder, needed
        path = folder / collection
        self._entries = read_collection(path) if path.exists() else []
        self.times = tuple(time for time, _ in self._entries)

    def __len__(self) -> int:
        """Number of times."""
        return len(self._entries)

    def __iter__(self) -> Iterator["pyvista.UnstructuredGrid"]:
        """Grid after grid."""
        return map(self._read, range(len(self)))

    @overload
    def __getitem__(self, index: int) -> "pyvista.UnstructuredGrid": ...

    @overload
    def __getitem__(self, index: slice) -> "list[pyvista.UnstructuredGrid]": ...

    def __getitem__(self, index: int | slice) -> "pyvista.UnstructuredGrid | list[pyvista.UnstructuredGrid]":
        """Grid of a written time by its number, -1 for the last.

        Raises:
            IndexError: There are fewer times.
            FemAsslbError: The file is missing or damaged.
        """
        if isinstance(index, slice):
            return [self._read(number) for number in range(len(self))[index]]
        return self._read(range(len(self))[index])

    def at(self, time: float) -> "pyvista.UnstructuredGrid":
        """Grid of a written time [s].

        Raises:
            FemAsslbError: Nothing was written then, or the file is missing or damaged.
        """
        if not self.times:
            raise FemAsslbError(f"no such fields in {quoted(self._folder, 160)}")
        nearest = min(range(len(self)), key=lambda number: abs(self.times[number] - time))
        if not abs(self.times[nearest] - time) <= NEAR * max(abs(time), 1.0):
            raise FemAsslbError(f"no fields at {time:g} s; the nearest are those at {self.times[nearest]!r} s")
        return self._read(nearest)

    def _read(self, number: int) -> "pyvista.UnstructuredGrid":
        from fem_asslb.plotting.snapshots import read_cells

        time, file = self._entries[number]
        grid = read_cells(self._folder / file, self._needed)
        grid.field_data["time [s]"] = [time]
        return grid


def _frame(columns: Any) -> "pandas.DataFrame":
    import pandas

    return _with_units(pandas.DataFrame(dict(columns)))


def _with_units(frame: "pandas.DataFrame") -> "pandas.DataFrame":
    """The unit of each column beside the table, and counts as whole numbers."""
    counted = [name for name in COUNTS if name in frame]
    if damaged := [name for name in counted if (frame[name] % 1 != 0).any()]:
        raise FemAsslbError(f"the results are damaged: the column {quoted(damaged[0])} has other than whole numbers")
    frame = frame.astype(dict.fromkeys(counted, int))
    frame.attrs["units"] = {name: found[1] for name in frame if (found := re.search(r"\[([^\]]*)\]$", name))}
    return frame


def _options_of_petsc(table: dict[str, Any]) -> frozenset[str]:
    """Options that a run was given; nothing is run from here."""
    solver = table.get("solver")
    return names_of(solver.get("petsc") if isinstance(solver, dict) else None)
