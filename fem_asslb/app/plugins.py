"""Modules of the user's own that add laws and fields. Only a command runs them: what a case holds is data."""

import hashlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path

from fem_asslb.base.errors import FemAsslbError
from fem_asslb.base.input_files import regular_file
from fem_asslb.base.printable import printable, quoted


def load_plugins(paths: Sequence[Path]) -> dict[str, str]:
    """Run modules, on every rank before a case is read.

    Args:
        paths: Python files.

    Returns:
        Hash of each file by what it is called in records of a run.

    Raises:
        FemAsslbError: A file that cannot be read or is no Python; what else it raises is not caught.
    """
    return {f"plugin {path.name}": _load(path) for path in paths}


def _load(path: Path) -> str:
    try:
        content = regular_file(path).read_bytes()
        code = compile(content, str(path), "exec")
    except OSError as error:
        raise FemAsslbError(f"--plugin {quoted(path, 160)} cannot be read: {error.strerror}") from error
    except (SyntaxError, ValueError) as error:
        raise FemAsslbError(f"--plugin {quoted(path, 160)} is no Python: {printable(error)}") from error
    # A case that travels between ranks knows its classes by the name of their module.
    name = f"fem_asslb_plugin_{path.stem}"
    if name in sys.modules:
        raise FemAsslbError(f"--plugin {quoted(path, 160)}: a module of that name is there; accepted: a name for each")
    spec = importlib.util.spec_from_loader(name, loader=None, origin=str(path))
    assert spec is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    exec(code, vars(module))
    return hashlib.sha256(content).hexdigest()
