# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table language: from what is wanted and what stands to what has to change."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ImmutableFieldError, InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._resource import (
    MASK,
    Change,
    Field,
    NameRule,
    Output,
    Parent,
    Plan,
    ResourceType,
    check_options,
    dig,
    merged_body,
    plan,
    plant,
    render,
    uproot,
)
from ansible_collections.mlops.azureml.plugins.module_utils._wire import Duration, Integer, Json, TextMap
from hypothesis import given, settings
from hypothesis import strategies as some

WS = WorkspaceId("sub", "rg1", "ws1")
HOUSE = ResourceType(
    name="house",
    plural="houses",
    label="house",
    path="houses/{name}",
    name_rule=NameRule(r"[a-z]+", "small letters"),
)
ROOM = ResourceType(
    name="room",
    plural="rooms",
    label="room",
    path="houses/{house}/rooms/{name}",
    name_rule=NameRule(r"[a-z]+", "small letters"),
    parent=Parent(HOUSE, "house"),
    constants={"properties.kind": "Room"},
    fields=(
        Field("description", at="properties.description"),
        Field("tags", at="tags", wire=TextMap(), change=Change.APPEND),
        Field("notes", at="properties.notes", wire=TextMap(), change=Change.MERGE),
        Field("heating.pause", at="properties.heating.pause", wire=Duration()),
        Field("heating.power", at="properties.heating.power", wire=Integer(minimum=0)),
        Field("floor", at="properties.floor", wire=Integer(), change=Change.REPLACE, needed=True),
        Field("key", at="properties.key", secret=True),
    ),
    outputs=(Output("temperature", at="properties.temperature"),),
    read_only=("properties.temperature",),
)
HERE = {"name": "kitchen", "house": "home"}
ID = WS.child("houses", "home", "rooms", "kitchen")
STANDING: dict[str, Any] = {
    "id": ID,
    "name": "kitchen",
    "type": "rooms",
    "systemData": {"createdBy": "Some User"},
    "location": "eastus",
    "tags": {"theirs": "1"},
    "properties": {
        "kind": "Room",
        "description": None,
        "notes": {"service": "x"},
        "heating": {"pause": "PT1M", "power": 3, "mode": "auto"},
        "floor": 1,
        "temperature": 21,
        "provisioningState": "Succeeded",
    },
}


def planned(standing: Any = ..., **task: Any) -> Plan:
    standing = STANDING if standing is ... else standing
    options = {**HERE, **task}
    return plan(ROOM, options, check_options(ROOM, options, WS), standing, WS)


def stands(**properties: Any) -> dict[str, Any]:
    """What stands, with other properties."""
    return {**STANDING, "properties": {**STANDING["properties"], **properties}}


class TestCreation:
    def test_the_body_is_what_the_task_says_and_the_constants(self) -> None:
        made = planned(None, floor=2, tags={"a": 1}, heating={"pause": 90, "power": None})
        assert made.action == "create"
        assert made.body == {
            "tags": {"a": "1"},
            "properties": {"kind": "Room", "floor": 2, "heating": {"pause": "PT1M30S"}},
        }

    def test_the_diff_is_in_the_words_of_the_task_and_hides_secrets(self) -> None:
        made = planned(None, floor=2, heating={"pause": 90}, key="hunter2hunter2")
        assert made.before == {}
        assert made.after == {"name": "kitchen", "floor": 2, "heating": {"pause": 90}, "key": MASK}

    def test_a_needed_option_that_is_missing_is_named(self) -> None:
        with pytest.raises(InvalidOption, match="room home/kitchen does not exist yet, and creating it needs floor"):
            planned(None, description="x")


class TestUpdate:
    @pytest.mark.parametrize(
        "task",
        [
            {},
            {"description": ""},
            {"tags": {"theirs": "1"}},
            {"tags": {}},
            {"notes": {"service": "x"}},
            {"notes": {}},
            {"heating": {"pause": 60, "power": 3}},
            {"floor": 1},
        ],
    )
    def test_what_stands_already_is_no_change(self, task: dict[str, Any]) -> None:
        assert planned(**task) == Plan("none", {}, {}, {})

    def test_the_task_is_laid_over_what_stands_and_only_that_is_shown(self) -> None:
        made = planned(description="warm", heating={"power": 4})
        assert made.action == "update"
        assert made.before == {"name": "kitchen", "description": None, "heating": {"power": 3}}
        assert made.after == {"name": "kitchen", "description": "warm", "heating": {"power": 4}}
        assert made.body == {
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

    def test_tags_are_added_to_those_that_stand(self) -> None:
        assert planned(tags={"ours": "2"}).body["tags"] == {"theirs": "1", "ours": "2"}

    def test_tags_replace_those_that_stand_when_the_task_says_so(self) -> None:
        made = planned(tags={"ours": "2"}, append_tags=False)
        assert made.body["tags"] == {"ours": "2"}
        assert (made.before["tags"], made.after["tags"]) == ({"theirs": "1"}, {"ours": "2"})

    def test_all_tags_go_when_the_task_says_so(self) -> None:
        assert planned(tags={}, append_tags=False).body["tags"] == {}

    def test_the_keys_of_others_in_a_merged_map_stay_whatever_append_tags_says(self) -> None:
        made = planned(notes={"mine": "y"}, append_tags=False)
        assert made.body["properties"]["notes"] == {"service": "x", "mine": "y"}

    def test_a_difference_that_only_a_replacement_can_make_is_refused_with_both_values(self) -> None:
        with pytest.raises(ImmutableFieldError) as caught:
            planned(floor=2, description="x")
        assert str(caught.value) == (
            "room home/kitchen cannot be changed in place: floor is 1, the task wants 2. "
            "Delete it first (state: absent) and create it again, or leave the standing value in the task."
        )

    @pytest.mark.parametrize("state", ["Failed", "Canceled"])
    def test_what_failed_is_written_again_although_nothing_differs(self, state: str) -> None:
        made = planned(stands(provisioningState=state), floor=1)
        assert made.action == "update"
        assert made.body == merged_body(ROOM, STANDING, {})
        assert made.before == {"name": "kitchen", "provisioning_state": state}
        assert made.after == {"name": "kitchen", "provisioning_state": "Succeeded"}

    def test_a_changed_secret_is_not_shown(self) -> None:
        made = planned(stands(key="old-secret"), key="new-secret")
        assert (made.before["key"], made.after["key"]) == (MASK, MASK)
        assert made.body["properties"]["key"] == "new-secret"


class TestBody:
    def test_what_only_the_service_writes_is_not_sent_back(self) -> None:
        identity = {
            "type": "SystemAssigned,UserAssigned",
            "principalId": "p",
            "tenantId": "t",
            "userAssignedIdentities": {"/subscriptions/s/x.y/me": {"principalId": "p", "clientId": "c"}},
        }
        before = {**STANDING, "identity": identity}
        untouched = copy.deepcopy(before)
        assert merged_body(ROOM, before, {})["identity"] == {
            "type": "SystemAssigned,UserAssigned",
            "userAssignedIdentities": {"/subscriptions/s/x.y/me": {}},
        }
        assert before == untouched

    def test_nulls_are_not_sent_back(self) -> None:
        body = merged_body(ROOM, stands(heating={"mode": None}, doors=[None, 1]), {})
        assert body["properties"]["heating"] == {}
        assert "description" not in body["properties"]
        assert body["properties"]["doors"] == [None, 1]

    def test_a_value_below_a_null_finds_its_place(self) -> None:
        assert planned(stands(heating=None), heating={"power": 1}).body["properties"]["heating"] == {"power": 1}


class TestOptions:
    @pytest.mark.parametrize(
        ("task", "complaint"),
        [
            ({"name": "Kitchen"}, "name: 'Kitchen' cannot be the name of a room: small letters. Choose another name."),
            ({"name": "kitchen\n"}, "name: 'kitchen\\n' cannot be the name of a room"),
            ({"house": "HOME"}, "house: 'HOME' cannot be the name of a house"),
            ({"heating": {"power": -1}}, "heating.power: -1 is too small: the smallest value is 0."),
        ],
    )
    def test_bad_input_is_named(self, task: dict[str, Any], complaint: str) -> None:
        with pytest.raises(InvalidOption) as caught:
            check_options(ROOM, {**HERE, **task}, WS)
        assert str(caught.value).startswith(complaint)

    def test_what_the_task_leaves_out_is_not_wanted(self) -> None:
        assert check_options(ROOM, {**HERE, "heating": None, "tags": None, "description": ""}, WS) == {
            "properties.description": ""
        }


class TestNames:
    def test_paths_titles_and_ids(self) -> None:
        assert ROOM.path_of(HERE) == "houses/home/rooms/kitchen"
        assert ROOM.title(HERE) == "room home/kitchen"
        assert HOUSE.title({"name": "home"}) == "house home"
        assert ROOM.names_in(ID) == {"house": "home", "name": "kitchen"}


class TestRender:
    def test_what_stands_is_shown_in_the_words_of_the_task(self) -> None:
        assert render(ROOM, STANDING, WS) == {
            "id": ID,
            "house": "home",
            "name": "kitchen",
            "location": "eastus",
            "description": None,
            "tags": {"theirs": "1"},
            "notes": {"service": "x"},
            "heating": {"pause": 60, "power": 3},
            "floor": 1,
            "temperature": 21,
        }

    def test_a_prediction_leaves_out_what_is_not_known(self) -> None:
        assert render(ROOM, {"id": ID, "properties": {"floor": 2}}, WS, predicted=True) == {
            "id": ID,
            "house": "home",
            "name": "kitchen",
            "floor": 2,
        }


class TestTrees:
    def test_dig_plant_and_uproot(self) -> None:
        tree: dict[str, Any] = {"a": {"b": None}, "x": 1}
        assert [dig(tree, path) for path in ("a.b", "a.b.c", "x", "x.y", "z")] == [None, None, 1, None, None]
        plant(tree, "a.b.c", 2)
        plant(tree, "y", 3)
        for path in ("x", "q.r", "y.z"):
            uproot(tree, path)
        assert tree == {"a": {"b": {"c": 2}}, "y": 3}


words = some.sampled_from(["", "a", "b"])
maps = some.dictionaries(some.sampled_from("abc"), some.sampled_from(["1", "2"]))
TASKS = some.fixed_dictionaries(
    {"append_tags": some.booleans(), "floor": some.just(1)},
    optional={
        "description": words,
        "tags": maps,
        "notes": maps,
        "heating": some.fixed_dictionaries({}, optional={"pause": some.integers(0, 99), "power": some.integers(0, 9)}),
    },
)
STANDINGS = some.none() | some.builds(
    lambda tags, description, notes, pause, state: {
        **STANDING,
        "tags": tags,
        "properties": {
            "description": description,
            "notes": notes,
            "heating": {"pause": pause},
            "floor": 1,
            "provisioningState": state,
        },
    },
    some.none() | maps,
    some.none() | words,
    some.none() | maps,
    some.sampled_from([None, "PT60S", "PT1M", "PT0S"]),
    some.sampled_from(["Succeeded", "Failed"]),
)


@settings(deadline=None)
@given(task=TASKS, standing=STANDINGS)
def test_what_a_plan_makes_is_what_the_task_wants(task: dict[str, Any], standing: Json | None) -> None:
    """The state after a write is a fixed point, and the diff tells exactly what differs between before and after."""
    made = planned(standing, **task)
    if made.action == "none":
        return
    after = copy.deepcopy(made.body)
    plant(after, "properties.provisioningState", "Succeeded")
    assert planned(after, **task).action == "none"
    told = {key: value for key, value in made.after.items() if key not in ("name", "provisioning_state")}
    shown = render(ROOM, after, WS)
    for option, value in told.items():
        assert shown[option] == value or value.items() <= shown[option].items()
