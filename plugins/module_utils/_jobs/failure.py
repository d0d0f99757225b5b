# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Why a scoring job failed, as far as its record, its runs and its log files tell, and what to do about it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .._errors import AzureMLError
from .._service.run_history import Run
from .._service.workspace import Workspace
from .job import Job
from .known_failures import find_known, first_line
from .logs import DRIVER, ERRORS, PROGRESS, JobLogs, cut, last_lines

LINES = 10
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
    run, logs = _failed_run(job, workspace), JobLogs(workspace)
    progress, errors, driver = (logs.end(run, log) if run else "" for log in (PROGRESS, ERRORS, DRIVER))
    texts = [text for text in (job.error, run.error if run else None, progress, errors, driver) if text]
    cause, said, hint = _cause(texts, errors)
    step = {"name": run.name, "run_id": run.id, "status": run.status} if run else None
    return Explanation(cause, hint, said, step, last_lines(progress, LINES), last_lines(errors, LINES))


def _cause(texts: list[str], errors: str) -> tuple[str | None, str | None, str]:
    """A documented message has its cause and remedy; of any other the last lines are shown as they are."""
    known = find_known("\n".join(texts))
    if known is not None:
        line = first_line(texts, known)
        return known.cause, cut(line) if line else None, known.remedy
    said = next((text for text in (errors, *texts) if text.strip()), None)
    raw = " | ".join(last_lines(said, 3))[-_LONGEST_CAUSE:] if said else None
    return raw, raw, _NO_HINT


def _failed_run(job: Job, workspace: Workspace) -> Run | None:
    try:
        return next((run for run in workspace.run_history.children(job.name) if run.status == "Failed"), None)
    except AzureMLError:
        return None
