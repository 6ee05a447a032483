"""Elements of a page, built as a tree: whatever text is put into it is text."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

from fem_asslb.base.printable import printable

LONGEST = 400
"""Characters of a text that is not a listing."""

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""What a browser may load for the page: nothing from anywhere."""

_STYLE = """
body { font: 15px/1.45 sans-serif; color: #222; margin: 2em auto; padding: 0 1.5em; max-width: 105em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; border-bottom: 1px solid #ccc; }
h3 { font-size: 1em; margin: 1em 0 0.3em; }
table { border-collapse: collapse; font-size: 0.9em; } td, th { padding: 0.15em 0.9em 0.15em 0; text-align: left; }
th { font-weight: 600; } td { vertical-align: top; } tr:nth-child(even) { background: #f6f6f6; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
.beside { display: grid; gap: 1.5em; grid-auto-flow: column; grid-auto-columns: minmax(0, 62em); }
img { display: block; max-width: 100%; max-height: 48em; margin: 0.5em 0; }
pre { font-size: 0.8em; overflow-x: auto; background: #f6f6f6; padding: 1em; }
.wide { overflow-x: auto; } .wide td:first-child, .wide td:last-child { white-space: nowrap; }
.tiles { display: flex; flex-wrap: wrap; gap: 1em; align-items: flex-end; }
figure { margin: 0; } figure img { height: 15em; } figcaption { font-size: 0.85em; }
.wrong { color: #b03000; font-weight: 600; } .note { color: #666; } summary { cursor: pointer; }
"""

_KINDS = {".png": "image/png", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Program:
    """What makes elements of a page move.

    Attributes:
        script: The one script that the page may run.
        style: Of its elements.
    """

    script: str
    style: str

    @property
    def policy(self) -> str:
        """What a browser may run: the script whose hash this is."""
        return f"; script-src 'sha256-{base64.b64encode(hashlib.sha256(self.script.encode()).digest()).decode()}'"


def text(value: object) -> str:
    """Text of a user as it may stand in a page: printable, and of bounded length."""
    return printable(value, LONGEST)


def element(tag: str, *children: Element | str, kind: str | None = None) -> Element:
    """An element with children in their order.

    Args:
        tag: Of the element.
        children: Elements, and texts, which are shortened and escaped.
        kind: Its class.
    """
    made = Element(tag, {"class": kind} if kind else {})
    for child in children:
        if isinstance(child, Element):
            made.append(child)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + text(child)
        else:
            made.text = (made.text or "") + text(child)
    return made


def listing(content: str) -> Element:
    """Lines of text as they are; they are printable."""
    made = Element("pre")
    made.text = content
    return made


def folded(title: str, *children: Element) -> Element:
    """Elements that are shown when their title is clicked."""
    return element("details", element("summary", title), *children)


def picture(path: Path, title: str) -> Element:
    """A picture, with its content in the page.

    Args:
        path: A PNG or SVG file.
        title: What it shows, for who cannot see it.
    """
    content = base64.b64encode(path.read_bytes()).decode("ascii")
    return Element("img", {"src": f"data:{_KINDS[path.suffix]};base64,{content}", "alt": text(title)})


def table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> Element:
    """A table; numbers stand right.

    Args:
        heading: Above the columns.
        rows: Texts, numbers or elements of the cells.
    """
    made = Element("table")
    made.append(element("tr", *(element("th", item) for item in heading)))
    for row in rows:
        line = SubElement(made, "tr")
        for value in row:
            is_number = isinstance(value, int | float)
            shown = value if isinstance(value, Element) else f"{value:.6g}" if is_number else str(value)
            line.append(element("td", shown, kind="number" if is_number else None))
    return made


def beside(*children: Element) -> Element:
    """Elements beside one another, in columns of equal width."""
    return element("div", *children, kind="beside")


def page(title: str, *children: Element, program: Program | None = None, refresh: int | None = None) -> str:
    """A whole page.

    Args:
        title: Of the window.
        children: Of its body.
        program: What it runs; nothing by default, and then its policy lets nothing run.
        refresh: After how long a browser reads the file again [s].
    """
    head = element("head", Element("meta", {"charset": "utf-8"}))
    policy = _POLICY + (program.policy if program else "")
    head.append(Element("meta", {"http-equiv": "Content-Security-Policy", "content": policy}))
    if refresh is not None:
        head.append(Element("meta", {"http-equiv": "refresh", "content": str(refresh)}))
    head.append(element("title", title))
    SubElement(head, "style").text = _STYLE + (program.style if program else "")
    body = element("body", *children)
    if program:
        SubElement(body, "script").text = program.script
    root = Element("html", {"lang": "en"})
    root.extend([head, body])
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html") + "\n"
