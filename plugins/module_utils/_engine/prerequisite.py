# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What has to exist before a task writes."""

from __future__ import annotations

import typing as t

from .._errors import InvalidOption

Warn = t.Callable[[str], None]


def report_missing(complaint: str, remedy: str, warn: Warn | None, *, until: str = "creates it") -> None:
    """Raises InvalidOption; with ``warn`` warns instead: in check mode, earlier tasks have only been predicted.

    ``until``: what an earlier task may do about it.
    """
    if warn is None:
        raise InvalidOption(f"{complaint}. {remedy} Nothing was changed.")
    warn(f"{complaint}; the run will fail unless an earlier task {until}.")
