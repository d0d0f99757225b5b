# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Why a scoring job failed, by its record, its runs and its logs, and what to do about it."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field

from .._errors import AzureMLError
from .._service.run_history import SCORING_RUN, Run
from .._service.workspace import Workspace
from .counts import Counts, counts_of
from .job import Job
from .logs import DRIVER, ERRORS, PROGRESS, JobLogs, cut, last_lines
from .script_error import SCRIPT_ERRORS, first_script_error

LINES = 10
_LONGEST_CAUSE = 1000
_THRESHOLD_HINT = (
    "Fix the script or the files (see errors and traceback), or raise error_threshold, and start the job again under a "
    "new name or with resubmit."
)
_NO_HINT = (
    "Read the job's logs with batch_job_logs, fix the cause, and start the job again under a new name or with resubmit."
)


@dataclass(frozen=True)
class Failure:
    """``cause`` is None when unknown; ``message`` is the text it was derived from. Logs are their last lines.

    ``counts`` are those of the mini batches that were processed, None if the run that failed does not score with any.
    """

    cause: str | None
    hint: str
    message: str | None = None
    step: dict[str, t.Any] | None = None
    progress: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    script_error: str | None = None
    traceback: list[str] = field(default_factory=list)
    counts: Counts | None = None

    @property
    def in_words(self) -> str:
        """The end of a sentence that begins with ``Job x failed``, and the hint."""
        if self.cause is None:
            return f", and its logs could not be read. {self.hint}"
        message = f" ({self.message})" if self.message and self.message != self.cause else ""
        script_error = f" First error of the script: {self.script_error}." if self.script_error else ""
        return f": {self.cause.rstrip('.')}{message}.{script_error} {self.hint}"

    def facts(self) -> dict[str, t.Any]:
        """The documented keys of a failed task."""
        return {
            "cause": self.cause,
            "hint": self.hint,
            "service_message": self.message,
            "failed_step": self.step,
            "progress": self.progress,
            "errors": self.errors,
            "script_error": self.script_error,
            "traceback": self.traceback,
        }


def explain(job: Job, workspace: Workspace) -> Failure:
    """Why the job failed. Never fails itself: what cannot be read is left out."""
    run, logs = _failed_run(job, workspace), JobLogs(workspace)
    progress, errors, driver = (logs.end(run, log) if run else "" for log in (PROGRESS, ERRORS, DRIVER))
    texts = [text for text in (job.error, run.error if run else None, progress, errors, driver) if text]
    script_error = first_script_error(logs.whole(run, SCRIPT_ERRORS)) if run else None
    counts = counts_of(run, logs) if run and run.name == SCORING_RUN else None
    cause, message, hint = _cause(texts, errors, _over_threshold(job, counts or Counts()))
    return Failure(
        cause,
        hint,
        message,
        {"name": run.name, "run_id": run.id, "status": run.status} if run else None,
        last_lines(progress, LINES),
        last_lines(errors, LINES),
        script_error.in_words if script_error else None,
        script_error.shown_traceback if script_error else [],
        counts,
    )


def _over_threshold(job: Job, counts: Counts) -> str | None:
    """The cause if more items failed than the job may lose, None if not, or if either number is not known."""
    failed, threshold = counts.items.failed, job.error_threshold
    if failed is None or threshold is None or not 0 <= threshold < failed:
        return None
    items = "1 item" if failed == 1 else f"{failed} items"
    return f"{items} failed, more than error_threshold {threshold} allows."


def _cause(texts: list[str], errors: str, over_threshold: str | None) -> tuple[str | None, str | None, str]:
    """Cause, message and hint: a documented message has a cause and a remedy, of any other the last lines are shown.

    The most general message is also that of a job that was ended by its threshold.
    """
    known = find_known(texts)
    if known is not None:
        line = first_line(texts, known)
        message = cut(line) if line else None
        if known is KNOWN[-1] and over_threshold:
            return over_threshold, message, _THRESHOLD_HINT
        return known.cause, message, known.remedy
    text = next((text for text in (errors, *texts) if text.strip()), None)
    raw = " | ".join(last_lines(text, 3))[-_LONGEST_CAUSE:] if text else None
    return raw, raw, _NO_HINT


def _failed_run(job: Job, workspace: Workspace) -> Run | None:
    try:
        return next((run for run in workspace.run_history.children(job.name) if run.status == "Failed"), None)
    except AzureMLError:
        return None


# -- documented messages -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Known:
    """One documented message, as a pattern without case."""

    pattern: str
    cause: str
    remedy: str


# Service fact: batch contract 9.2 and its source on troubleshooting. Several of these messages appear together, so the
# most specific ones come first.
KNOWN = (
    Known(
        r"No module named '?azureml",
        "The environment lacks the package azureml-core, which batch deployments need.",
        "Add azureml-core to the conda file of the environment, and deploy the new version of it.",
    ),
    Known(
        r"No module named|ModuleNotFoundError|ImportError",
        "The scoring script imports a package that the environment does not contain.",
        "If the conda file of the environment does not name the package, add it, and deploy the new version. If it "
        "names it, see the build log of the environment: the image was built without it.",
    ),
    Known(
        r"Output already exists",
        "A file exists where the job has to write its output, and the service never overwrites one.",
        "Give another output path or name, set output_policy to unique or overwrite, or delete the old output.",
    ),
    Known(
        r"No progress update in \d+|run\(\) function in the entry script had timeout",
        "A mini batch took longer than the deployment allows, in each of its attempts.",
        "Raise retry_settings.timeout, or lower mini_batch_size.",
    ),
    Known(
        r"ScriptExecution\.StreamAccess\.Authentication|StreamAccessException was caused by AuthenticationException",
        "The identity of the compute cluster may not read the storage that holds the input.",
        "Give that identity the role Storage Blob Data Reader on the storage account.",
    ),
    Known(
        r"Dataset initialization failed",
        "The input cannot be mounted: it does not exist, is empty, or the compute's identity may not read it.",
        "Check the path of the input, and give the identity of the compute cluster the role Storage Blob Data Reader "
        "on the storage account.",
    ),
    Known(
        r"references parameter dataset_param which doesn't have a specified value",
        "The type of the input is not supported by batch endpoints (mltable and data sets of the first generation "
        "are not).",
        "Give a file or a folder: type uri_file or uri_folder.",
    ),
    Known(
        r"No objects to concatenate",
        "No file of a mini batch could be read: all are broken, or of a type that the model does not take.",
        "Look for 'Error processing input file' in the logs (batch_job_logs with kind: stdout), and convert the files, "
        "or deploy with a scoring script that reads them.",
    ),
    Known(
        r"There is no succeeded mini batch item returned from run\(\)",
        "run() failed, or returned nothing, for every mini batch: the files cannot be read or do not fit the model.",
        "See the errors of the script in this result, and try the script on one of the files.",
    ),
    Known(
        r"User program failed with Exception: Run failed",
        "init() or run() of the scoring script failed.",
        "See the errors of the script in this result, and in full with batch_job_logs (kind: errors); fix it, and "
        "deploy it.",
    ),
)


def find_known(texts: t.Iterable[str]) -> Known | None:
    """The most specific documented message in these texts, None when there is none."""
    text = "\n".join(texts)
    return next((known for known in KNOWN if re.search(known.pattern, text, re.IGNORECASE)), None)


def first_line(texts: t.Iterable[str], known: Known) -> str | None:
    """The first line with the message."""
    lines = (line for text in texts for line in text.splitlines())
    return next((line.strip() for line in lines if re.search(known.pattern, line, re.IGNORECASE)), None)
