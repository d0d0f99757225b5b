# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The value type of triggers: a cron expression, or a recurrence.

Service fact: assets contract 3.6; the forms are those of the official SDK.
"""

from __future__ import annotations

import re
import typing as t

from .._names.arm_id import WorkspaceId
from .._names.json_types import Json
from .scalar_values import Choice
from .value_type import ValueType

TYPES = Choice(cron="Cron", recurrence="Recurrence")
FREQUENCIES = Choice(minute="Minute", hour="Hour", day="Day", week="Week", month="Month")
WEEK_DAYS = Choice(
    **{day.lower(): day for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")}
)
DEFAULT_TIME_ZONE = "UTC"
DEFAULT_INTERVAL = 1


class Trigger(ValueType):
    """When something starts; a trigger without a time zone is in UTC, a recurrence without an interval has 1."""

    type = "dict"

    def spec(self) -> dict[str, t.Any]:
        numbers = {"type": "list", "elements": "int"}
        days = {**WEEK_DAYS.spec(), "type": "list", "elements": "str"}
        return {
            "type": "dict",
            "options": {
                "type": {**TYPES.spec(), "required": True},
                "start_time": {"type": "str"},
                "time_zone": {"type": "str"},
                "expression": {"type": "str"},
                "frequency": FREQUENCIES.spec(),
                "interval": {"type": "int"},
                "schedule": {"type": "dict", "options": {"hours": numbers, "minutes": numbers, "week_days": days}},
            },
        }

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        given = without_nulls(value)
        common = without_nulls({"startTime": given.get("start_time"), "timeZone": given.get("time_zone")})
        if given["type"] == "cron":
            _require(given, "cron", ("expression",), ("frequency", "interval", "schedule"))
            return {"triggerType": "Cron", "cron": {**common, "expression": given["expression"]}}
        _require(given, "recurrence", ("frequency",), ("expression",))
        recurrence = {
            "frequency": FREQUENCIES.encode(given["frequency"], workspace),
            "interval": given.get("interval", DEFAULT_INTERVAL),
            "schedule": _encode_times(given.get("schedule") or {}, workspace) or None,
        }
        return {"triggerType": "Recurrence", "recurrence": {**without_nulls(recurrence), **common}}

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        kind = TYPES.decode(value.get("triggerType"), workspace)
        found = (value.get("cron") if kind == "cron" else value.get("recurrence")) or {}
        return without_nulls(
            {
                "type": kind,
                "start_time": found.get("startTime"),
                "time_zone": found.get("timeZone"),
                "expression": found.get("expression"),
                "frequency": FREQUENCIES.decode(found.get("frequency"), workspace),
                "interval": found.get("interval"),
                "schedule": _decode_times(found.get("schedule") or {}, workspace) or None,
            }
        )

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        """The option value with all defaults, lists sorted, times without fractions of seconds."""
        trigger = {"time_zone": DEFAULT_TIME_ZONE, **self.decode(value, workspace)}
        if trigger["type"] == "recurrence":
            trigger.setdefault("interval", DEFAULT_INTERVAL)
        if "start_time" in trigger:
            trigger["start_time"] = re.sub(r"(\.\d+)?(Z|\+00:00)?\Z", "", trigger["start_time"])
        if "schedule" in trigger:
            trigger["schedule"] = {unit: sorted(times) for unit, times in trigger["schedule"].items()}
        return trigger


def without_nulls(tree: t.Mapping[str, Json]) -> dict[str, Json]:
    """The map without its keys whose value is None."""
    return {key: item for key, item in tree.items() if item is not None}


def _encode_times(times: t.Mapping[str, Json], workspace: WorkspaceId) -> dict[str, Json]:
    days = times.get("week_days")
    return without_nulls(
        {
            "hours": times.get("hours"),
            "minutes": times.get("minutes"),
            "weekDays": days and [WEEK_DAYS.encode(day, workspace) for day in days],
        }
    )


def _decode_times(times: t.Mapping[str, Json], workspace: WorkspaceId) -> dict[str, Json]:
    days = times.get("weekDays")
    return without_nulls(
        {
            "hours": times.get("hours"),
            "minutes": times.get("minutes"),
            "week_days": days and [WEEK_DAYS.decode(day, workspace) for day in days],
        }
    )


def _require(given: t.Mapping[str, Json], kind: str, needed: t.Iterable[str], foreign: t.Iterable[str]) -> None:
    for key in needed:
        if not given.get(key):
            raise ValueError(f"a trigger of the type {kind} needs {key}")
    for key in foreign:
        if key in given:
            raise ValueError(f"{key} does not go with a trigger of the type {kind}")
