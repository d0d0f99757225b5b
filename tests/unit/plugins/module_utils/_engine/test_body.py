# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bodies that create, update and replace a resource."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._engine.body import (
    creation_body,
    merged_body,
    patch_body,
    replacement_body,
    update_body,
)
from ansible_collections.mlops.azureml.plugins.module_utils._engine.difference import compare
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._names.dotted_path import set_at
from ansible_collections.mlops.azureml.tests.unit.plugins.module_utils._engine.rooms import (
    CURRENT,
    CURRENTS,
    ROOM,
    TASKS,
    compared,
    current,
    desired,
)
from hypothesis import given, settings


def updated(room: Any = ..., **task: Any) -> Any:
    return update_body(compared(room, **task))


class TestCreation:
    def test_it_is_what_the_task_gives_and_the_constants(self) -> None:
        assert creation_body(desired(floor=2, tags={"a": 1}, heating={"pause": 90, "power": None})) == {
            "tags": {"a": "1"},
            "properties": {"kind": "Room", "floor": 2, "heating": {"pause": "PT1M30S"}},
        }

    def test_write_only_values_are_sent(self) -> None:
        assert creation_body(desired(floor=1, pin="1234-5678"))["properties"]["pin"] == "1234-5678"


class TestUpdate:
    def test_the_task_is_laid_over_the_current_resource(self) -> None:
        assert updated(description="warm", heating={"power": 4}) == {
            "location": "eastus",
            "tags": {"theirs": "1"},
            "properties": {
                "kind": "Room",
                "description": "warm",
                "notes": {"service": "x"},
                "heating": {"pause": "PT1M", "power": 4, "mode": "auto"},
                "floor": 1,
            },
        }

    def test_tags_are_added_to_the_current_ones(self) -> None:
        assert updated(tags={"ours": "2"})["tags"] == {"theirs": "1", "ours": "2"}

    def test_tags_replace_the_current_ones_if_the_task_says_so(self) -> None:
        assert updated(tags={"ours": "2"}, append_tags=False)["tags"] == {"ours": "2"}
        assert updated(tags={}, append_tags=False)["tags"] == {}

    def test_the_keys_of_others_in_a_merged_map_are_kept_whatever_append_tags_is(self) -> None:
        notes = updated(notes={"mine": "y"}, append_tags=False)["properties"]["notes"]
        assert notes == {"service": "x", "mine": "y"}

    @pytest.mark.parametrize("state", ["Failed", "Canceled"])
    def test_a_failed_resource_is_written_again(self, state: str) -> None:
        assert updated(current(provisioningState=state), floor=1) == merged_body(ROOM, CURRENT, {})

    def test_secrets_and_write_only_values_are_sent(self) -> None:
        sent = updated(current(key="old-secret"), key="new-secret", pin="1234-5678")["properties"]
        assert (sent["key"], sent["pin"]) == ("new-secret", "1234-5678")

    def test_a_value_below_a_null_finds_its_place(self) -> None:
        assert updated(current(heating=None), heating={"power": 1})["properties"]["heating"] == {"power": 1}

    def test_another_key_of_the_service_is_sent_under_its_own(self) -> None:
        room = current(settings={"House.Settings.loud": "x", "other": "y"})
        assert updated(room, description="z")["properties"]["settings"] == {"loud": "x", "other": "y"}
        assert updated(room, settings={"loud": "z"})["properties"]["settings"] == {"loud": "z", "other": "y"}

    def test_read_only_keys_are_not_sent(self) -> None:
        identity = {
            "type": "SystemAssigned,UserAssigned",
            "principalId": "p",
            "tenantId": "t",
            "userAssignedIdentities": {"/subscriptions/s/x.y/me": {"principalId": "p", "clientId": "c"}},
        }
        before = {**CURRENT, "identity": identity}
        untouched = copy.deepcopy(before)
        assert merged_body(ROOM, before, {})["identity"] == {
            "type": "SystemAssigned,UserAssigned",
            "userAssignedIdentities": {"/subscriptions/s/x.y/me": {}},
        }
        assert before == untouched

    def test_nulls_are_not_sent(self) -> None:
        body = merged_body(ROOM, current(heating={"mode": None}, doors=[None, 1]), {})
        assert body["properties"]["heating"] == {}
        assert "description" not in body["properties"]
        assert body["properties"]["doors"] == [None, 1]


class TestPatch:
    def test_it_holds_all_fields_of_its_policy(self) -> None:
        found = compared(current(light={"level": 1, "hours": "PT1H", "bulb": "led"}), light={"level": 2})
        assert patch_body(found) == {"properties": {"light": {"level": 2, "hours": "PT1H"}}}
        assert update_body(found)["properties"]["light"] == {"level": 2, "hours": "PT1H", "bulb": "led"}

    @pytest.mark.parametrize("task", [{"description": "x", "light": {"level": 2}}, {"description": "x"}])
    def test_other_differences_need_a_put(self, task: dict[str, Any]) -> None:
        assert patch_body(compared(current(light={"level": 1}), **task)) is None

    def test_a_failed_resource_needs_a_put(self) -> None:
        failed = current(light={"level": 1}, provisioningState="Failed")
        assert patch_body(compared(failed, light={"level": 2})) is None


class TestReplacement:
    def test_what_the_task_leaves_out_is_kept_and_what_nobody_can_set_is_not(self) -> None:
        found = compared(current(odd="x"), floor=2, description="new", recreate=True)
        assert replacement_body(found) == {
            "tags": {"theirs": "1"},
            "properties": {
                "kind": "Room",
                "description": "new",
                "notes": {"service": "x"},
                "heating": {"pause": "PT1M", "power": 3},
                "floor": 2,
            },
        }


class TestCompanions:
    def test_an_option_may_need_another(self) -> None:
        complaint = r"paint needs wall\. Add it to the task\."
        with pytest.raises(InvalidOption, match=complaint):
            creation_body(desired(paint="white", floor=1))
        with pytest.raises(InvalidOption, match=complaint):
            updated(paint="white")
        assert updated(paint="white", wall="stone")["properties"]["paint"] == "white"

    def test_the_other_may_have_a_value_already(self) -> None:
        assert updated(current(wall="stone"), paint="white")["properties"]["paint"] == "white"


@settings(deadline=None)
@given(task=TASKS, room=CURRENTS)
def test_what_is_sent_is_what_the_task_asks(task: dict[str, Any], room: Any) -> None:
    """The resource after a write differs from the task in nothing."""
    found = compared(room, **task)
    if found.action == "none":
        return
    after = creation_body(found.desired) if found.action == "create" else update_body(found)
    set_at(after, "properties.provisioningState", "Succeeded")
    assert compare(found.desired, after).action == "none"
