"""Observes a scoring script from inside its process, and writes down what would go another way on a cluster.

Like worker.py, which loads it by its path, this file imports nothing of the emulator. Python's audit hooks report each
file and each connection that Python code opens; what native code opens by itself is not seen.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import site
import socket
import sys
import tempfile
from types import TracebackType
from typing import Any

MOST_OF_THE_TIME = 0.5
"""The share of its time limit from which a mini batch counts as slow."""
_SYSTEM = ("/bin", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr", "/System", "/Library")
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_READ_EVENTS = frozenset({"os.listdir", "os.scandir", "sqlite3.connect"})
_WRITE_EVENTS = {
    **dict.fromkeys(("os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.chmod", "os.utime"), slice(1)),
    "os.rename": slice(2),
    "os.link": slice(1, 2),
    "os.symlink": slice(1, 2),
    "shutil.rmtree": slice(1),
}
"""Which of their arguments are the paths that they change."""


class Observer:
    """Writes observations of one process as JSON lines: `kind`, `where` (a line of the script) and what it is about."""

    def __init__(self, settings: dict[str, Any], code: str) -> None:
        """`settings`: `file`, `folder` (of the run), `model`, `input`, `timeout_seconds` and `append_row`."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        self._descriptor = os.open(settings["file"], flags, 0o644)
        self._code = code
        self._protected = {"model": settings["model"], "input": settings["input"]}
        self._timeout_seconds = settings["timeout_seconds"]
        self._append_row = settings["append_row"]
        self._began = os.stat(os.path.dirname(code)).st_mtime
        self._temporary = _both(tempfile.gettempdir())
        self._own = _both(settings["folder"])
        roots = [sys.prefix, sys.base_prefix, sys.exec_prefix, site.getusersitepackages(), *_SYSTEM, *sys.path]
        self._readable = tuple({path for root in roots if os.path.isabs(root) for path in _both(root)} - {"/"})
        self._known: set[tuple[str, str]] = set()
        sys.addaudithook(self._audit)

    def scored(self, files: list[str], text: str, returned: int, seconds: float) -> None:
        """Look at the answer for a mini batch; `text` is what it adds to the file of predictions."""
        first = os.path.basename(files[0])
        if returned < len(files):
            self._write("fewer_items", "", returned=returned, files=len(files), first=first)
        if self._append_row and (text.count("\n") > returned or "\r" in text):
            self._write("line_breaks", "", first=first)
        if seconds > MOST_OF_THE_TIME * self._timeout_seconds:
            self._write("slow", "", seconds=seconds, limit=self._timeout_seconds, first=first)

    def failed(self, function: str, error: BaseException) -> None:
        """Note where in the script an error was raised; `function` is "the import", "init()" or "run()"."""
        where = self._place_of(error.__traceback__)
        if isinstance(error, SyntaxError) and error.filename:
            where = f"{os.path.basename(error.filename)}:{error.lineno}"
        self._write("failed", where, function=function, type=type(error).__name__, error=str(error))

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        with contextlib.suppress(OSError, ValueError):  # a path that leads nowhere is for the script to find out
            self._look_at(event, arguments)

    def _look_at(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _mode, flags = arguments
            self._file(path, writes=isinstance(flags, int) and bool(flags & _WRITES))
        elif event in _READ_EVENTS:
            self._file(arguments[0] if arguments[0] is not None else os.curdir, writes=False)
        elif event in _WRITE_EVENTS:
            for path in arguments[_WRITE_EVENTS[event]]:
                self._file(path, writes=True)
        elif event == "socket.connect":
            address = arguments[1]
            if isinstance(address, tuple):
                self._network(address[0])
        elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
            self._network(arguments[0])

    def _file(self, path: Any, writes: bool) -> None:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return  # an open descriptor, whose path was seen when it was opened
        paths = _both(os.fsdecode(path))
        for name, root in self._protected.items():
            if _below(paths, _both(root)):
                if writes:
                    self._once(f"{name}_written", path=os.path.relpath(paths[0], root))
                return
        if writes or _below(paths, self._own) or _below(paths, self._readable) or "\0" in paths[0]:
            return
        if _below(paths, self._temporary) and self._is_new(paths[0]):
            return
        self._once("outside", path=paths[0])

    def _is_new(self, path: str) -> bool:
        """Whether a temporary file was made since the run copied the code, hence by the script."""
        try:
            return path in self._temporary or os.stat(path).st_mtime >= self._began
        except OSError:
            return False

    def _network(self, host: Any) -> None:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if isinstance(name, str) and name and name not in ("localhost", socket.gethostname()) and not _loopback(name):
            self._once("network", host=name)

    def _once(self, kind: str, **about: Any) -> None:
        """Note something of the line that runs, unless the line was noted for it before."""
        where = ""
        frame = sys._getframe(1)  # the script is further up on the stack
        while frame is not None and not where:
            where = self._line(frame.f_code.co_filename, frame.f_lineno)
            frame = frame.f_back  # type: ignore[assignment]  # None ends the loop
        if (kind, where) not in self._known:
            self._known.add((kind, where))
            self._write(kind, where, **about)

    def _place_of(self, traceback: TracebackType | None) -> str:
        where = ""
        while traceback is not None:
            where = self._line(traceback.tb_frame.f_code.co_filename, traceback.tb_lineno) or where
            traceback = traceback.tb_next
        return where

    def _line(self, file: str, number: int) -> str:
        if not file.startswith(self._code + os.sep):
            return ""
        return f"{os.path.relpath(file, self._code)}:{number}"

    def _write(self, kind: str, where: str, **about: Any) -> None:
        os.write(self._descriptor, json.dumps({"kind": kind, "where": where, **about}).encode() + b"\n")


def _both(path: str) -> tuple[str, str]:
    """A path as it is written, and without links."""
    return os.path.abspath(path), os.path.realpath(path) if "\0" not in path else path


def _below(paths: tuple[str, ...], roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith(root.rstrip("/") + "/") for path in paths for root in roots)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
