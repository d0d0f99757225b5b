# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What a check finds: something that is wrong, or something that it could not find out."""

from __future__ import annotations

import dataclasses

from .._errors import AzureMLError

ERROR, WARNING = "error", "warning"
SEVERITIES = (ERROR, WARNING)


class Found:
    """What a check yields."""


@dataclasses.dataclass(frozen=True)
class Finding(Found):
    """Something that is wrong, and what to do about it.

    - ``id``: its kind, which is the same for each workspace: ``quota_family``
    - ``subject``: what it is about: an entry of the task, or an ARM id
    """

    id: str
    severity: str
    subject: str
    what: str
    why: str
    remedy: str

    def shown(self) -> dict[str, str]:
        return dataclasses.asdict(self)

    @property
    def message(self) -> str:
        return f"{self.id}: {self.what}: {self.why} {self.remedy}"


@dataclasses.dataclass(frozen=True)
class Unknown(Found):
    """Something that could not be found out. ``action``: what the caller has to be allowed to do, or to reach."""

    subject: str
    what: str
    why: str
    action: str

    def shown(self) -> dict[str, str]:
        return dataclasses.asdict(self)


class Unreadable(Exception):
    """A surface gives no usable answer. A check that meets it has no result for what it was about.

    ``error``: what the surface answered.
    """

    def __init__(self, unknown: Unknown, error: AzureMLError) -> None:
        super().__init__(unknown.why)
        self.unknown = unknown
        self.error = error
