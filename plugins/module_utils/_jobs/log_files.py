# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The log files of the runs inside a job: which there are, and their last lines or their whole text."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._errors import NotFoundError
from .._names.redaction import redact
from .._service.run_history import Run
from .logs import printable_line

if t.TYPE_CHECKING:
    from .._service.blob_container import Blob, BlobContainer
    from .._service.workspace import Workspace
    from .job import Job

OVERVIEW, ERRORS, STDOUT, STDERR, SYSTEM = KINDS = ("overview", "errors", "stdout", "stderr", "system")
# The beginning of the names of each kind below the folder of a run; all others are logs of the system. Service fact:
# batch contract 6.2; a step of a pipeline logs what its program prints into user_logs (Microsoft's guide "View metrics
# and logs of jobs").
_PREFIXES = (
    ("logs/job_progress_overview", OVERVIEW),
    ("logs/user/error", ERRORS),
    ("logs/user/stdout/", STDOUT),
    ("logs/user/stderr/", STDERR),
    ("user_logs/std_log", STDOUT),
)
_PROCESS = re.compile(r"logs/user/(?:error|stdout|stderr)/(?P<node>[^/]+)/(?P<process>[^/.]+)\.[^/]*")
# Bytes that are read of a file at first, to find its last lines.
_FIRST_READ = 64 << 10


@dataclasses.dataclass(frozen=True)
class LogFile:
    """One log file of a run. ``name`` is its path below the folder of the run's logs."""

    run: Run
    kind: str
    name: str
    blob: Blob

    def shown(self) -> dict[str, t.Any]:
        process = _PROCESS.fullmatch(self.name)
        return {
            "name": self.name,
            "kind": self.kind,
            "run": self.run.name,
            "run_id": self.run.id,
            "node": process["node"] if process else None,
            "process": process["process"] if process else None,
            "size": self.blob.size,
        }


@dataclasses.dataclass(frozen=True)
class LogText:
    """What was read of a log file: its end, without secrets. ``is_whole`` is False if its beginning was not read."""

    file: LogFile
    content: bytes
    is_whole: bool

    def lines(self, count: int) -> tuple[list[str], bool]:
        """The last lines, with control characters spelled out, and whether the file has more."""
        lines = self.content.decode("utf-8", errors="replace").split("\n")
        lines = [printable_line(line.removesuffix("\r")) for line in (lines if lines[-1] else lines[:-1])]
        return lines[len(lines) - min(count, len(lines)) :], not self.is_whole or len(lines) > count


def list_logs(job: Job, kinds: t.Collection[str], container: BlobContainer, workspace: Workspace) -> list[LogFile]:
    """The log files of these kinds, of all runs inside a job and of the job itself; none before a run has begun.

    Ordered by run, kind and name. Raises what run history and storage raise. Service fact: batch contract 6.5.
    """
    try:
        runs = workspace.run_history.children(job.name)
    except NotFoundError:
        runs = []
    own = Run(job.name, job.display_name or job.name, job.status, job.started, job.ended)
    found = []
    for run in [*runs, *(() if any(run.id == job.name for run in runs) else (own,))]:
        prefix = f"{run.logs}/"
        files = [
            LogFile(run, _kind(blob.name[len(prefix) :]), blob.name[len(prefix) :], blob)
            for blob in container.list(prefix)
            if not blob.name.endswith("/")
        ]
        found += sorted(files, key=lambda file: (KINDS.index(file.kind), file.name))
    return [file for file in found if file.kind in kinds]


def _kind(name: str) -> str:
    return next((kind for prefix, kind in _PREFIXES if name.startswith(prefix)), SYSTEM)


class LogReader:
    """Reads log files within a limit of bytes for all of them together. ``cut`` are those that it cut."""

    def __init__(self, container: BlobContainer, max_bytes: int, hide: t.Callable[[str], str] = redact) -> None:
        """``hide`` returns a text without secrets."""
        self._container = container
        self._left = max_bytes
        self._hide = hide
        self.cut: list[LogFile] = []

    def end(self, file: LogFile, lines: int) -> LogText:
        """As much of the end of a file as holds so many lines."""
        size = _FIRST_READ
        while True:
            limit = min(size, file.blob.size, self._left)
            content = self._read(file, limit)
            enough = content.count(b"\n") > lines or limit >= file.blob.size
            if enough or limit >= self._left:
                self._left -= len(content)
                if not enough:
                    self.cut.append(file)
                return self._text(file, content)
            size *= 8

    def whole(self, file: LogFile) -> LogText:
        """The whole file, or its end when the limit is reached."""
        content = self._read(file, min(file.blob.size, self._left))
        self._left -= len(content)
        if len(content) < file.blob.size:
            self.cut.append(file)
        return self._text(file, content)

    def _read(self, file: LogFile, limit: int) -> bytes:
        return self._container.read_end(file.blob.name, limit) if limit else b""

    def _text(self, file: LogFile, content: bytes) -> LogText:
        """Without the part of a line at the beginning of what was cut: half of a secret would not be recognized."""
        is_whole = len(content) >= file.blob.size
        if not is_whole:
            content = content.partition(b"\n")[2]
        hidden = self._hide(content.decode("utf-8", errors="surrogateescape"))
        return LogText(file, hidden.encode("utf-8", errors="surrogateescape"), is_whole)
