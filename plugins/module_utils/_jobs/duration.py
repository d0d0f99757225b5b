# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""How long a job ran, without the time in queues."""

from __future__ import annotations

from collections.abc import Sequence

from .._errors import AzureMLError
from .._service.run_history import Run
from .._service.workspace import Workspace
from .job import Job, parse_time


def runs_of(job: Job, workspace: Workspace) -> list[Run]:
    """The runs inside a job; none if run history cannot be read."""
    try:
        return workspace.run_history.children(job.name)
    except AzureMLError:
        return []


def seconds_of(job: Job, runs: Sequence[Run]) -> float | None:
    """Seconds from the start to the end, by the job's own record, else by the runs inside it; None if unknown.

    Service fact: batch contract 6.5 (times of runs), assets contract 10 (times of jobs).
    """
    spans = [(parse_time(job.started), parse_time(job.ended))]
    spans += [(parse_time(run.started), parse_time(run.ended)) for run in runs]
    known = [(start, end) for start, end in spans if start is not None and end is not None]
    if not known:
        return None
    if known[0] == spans[0]:
        return (known[0][1] - known[0][0]).total_seconds()
    return (max(end for _start, end in known) - min(start for start, _end in known)).total_seconds()
