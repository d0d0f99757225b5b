# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Wire types that only compute instances have: when they start and stop by themselves, and what they run then.

Service fact: assets contract 3.6; the forms are those of the official SDK.
"""

from __future__ import annotations

import json
import re
import typing as t

from .._names.arm_id import WorkspaceId
from .values import Choice, Json, ValueType

_ACTIONS = Choice(start="Start", stop="Stop")
_STATES = Choice(enabled="Enabled", disabled="Disabled")
_TRIGGERS = Choice(cron="Cron", recurrence="Recurrence")
_FREQUENCIES = Choice(minute="Minute", hour="Hour", day="Day", week="Week", month="Month")
_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS = Choice(**{day.lower(): day for day in _WEEK})
_ZONE = "UTC"


class Schedules(ValueType):
    """Schedules by which an instance starts or stops, in an order that means nothing.

    The service adds ids of its own. A schedule without a state is enabled, one without a time zone is in UTC.
    """

    type = "list"

    def spec(self) -> dict[str, t.Any]:
        numbers = {"type": "list", "elements": "int"}
        days = {**_DAYS.spec(), "type": "list", "elements": "str"}
        trigger = {
            "type": {**_TRIGGERS.spec(), "required": True},
            "start_time": {"type": "str"},
            "time_zone": {"type": "str"},
            "expression": {"type": "str"},
            "frequency": _FREQUENCIES.spec(),
            "interval": {"type": "int"},
            "schedule": {"type": "dict", "options": {"hours": numbers, "minutes": numbers, "week_days": days}},
        }
        return {
            "type": "list",
            "elements": "dict",
            "options": {
                "action": {**_ACTIONS.spec(), "required": True},
                "state": _STATES.spec(),
                "trigger": {"type": "dict", "required": True, "options": trigger},
            },
        }

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        return [
            {
                "action": _ACTIONS.encode(one["action"], workspace),
                "status": _STATES.encode(one.get("state") or "enabled", workspace),
                **self._trigger(one["trigger"], workspace),
            }
            for one in value
        ]

    def _trigger(self, trigger: t.Mapping[str, Json], workspace: WorkspaceId) -> dict[str, Json]:
        given = {key: item for key, item in trigger.items() if item is not None}
        common = _said({"startTime": given.get("start_time"), "timeZone": given.get("time_zone")})
        if given["type"] == "cron":
            _require(given, "cron", ("expression",), ("frequency", "interval", "schedule"))
            return {"triggerType": "Cron", "cron": {**common, "expression": given["expression"]}}
        _require(given, "recurrence", ("frequency",), ("expression",))
        times = given.get("schedule") or {}
        days = times.get("week_days")
        pattern = _said(
            {
                "hours": times.get("hours"),
                "minutes": times.get("minutes"),
                "weekDays": days and [_DAYS.encode(day, workspace) for day in days],
            }
        )
        frequency = _FREQUENCIES.encode(given["frequency"], workspace)
        recurrence = {"frequency": frequency, "interval": given.get("interval", 1), "schedule": pattern or None}
        return {"triggerType": "Recurrence", "recurrence": {**_said(recurrence), **common}}

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return [_schedule(one, workspace) for one in value or ()]

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        """Its own words, with what goes without saying, in one order."""
        found = self.decode(value, workspace)
        for one in found:
            trigger = one["trigger"]
            trigger.setdefault("time_zone", _ZONE)
            if trigger["type"] == "recurrence":
                trigger.setdefault("interval", 1)
            if "start_time" in trigger:
                trigger["start_time"] = re.sub(r"(\.\d+)?(Z|\+00:00)?\Z", "", trigger["start_time"])
            for times in trigger.get("schedule", {}).values():
                times.sort()
        return sorted(json.dumps(one, sort_keys=True) for one in found)


def _schedule(one: Json, workspace: WorkspaceId) -> dict[str, t.Any]:
    kind = _TRIGGERS.decode(one.get("triggerType"), workspace)
    told = (one.get("cron") if kind == "cron" else one.get("recurrence")) or {}
    times = told.get("schedule") or {}
    days = times.get("weekDays")
    schedule = _said(
        {
            "hours": times.get("hours"),
            "minutes": times.get("minutes"),
            "week_days": days and [_DAYS.decode(day, workspace) for day in days],
        }
    )
    trigger = {
        "type": kind,
        "start_time": told.get("startTime"),
        "time_zone": told.get("timeZone"),
        "expression": told.get("expression"),
        "frequency": _FREQUENCIES.decode(told.get("frequency"), workspace),
        "interval": told.get("interval"),
        "schedule": schedule or None,
    }
    return {
        "action": _ACTIONS.decode(one.get("action"), workspace),
        "state": _STATES.decode(one.get("status") or "Enabled", workspace),
        "trigger": _said(trigger),
    }


def _require(given: t.Mapping[str, Json], kind: str, needed: t.Iterable[str], foreign: t.Iterable[str]) -> None:
    for key in needed:
        if not given.get(key):
            raise ValueError(f"a trigger of the type {kind} needs {key}")
    for key in foreign:
        if key in given:
            raise ValueError(f"{key} does not go with a trigger of the type {kind}")


def _said(tree: t.Mapping[str, Json]) -> dict[str, Json]:
    return {key: item for key, item in tree.items() if item is not None}


class Script(ValueType):
    """A script in the storage of the workspace; the service says how long it may take where the task does not."""

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
        told = {option: value[key] for option, key in self._KEYS.items() if value.get(key)}
        minutes = re.fullmatch(r"(\d+)m", value.get("timeout") or "")
        return {**told, **({"timeout_minutes": int(minutes[1])} if minutes else {})}

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return self.decode(value, workspace)

    def same(self, one: Json, other: Json, workspace: WorkspaceId) -> bool:
        desired, current = self.decode(one, workspace) or {}, self.decode(other, workspace) or {}
        return all(
            desired.get(word) == current.get(word)
            for word in desired.keys() | current.keys()
            if word != "timeout_minutes" or (word in desired and word in current)
        )
