# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What has to exist before a task writes."""

from __future__ import annotations

import typing as t

from .._errors import InvalidOption
from .._invocation import Invocation
from .._names.arm_id import parse

PREDICTED = "predicted"
"""The option with the ids of resources that earlier tasks of a play create."""


class Warn:
    """Warns of what is absent in check mode, unless the task says that an earlier one creates it."""

    def __init__(self, invocation: Invocation) -> None:
        self._invocation = invocation
        given = invocation.options.get(PREDICTED) or ()
        self._predicted = [found.comparison_key() for text in given if (found := parse(text))]

    def __call__(self, message: str, target: str | None = None) -> None:
        """``target``: ARM path of what is absent; for an asset without version, any version makes it exist."""
        if not self._is_predicted(target):
            self._invocation.warn(message)

    def _is_predicted(self, target: str | None) -> bool:
        found = parse(target or "")
        key = found.comparison_key() if found else None
        return key is not None and any(one[: len(key)] == key for one in self._predicted)


def warn_in_check_mode(invocation: Invocation) -> Warn | None:
    """None in a run, where what is absent fails the task."""
    return Warn(invocation) if invocation.check_mode else None


def predicted_option() -> dict[str, t.Any]:
    return {PREDICTED: {"type": "list", "elements": "str", "default": []}}


def report_missing(
    complaint: str, remedy: str, warn: Warn | None, *, target: str | None = None, until: str = "creates it"
) -> None:
    """Raises InvalidOption; with ``warn`` warns instead: in check mode, earlier tasks have only been predicted.

    ``target``: ARM path of what is absent; ``until``: what an earlier task may do about it.
    """
    if warn is None:
        raise InvalidOption(f"{complaint}. {remedy} Nothing was changed.")
    warn(f"{complaint}; the run will fail unless an earlier task {until}.", target)
