# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Value types that only compute instances have: start and stop schedules, setup scripts.

Service fact: assets contract 3.6; the forms are those of the official SDK.
"""

from __future__ import annotations

import json
import re
import typing as t

from .._names.arm_id import WorkspaceId
from .._names.json_types import Json
from .scalar_values import Choice
from .trigger_values import Trigger
from .value_type import ValueType

_ACTIONS = Choice(start="Start", stop="Stop")
_STATES = Choice(enabled="Enabled", disabled="Disabled")
_TRIGGER = Trigger()


class Schedules(ValueType):
    """Start and stop schedules of an instance, without order; the service adds ids of its own.

    A schedule without a state is enabled.
    """

    type = "list"

    def spec(self) -> dict[str, t.Any]:
        return {
            "type": "list",
            "elements": "dict",
            "options": {
                "action": {**_ACTIONS.spec(), "required": True},
                "state": _STATES.spec(),
                "trigger": {**_TRIGGER.spec(), "required": True},
            },
        }

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        return [
            {
                "action": _ACTIONS.encode(schedule["action"], workspace),
                "status": _STATES.encode(schedule.get("state") or "enabled", workspace),
                **_TRIGGER.encode(schedule["trigger"], workspace),
            }
            for schedule in value
        ]

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return [
            {
                "action": _ACTIONS.decode(schedule.get("action"), workspace),
                "state": _STATES.decode(schedule.get("status") or "Enabled", workspace),
                "trigger": _TRIGGER.decode(schedule, workspace),
            }
            for schedule in value or ()
        ]

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        found = [
            {**option, "trigger": _TRIGGER.canonical(schedule, workspace)}
            for option, schedule in zip(self.decode(value, workspace), value or ())
        ]
        return sorted(json.dumps(schedule, sort_keys=True) for schedule in found)


class Script(ValueType):
    """A script in the workspace's storage; without a timeout in the task, that of the service counts as equal."""

    type = "dict"
    _KEYS: t.ClassVar = {"path": "scriptData", "command": "scriptArguments"}

    def spec(self) -> dict[str, t.Any]:
        texts = {"path": {"type": "str", "required": True}, "command": {"type": "str"}}
        return {"type": "dict", "options": {**texts, "timeout_minutes": {"type": "int"}}}

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        sent: dict[str, Json] = {"scriptSource": "workspaceStorage"}
        sent.update({key: value[option] for option, key in self._KEYS.items() if value.get(option) is not None})
        minutes = value.get("timeout_minutes")
        if minutes is not None and minutes < 1:
            raise ValueError(f"timeout_minutes is {minutes}, and has to be 1 at least")
        return {**sent, "timeout": f"{minutes}m"} if minutes is not None else sent

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        if not value:
            return None
        found = {option: value[key] for option, key in self._KEYS.items() if value.get(key)}
        minutes = re.fullmatch(r"(\d+)m", value.get("timeout") or "")
        return {**found, **({"timeout_minutes": int(minutes[1])} if minutes else {})}

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return self.decode(value, workspace)

    def same(self, one: Json, other: Json, workspace: WorkspaceId) -> bool:
        desired, current = self.decode(one, workspace) or {}, self.decode(other, workspace) or {}
        return all(
            desired.get(word) == current.get(word)
            for word in desired.keys() | current.keys()
            if word != "timeout_minutes" or (word in desired and word in current)
        )
