# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Why a scoring job failed, as far as its record and its log files tell, and what to do about it."""

from __future__ import annotations

from ._blobs import open_datastore
from ._errors import AzureMLError, redact
from ._job_record import Job
from ._workspace import Workspace

# Service fact: batch contract 6.2 (the logs), 6.5 (their store).
ARTIFACTS = "workspaceartifactstore"
LOGS = ("logs/user/error.txt", "logs/job_progress_overview.txt", "azureml-logs/70_driver_log.txt")
_LOG_BYTES = 1 << 20
_LINES = 3
_LONGEST_CAUSE = 1000

# Messages that the service documents (batch contract 9.2), and what helps.
_HINTS = {
    "output already exists": "Give another output place or another name, or delete the old output.",
    "there is no succeeded mini batch item": "The script's run() failed, or returned nothing, for every mini batch: "
    "see logs/user/error.txt in the studio, and try the script on one file.",
    "dataset initialization failed": "The input cannot be mounted: check that the path exists and that the compute's "
    "identity may read it (Storage Blob Data Reader).",
    "scriptexecution.streamaccess.authentication": "The compute's identity may not read the input: give it the role "
    "Storage Blob Data Reader on the storage account.",
}
_NO_HINT = "See the job's logs in the studio, mend the cause, and start a new job under a new name."


def explain(job: Job, workspace: Workspace) -> tuple[str | None, str]:
    """Cause (None when nothing tells it) and hint. Looking for them never fails the task in another way."""
    cause = job.error or _logged(job, workspace)
    told = (cause or "").lower()
    hint = next((hint for message, hint in _HINTS.items() if message in told), _NO_HINT)
    return cause, hint


def _logged(job: Job, workspace: Workspace) -> str | None:
    """The last lines of the first log that has any, of the run inside the job that failed."""
    try:
        runs = [run for run in workspace.run_history.children(job.name) if run.status == "Failed"]
        container = open_datastore(workspace, ARTIFACTS).container if runs else None
    except AzureMLError:
        return None
    for folder in (run.logs for run in runs):
        for log in LOGS:
            try:
                text = container.read_bytes(f"{folder}/{log}", _LOG_BYTES) if container else b""
            except AzureMLError:
                continue
            lines = [line.strip() for line in text.decode("utf-8", errors="replace").splitlines() if line.strip()]
            if lines:
                return redact(" | ".join(lines[-_LINES:])[-_LONGEST_CAUSE:])
    return None
