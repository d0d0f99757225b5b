# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what is wanted and what stands to what has to change."""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._engine.plan import (
    Plan,
    check_options,
    check_task,
    merged_body,
    plan,
    render,
    table_for,
)
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ImmutableFieldError, InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._names.dotted_path import set_at
from ansible_collections.mlops.azureml.plugins.module_utils._names.json_types import Json
from ansible_collections.mlops.azureml.plugins.module_utils._schema.identity_values import Identity
from ansible_collections.mlops.azureml.plugins.module_utils._schema.map_values import TextMap
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import (
    MASK,
    Change,
    Field,
    Kinds,
    NameRule,
    Output,
    Parent,
    ResourceType,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.scalar_values import Choice, Duration, Integer
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
        Field("tags", at="tags", value_type=TextMap(), change=Change.APPEND),
        Field("notes", at="properties.notes", value_type=TextMap(), change=Change.MERGE),
        Field("heating.pause", at="properties.heating.pause", value_type=Duration()),
        Field("heating.power", at="properties.heating.power", value_type=Integer(minimum=0)),
        Field("floor", at="properties.floor", value_type=Integer(), change=Change.REPLACE, needed=True),
        Field("key", at="properties.key", secret=True),
        Field("identity", at="identity", value_type=Identity()),
        Field("pin", at="properties.pin", secret=True, change=Change.WRITE_ONLY),
        Field("wall", at="properties.wall", change=Change.REFUSABLE),
        Field("paint", at="properties.paint", along_with="wall"),
        Field("light.level", at="properties.light.level", value_type=Integer(), change=Change.PATCH),
        Field("light.hours", at="properties.light.hours", value_type=Duration(), change=Change.PATCH),
        Field("settings.loud", at="properties.settings.loud", alias="House.Settings.loud"),
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


def planned(current: Any = ..., **task: Any) -> Plan:
    current = STANDING if current is ... else current
    options = {**HERE, **task}
    return plan(ROOM, options, check_options(ROOM, options, WS), current, WS)


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
            "room home/kitchen cannot be changed in place: floor is 1, the task wants 2. To delete it and create it "
            "again, write recreate: true; or leave the standing value in the task. Nothing was changed."
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


class TestPatch:
    def test_where_a_patch_suffices_it_holds_all_fields_of_its_sort(self) -> None:
        made = planned(stands(light={"level": 1, "hours": "PT1H", "bulb": "led"}), light={"level": 2})
        assert made.action == "update"
        assert made.patch == {"properties": {"light": {"level": 2, "hours": "PT1H"}}}
        assert made.body["properties"]["light"] == {"level": 2, "hours": "PT1H", "bulb": "led"}

    @pytest.mark.parametrize("task", [{"description": "x", "light": {"level": 2}}, {"description": "x"}])
    def test_other_differences_need_a_put(self, task: dict[str, Any]) -> None:
        assert planned(stands(light={"level": 1}), **task).patch is None

    def test_what_failed_needs_a_put(self) -> None:
        assert planned(stands(light={"level": 1}, provisioningState="Failed"), light={"level": 2}).patch is None


class TestWriteOnly:
    def test_it_is_sent_with_a_creation_and_masked(self) -> None:
        made = planned(None, floor=1, pin="1234-5678")
        assert made.body["properties"]["pin"] == "1234-5678"
        assert made.after["pin"] == MASK

    def test_it_is_never_the_reason_for_a_write(self) -> None:
        assert planned(pin="1234-5678").action == "none"

    def test_it_goes_along_with_one_and_is_not_shown_then(self) -> None:
        made = planned(pin="1234-5678", description="x")
        assert made.body["properties"]["pin"] == "1234-5678"
        assert "pin" not in made.after


class TestReplacement:
    def test_what_the_task_leaves_out_is_taken_over_and_what_nobody_can_set_is_not(self) -> None:
        made = planned(stands(odd="x"), floor=2, description="new", recreate=True)
        assert made.action == "replace"
        assert made.before == {"name": "kitchen", "description": None, "floor": 1}
        assert made.after == {"name": "kitchen", "description": "new", "floor": 2}
        assert made.replacement == {
            "tags": {"theirs": "1"},
            "properties": {
                "kind": "Room",
                "description": "new",
                "notes": {"service": "x"},
                "heating": {"pause": "PT1M", "power": 3},
                "floor": 2,
            },
        }

    def test_what_failed_is_replaced_when_the_task_allows(self) -> None:
        made = planned(stands(provisioningState="Failed"), floor=1, recreate=True)
        assert made.action == "replace"
        assert made.after == {"name": "kitchen", "provisioning_state": "Succeeded"}

    def test_a_run_that_is_cut_off_in_between_must_be_able_to_go_on(self) -> None:
        with pytest.raises(InvalidOption, match="room home/kitchen has to be created again, and that needs floor"):
            planned(stands(provisioningState="Failed"), recreate=True)

    def test_what_can_be_changed_in_place_is_not_replaced(self) -> None:
        made = planned(floor=1, description="x", recreate=True)
        assert (made.action, made.replacement) == ("update", None)

    def test_what_may_be_refused_is_tried_first(self) -> None:
        made = planned(stands(wall="stone"), wall="wood", floor=1, recreate=True)
        assert made.action == "update"
        assert made.body["properties"]["wall"] == "wood"
        assert made.replacement is not None
        assert made.replacement["properties"]["wall"] == "wood"
        assert planned(stands(wall="stone"), wall="wood").replacement is None


class TestCompanions:
    @pytest.mark.parametrize("current", [None, STANDING])
    def test_an_option_may_need_another(self, current: Any) -> None:
        with pytest.raises(InvalidOption, match=r"paint needs wall\. Add it to the task\."):
            planned(current, paint="white", floor=1)
        assert planned(current, paint="white", wall="stone", floor=1).after["paint"] == "white"

    def test_the_other_may_stand_already(self) -> None:
        assert planned(stands(wall="stone"), paint="white").after["paint"] == "white"


class TestMovingGround:
    """In passing the service does not tell everything (assets contract 3.4)."""

    def test_what_is_not_told_is_no_difference(self) -> None:
        moving = stands(provisioningState="Creating", floor=None, heating=None)
        assert planned(moving, floor=2, heating={"power": 4}).action == "none"

    def test_what_is_told_is(self) -> None:
        assert planned(stands(provisioningState="Updating"), heating={"power": 4}).action == "update"


class TestAlias:
    def test_the_service_may_answer_under_another_key(self) -> None:
        current = stands(settings={"House.Settings.loud": "x", "other": "y"})
        assert planned(current, settings={"loud": "x"}).action == "none"
        assert render(ROOM, current, WS)["settings"] == {"loud": "x"}

    def test_it_is_sent_back_under_its_own(self) -> None:
        current = stands(settings={"House.Settings.loud": "x", "other": "y"})
        assert planned(current, description="z").body["properties"]["settings"] == {"loud": "x", "other": "y"}
        assert planned(current, settings={"loud": "z"}).body["properties"]["settings"] == {"loud": "z", "other": "y"}


class TestKinds:
    TALL = dataclasses.replace(
        ROOM, parent=None, path="rooms/{name}", fields=(Field("height", at="properties.height"),)
    )
    WIDE = dataclasses.replace(TALL, fields=(Field("width", at="properties.width"),))
    HALL = dataclasses.replace(
        TALL,
        label="hall",
        fields=(),
        kinds=Kinds(
            "form",
            at="properties.form",
            value_type=Choice(tall="Tall", wide="Wide"),
            default="tall",
            tables={"tall": TALL, "wide": WIDE},
        ),
    )

    def options(self, **task: Any) -> dict[str, Any]:
        return {"name": "hall", "form": None, "height": None, "width": None, **task}

    def test_the_task_says_its_kind_or_it_is_what_stands_or_the_default(self) -> None:
        wide = {"properties": {"form": "Wide"}}
        assert table_for(self.HALL, self.options(), None) is self.TALL
        assert table_for(self.HALL, self.options(form="wide"), None) is self.WIDE
        assert table_for(self.HALL, self.options(width="9"), wide) is self.WIDE
        assert table_for(self.TALL, self.options(), wide) is self.TALL

    def test_one_kind_does_not_become_another(self) -> None:
        with pytest.raises(ImmutableFieldError) as caught:
            table_for(self.HALL, self.options(form="tall"), {"properties": {"form": "Wide"}})
        assert str(caught.value).startswith("hall hall cannot become another: form is 'wide', the task wants 'tall'.")

    def test_a_kind_without_a_table_is_left_alone(self) -> None:
        with pytest.raises(InvalidOption, match="hall hall is of the form 'Round', which is not managed here"):
            table_for(self.HALL, self.options(), {"properties": {"form": "Round"}})

    def test_the_option_of_another_kind_is_refused_whatever_stands(self) -> None:
        for check in (
            lambda: check_task(self.HALL, self.options(form="tall", width="9"), WS),
            lambda: table_for(self.HALL, self.options(width="9"), None),
        ):
            with pytest.raises(InvalidOption) as caught:
                check()
            assert str(caught.value) == (
                "width is for the form wide, and hall hall is of the form tall. Drop it, or correct form."
            )

    def test_bad_values_are_found_whatever_the_kind(self) -> None:
        rule = dataclasses.replace(
            self.HALL,
            kinds=dataclasses.replace(
                self.HALL.kinds,
                tables={
                    "wide": dataclasses.replace(
                        self.WIDE, fields=(Field("width", at="w", value_type=Integer(minimum=1)),)
                    )
                },
            ),
        )
        with pytest.raises(InvalidOption, match="width: 0 is too small"):
            check_task(rule, self.options(width=0), WS)
        check_task(rule, self.options(width=1), WS)

    def test_what_stands_is_shown_by_the_table_of_its_kind(self) -> None:
        shown = render(self.HALL, {"properties": {"form": "Wide", "width": "9", "height": "3"}}, WS)
        assert (shown["form"], shown["width"], "height" in shown) == ("wide", "9", False)


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
            "identity": {"type": "none", "user_assigned_identities": []},
            "wall": None,
            "paint": None,
            "light": {"level": None, "hours": None},
            "settings": {"loud": None},
            "temperature": 21,
        }

    def test_a_prediction_leaves_out_what_is_not_known(self) -> None:
        assert render(ROOM, {"id": ID, "properties": {"floor": 2}}, WS, predicted=True) == {
            "id": ID,
            "house": "home",
            "name": "kitchen",
            "floor": 2,
        }


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
@given(task=TASKS, current=STANDINGS)
def test_what_a_plan_makes_is_what_the_task_wants(task: dict[str, Any], current: Json | None) -> None:
    """The state after a write is a fixed point, and the diff tells exactly what differs between before and after."""
    made = planned(current, **task)
    if made.action == "none":
        return
    after = copy.deepcopy(made.body)
    set_at(after, "properties.provisioningState", "Succeeded")
    assert planned(after, **task).action == "none"
    told = {key: value for key, value in made.after.items() if key not in ("name", "provisioning_state")}
    shown = render(ROOM, after, WS)
    for option, value in told.items():
        assert shown[option] == value or value.items() <= shown[option].items()
