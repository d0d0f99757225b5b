# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Whether a job that the service calls completed is what the task asked for: how many items of it failed.

The service completes a job in which every item failed, unless ``error_threshold`` says otherwise.
"""

from __future__ import annotations

import typing as t

from .._errors import InvalidOption
from .counts import Counts
from .job import Job

UNKNOWN = FAIL, WARN = "fail", "warn"
THRESHOLD = "error_threshold"
"""The limit that a job is started with, in place of one for the task alone."""
_UNREADABLE = "its logs are missing, cannot be read, or have another form"


def parse_limit(text: str | None) -> str | int | None:
    """The number of items that may fail, or ``THRESHOLD``. Raises InvalidOption for anything else."""
    if text in (None, THRESHOLD):
        return text
    if not str(text).isdecimal():
        raise InvalidOption(
            f"max_failed_items: {text} is no number of items. Give 0 or more, or {THRESHOLD}, or leave it out."
        )
    return int(str(text))


def is_over(counts: Counts | None, limit: int) -> bool:
    """Whether more items failed than the task accepts, as far as it is known."""
    return counts is not None and counts.items.failed is not None and counts.items.failed > limit


def limit_of(threshold: int | None) -> int:
    """How many items may fail by an error_threshold: none if it is any number (-1), or unknown."""
    return max(threshold or 0, 0)


def complaint(job: Job, counts: Counts | None, limit: int, on_unknown: str) -> str | None:
    """Why a completed job fails the task, None if it does not. ``counts`` is None for a job without mini batches."""
    if counts is None:
        return None
    failed = counts.items.failed
    if failed is None:
        if on_unknown == WARN:
            return None
        return (
            f"Job {job.name} completed, but how many of its items failed is not known: {_UNREADABLE}. Read its "
            "results, and write on_unknown_counts: warn to accept it."
        )
    if not is_over(counts, limit):
        return None
    return (
        f"Job {job.name} completed, but {_of(failed, counts.items.total)} items failed (max_failed_items: {limit}). "
        "Their predictions are missing. See the errors of the script (batch_job_logs with kind: errors), fix them, and "
        "start the job again with resubmit: on_failure."
    )


def warnings(job: Job, counts: Counts | None, *, is_limited: bool) -> t.Iterator[str]:
    """What a user of the results of a completed job has to know."""
    if counts is None:
        return
    failed, retried = counts.items.failed, counts.mini_batches.retried
    if failed is None:
        yield (
            f"Job {job.name}: how many items failed is not known: {_UNREADABLE}. "
            "Compare the number of rows in its results with the number of items."
        )
    elif failed and not is_limited:
        yield (
            f"Job {job.name} completed, but {_of(failed, counts.items.total)} items failed: their predictions are "
            "missing. Set max_failed_items to fail the task, or error_threshold to fail the job."
        )
    if retried:
        yield (
            f"Job {job.name}: {_of(retried, counts.mini_batches.total)} mini batches were retried. What the script "
            "itself wrote in a failed attempt stays in the output, so that rows may occur twice."
        )


def shown_counts(counts: Counts) -> dict[str, t.Any]:
    """The counts as results show them."""
    return {"item_counts": counts.items.shown(), "mini_batch_counts": counts.mini_batches.shown()}


def _of(part: int, total: int | None) -> str:
    return f"{part} of {total}" if total is not None else str(part)
