"""A view of the fields of a run that one turns, cuts and asks in a browser: WebGL, by a script that is in the page."""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from fem_asslb.base.printable import printable
from fem_asslb.fields.names import MEAN_STOICHIOMETRY
from fem_asslb.output.history import TIME
from fem_asslb.plotting.chosen import time_of
from fem_asslb.plotting.snapshots import times_of
from fem_asslb.report.html import Program, element
from fem_asslb.report.runs import Run
from fem_asslb.report.scene import Names, scene_of

HELP = (
    "Drag to turn (a flat mesh: to move), drag with the right button or Shift to move, wheel to zoom; the arrow keys, "
    "+ and - do the same. Pointing at a place tells the value there. Colours mean the same at all states unless you "
    "choose their ends; grey is where a field is not defined; displacements are in proportion, times the factor."
)

WITHOUT_SCRIPT = "This view needs a browser that runs the script of this page; the pictures above need none."


@cache
def program() -> Program:
    """Script and style of all views of a page."""
    folder = files("fem_asslb.report") / "viewer"
    parts = sorted((path for path in folder.iterdir() if path.name.endswith(".js")), key=lambda path: path.name)
    script = "\n".join(path.read_text(encoding="utf-8") for path in parts)
    return Program(f'"use strict";\n(() => {{\n{script}}})();\n', (folder / "view.css").read_text(encoding="utf-8"))


def view(run: Run, states: Sequence[str] = ()) -> Element:
    """View of a run.

    Args:
        run: The run.
        states: At which fields are shown, see `fem_asslb.plotting.chosen.time_of`; by default all written times,
            thinned out where they are many.

    Raises:
        FemAsslbError: No fields or states, or a mesh that is too large for a page.
    """
    written, telling = times_of(run.results), 0
    if states:
        written = sorted({time_of(state, run.curves, written) for state in states})
    if MEAN_STOICHIOMETRY in run.curves.columns:
        columns = run.curves.columns
        telling = int(np.argmin(np.interp(written, columns[TIME], columns[MEAN_STOICHIOMETRY])))
    names = Names([printable(name) for name in run.roles], [printable(name) for name in run.regions])
    scene = scene_of(run.results, written, written[telling], names)
    left_out = scene.pop("left out")
    note = f" {left_out} of {len(written)} written times are left out." if left_out else ""
    root = element("div", kind="view")
    SubElement(root, "script", {"type": "application/json"}).text = as_data(scene)
    root.append(element("noscript", WITHOUT_SCRIPT))
    shown = Element("p", {"class": "note"})
    shown.text = HELP + note
    return element("div", shown, root)


def as_data(table: dict[str, Any]) -> str:
    """JSON as it may stand in a script element, which no text in it can end or turn into a comment."""
    text = json.dumps(table, allow_nan=False)
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")
