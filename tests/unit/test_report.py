"""The page about runs: one file without any network, in which all text is text."""

import base64
import json
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from fem_asslb.app import cli
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.comparison.expected import FILE as EXPECTED
from fem_asslb.comparison.expected import OPEN, compare, read_expected
from fem_asslb.fields.names import MEAN_STOICHIOMETRY
from fem_asslb.output import history, record
from fem_asslb.plotting import statistics
from fem_asslb.plotting.snapshots import read_snapshot
from fem_asslb.plotting.style import Gallery
from fem_asslb.report import FILE, facts, figures, html
from fem_asslb.report import report as page_of_runs
from fem_asslb.report.report import report
from fem_asslb.report.runs import Run
from tests.unit.test_plotting import SQUARE, STRESSES, write, write_run

pytestmark = pytest.mark.serial

HOSTILE = '</title><script>alert("$\\frac$")</script><img src=x onerror=alert(1)>&amp;\x1b[31m'
EMPTY = ("meta", "img", "br")
"""Elements without an end."""


class Page(HTMLParser):
    """What a browser finds in a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open, self.tags, self.attributes, self.texts = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def pictures(self) -> list[bytes]:
        sources = [value for name, value in self.attributes if name == "src"]
        return [base64.b64decode(source.partition(";base64,")[2]) for source in sources]


def run_of(folder: Path, title: str = "a cell", stiffness: str = "1 MPa/um", warnings=()) -> Path:
    """A run of an hour with fields, interfaces and balances."""
    parts = {"intact": 1.0, "damaged": 0.0, "debonded closed": 0.0, "open": 0.0, "conducting": 1.0}
    columns = {history.STEP: [1.0, 2.0, 3.0], history.ITERATIONS: [2.0, 3.0, 2.0], history.REJECTED: [0.0, 1.0, 0.0]}
    columns |= {"time [h]": [0.0, 0.5, 1.0]}
    columns |= {history.LENGTH: [1.0, 1800.0, 1800.0], MEAN_STOICHIOMETRY: [0.9, 0.6, 0.3]}
    columns |= {f"p|c {part} [-]": [share] * 3 for part, share in parts.items()}
    columns |= {"p|c contact pressure mean [MPa]": [8.0, 7.0, 6.0], "p|c mean gap [um]": [0.0] * 3}
    columns |= {"elastic energy [pJ]": [0.0, 1.0, 2.0], "energy balance error [-]": [1e-9, 0.0, 1e-8]}
    results = write_run(write(folder / "results", SQUARE, [0.5, np.nan], times=(0.0, 3600.0), stress=0.01), {})
    write_run(results, STRESSES | columns)
    content = json.loads((results / record.FILE).read_text())
    content["case"] |= {"case": {"title": title}, "fixture": {"stiffness": stiffness}}
    content["runs"] = [{"end": "end of protocol", "wall time [s]": {"mesh": 1.0, "total": 9.0}, "warnings": warnings}]
    (results / record.FILE).write_text(json.dumps(content))
    return results


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A page about two runs: the texts of one try to be more than text, the other has no fields and ended early."""
    folder = tmp_path_factory.mktemp("report")
    runs = [run_of(folder / "one", HOSTILE, HOSTILE, [HOSTILE]), run_of(folder / "two")]
    (runs[1] / "fields.pvd").unlink()
    entry = '[[value]]\nquantity = "x"\nstep = 7\nleast = 0\nmost = 1\nwhy = "?"\n'
    (folder / "two" / EXPECTED).write_text(entry)
    return report([Run(HOSTILE, runs[0]), Run("two", runs[1])])


def test_hostile_texts_are_text(hostile):
    page = Page(hostile)
    assert not page.open and not {"script", "iframe", "object", "link", "form"} & set(page.tags)
    assert {name for name, _ in page.attributes} <= {
        "src", "alt", "class", "charset", "content", "http-equiv", "lang",
    }  # fmt: skip
    shown = HOSTILE.replace("\x1b", "\\x1b")
    assert page.texts.count(shown) >= 5 and "\x1b" not in hostile
    assert Page(html.page(HOSTILE)).texts[0] == "\n" and shown in Page(html.page(HOSTILE)).texts


def test_a_page_asks_nothing_of_a_network(hostile):
    """All that is loaded is in the page, and a browser may load nothing else."""
    page = Page(hostile)
    loaded = [value for name, value in page.attributes if name in ("src", "href", "data", "srcset")]
    assert loaded and all(
        value.startswith(("data:image/svg+xml;base64,", "data:image/png;base64,")) for value in loaded
    )
    assert ("content", "default-src 'none'; img-src data:; style-src 'unsafe-inline'") in page.attributes
    assert "url(" not in hostile and "@import" not in hostile
    pictures = page.pictures()
    assert all(content.startswith((b"<?xml", b"\x89PNG")) for content in pictures)
    vectors = [content.decode() for content in pictures if content.startswith(b"<?xml")]
    assert vectors and not any("<script" in vector or 'href="http' in vector for vector in vectors)


def test_a_page_has_all_sections_and_says_where_cases_differ(hostile):
    page = Page(hostile)
    titles = ["Where the cases differ", "Key figures", "Warnings", "Expected values", "Curves", "Fields"]
    titles += ["Stress by material", "Contact and cracks", "Energy and balances", "Convergence and cost"]
    assert [text for text in page.texts if text in titles] == titles
    assert "fixture.stiffness" in page.texts and "1 MPa/um" in page.texts
    assert page.tags.count("img") == 1 + 9 + 7


def test_what_is_not_there_is_said_in_its_place(tmp_path, hostile):
    texts = Page(hostile).texts
    assert sum("no fields in" in text for text in texts) == 2 and "no results for protocol step 7" in texts
    with pytest.raises(FemAsslbError, match="no results"):
        report([Run("b", tmp_path)])


def test_expected_values_stand_beside_what_came_out(tmp_path):
    results = run_of(tmp_path / "a")
    entry = '[[value]]\nquantity = "stack pressure [MPa]"\nstep = 1\nleast = {}\nmost = {}\nwhy = "<b>paper</b>"\n'
    (tmp_path / "a" / EXPECTED).write_text(entry.format(6, 8) + entry.format(8, 9.5))
    found = Page(html.page("", facts.expected(Run("a", results)))).texts
    assert [text for text in found if text in ("holds", "DISAGREES")] == ["holds", "DISAGREES"]
    assert found.count("7") == 2 and "<b>paper</b>" in found and "9.5" in found


def test_a_step_that_a_run_is_in_has_no_end(tmp_path):
    """What its last row says is not what the step ends with, however near it comes."""
    results = run_of(tmp_path)
    entry = '[[value]]\nquantity = "stack pressure [MPa]"\nstep = {}\nleast = 6\nmost = 8\nwhy = "paper"\n'
    (tmp_path / EXPECTED).write_text(entry.format(1))
    assert [verdict for _, _, verdict in compare(tmp_path, results)] == ["holds"]
    content = json.loads((results / record.FILE).read_text())
    for end in ("running", "postponed: wall time", "stopped at 0.5 h: no contact"):
        (results / record.FILE).write_text(json.dumps(content | {"runs": [{"end": end}]}))
        ((_, value, verdict),) = compare(tmp_path, results)
        assert np.isnan(value) and verdict == OPEN
    rows = history.read_history(results)
    rows[history.STAGE][-1] = 2.0
    write_run(results, rows)
    (results / record.FILE).write_text(json.dumps(content | {"runs": [{"end": "running"}]}))
    assert len(compare(tmp_path, results)) == 1


def test_figures_of_a_run_under_way_are_marked(tmp_path):
    results = [run_of(tmp_path / name) for name in "ab"]
    content = json.loads((results[1] / record.FILE).read_text())
    (results[1] / record.FILE).write_text(json.dumps(content | {"runs": [{"end": "running"}]}))
    texts = Page(html.page("", facts.key_figures([Run("a", results[0]), Run("b", results[1])]))).texts
    assert [text for text in texts if "so far" in text] == ["b has not come to its end: its figures are those so far"]


@pytest.mark.parametrize("text", ["value = 1", "[[value]]\nstep = 1", "x", '[[value]]\nquantity = 1\nstep = "a"'])
def test_expected_values_that_cannot_be_read_are_told(tmp_path, text):
    (tmp_path / EXPECTED).write_text(text)
    with pytest.raises(FemAsslbError, match="is no list of expected values"):
        read_expected(tmp_path)


def test_a_warning_is_told_as_it_was_at_its_worst(tmp_path):
    results = run_of(tmp_path, warnings=["a: 1.5 % over 300 MPa", "b"])
    content = json.loads((results / record.FILE).read_text())
    content["runs"][0]["cautions at their worst"] = ["a: 70 % over 300 MPa"]
    (results / record.FILE).write_text(json.dumps(content))
    assert list(Run("a", results).warnings()) == ["a: 70 % over 300 MPa", "b"]


def test_histograms_weigh_the_volume_of_each_role(tmp_path, monkeypatch):
    """A quarter of the matrix has a stress, three quarters another; the host, of twice the size, has one."""
    cells = [[(0, 0), (1, 0), (0, 1)], [(1, 0), (4, 0), (1, 1)], [(0, 1), (4, 1), (0, 3)]]
    snapshot = read_snapshot(write(tmp_path, cells, [np.nan, np.nan, 0.5]), 0.0)
    for name in statistics.STRESSES:
        snapshot.grid.point_data[name] = np.repeat([10.0, 20.0, 30.0], 3)
    figures = []
    monkeypatch.setattr(statistics, "save", lambda figure, path: figures.append(figure) or path)
    drawn = statistics.draw_histograms(snapshot, ["matrix", "host"], Gallery(tmp_path), "the end")
    assert drawn.name == "stress-the-end.png"
    matrix, host = (patch.get_data() for patch in figures[0].axes[0].patches)
    assert matrix.values[0] == pytest.approx(25.0) and matrix.values.sum() == pytest.approx(100.0)
    assert matrix.values[40] == pytest.approx(75.0) and host.values[-1] == pytest.approx(100.0)


def test_the_command_writes_a_page_and_nothing_else(tmp_path, capsys, monkeypatch):
    results, asked = run_of(tmp_path / "a"), []
    monkeypatch.setattr(page_of_runs, "report", lambda *given: asked.append(given) or "<p>")
    before = {path.name for path in results.iterdir()}
    assert cli.main(["report", str(tmp_path / "a"), "--at", "end"]) == 0
    assert capsys.readouterr().out == f"{results / FILE}\n" and (results / FILE).read_text() == "<p>"
    assert {path.name for path in results.iterdir()} == before | {FILE}
    assert asked == [([Run(str(tmp_path / "a"), results)], ["end"], False)]
    assert cli.main(["report", str(results), str(results), "--output", str(tmp_path / "b.html")]) == 0
    assert (tmp_path / "b.html").exists() and len(asked[1][0]) == 2
    for wrong in ("x = blah", "step 99", "hello"):
        assert cli.main(["report", str(tmp_path / "a"), "--at", wrong]) == 2
        assert f"--at '{wrong}'" in capsys.readouterr().err and len(asked) == 2
    with pytest.raises(SystemExit):
        cli.main(["report", str(tmp_path / "a"), "--output", str(tmp_path / "a" / "case.toml")])


def test_pictures_of_a_page_are_files_too(tmp_path, capsys, monkeypatch):
    """What the run does not have is left out; runs beside one another have folders of their own."""
    run_of(tmp_path / "a")
    (run_of(tmp_path / "b") / "fields.pvd").unlink()
    monkeypatch.setattr(page_of_runs, "report", lambda *given: "<p>")
    monkeypatch.setattr(figures, "KINDS", ("stress", "cost"))
    monkeypatch.chdir(tmp_path)
    words = ["report", str(tmp_path / "a"), str(tmp_path / "b"), "--figures", "f", "--format", "svg"]
    assert cli.main(words) == 0
    written = {line.removeprefix(f"{tmp_path}/f/") for line in capsys.readouterr().out.split()[1:]}
    assert written == {"1/stress-end.svg", "1/cost.svg", "2/cost.svg", "overlay.svg"}
    assert all((tmp_path / "f" / name).read_text().startswith("<?xml") for name in written)


def test_a_format_of_no_files_is_refused(tmp_path, capsys):
    run_of(tmp_path / "a")
    assert cli.main(["report", str(tmp_path / "a"), "--format", "svg"]) == 2
    assert capsys.readouterr().err.startswith("--format svg: it is that of the files of --figures")
    assert not (tmp_path / "a" / FILE).exists()
