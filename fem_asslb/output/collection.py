"""The list of the times of a run and their files, in VTK's ``.pvd`` format."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from fem_asslb.errors import FemAsslbError
from fem_asslb.input_files import regular_file
from fem_asslb.output.files import replace_text


def write_collection(path: Path, entries: Sequence[tuple[float, str]]) -> None:
    """Write the times [s] and files of a run to a ``.pvd`` file; the old one stays if this is interrupted."""
    lines = ['<?xml version="1.0"?>', '<VTKFile type="Collection" version="0.1">', "<Collection>"]
    lines += [f'<DataSet timestep="{float(time)!r}" part="0" file={quoteattr(file)}/>' for time, file in entries]
    replace_text(path, "\n".join([*lines, "</Collection>", "</VTKFile>", ""]))


def read_collection(path: Path) -> list[tuple[float, str]]:
    """Times [s] and files of a collection.

    Raises:
        FemAsslbError: The file cannot be read, or is no collection.
    """
    try:
        sets = ElementTree.parse(regular_file(path)).getroot().iter("DataSet")
        return [(float(item.attrib["timestep"]), item.attrib["file"]) for item in sets]
    except OSError as error:
        raise FemAsslbError(f"'{path}' cannot be read: {error.strerror}") from error
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise FemAsslbError(f"'{path}' is not a collection of fields: {error}") from error
