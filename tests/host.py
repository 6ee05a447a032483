"""A host without the packages, on which the scripts are tried; stand-ins for the programs that build and enter."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(__file__).parents[1] / "scripts"

STAND_INS = {
    # The root folder is the last argument.
    "mmdebstrap": """
        echo build >> "$STATE/builds"
        root=${*: -1}
        mkdir -p "$root/etc" "$root/usr" "$root/var/lib/dpkg"
        if [[ -e $STATE/message ]]; then cat "$STATE/message"; exit 1; fi
        sleep 1""",
    "unshare": """
        while [[ $1 != -- ]]; do shift; done
        shift
        exec "$@" """,
    "bwrap": """
        while [[ $1 != env ]]; do shift; done
        exec "$@" """,
    "newuidmap": "",
    "chown": "",
    "df": """
        echo "Filesystem blocks used available"
        echo "disk 9999999 0 $(cat "$STATE/free" 2>/dev/null || echo 9999999)" """,
}


@dataclass(frozen=True)
class Host:
    """A host without the packages: copy of the scripts, empty cache, stand-ins first on the path."""

    folder: Path

    @property
    def environments(self) -> list[Path]:
        return sorted(p for p in (self.folder / "cache" / "fem_asslb").glob("environment-*") if p.is_dir())

    @property
    def builds(self) -> int:
        record = self.folder / "builds"
        return len(record.read_text().split()) if record.exists() else 0

    @property
    def variables(self) -> dict[str, str]:
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        outside = {name: value for name, value in os.environ.items() if not name.startswith("FEM_ASSLB_")}
        return {**outside, "PATH": path, "STATE": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache")}

    def start(self, *arguments: str, script: str = "environment", new_group: bool = False) -> subprocess.Popen[str]:
        # Whatever these tests were started with: a shell cannot trap what was ignored at its start.
        command = ["env", "--default-signal", self.folder / "scripts" / script, *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, env=self.variables, text=True, process_group=0 if new_group else None, **pipes)

    def run(self, *arguments: str, script: str = "environment") -> tuple[int, str, str]:
        process = self.start(*arguments, script=script)
        output, messages = process.communicate(timeout=60)
        return process.returncode, output, messages


def create(folder: Path) -> Host:
    """A host whose scripts, cache and programs are in an empty folder."""
    shutil.copytree(SCRIPTS, folder / "scripts")
    shutil.copy(SCRIPTS.parent / "pyproject.toml", folder)
    (folder / "scripts" / "packages.txt").write_text("# a package that no host has\nno-such-package\n")
    (folder / "bin").mkdir()
    for name, text in STAND_INS.items():
        program = folder / "bin" / name
        program.write_text(f"#!/bin/bash\n{text}\n")
        program.chmod(0o755)
    return Host(folder)
