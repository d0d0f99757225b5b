# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Why a scoring job failed, as far as its record, its runs and its log files tell, and what to do about it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ._blobs import open_datastore
from ._container import Container
from ._errors import AzureMLError, redact, redact_all
from ._failure_table import find_known, first_line
from ._job_record import Job
from ._run_history import Run
from ._workspace import Workspace

# Service fact: batch contract 6.2 (the logs), 6.5 (their store).
ARTIFACTS = "workspaceartifactstore"
PROGRESS = "logs/job_progress_overview.txt"
ERRORS = "logs/user/error.txt"
DRIVER = "azureml-logs/70_driver_log.txt"
LINES = 10
_LOG_BYTES = 64 << 10
_LONGEST_LINE = 500
_LONGEST_CAUSE = 1000
_NO_HINT = (
    "See the job's logs in the studio, mend the cause, and start the job again under a new name or with resubmit."
)


@dataclass(frozen=True)
class Explanation:
    """``cause`` is None when nothing tells it; ``said`` is the text it was read from. Logs are their last lines."""

    cause: str | None
    hint: str
    said: str | None = None
    step: dict[str, t.Any] | None = None
    progress: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def in_words(self) -> str:
        if self.cause is None:
            return f", and its logs could not be read. {self.hint}"
        said = f" ({self.said})" if self.said and self.said != self.cause else ""
        return f": {self.cause.rstrip('.')}{said}. {self.hint}"

    def facts(self) -> dict[str, t.Any]:
        """The documented keys of a failed task."""
        return {
            "cause": self.cause,
            "hint": self.hint,
            "service_message": self.said,
            "failed_step": self.step,
            "progress": self.progress,
            "errors": self.errors,
        }


def explain(job: Job, workspace: Workspace) -> Explanation:
    """Looking for the cause never fails the task in another way."""
    run, logs = _failed_run(job, workspace), {}
    if run is not None:
        logs = _logs(run, workspace)
    progress, errors = logs.get(PROGRESS, ""), logs.get(ERRORS, "")
    texts = [text for text in (job.error, run.error if run else None, progress, errors, logs.get(DRIVER)) if text]
    cause, said, hint = _cause(texts, errors)
    step = {"name": run.name, "run_id": run.id, "status": run.status} if run else None
    return Explanation(cause, hint, said, step, _last_lines(progress), _last_lines(errors))


def _cause(texts: list[str], errors: str) -> tuple[str | None, str | None, str]:
    """A documented message has its cause and remedy; of any other the last lines are shown as they are."""
    known = find_known("\n".join(texts))
    if known is not None:
        return known.cause, _cut(first_line(texts, known)), known.remedy
    said = next((text for text in (errors, *texts) if text.strip()), None)
    raw = " | ".join(_last_lines(said)[-3:])[-_LONGEST_CAUSE:] if said else None
    return raw, raw, _NO_HINT


def _failed_run(job: Job, workspace: Workspace) -> Run | None:
    try:
        return next((run for run in workspace.run_history.children(job.name) if run.status == "Failed"), None)
    except AzureMLError:
        return None


def _logs(run: Run, workspace: Workspace) -> dict[str, str]:
    """The ends of those logs that can be read."""
    found = {}
    try:
        container = open_datastore(workspace, ARTIFACTS).container
    except AzureMLError:
        return {}
    for log in (PROGRESS, ERRORS, DRIVER):
        text = _end(container, f"{run.logs}/{log}")
        if text:
            found[log] = text
    return found


def _end(container: Container, name: str) -> str:
    try:
        return redact(container.read_end(name, _LOG_BYTES).decode("utf-8", errors="replace"))
    except AzureMLError:
        return ""


def _last_lines(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return [str(_cut(line)) for line in redact_all(lines[-LINES:])]


def _cut(line: str | None) -> str | None:
    return line[:_LONGEST_LINE] if line else line
