"""Mutated files of meshes, and what ``mesh`` and a run do with them."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

import meshes.mesh_reader
from fem_asslb.base.errors import MeshError
from fem_asslb.geometry import MeshFile
from fem_asslb.mesh.reader import read_source
from tests.fuzz.mesh_mutations import MeshMutator
from tests.fuzz.trial import SECONDS, require_line


class MeshInputs:
    """Files of meshes.

    Args:
        seed: The same seed gives the same meshes.
        folder: Of the mesh.
    """

    def __init__(self, seed: int, folder: Path) -> None:
        self._folder, self._file = folder, folder / "mesh"
        with TemporaryDirectory() as place:
            self._mutator = MeshMutator(seed, Path(place))
        self._name, self._arguments = "", {}
        subprocess.run = _forked  # type: ignore[assignment]  # a process of the reader's own, forked

    def write(self, number: int) -> None:
        """Write an input."""
        self._name, content = self._mutator.mesh()
        self._arguments = self._mutator.arguments()
        self._file.write_bytes(content)

    def read(self) -> str:
        """Build the mesh and read what was built; a mesh of Gmsh also as if it had been."""
        outcomes = []
        with TemporaryDirectory() as place:
            tempfile.tempdir = place
            built = Path(place) / "built.msh"
            try:
                outcomes.append(_outcome(lambda: meshes.build(MeshFile(self._file, **self._arguments), built)))
                if outcomes == ["accepted"]:
                    outcomes.append(_outcome(lambda: read_source(built)))
            finally:
                tempfile.tempdir = None
            left = {path.name for path in Path(place).iterdir()} - {built.name}
            assert not left, f"files are left: {left}"
        if self._name.endswith(".msh"):
            _outcome(lambda: read_source(self._file))
        return outcomes[-1]

    def __str__(self) -> str:
        return f"{self._name} with {self._arguments}"


def _outcome(read: Any) -> str:
    try:
        read()
    except MeshError as error:
        require_line(str(error))
        for limit in ("SIGKILL", "SIGXCPU"):
            assert limit not in str(error), f"more than {SECONDS} s"
        return "refused"
    return "accepted"


def _forked(command: list[str], *, cwd: str, **_: Any) -> subprocess.CompletedProcess[bytes]:
    """The process that reads a mesh, as a copy of this one: Python starts in a second, and this one has."""
    with TemporaryFile() as errors:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
                resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS), int(SECONDS)))
                os.dup2(errors.fileno(), 1)
                os.dup2(errors.fileno(), 2)
                os.chdir(cwd)
                name, path, result, cell_data = command[-4:]
                code = meshes.mesh_reader.read_into(name, Path(path), Path(result), cell_data or None)
            except BaseException:
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        errors.seek(0)
        return subprocess.CompletedProcess(command, os.waitstatus_to_exitcode(status), b"", errors.read())
