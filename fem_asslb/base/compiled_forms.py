"""Compiled forms in the cache: found by name, compiled by one process, never waited for in vain."""

import errno
import fcntl
import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path
from typing import Any

import dolfinx.jit
import ffcx.codegeneration.jit
from cffi import VerificationError

COMPILE_PATIENCE = 300
"""How long a process waits for a form that another one compiles [s]; the library's 10 s fail on a slow machine."""

_PAUSE = 0.2

_ROOM = 1_000_000
"""Free bytes below which a compiler that fails has failed for want of room; a form takes a tenth of that."""


class CompiledForms:
    """Tells the library which forms have been compiled and which this process is to compile.

    The library lists the whole cache for each form, which takes longer than all else where thousands are kept. And who
    compiles has to leave a source there, for which others wait in vain when it is killed. Here it holds a lock as well,
    which ends with its process; on file systems without locks a source tells by its age.
    """

    def __init__(self) -> None:
        self._lock: int | None = None

    def find(self, name: str, objects: Sequence[str], cache: Path | str, patience: int) -> tuple[list | None, object]:
        """Objects and module of a form that has been compiled; None and None where the caller is to compile it.

        Raises:
            TimeoutError: Another process compiles it, for longer than ``patience`` [s].
        """
        # What this process was told to compile before is ready, or has failed.
        self.release()
        source = Path(cache) / f"{name}.c"
        source.parent.mkdir(parents=True, exist_ok=True)
        end = time.monotonic() + patience
        while not _is_ready(source):
            if self._take(source):
                return None, None
            if time.monotonic() > end:
                raise TimeoutError(f"another process has not compiled '{source}' within {patience} s")
            time.sleep(_PAUSE)
        self.release()
        return _load(source, objects)

    def release(self) -> None:
        """Let other processes compile what this one was told to compile, if it did not."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _take(self, source: Path) -> bool:
        lock = os.open(source.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(lock)
            return not isinstance(error, BlockingIOError) and _begin(source, locked=False)
        self._lock = lock
        begun = _begin(source, locked=True)
        if not begun:
            self.release()
        return begun


def look_after_compiled_forms() -> None:
    """Let the library wait for slow compilers, and find what they have compiled as `CompiledForms` does."""
    options = dolfinx.jit.DOLFINX_DEFAULT_JIT_OPTIONS
    options["timeout"] = (COMPILE_PATIENCE, options["timeout"][1])
    if not isinstance(getattr(ffcx.codegeneration.jit.get_cached_module, "__self__", None), CompiledForms):
        ffcx.codegeneration.jit.get_cached_module = CompiledForms().find
        ffcx.codegeneration.jit._compile_objects = _naming_the_cache(ffcx.codegeneration.jit._compile_objects)


def _naming_the_cache(compile_objects: Callable[..., Any]) -> Callable[..., Any]:
    """The library's compiler, whose errors for want of room, or of a compiler that got none, say where."""

    def compile_in_cache(*arguments: Any, **keys: Any) -> Any:
        """See `ffcx.codegeneration.jit`; the cache is the sixth argument."""
        cache = arguments[5]
        try:
            return compile_objects(*arguments, **keys)
        except OSError as error:
            raise OSError(error.errno, error.strerror, error.filename or str(cache)) from error
        except VerificationError as error:
            if shutil.disk_usage(cache).free > _ROOM:
                raise
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(cache)) from error

    return compile_in_cache


def _begin(source: Path, *, locked: bool) -> bool:
    """Whether a source is this process's to write: there is none, or one that was left without its library."""
    with suppress(FileNotFoundError):
        if not _is_ready(source) and (locked or time.time() - source.stat().st_mtime > COMPILE_PATIENCE):
            source.unlink()
            _ready(source).unlink(missing_ok=True)
    with suppress(FileExistsError):
        source.touch(exist_ok=False)
        return True
    return False


def _is_ready(source: Path) -> bool:
    return _ready(source).exists() and _library(source).exists()


def _ready(source: Path) -> Path:
    return source.with_suffix(".c.cached")


def _library(source: Path) -> Path:
    return source.with_suffix(EXTENSION_SUFFIXES[0])


def _load(source: Path, objects: Sequence[str]) -> tuple[list, object]:
    loader = ExtensionFileLoader(source.stem, str(_library(source)))
    module = module_from_spec(ModuleSpec(source.stem, loader, origin=str(_library(source))))
    loader.exec_module(module)
    return [getattr(module.lib, name) for name in objects], module
