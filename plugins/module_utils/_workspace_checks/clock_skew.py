# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Whether the clock of this host agrees with that of the service: tokens and signatures depend on it."""

from __future__ import annotations

import email.utils
import typing as t

from .finding import ERROR, Finding, Found, Unknown
from .intended import Intended
from .surfaces import Surfaces


def check(_intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``clock_skew``: more seconds than ``max_clock_skew`` between the date of an answer and its arrival."""
    answer = observed.workspace_answer
    limit = observed.home.invocation.options["max_clock_skew"]
    try:
        theirs = email.utils.parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except (TypeError, ValueError, OverflowError):
        yield Unknown(
            observed.id.path,
            "whether the clock of this host is right is not known",
            "The answer has no readable Date header.",
            "A connection that keeps the header Date",
        )
        return
    skew = answer.received - theirs
    if abs(skew) > limit:
        yield Finding(
            "clock_skew",
            ERROR,
            "the clock of this host",
            f"the clock of this host is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} that of the service",
            f"More than {limit} s let tokens and signed URLs be refused.",
            "Synchronize the clock, for instance by NTP.",
        )
