# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What the service's own diagnosis of the workspace finds."""

from __future__ import annotations

import typing as t

from .finding import ERROR, WARNING, Finding, Found
from .intended import Intended
from .surfaces import Surfaces

_SEVERITIES = {"error": ERROR, "warning": WARNING}


def check(_intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``diagnosis``: errors and warnings; what is marked as information is none.

    Service fact: operations contract 3.2.
    """
    options = observed.home.invocation.options
    if not options["diagnose"]:
        return
    for section, results in observed.diagnosis(options["wait_timeout"]).items():
        for result in results if isinstance(results, list) else ():
            severity = _SEVERITIES.get(str(result.get("level")).lower())
            if severity:
                yield Finding(
                    "diagnosis",
                    severity,
                    observed.id.path,
                    f"the service's diagnosis reports {result.get('code')} ({section})",
                    str(result.get("message") or "It gives no reason."),
                    "Follow the message, and run the check again.",
                )
