# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The logs of the run inside a scoring job: its progress, and its errors."""

from __future__ import annotations

import functools
import typing as t

from .._errors import AzureMLError
from .._names.redaction import redact, redact_all
from .._service.datastore_storage import open_datastore

if t.TYPE_CHECKING:
    from .._service.blob_container import BlobContainer
    from .._service.run_history import Run
    from .._service.workspace import Workspace

# Service fact: batch contract 6.2 (the logs), 6.5 (their store). Each is the beginning of a name: beside or in place of
# the documented file, a run may write one for each hour, or for each process.
ARTIFACTS = "workspaceartifactstore"
PROGRESS = "logs/job_progress_overview"
ERRORS = "logs/user/error"
DRIVER = "azureml-logs/70_driver_log"
REPORTS = ("logs/sys/job_report/processed_mini-batches", "logs/sys/report/processed_tasks")  # now, and in old versions
# Bytes, and characters.
_LONGEST_END = 64 << 10
_LONGEST_WHOLE = 16 << 20
_LONGEST_LINE = 500


class JobLogs:
    """Reads the ends of log files. Unreadable logs count as empty; a missing log never fails a task."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def end(self, run: Run, log: str) -> str:
        """The last part of a log of a run: of its one file, else of the newest of its files."""
        if self._container is None:
            return ""
        prefix = f"{run.logs}/{log}"
        try:
            files = list(self._container.list(prefix))
            if not files:
                return ""
            newest = max(files, key=lambda file: (file.name == f"{prefix}.txt", file.written, file.name))
            return redact(self._container.read_end(newest.name, _LONGEST_END).decode("utf-8", errors="replace"))
        except AzureMLError:
            return ""

    def whole(self, run: Run, log: str) -> str:
        """All of a log of a run, the parts that it was rotated into in their order; empty above 16 MiB."""
        if self._container is None:
            return ""
        try:
            files = list(self._container.list(f"{run.logs}/{log}"))
            if sum(file.size for file in files) > _LONGEST_WHOLE:
                return ""
            ordered = sorted(files, key=lambda file: (file.written, file.name))
            texts = [self._container.read_end(file.name, _LONGEST_WHOLE) for file in ordered]
        except AzureMLError:
            return ""
        return redact(b"\n".join(texts).decode("utf-8", errors="replace"))

    @functools.cached_property
    def _container(self) -> BlobContainer | None:
        try:
            return open_datastore(self._workspace, ARTIFACTS).container
        except AzureMLError:
            return None


def last_lines(text: str, count: int) -> list[str]:
    """The last lines of a log that are not blank, without secrets, each cut to 500 characters."""
    lines = [printable(line.strip()) for line in text.splitlines() if line.strip()]
    return [cut(line) for line in redact_all(lines[-count:])]


def printable(text: str) -> str:
    """The text with control characters spelled out, so that no terminal obeys them: ``\\x1b[2J``."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def printable_line(line: str) -> str:
    """A line of a log in the same way; a tab stays one."""
    return "\t".join(map(printable, line.split("\t")))


def cut(line: str) -> str:
    """The first characters of a line, as many as a result shows."""
    return line[:_LONGEST_LINE]
