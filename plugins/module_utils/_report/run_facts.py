# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What a report shows of the run of a job: when its parts ran, and which errors its script logged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from .._jobs.job import Job, parse_time
from .._jobs.logs import JobLogs
from .._jobs.script_error import SCRIPT_ERRORS, script_errors
from .._service.run_history import Run
from .._service.workspace import Workspace
from .job_report import Span

_TIME = "%Y-%m-%d %H:%M:%S UTC"


def timeline(job: Job, runs: Sequence[Run]) -> list[Span]:
    """The parts of the time of a job in their order, as far as the service has their times."""
    found = [span for span in _spans(job, runs) if span is not None]
    first = min((span.start for span in found), default=0.0)
    return [Span(span.name, span.started, span.ended, span.start - first, span.end - first) for span in found]


def script_failures(runs: Sequence[Run], workspace: Workspace) -> list[tuple[str, int]]:
    """The errors of the scoring script, grouped by their message, the most frequent first.

    Empty if the logs cannot be read, or are larger than 16 MiB.
    """
    logs = JobLogs(workspace)
    counts = Counter(error.in_words for run in runs for error in script_errors(logs.whole(run, SCRIPT_ERRORS)))
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _spans(job: Job, runs: Sequence[Run]) -> Iterator[Span | None]:
    yield _span("Waiting for the compute", job.created, job.started)
    yield _span("Running", job.started, job.ended)
    for run in sorted(runs, key=lambda run: run.started or ""):
        yield _span(f"Run {run.name or run.id}", run.started, run.ended)


def _span(name: str, started: str | None, ended: str | None) -> Span | None:
    start, end = parse_time(started), parse_time(ended)
    if start is None or end is None or end < start:
        return None
    return Span(name, f"{start:{_TIME}}", f"{end:{_TIME}}", start.timestamp(), end.timestamp())
