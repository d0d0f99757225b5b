# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Schedules and scripts of compute instances as they are sent, and what cannot be."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._schema.instance_values import Schedules, Script

HERE = WorkspaceId("sub1", "rg1", "ws1")


def test_a_cron_schedule_as_it_is_sent() -> None:
    trigger = {"type": "cron", "start_time": "2026-03-10T21:21:07", "time_zone": "UTC", "expression": "0 18 * * *"}
    assert Schedules().encode([{"action": "stop", "state": None, "trigger": {**trigger, "interval": None}}], HERE) == [
        {
            "action": "Stop",
            "status": "Enabled",
            "triggerType": "Cron",
            "cron": {"startTime": "2026-03-10T21:21:07", "timeZone": "UTC", "expression": "0 18 * * *"},
        }
    ]


def test_a_recurring_schedule_as_it_is_sent() -> None:
    trigger = {
        "type": "recurrence",
        "frequency": "week",
        "schedule": {"hours": [8], "minutes": None, "week_days": ["monday"]},
    }
    (sent,) = Schedules().encode([{"action": "start", "state": "disabled", "trigger": trigger}], HERE)
    assert sent == {
        "action": "Start",
        "status": "Disabled",
        "triggerType": "Recurrence",
        "recurrence": {"frequency": "Week", "interval": 1, "schedule": {"hours": [8], "weekDays": ["Monday"]}},
    }


@pytest.mark.parametrize(
    ("trigger", "complaint"),
    [
        ({"type": "cron"}, "needs expression"),
        ({"type": "recurrence"}, "needs frequency"),
        ({"type": "cron", "expression": "* * * * *", "frequency": "day"}, "frequency does not go with"),
        ({"type": "recurrence", "frequency": "day", "expression": "* * * * *"}, "expression does not go with"),
    ],
)
def test_triggers_that_cannot_be(trigger: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Schedules().encode([{"action": "stop", "trigger": trigger}], HERE)


def test_a_difference_in_a_schedule_is_one() -> None:
    def sent(hours: list[int], action: str = "stop") -> Any:
        trigger = {"type": "recurrence", "frequency": "day", "schedule": {"hours": hours}}
        return Schedules().encode([{"action": action, "trigger": trigger}], HERE)

    assert Schedules().same(sent([8, 9]), sent([9, 8]), HERE)
    assert not Schedules().same(sent([8]), sent([9]), HERE)
    assert not Schedules().same(sent([8]), sent([8], "start"), HERE)


def test_a_script_as_it_is_sent() -> None:
    value_type = Script()
    given = {"path": "a.sh", "command": "--all", "timeout_minutes": 5}
    sent = value_type.encode(given, HERE)
    assert sent == {
        "scriptSource": "workspaceStorage",
        "scriptData": "a.sh",
        "scriptArguments": "--all",
        "timeout": "5m",
    }
    assert value_type.same(value_type.encode({"path": "a.sh", "command": "--all"}, HERE), sent, HERE), (
        "any time will do"
    )
    assert not value_type.same(value_type.encode({**given, "timeout_minutes": 6}, HERE), sent, HERE)
    assert not value_type.same(value_type.encode({**given, "path": "b.sh"}, HERE), sent, HERE)
    assert not value_type.same(value_type.encode({"path": "a.sh"}, HERE), sent, HERE)
    with pytest.raises(ValueError, match="timeout_minutes is 0"):
        value_type.encode({"path": "a.sh", "timeout_minutes": 0}, HERE)
