"""A study from its file, with every mistake at once."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fem_asslb.base.errors import CaseError, CaseErrors
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import quoted
from fem_asslb.base.schema import fields_of
from fem_asslb.base.table_reader import UnreadableError, read, unknown_key
from fem_asslb.base.texts import listed, not_accepted
from fem_asslb.case.reading.reader import CASE_FILE, read_table
from fem_asslb.case.reading.toml_text import read_file
from fem_asslb.sweep import STUDY_FILE
from fem_asslb.sweep.schema import MOST_CASES, MOST_PARAMETERS, Axis, Design, StudyTable
from fem_asslb.sweep.values import levels_of, range_of, unit_of


@dataclass(frozen=True)
class Study:
    """A study that can be carried out.

    Attributes:
        file: Its file.
        table: What that says.
        base: Table of the case that is varied.
    """

    file: Path
    table: StudyTable
    base: dict[str, Any]

    @property
    def folder(self) -> Path:
        """Folder of the study."""
        return self.file.parent

    @property
    def base_folder(self) -> Path:
        """Directory of the case that is varied."""
        return self.folder / self.table.study.base

    def leading(self) -> dict[str, Axis]:
        """Axes that follow no other."""
        return {name: axis for name, axis in self.table.axes.items() if axis.follows is None}


def is_study(path: Path) -> bool:
    """Whether a path is a study rather than a case or its results; a folder that is both is a case."""
    return path.suffix == ".toml" or ((path / STUDY_FILE).is_file() and not (path / CASE_FILE).is_file())


def read_study(path: Path, fits: bool = False) -> Study:
    """Read and check a study.

    Args:
        path: Directory of the study, or its file.
        fits: Whether it is to be fitted: its axes are parameters with a range.

    Raises:
        CaseErrors: Everything that is wrong, one error per line.
    """
    file = (path if path.suffix == ".toml" else path / STUDY_FILE).absolute()
    given, errors = _load(file), list[CaseError]()
    known = fields_of(StudyTable)
    errors += [unknown_key(key, tuple(known)) for key in given if key not in known]
    table: StudyTable = read(StudyTable, {key: item for key, item in given.items() if key in known}, "", errors)
    with suppress(UnreadableError):
        errors += _axes_hold(table, fits)
    with suppress(UnreadableError):
        taken = [key for key in table.changes if key in ("extends", "remove")]
        errors += [
            CaseError(f"changes.{key}", "this key is not for a study; study.base is what is extended") for key in taken
        ]
    base: dict[str, Any] = {}
    with suppress(UnreadableError):
        try:
            base = read_table(file.parent / table.study.base)
        except CaseErrors as error:
            errors += [CaseError("study.base", f"{item}") for item in error.errors]
    if errors:
        raise CaseErrors(errors)
    return Study(file, table, base)


def _load(file: Path) -> dict[str, Any]:
    expected = f"expected a directory with {STUDY_FILE}, or a .toml file"
    try:
        return _with_lists_of_keys(read_file(regular_file(file)))
    except OSError as error:
        raise CaseErrors([CaseError(str(file), f"no study that can be read ({error.strerror}); {expected}")]) from error
    except ValueError as error:
        raise CaseErrors([CaseError(str(file), str(error))]) from error


def _with_lists_of_keys(given: dict[str, Any]) -> dict[str, Any]:
    """The table with a single key of an axis as a list of one."""
    axes = given.get("axes")
    if not isinstance(axes, dict):
        return given
    listed_keys = {
        name: axis | {"key": [axis["key"]]} if isinstance(axis, dict) and isinstance(axis.get("key"), str) else axis
        for name, axis in axes.items()
    }
    return given | {"axes": listed_keys}


def _axes_hold(table: StudyTable, fits: bool) -> Iterator[CaseError]:
    """What is asked of the axes beyond their keys, each by itself and together."""
    if not table.axes:
        yield CaseError("axes", "there is no axis; expected at least one, such as [axes.stiffness]")
    sizes: dict[str, int] = {}
    for name, axis in table.axes.items():
        with suppress(UnreadableError):
            found = list(_axis_holds(f"axes.{name}", axis, table.design, fits))
            yield from found
            if not found:
                sizes[name] = len(levels_of(axis))
    leading = 1
    for name, axis in table.axes.items():
        with suppress(UnreadableError):
            if axis.follows is None:
                leading *= max(1, sizes.get(name, 1))
            elif name in sizes:
                yield from _follows(name, axis, table, sizes)
    yield from _count_holds(table, leading, fits)


def _axis_holds(key: str, axis: Axis, design: Design, fits: bool) -> Iterator[CaseError]:
    sources = [word for word, given in (("values", axis.values), ("seeds", axis.seeds)) if given]
    sources += ["least and most"] if axis.is_range else []
    if len(sources) != 1:
        given = " beside ".join(sources) or "no values"
        yield CaseError(key, f"{given}; expected one of values, seeds, or least and most")
        return
    if bool(axis.key) == bool(axis.seeds):
        said = "seeds need none, as all that is random gets them" if axis.seeds else "this key is missing"
        yield CaseError(f"{key}.key", said)
    try:
        if axis.is_range:
            range_of(axis)
        levels_of(axis)
    except ValueError as error:
        part, _, message = str(error).partition(": ")
        yield CaseError(f"{key}.{part}", message)
        return
    needs_range = fits or design.kind != "grid"
    if needs_range and not axis.is_range:
        what = "a fit" if fits else f"the design '{design.kind}'"
        yield CaseError(f"{key}.least", f"this key is missing; {what} needs the range of each axis, least and most")
    if not needs_range and axis.is_range and axis.count is None:
        yield CaseError(f"{key}.count", "this key is missing; a grid needs the number of values")


def _follows(name: str, axis: Axis, table: StudyTable, sizes: dict[str, int]) -> Iterator[CaseError]:
    key, others = f"axes.{name}.follows", [other for other in table.axes if other != name]
    leader = table.axes.get(axis.follows or "")
    if leader is None or axis.follows == name:
        yield CaseError(
            key, not_accepted(axis.follows, f"the name of another axis, {listed(others) or 'of which there is none'}")
        )
    elif leader.follows is not None:
        yield CaseError(key, not_accepted(axis.follows, "an axis that follows no other"))
    elif sizes.get(str(axis.follows), sizes[name]) != sizes[name]:
        count = sizes[str(axis.follows)]
        yield CaseError(key, f"{quoted(axis.follows)} has {count} values and this axis {sizes[name]}; expected as many")


def _count_holds(table: StudyTable, grid: int, fits: bool) -> Iterator[CaseError]:
    design, axes = table.design, [axis for axis in table.axes.values() if axis.follows is None]
    if fits:
        if table.fit is None:
            yield CaseError("fit", "this section is missing: which curve is compared with the data")
        if len(axes) > MOST_PARAMETERS:
            yield CaseError("axes", f"{len(axes)} parameters; expected at most {MOST_PARAMETERS}")
        return
    if design.kind != "grid" and design.samples is None:
        yield CaseError("design.samples", f"this key is missing, of the design '{design.kind}'")
        return
    if design.kind == "sobol" and len(axes) == 1 and axes[0].is_range:
        # The matrix in which one column is exchanged would be the other one.
        yield CaseError("design.kind", "'sobol' of one axis; expected two axes or more, or another design")
        return
    samples = design.samples or 0
    count = {"grid": grid, "latin-hypercube": samples, "sobol": samples * (len(axes) + 2)}[design.kind]
    if count > MOST_CASES:
        yield CaseError("axes", f"{count} cases; expected at most {MOST_CASES}: fewer values or samples")


def axis_title(name: str, axis: Axis) -> str:
    """Axis with its unit, as the header of a column."""
    return f"{name} [{unit_of(axis) or '-'}]"
