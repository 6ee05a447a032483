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

from fem_asslb.app import cli, watch
from fem_asslb.base.errors import FemAsslbError
from fem_asslb.output import history, record

pytestmark = pytest.mark.serial

ROOT = Path(__file__).parents[2]
NAMES = [history.STEP, history.TIME, history.STAGE, history.LENGTH, history.ITERATIONS, history.REJECTED]
NAMES += ["cell voltage [V]", "stack pressure [MPa]"]


def write(folder: Path, end: str, rows: list[str], ago: float = 60.0) -> Path:
    """A run that was started some time ago."""
    started = datetime.fromtimestamp(time.time() - ago, UTC).isoformat()
    case = {"case": {"title": "[red]a[/red]\x1b[31m"}, "protocol": {"steps": ["rest 1 h", "rest 9 h"]}}
    content = {"case": case, "runs": [{"started": started, "end": end, "warnings": ["hot"]}]}
    folder.mkdir(exist_ok=True)
    (folder / record.FILE).write_text(json.dumps(content))
    if rows:
        (folder / history.FILE).write_text("\n".join([",".join(NAMES), *rows, ""]))
    return folder


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
