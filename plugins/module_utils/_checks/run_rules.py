# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Rules about the run of a job: how it ended, and how long it took."""

from __future__ import annotations

from .verdict import Verdict

STATUS, MAX_DURATION = "status", "max_duration"


def status(status: str, is_completed: bool) -> Verdict:
    """Whether the job completed: the rows of any other may be some of all."""
    message = f"The job is {status}{'' if is_completed else ': its rows may not be all rows'}."
    return Verdict(STATUS, is_completed, message)


def duration(seconds: float | None, most: float) -> Verdict:
    """Whether the job took at most so many seconds. None, if the service does not say how long, fails."""
    if seconds is None:
        return Verdict(MAX_DURATION, False, "How long the job took is not known: the service has no times of its run.")
    message = f"The job took {seconds:g} s; it may take {most:g} s."
    return Verdict(MAX_DURATION, seconds <= most, message, value=seconds)
