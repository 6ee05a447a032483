"""Hooks of MkDocs: pages that stand outside `docs`, and links to the pages that texts name.

The site shows README.md, CHANGELOG.md and the READMEs of the cases from where they are. Texts name pages and cases as
code, `docs/model.md` or `cases/first`, which everyone can read in an editor; here these names become links.
"""

import re
from itertools import groupby
from pathlib import Path
from posixpath import dirname, relpath
from typing import Any

ROOT = Path(__file__).resolve().parents[1]

OUTSIDE = {"index.md": "README.md", "changelog.md": "CHANGELOG.md"} | {
    f"cases/{path.parent.name}.md": path.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob("cases/*/README.md"))
}
"""Files of the repository by their page of the site."""

FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)

NAMED = re.compile(r"(?<!\[)`(?:(?P<page>(?:docs/)?[\w-]+\.(?:md|ipynb))|(?:cases/)?(?P<case>[\w.-]+))`")


def on_config(config: Any) -> Any:
    """Add the cases to the navigation, in groups of three or more whose names begin alike."""
    cases = [page for page in OUTSIDE if page.startswith("cases/")]
    groups: dict[str, list[str]] = {}
    for family, pages in groupby(cases, lambda page: Path(page).stem.split("-")[0]):
        members = list(pages)
        groups.setdefault(family if len(members) > 2 else "others", []).extend(members)
    others = groups.pop("others")
    (section,) = (entry["Cases"] for entry in config.nav if "Cases" in entry)
    section.append({"All cases": [*others, *({family: pages} for family, pages in groups.items())]})
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the pages that stand outside `docs`."""
    from mkdocs.structure.files import File

    for page, source in OUTSIDE.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Link what the text of a page names."""
    return linked(markdown, page.file.src_uri)


def linked(markdown: str, page: str) -> str:
    """Text with links to the pages that it names.

    Args:
        markdown: Text of the page.
        page: Its place in the site, such as ``cases/first.md``.
    """
    if page in OUTSIDE:
        markdown = markdown.replace("](docs/", "](")
    parts = FENCE.split(markdown)
    parts[::2] = [NAMED.sub(lambda found: _link(found, page), part) for part in parts[::2]]
    return "".join(parts)


def _link(found: re.Match[str], page: str) -> str:
    target = _target(found)
    if target is None or target == page:
        return found[0]
    return f"[{found[0]}]({relpath(target, dirname(page) or '.')})"


def _target(found: re.Match[str]) -> str | None:
    """The page that is named, or None."""
    if found["page"]:
        name = found["page"].removeprefix("docs/")
        return name if (ROOT / "docs" / name).is_file() else None
    case = f"cases/{found['case']}.md"
    # One word alone may be anything: `graphite` is a material too.
    is_clear = "cases/" in found[0] or "-" in found["case"]
    return case if is_clear and case in OUTSIDE else None
