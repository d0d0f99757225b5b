# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The record of one release or rollback: who released what, when, what the checks found, and how it ended."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from dataclasses import dataclass, field

RELEASE, ROLLBACK = "release", "rollback"

STARTED, CANDIDATE, SWITCHING, RELEASED = "started", "candidate", "switching", "released"
UNDOING, FAILED, ROLLED_BACK = "undoing", "failed", "rolled_back"
STATUSES = (STARTED, CANDIDATE, SWITCHING, RELEASED, UNDOING, FAILED, ROLLED_BACK)


@dataclass(frozen=True)
class Release:
    """One release, or with the kind ROLLBACK one rollback.

    - ``content``: identifies what the candidate is made of, as the task gives it
    - ``former``: the default deployment before, None if there was none
    - ``fingerprint``: of the deployment as the service returned it when it was checked
    - ``existed``: whether the deployment existed before; it is not deleted then
    - ``jobs``: phase -> key of its job; ``checks``: phase -> what was found in the rows of its job
    - ``events``: what happened, in its order, each with its time
    """

    id: str
    number: int
    kind: str
    endpoint: str
    deployment: str
    content: str
    former: str | None
    status: str = STARTED
    author: str = ""
    existed: bool = False
    fingerprint: str | None = None
    changes: list[dict[str, t.Any]] = field(default_factory=list)
    jobs: dict[str, str] = field(default_factory=dict)
    checks: dict[str, t.Any] = field(default_factory=dict)
    events: list[dict[str, str]] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    reason: str | None = None
    report: str | None = None

    def text(self) -> str:
        """The record as it is stored."""
        return json.dumps(dataclasses.asdict(self))

    def at(self, time: str, event: str, **changes: t.Any) -> Release:
        """The record with these changes, and with the event that made them."""
        return dataclasses.replace(self, **changes, events=[*self.events, {"at": time, "event": event}])

    def shown(self) -> dict[str, t.Any]:
        """The record as results show it: the rows of samples and the distributions are in the report."""
        return {
            "id": self.id,
            "kind": self.kind,
            "endpoint_name": self.endpoint,
            "deployment_name": self.deployment,
            "content": self.content,
            "former": self.former,
            "status": self.status,
            "author": self.author,
            "changes": self.changes,
            "jobs": [{"phase": phase, "key": key} for phase, key in self.jobs.items()],
            "checks": [_shown_check(phase, check) for phase, check in self.checks.items()],
            "events": self.events,
            "retired": self.retired,
            "reason": self.reason,
            "report": self.report,
        }


def parse_release(text: str) -> Release:
    """Raises ValueError for text that is no record."""
    try:
        tree = json.loads(text)
        known = {one.name for one in dataclasses.fields(Release)}
        return Release(**{name: value for name, value in tree.items() if name in known})
    except (TypeError, AttributeError) as error:
        raise ValueError(str(error)) from None


def _shown_check(phase: str, check: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    rules = [{name: value for name, value in rule.items() if name != "samples"} for rule in check["rules"]]
    return {"phase": phase, "passed": check["passed"], "row_count": check["row_count"], "rules": rules}
