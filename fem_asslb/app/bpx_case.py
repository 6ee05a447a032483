"""A new case directory from a BPX file."""

from pathlib import Path

from fem_asslb.app.new_case import README, require_new
from fem_asslb.base.errors import CaseError, CaseErrors
from fem_asslb.base.printable import printable
from fem_asslb.bpx.cell import import_cell
from fem_asslb.bpx.parameters import read_parameters
from fem_asslb.case.reading.reader import CASE_FILE, read_case
from fem_asslb.output.resolved import format_toml


def create_case(file: Path, name: Path) -> list[str]:
    """Write what a BPX file holds of a cell as a case.

    Args:
        file: The BPX file.
        name: Directory of the new case; must not exist.

    Returns:
        What the case still lacks, a line each; nothing if it can be run.

    Raises:
        CaseError: The file cannot be read, or the new directory exists or cannot be written.
    """
    imported = import_cell(read_parameters(file))
    require_new(name)
    source = printable(file.name, 60)
    head = f"# From {source}. What a BPX file does not hold is to be added; fem-asslb check says what.\n\n"
    try:
        name.mkdir(parents=True)
        for data, text in imported.data.items():
            (name / data).write_text(text, encoding="utf-8")
        (name / CASE_FILE).write_text(head + format_toml(imported.table), encoding="utf-8")
        (name / README).write_text(_readme(name, source), encoding="utf-8")
    except OSError as error:
        raise CaseError(str(name), f"cannot be written: {error.strerror}") from error
    try:
        read_case(name)
    except CaseErrors as errors:
        return [str(error) for error in errors.errors]
    return []


def _readme(name: Path, source: str) -> str:
    return f"""# {name.resolve().name}

Taken over from `{source}`, a file of the Battery Parameter eXchange: thicknesses, radii and fractions of particles,
potentials, diffusivities, reaction rates, concentrations, temperatures and voltages. What the file says of a liquid
electrolyte, of heat and of electrons is not in this model. Mechanics is the file's only as far as its section
User-defined has it.
"""
