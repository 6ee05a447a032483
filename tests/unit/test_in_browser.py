"""Pages as a browser shows them: pictures are there, nothing complains, and nothing is asked of any network."""

import time

import matplotlib
import numpy as np
import pytest

from fem_asslb.report import html
from fem_asslb.report.interactive import program, view
from fem_asslb.report.report import report
from fem_asslb.report.runs import Run
from tests.browser import VARIABLE, Browser, chromium
from tests.unit.test_interactive import END, hostile_run
from tests.unit.test_plotting import write, write_run
from tests.unit.test_report import HOSTILE

pytestmark = [pytest.mark.serial, pytest.mark.slow]

if chromium() is None:
    pytest.skip(f"no Chromium on the path or in {VARIABLE}", allow_module_level=True)

CONTROLS = """
const select = (number, value) => {
  const list = document.querySelectorAll(".view select")[number];
  list.value = value;
  list.dispatchEvent(new Event("change"));
};
const box = (number) => document.querySelectorAll(".view input[type=checkbox]")[number].click();
const slide = (value) => {
  const range = document.querySelector(".view input[type=range]");
  range.value = value;
  range.dispatchEvent(new Event("input"));
};
const told = () => document.querySelector(".told").textContent;
const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
"""


@pytest.fixture(scope="module")
def browser():
    with Browser(chromium()) as browser:
        yield browser


def show(browser, folder, text):
    """Show a page until its view, if it has one, has drawn itself; what it says of faults and requests is new."""
    (folder / "page.html").write_text(text)
    browser.open(folder / "page.html")
    browser.value(CONTROLS)
    while browser.value("document.querySelectorAll('.view').length > document.querySelectorAll('.view .bar').length"):
        assert not browser.value("document.querySelectorAll('.view .wrong').length")
        time.sleep(0.05)
    browser.value("document.querySelector('.view')?.scrollIntoView()")
    browser.value("drawn()")


def content(browser, x, y):
    """Colour of a pixel, and what is told with the pointer there, at shares of width and height from the upper left."""
    place = browser.value(
        f"""(() => {{ const box = document.querySelector(".view .picture").getBoundingClientRect();
        return [box.left + {x} * box.width, box.top + {y} * box.height]; }})()"""
    )
    browser.mouse("mouseMoved", *place)
    colour = browser.value(
        f"""drawn().then(() => {{ const picture = document.querySelector(".view .picture");
        const copy = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
        copy.drawImage(picture, 0, 0);
        return Array.from(copy.getImageData({x} * picture.width, {y} * picture.height, 1, 1).data); }})"""
    )
    return colour[:3], browser.value("told()")


def shade(name, share):
    return pytest.approx(np.array(matplotlib.colormaps[name](share))[:3] * 255, abs=4)


def test_a_page_about_runs_with_hostile_names(browser, tmp_path):
    run = hostile_run(tmp_path)
    show(browser, tmp_path, report([run], interactive=True))
    assert not browser.complaints and not browser.asked
    assert browser.value("[...document.images].length") == 9
    assert browser.value("[...document.images].every((image) => image.complete && image.naturalWidth > 50)")
    shown = HOSTILE.replace("\x1b", "\\x1b")
    assert browser.value("document.title") == shown and browser.value("document.querySelector('h1').innerText") == shown
    labels = browser.value("[...document.querySelectorAll('.view label')].map((label) => label.textContent)")
    assert labels[0] == f"electrolyte{END}" and labels[1].startswith("particle</title><script>alert")


def test_a_flat_view_has_the_colours_and_tells_the_values_of_its_fields(browser, tmp_path):
    """A square of two triangles: the lower left one has lithium; the stress is 0 at first and 36 MPa at the end."""
    show(browser, tmp_path, html.page("a", view(hostile_run(tmp_path)), program=program()))
    colour, told = content(browser, 0.4, 0.6)
    assert colour == shade("cividis", 0.5)
    assert told.startswith("Stoichiometry 0.5  in particle/1</title>") and " at x = 0." in told
    colour, told = content(browser, 0.6, 0.4)
    assert colour == pytest.approx([230, 230, 230], abs=1) and "not defined here in matrix" in told
    browser.value("select(0, 1)")
    colour, told = content(browser, 0.6, 0.4)
    assert colour == shade("viridis", 1.0) and told.startswith("Von Mises stress 36 MPa in matrix")
    browser.value("slide(0)")
    colour, told = content(browser, 0.6, 0.4)
    assert colour == shade("viridis", 0.0) and told.startswith("Von Mises stress 0 MPa in matrix")
    browser.value("box(0)")
    assert content(browser, 0.6, 0.4) == ([255, 255, 255], "")
    assert content(browser, 0.4, 0.6)[1].startswith("Von Mises stress 0 MPa in particle/1")
    assert not browser.complaints and not browser.asked


def place_of(told):
    """Coordinates that are told."""
    return [float(part.split(" = ")[1].split()[0].rstrip(",")) for part in told.rpartition(" at ")[2].split(", ")]


def test_the_wheel_comes_nearer_to_the_pointer_and_dragging_moves(browser, tmp_path):
    show(browser, tmp_path, html.page("a", view(hostile_run(tmp_path)), program=program()))
    middle, near = (place_of(content(browser, x, 0.5)[1]) for x in (0.5, 0.6))
    x, y = browser.value(
        """(() => { const box = document.querySelector(".view .picture").getBoundingClientRect();
        return [box.left + 0.5 * box.width, box.top + 0.5 * box.height]; })()"""
    )
    browser.mouse("mouseWheel", x, y, deltaX=0, deltaY=-462)
    still, nearer = (place_of(content(browser, x, 0.5)[1]) for x in (0.5, 0.6))
    assert still == pytest.approx(middle, abs=2e-2)
    assert nearer[0] - still[0] == pytest.approx((near[0] - middle[0]) / 2.0, rel=0.05)
    browser.mouse("mousePressed", x, y, button="left", buttons=1, clickCount=1)
    browser.mouse("mouseMoved", x + 40, y, button="left", buttons=1)
    browser.mouse("mouseReleased", x + 40, y, button="left", clickCount=1)
    assert place_of(content(browser, 0.5, 0.5)[1])[0] < still[0] - 0.01


@pytest.fixture
def body(tmp_path):
    """A run of two tetrahedra, a corner of a box and one that fills its middle; the first has lithium."""
    cells = [[(0, 0, 0), (4, 0, 0), (0, 4, 0), (0, 0, 4)], [(4, 0, 0), (0, 4, 0), (0, 0, 4), (4, 4, 4)]]
    results = write_run(write(tmp_path / "results", cells, [0.5, np.nan]), {})
    run = Run("a", results)
    run.record["mesh facts"]["regions"] = ["one", "other"]
    return run


def test_a_body_is_cut_and_turned(browser, tmp_path, body):
    """It opens cut in the middle of its depth; the field on the section is that of the cell."""
    show(browser, tmp_path, html.page("a", view(body), program=program()))
    labels = browser.value("[...document.querySelectorAll('.view select')].map((list) => list.selectedOptions[0].text)")
    assert labels[2].startswith("y = ") and not browser.complaints and not browser.asked
    aspect = browser.value("(({ width, height }) => width / height)(document.querySelector('.picture'))")
    colour, told = content(browser, 0.5 - 0.17 / aspect, 0.646)
    assert colour == shade("cividis", 0.5) and " in one at " in told
    assert place_of(told) == pytest.approx([0.6, 2.0, 0.6], abs=0.1)
    colour, told = content(browser, 0.5, 0.5)
    assert colour == pytest.approx([230, 230, 230], abs=1) and "not defined here in other at " in told
    assert place_of(told) == pytest.approx([2.0, 2.0, 2.0], abs=0.1)
    before = content(browser, 0.5, 0.5)[1]
    browser.value("document.querySelector('.picture').dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft'}))")
    assert content(browser, 0.5, 0.5)[1] != before
    browser.value("select(2, 0)")
    assert content(browser, 0.5, 0.5)[1] != ""


def test_a_page_that_is_rewritten_is_read_again(browser, tmp_path):
    (tmp_path / "page.html").write_text(html.page("now", refresh=1))
    browser.open(tmp_path / "page.html")
    assert browser.title() == "now"
    (tmp_path / "page.html").write_text(html.page("later"))
    while browser.title() != "later":
        time.sleep(0.05)
    assert not browser.complaints and not browser.asked
