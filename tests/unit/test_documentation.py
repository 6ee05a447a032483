"""The code in the documentation runs, on any number of ranks."""

import pkgutil
import re
import runpy
import shlex
import tomllib
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from packaging.version import Version

import fem_asslb
from fem_asslb.app.command_line import build_parser
from fem_asslb.case.estimates.estimates import format_rows, summary
from fem_asslb.case.reading.reader import read_case
from fem_asslb.output import history, record
from scripts import docs_pages

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.two_ranks
def test_the_api_page_runs_from_top_to_bottom(comm, monkeypatch, capsys):
    monkeypatch.chdir(DOCS.parent)
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / "api.md").read_text(), flags=re.DOTALL)
    assert len(blocks) == 6
    names = {}
    for block in blocks:
        exec(compile(block, "api.md", "exec"), names)
    assert names["outcome"].is_complete
    assert names["record"].index == 3
    assert names["grid"].n_cells > 0 and names["results"].is_complete
    assert names["points"].is_open.any() or comm.size > 1
    assert comm.allreduce(names["local"]) / names["volume"] == pytest.approx(-names["simulation"].pressure(), rel=1e-9)
    assert names["problem"].state.number("platen position") < 0


@pytest.mark.serial
@pytest.mark.parametrize("page", ["README.md", *sorted(f"docs/{path.name}" for path in DOCS.glob("*.md"))])
def test_links_and_pictures_of_a_page_are_there(page):
    """Those of the repository; a picture has at most 200 kB on pages for the first hour."""
    path = DOCS.parent / page
    targets = re.findall(r"\]\(([^)#:]+)\)", path.read_text(encoding="utf-8"))
    files = [path.parent / target for target in targets]
    assert not [str(file) for file in files if not file.is_file()]
    if path.stem in ("README", "tutorial", "gallery"):
        assert files and max(file.stat().st_size for file in files) <= 200_000


PAGES = ["README.md", *sorted(str(path.relative_to(DOCS.parent)) for path in DOCS.parent.glob("*/**/*.md"))]
COMMAND = re.compile(r" *(?:mpirun -n \S+ )?(?:scripts/run|fem-asslb|python3 -m fem_asslb)(?: -n \d+)?( \S.*)")


def commands_of(text):
    """Words of each command of a page, in blocks, and in lines where it has a case; explained three spaces behind."""
    block = re.compile(r"```\w*\n(.*?)```", re.DOTALL)
    lines = [line for part in block.findall(text) for line in part.replace("\\\n", " ").splitlines()]
    lines += re.findall(r"`([^`\n]*(?:cases/|my-|CASE|STUDY)[^`\n]*)`", block.sub("", text))
    found = (COMMAND.fullmatch(line) for line in lines)
    return [shlex.split(re.split(r" {3,}", match[1])[0], comments=True) for match in found if match]


@pytest.mark.serial
@pytest.mark.parametrize("page", PAGES)
def test_commands_and_tables_of_a_page_can_be_read(page, monkeypatch, capsys):
    """Whether they do what the page says is tested with what they do."""
    monkeypatch.chdir(DOCS.parent)
    text = Path(page).read_text(encoding="utf-8")
    parser = build_parser()
    known = {name for action in parser._actions if isinstance(action.choices, dict) for name in action.choices}
    for words in commands_of(text):
        with pytest.raises(SystemExit, match="0") if "--help" in words or "--version" in words else nullcontext():
            parser.parse_args(words if words[0] in known or words[0].startswith("-") else ["run", *words])
        case = next((word for word in words if re.match(r"cases/\w", word)), None)
        assert case is None or Path(case).exists(), words
    for table in re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL):
        tomllib.loads(table)


@pytest.mark.serial
def test_the_changes_of_the_tutorial_make_a_case(tmp_path):
    """And its figures of the case are those of `check`."""
    text = (DOCS / "tutorial.md").read_text(encoding="utf-8")
    changes = re.findall(r"```toml\n(.*?)```", text, flags=re.DOTALL)
    (tmp_path / "case.toml").write_text("\n".join([f'extends = "{DOCS.parent / "cases" / "first"}"', *changes]))
    figures = format_rows(summary(read_case(tmp_path))).splitlines()
    assert len(changes) == 3
    assert not set(re.search(r"```\n(  first charge.*?)```", text, flags=re.DOTALL)[1].splitlines()) - set(figures)


@pytest.mark.serial
def test_the_figure_of_the_tutorial_is_drawn(tmp_path, monkeypatch):
    """From four histories with what it reads of them."""
    names = [history.STAGE, "specific capacity [mAh/g]", "particle|cathode open [-]", "particle|cathode conducting [-]"]
    for results in ("at-5", "at-50", "at-5-seed-2", "at-50-seed-2"):
        folder = tmp_path / "contact" / results
        folder.mkdir(parents=True)
        (folder / record.FILE).write_text('{"case": {}, "runs": []}')
        (folder / history.FILE).write_text(f"{','.join(names)}\n3,0,0,1\n3,200,0.6,0.2\n")
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(DOCS / "tutorial" / "figure.py"))
    assert (tmp_path / "contact" / "contact.png").stat().st_size > 10_000


@pytest.mark.serial
def test_the_gallery_runs_cases_that_there_are():
    names = re.findall(r"^scripts/run cases/(\S+)$", (DOCS / "gallery.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(names) >= 3 and all((DOCS.parent / "cases" / name / "case.toml").is_file() for name in names)


ROW = re.compile(r"^\| .+ \| `(fem_asslb[\w.]+)` \| `(tests/[\w/]+\.py)::(\w+)` \|$")


@pytest.mark.serial
def test_equations_name_functions_and_tests_that_exist():
    lines = [line for line in (DOCS / "equations.md").read_text().splitlines() if line.startswith("| ")]
    rows = [line for line in lines if line != "| equation | function | test |"]
    found = [ROW.match(line) for line in rows]
    assert len(rows) > 30 and all(found), [line for line, match in zip(rows, found, strict=True) if match is None]
    for function, file, test in (match.groups() for match in found if match):
        assert pkgutil.resolve_name(function)
        assert f"\ndef {test}(" in (DOCS.parent / file).read_text(), test


@pytest.mark.serial
def test_all_state_the_same_version_and_the_changes_to_come_stand_above_it(capsys):
    root = DOCS.parent
    citation = dict(re.findall(r"^(version|date-released): (\S+)$", (root / "CITATION.cff").read_text(), re.MULTILINE))
    headings = re.findall(r"^## (.+)$", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[:2] == ["Unreleased", f"{citation['version']} - {citation['date-released']}"]
    here, released = Version(fem_asslb.__version__), Version(citation["version"])
    assert here == released or (here.is_devrelease and here > released)
    with pytest.raises(SystemExit, match="0"):
        build_parser().parse_args(["--version"])
    assert capsys.readouterr().out == f"fem-asslb {fem_asslb.__version__}\n"


def entries(navigation):
    """Pages of a navigation, which are lists of pages and of tables from a title to a page or a list."""
    for entry in navigation:
        for item in entry.values() if isinstance(entry, dict) else [entry]:
            yield from entries(item) if isinstance(item, list) else [item]


@pytest.mark.serial
def test_the_site_leads_to_every_page_once():
    """Those of docs, and README, changes and cases, which the site takes from where they stand."""
    config = SimpleNamespace(nav=yaml.safe_load((DOCS.parent / "mkdocs.yml").read_text())["nav"])
    docs_pages.on_config(config)
    assert sorted(entries(config.nav)) == sorted([*(path.name for path in DOCS.glob("*.md")), *docs_pages.OUTSIDE])
    cases = {path.parent.name for path in DOCS.parent.glob("cases/*/README.md")}
    assert {Path(page).stem for page in docs_pages.OUTSIDE} == {"index", "changelog", *cases}


@pytest.mark.serial
@pytest.mark.parametrize("page", [*docs_pages.OUTSIDE, *sorted(path.name for path in DOCS.glob("*.md"))])
def test_pages_that_a_text_names_are_there(page):
    """As `docs/model.md`, or `model.md` in another page; no text looks like an element of HTML, which would vanish."""
    text = (DOCS.parent / docs_pages.OUTSIDE.get(page, f"docs/{page}")).read_text(encoding="utf-8")
    named = [found["page"] for found in docs_pages.NAMED.finditer(text) if found["page"]]
    homes = [DOCS.parent, DOCS]
    assert not [name for name in named if not any((home / name).is_file() for home in homes)]
    assert not re.findall(r"<[A-Za-z/][^>\n]*>", re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL))


@pytest.mark.serial
@pytest.mark.parametrize(
    ("page", "text", "link"),
    [
        ("model.md", "in `docs/case.md`", "in [`docs/case.md`](case.md)"),
        ("index.md", "`cases/first`", "[`cases/first`](cases/first.md)"),
        ("index.md", "![a](docs/a.png)", "![a](a.png)"),
        (
            "cases/first.md",
            "`zhang2026-hb`, `docs/model.md`",
            "[`zhang2026-hb`](zhang2026-hb.md), [`docs/model.md`](../model.md)",
        ),
        ("model.md", "`graphite`, `model.md`, `no-such-case`", "`graphite`, `model.md`, `no-such-case`"),
        ("model.md", "```\n`docs/case.md`\n```", "```\n`docs/case.md`\n```"),
        ("model.md", "[`case.md`](case.md)", "[`case.md`](case.md)"),
    ],
)
def test_the_site_links_what_a_text_names(page, text, link):
    assert docs_pages.linked(text, page) == link
