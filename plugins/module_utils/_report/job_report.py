# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What the report of a job shows."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .._checks.verdict import Verdict
from .._jobs.counts import Counts
from .._jobs.job import Job
from .distribution import ColumnDistribution


@dataclass(frozen=True)
class Span:
    """A part of the time of a job. Times are texts of the service, ``start`` and ``end`` seconds since the first."""

    name: str
    started: str
    ended: str
    start: float
    end: float


@dataclass(frozen=True)
class JobReport:
    """A job with its rows.

    ``comparison`` and ``expected`` are numbers by name, None without either. ``failures`` are the errors of the scoring
    script, the most frequent first, with how often each occurs in its logs. ``left_out`` is how many columns are not
    among ``columns``.
    """

    job: Job
    counts: Counts | None
    row_count: int
    seconds: float | None
    verdicts: Sequence[Verdict]
    columns: Sequence[ColumnDistribution]
    left_out: int
    comparison: Mapping[str, t.Any] | None
    expected: Mapping[str, t.Any] | None
    failures: Sequence[tuple[str, int]]
    timeline: Sequence[Span]
    location: str
