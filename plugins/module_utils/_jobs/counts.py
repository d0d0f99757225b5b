# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""How many items and mini batches a scoring job processed, as far as its logs say.

The format of these logs is not recorded. Read are the forms found in public logs:

- ``There are 276 tasks with 551 items.`` and ``No task has been processed yet.`` in the progress overview
  (github.com/Azure/MachineLearningNotebooks issue 1429, 2021);
- ``Processed 4117 of 20000 mini batches in 5:02:14. Estimated remaining time 19:25:59.`` in the same
  (github.com/Azure/azure-sdk-for-python issue 30421, 2023);
- the table of processed mini batches, one line for each attempt, with the columns Task Id, Dequeue Count, Total,
  Succeeded and Failed (github.com/Azure/MachineLearningNotebooks issue 957, 2020).

A number that no form gives is None, never 0.
"""

from __future__ import annotations

import csv
import re
import typing as t
from dataclasses import dataclass, field

from .._errors import AzureMLError
from .._service.run_history import SCORING_RUN, Run
from .._service.workspace import Workspace
from .job import Job
from .logs import PROGRESS, REPORTS, JobLogs

_SCHEDULED = re.compile(r"There (?:are|is) (?P<batches>\d+) tasks? with (?P<items>\d+) items?\b")
_NONE_YET = re.compile(r"No task has been processed yet\b")
_PROCESSED = re.compile(
    r"Processed (?P<done>\d+) of (?P<batches>\d+) mini batch(?:es)?"
    r"(?:.*?Estimated remaining time (?:(?P<days>\d+) days?, )?(?P<left>\d+:\d\d:\d\d))?"
)
_COLUMNS = ("Task Id", "Dequeue Count", "Total", "Succeeded", "Failed")


@dataclass(frozen=True)
class Items:
    """Numbers of items; None is not known."""

    total: int | None = None
    succeeded: int | None = None
    failed: int | None = None

    def shown(self) -> dict[str, int | None]:
        return {"total": self.total, "succeeded": self.succeeded, "failed": self.failed}


@dataclass(frozen=True)
class MiniBatches:
    """Numbers of mini batches; ``retried`` ones took more than one attempt, however they ended. None is not known."""

    total: int | None = None
    processed: int | None = None
    succeeded: int | None = None
    failed: int | None = None
    retried: int | None = None

    def shown(self) -> dict[str, int | None]:
        return {
            "total": self.total,
            "succeeded": self.succeeded,
            "failed": self.failed,
            "retried": self.retried,
        }


@dataclass(frozen=True)
class Counts:
    """What the logs of a job count. ``seconds_left`` is the service's own estimate while the job runs."""

    items: Items = field(default_factory=Items)
    mini_batches: MiniBatches = field(default_factory=MiniBatches)
    seconds_left: int | None = None

    @property
    def is_known(self) -> bool:
        """True if the number of failed items is known, which limits are compared with."""
        return self.items.failed is not None

    def of_completed_job(self) -> Counts:
        """The same without numbers from a table that lacks mini batches or items, as when a part of it is lost."""
        is_whole = self.mini_batches.total == self.mini_batches.processed and self._all_items_counted
        if not self.is_known or is_whole:
            return self
        return Counts(Items(self.items.total), MiniBatches(self.mini_batches.total))

    @property
    def _all_items_counted(self) -> bool:
        counted = (self.items.succeeded or 0) + (self.items.failed or 0)
        return self.items.total == counted


def read_counts(job: Job, workspace: Workspace) -> Counts | None:
    """The counts of a completed job, from its logs; None for one that does not score with mini batches.

    Never fails: what cannot be read is not known. Service fact: batch contract 6.5.
    """
    try:
        runs = workspace.run_history.children(job.name)
    except AzureMLError:
        return Counts()
    run = next((run for run in runs if run.name == SCORING_RUN), None)
    return counts_of(run, JobLogs(workspace)).of_completed_job() if run else None


def counts_of(run: Run, logs: JobLogs) -> Counts:
    """The counts in the logs of a scoring run, as far as it is."""
    reports = (logs.whole(run, report) for report in REPORTS)
    return parse_counts(logs.whole(run, PROGRESS), next(filter(None, reports), ""))


def parse_counts(overview: str, report: str) -> Counts:
    """The counts in the text of the progress overview and of the table of processed mini batches.

    Either may be empty: a log that does not exist or has another form gives no number.
    """
    total_items, total_batches, processed, seconds_left = _overview(overview)
    attempts = _attempts(report)
    if attempts is None:
        return Counts(Items(total_items), MiniBatches(total_batches, processed), seconds_left)
    batches: dict[str, _Attempt] = {}
    for attempt in attempts:  # the last attempt of each counts; files of several nodes are not in the order of time
        if attempt.batch not in batches or attempt.number >= batches[attempt.batch].number:
            batches[attempt.batch] = attempt
    failed = sum(attempt.failed for attempt in batches.values())
    failed_batches = sum(attempt.succeeded == 0 and attempt.failed > 0 for attempt in batches.values())
    return Counts(
        Items(
            total_items if total_items is not None else sum(attempt.total for attempt in batches.values()),
            sum(attempt.succeeded for attempt in batches.values()),
            failed,
        ),
        MiniBatches(
            total_batches if total_batches is not None else len(batches),
            len(batches),
            len(batches) - failed_batches,
            failed_batches,
            sum(attempt.number > 1 for attempt in batches.values()),
        ),
        seconds_left,
    )


@dataclass(frozen=True)
class _Attempt:
    batch: str
    number: int
    total: int
    succeeded: int
    failed: int


def _overview(text: str) -> tuple[int | None, int | None, int | None, int | None]:
    """Total items, total and processed mini batches, seconds left: of each the last line that gives it."""
    items = batches = processed = seconds_left = None
    for line in text.splitlines():
        if found := _SCHEDULED.search(line):
            items, batches = int(found["items"]), int(found["batches"])
        if _NONE_YET.search(line):
            processed = 0
        if found := _PROCESSED.search(line):
            processed, batches = int(found["done"]), int(found["batches"])
            seconds_left = _seconds(found["left"], found["days"])
    return items, batches, processed, seconds_left


def _seconds(clock: str | None, days: str | None) -> int | None:
    if clock is None:
        return None
    hours, minutes, seconds = map(int, clock.split(":"))
    return ((int(days or 0) * 24 + hours) * 60 + minutes) * 60 + seconds


def _attempts(report: str) -> list[_Attempt] | None:
    """The attempts in the table, in its order; None if it is empty or has other columns or values.

    A table in several files repeats its header in each, or has it in the first alone.
    """
    places: list[int] = []
    attempts = []
    try:
        for row in csv.reader(report.splitlines()):
            cells = [cell.strip() for cell in row]
            if all(column in cells for column in _COLUMNS):
                places = [cells.index(column) for column in _COLUMNS]
                continue
            if not places:
                return None
            values = [cells[place] if place < len(cells) else "" for place in places]
            if values[0] not in ("", "N/A"):  # else a line about the process, not about a mini batch
                attempts.append(_Attempt(values[0], *map(int, values[1:])))
    except (ValueError, csv.Error):
        return None
    return attempts or None


def text_of(counts: Counts) -> t.Iterator[str]:
    """The counts as parts of a progress message."""
    batches, items = counts.mini_batches, counts.items
    if batches.processed is not None and batches.total is not None:
        yield f"{batches.processed} of {batches.total} mini batches"
    if items.failed:
        yield f"{items.failed} failed items"
    if counts.seconds_left is not None:
        yield f"about {_duration(counts.seconds_left)} left"


def _duration(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes = -(-rest // 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min" if seconds >= 60 else f"{seconds} s"
