"""The list of the times of a run and their files, in VTK's ``.pvd`` format."""

import math
import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import printable, quoted
from fem_asslb.output.files import replace_text


def write_collection(path: Path, entries: Sequence[tuple[float, str]]) -> None:
    """Write the times [s] and files of a run to a ``.pvd`` file; the old one stays if this is interrupted."""
    lines = ['<?xml version="1.0"?>', '<VTKFile type="Collection" version="0.1">', "<Collection>"]
    lines += [f'<DataSet timestep="{float(time)!r}" part="0" file={quoteattr(file)}/>' for time, file in entries]
    replace_text(path, "\n".join([*lines, "</Collection>", "</VTKFile>", ""]))


def read_collection(path: Path) -> list[tuple[float, str]]:
    """Times [s] and files of a collection.

    Raises:
        FemAsslbError: The file cannot be read, is no collection, or lists what no run of ours writes.
    """
    try:
        sets = ElementTree.parse(regular_file(path)).getroot().iter("DataSet")
        entries = [(float(item.attrib["timestep"]), item.attrib["file"]) for item in sets]
    except OSError as error:
        raise FemAsslbError(f"{quoted(path, 160)} cannot be read: {error.strerror}") from error
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise FemAsslbError(f"{quoted(path, 160)} is not a collection of fields: {printable(error)}") from error
    for time, file in entries:
        if not math.isfinite(time) or Path(file).is_absolute() or ".." in Path(file).parts:
            listed = f"{quoted(file, 60)} at {time:g} s"
            raise FemAsslbError(f"{quoted(path, 120)} lists {listed}; expected a file beside it and a finite time")
    return entries


def entries_until(path: Path, index: int) -> list[tuple[float, str]]:
    """Those of the steps up to ``index``, by whose numbers files are called.

    Raises:
        FemAsslbError: That of `read_collection`, or a file without a number.
    """
    entries = read_collection(path)
    for _, file in entries:
        if not re.fullmatch("[0-9]{1,12}", Path(file).stem):
            raise FemAsslbError(f"{quoted(path, 120)} lists {quoted(file, 60)}; expected the number of a step")
    return [(time, file) for time, file in entries if int(Path(file).stem) <= index]
