"""A run on one screen: what is shown of it, how long it still takes, and how one leaves."""

import io
import json
import os
import pty
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console

from fem_asslb.app import cli, watch, watch_page
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.output import history, record
from tests.unit.test_report import Page

pytestmark = pytest.mark.serial

ROOT = Path(__file__).parents[2]
NAMES = [history.STEP, history.TIME, history.STAGE, history.LENGTH, history.ITERATIONS, history.REJECTED]
NAMES += ["cell voltage [V]", "stack pressure [MPa]"]


def write(folder: Path, end: str, rows: list[str], ago: float = 60.0) -> Path:
    """A run that was started some time ago."""
    started = datetime.fromtimestamp(time.time() - ago, UTC).isoformat()
    case = {"case": {"title": "[red]a[/red]\x1b[31m"}, "protocol": {"steps": ["rest 1 h", "rest 9 h"]}, "geometry": {}}
    content = {"case": case, "runs": [{"started": started, "end": end, "warnings": ["hot"]}]}
    folder.mkdir(exist_ok=True)
    (folder / record.FILE).write_text(json.dumps(content))
    if rows:
        (folder / history.FILE).write_text("\n".join([",".join(NAMES), *rows, ""]))
    return folder


def interrupt(seconds):
    """What Ctrl-C does to a process that waits."""
    raise KeyboardInterrupt


ROWS = ["1,3600,1,3600,2,0,3.5,5", "2,7200,2,3600,4,3,3.6,5.25"]


def test_a_screen_says_where_the_run_is(tmp_path):
    lines = watch.lines_of(watch.look(write(tmp_path, record.RUNNING, ROWS), hours=10.0))
    assert lines["protocol step"] == "2 of 2: rest 9 h"
    assert lines["step"] == "2, 3600 s long, 4 iterations, 3 failed attempts"
    assert (lines["time"], lines["voltage"], lines["stack pressure"]) == ("2 h", "3.6 V", "5.25 MPa")
    assert "mean x" not in lines and lines["state"] == "running" and lines["warnings"] == "1, the last: hot"
    assert lines["case"] == "[red]a[/red]\\x1b[31m"


def test_what_is_left_takes_as_long_as_what_was_done(tmp_path):
    """A fifth was done in a minute: four minutes; of a run that was resumed, the time of its first part counts."""
    folder = write(tmp_path, record.RUNNING, ROWS)
    moment = watch.look(folder, hours=10.0)
    assert moment.share == pytest.approx(0.2) and moment.seconds_left() == pytest.approx(240.0, abs=5.0)
    assert watch.lines_of(moment)["done"] == "20 %, about 4 min to go"
    content = json.loads((folder / record.FILE).read_text())
    content["runs"].insert(0, {"wall time [s]": {"total": 540.0}})
    (folder / record.FILE).write_text(json.dumps(content))
    assert watch.look(folder, hours=10.0).seconds_left() == pytest.approx(2400.0, abs=20.0)
    content["runs"][0] = {}
    (folder / record.FILE).write_text(json.dumps(content))
    assert watch.lines_of(watch.look(folder, hours=10.0))["done"] == "20 %"


def test_a_run_without_a_step_or_an_estimate_is_shown_too(tmp_path):
    lines = watch.lines_of(watch.look(write(tmp_path, record.RUNNING, []), hours=None))
    assert set(lines) == {"case", "warnings", "state"}
    with pytest.raises(FemAsslbError, match="no results"):
        watch.look(tmp_path / "nowhere", None)


def test_the_view_ends_with_the_run(tmp_path, monkeypatch):
    """The screen follows the files, and what is in brackets is no markup."""
    write(tmp_path, record.RUNNING, ROWS[:1])
    monkeypatch.setattr(watch.time, "sleep", lambda seconds: write(tmp_path, "end of protocol", ROWS))
    text = io.StringIO()
    watch.watch(tmp_path, Console(file=text, force_terminal=True, width=100))
    shown = text.getvalue()
    assert shown.index("1 of 2: rest 1 h") < shown.index("2 of 2: rest 9 h") < shown.index("end of protocol")
    assert "[red]a[/red]" in shown


def test_a_page_is_rewritten_in_time_and_at_the_end(tmp_path, monkeypatch):
    """A step too soon waits, a run that hangs is seen to, and the last page is written once and not read again."""
    write(tmp_path / "r", record.RUNNING, ROWS[:1])
    now, written = [100.0], []
    monkeypatch.setattr(watch_page.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(watch_page, "replace_text", lambda path, text: written.append((now[0] - 100.0, text)))
    monkeypatch.setattr(watch_page, "live_page", lambda run, lines, share, refresh: f"{lines['step'][:1]} {refresh}")
    page = watch_page.WatchPage(tmp_path / "page.html", tmp_path / "r", "r", 30)
    for seconds, end, rows in (
        (0.0, record.RUNNING, 1),
        (40.0, record.RUNNING, 1),
        (41.0, record.RUNNING, 2),
        (50.0, record.RUNNING, 1),
        (75.0, record.RUNNING, 1),
        (76.0, "end of protocol", 2),
        (900.0, "end of protocol", 2),
    ):
        now[0] = 100.0 + seconds
        write(tmp_path / "r", end, ROWS[:rows])
        os.utime(tmp_path / "r" / history.FILE, (rows, rows))
        moment = watch.look(tmp_path / "r", hours=10.0)
        page.show(moment, watch.lines_of(moment))
    assert written == [(0.0, "1 30"), (40.0, "1 30"), (75.0, "1 30"), (76.0, "2 None")]


def test_the_command_keeps_a_page_until_the_run_ends(tmp_path, capsys, monkeypatch):
    """Titles are text in it, and it has the curves of the history."""
    write(tmp_path / "results", record.RUNNING, ROWS[:1])
    monkeypatch.setattr(watch.time, "sleep", lambda seconds: write(tmp_path / "results", "end of protocol", ROWS))
    path = tmp_path / "page.html"
    assert cli.main(["watch", str(tmp_path), "--page", str(path), "--every", "9"]) == 0
    said = capsys.readouterr().out
    assert str(path) in said and "end of protocol" in said
    page = Page(path.read_text())
    assert page.texts.count("[red]a[/red]\\x1b[31m") == 3 and "2 of 2: rest 9 h" in page.texts
    assert page.tags.count("img") == 3 and ("http-equiv", "refresh") not in page.attributes
    monkeypatch.setattr(watch.time, "sleep", interrupt)
    monkeypatch.setattr(watch, "_hours", lambda record: 10.0)
    write(tmp_path / "results", record.RUNNING, ROWS)
    assert cli.main(["watch", str(tmp_path), "--page", str(path), "--every", "9"]) == 0
    page = Page(path.read_text())
    assert ("http-equiv", "refresh") in page.attributes and ("content", "9") in page.attributes
    assert ("value", "0.200") in page.attributes and "progress" in page.tags


def test_off_a_terminal_the_state_is_printed_once(tmp_path, capsys):
    write(tmp_path / "results", "stopped", ROWS)
    assert cli.main(["watch", str(tmp_path)]) == 0
    assert capsys.readouterr().out.count("protocol step") == 1


def test_ctrl_c_ends_the_view(tmp_path):
    write(tmp_path, record.RUNNING, ROWS)
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "fem_asslb", "watch", str(tmp_path)]
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, start_new_session=True) as run:
        os.close(slave)
        seen = b""
        while b"running" not in seen:
            seen += os.read(master, 4096)
        run.send_signal(2)
        assert run.wait() == 0
    os.close(master)
    assert b"Traceback" not in seen
