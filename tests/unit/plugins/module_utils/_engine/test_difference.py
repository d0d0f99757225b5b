# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a task and the current resource differ, and what follows from it."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._engine.difference import Comparison, compare, diff_words
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ImmutableFieldError, InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import MASK
from ansible_collections.mlops.azureml.tests.unit.plugins.module_utils._engine.rooms import compared, current, desired


def words(found: Comparison) -> tuple[Any, Any]:
    return diff_words(found)


class TestCreation:
    def test_the_diff_is_in_option_words_and_masks_secrets(self) -> None:
        found = compared(None, floor=2, heating={"pause": 90}, key="hunter2hunter2", pin="1234-5678")
        after = {"name": "kitchen", "floor": 2, "heating": {"pause": 90}, "key": MASK, "pin": MASK}
        assert (found.action, words(found)) == ("create", ({}, after))

    def test_a_needed_option_that_is_missing_is_named(self) -> None:
        with pytest.raises(InvalidOption, match="room home/kitchen does not exist yet, and creating it needs floor"):
            compared(None, description="x")


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
            {"pin": "1234-5678"},
        ],
    )
    def test_the_same_is_no_difference(self, task: dict[str, Any]) -> None:
        found = compared(**task)
        assert (found.action, found.differences) == ("none", ())

    def test_only_what_differs_is_shown(self) -> None:
        found = compared(description="warm", heating={"power": 4}, pin="1234-5678")
        assert found.action == "update"
        assert words(found) == (
            {"name": "kitchen", "description": None, "heating": {"power": 3}},
            {"name": "kitchen", "description": "warm", "heating": {"power": 4}},
        )

    def test_tags_that_replace_the_current_ones(self) -> None:
        before, after = words(compared(tags={"ours": "2"}, append_tags=False))
        assert (before["tags"], after["tags"]) == ({"theirs": "1"}, {"ours": "2"})

    def test_a_difference_that_only_a_replacement_can_make_is_refused_with_both_values(self) -> None:
        with pytest.raises(ImmutableFieldError) as caught:
            compared(floor=2, description="x")
        assert str(caught.value) == (
            "room home/kitchen cannot be changed in place: floor is 1, the task asks for 2. To delete it and create it "
            "again, write recreate: true; or leave the current value in the task. Nothing was changed."
        )

    @pytest.mark.parametrize("state", ["Failed", "Canceled"])
    def test_a_failed_resource_is_written_again_although_nothing_differs(self, state: str) -> None:
        found = compared(current(provisioningState=state), floor=1)
        assert found.action == "update"
        assert words(found) == (
            {"name": "kitchen", "provisioning_state": state},
            {"name": "kitchen", "provisioning_state": "Succeeded"},
        )

    def test_a_changed_secret_is_masked(self) -> None:
        before, after = words(compared(current(key="old-secret"), key="new-secret"))
        assert (before["key"], after["key"]) == (MASK, MASK)


class TestReplacement:
    def test_a_difference_that_only_a_replacement_can_make(self) -> None:
        found = compared(floor=2, description="new", recreate=True)
        assert found.action == "replace"
        assert words(found) == (
            {"name": "kitchen", "description": None, "floor": 1},
            {"name": "kitchen", "description": "new", "floor": 2},
        )

    def test_a_failed_resource_is_replaced_if_the_task_allows(self) -> None:
        assert compared(current(provisioningState="Failed"), floor=1, recreate=True).action == "replace"

    def test_a_run_that_is_interrupted_in_between_must_be_able_to_go_on(self) -> None:
        with pytest.raises(InvalidOption, match="room home/kitchen has to be created again, and that needs floor"):
            compared(current(provisioningState="Failed"), recreate=True)

    def test_what_can_be_changed_in_place_is_not_replaced(self) -> None:
        assert compared(floor=1, description="x", recreate=True).action == "update"

    def test_what_may_be_refused_is_tried_first(self) -> None:
        asked, room = desired(wall="wood", floor=1, recreate=True), current(wall="stone")
        assert compare(asked, room).action == "update"
        assert compare(asked, room, in_place=False).action == "replace"
        with pytest.raises(InvalidOption, match="has to be created again, and that needs floor"):
            compared(room, wall="wood", recreate=True)


class TestMovingGround:
    """During an operation the service does not return everything (assets contract 3.4)."""

    def test_what_is_not_returned_is_no_difference(self) -> None:
        moving = current(provisioningState="Creating", floor=None, heating=None)
        assert compared(moving, floor=2, heating={"power": 4}).action == "none"

    def test_what_is_returned_is_one(self) -> None:
        assert compared(current(provisioningState="Updating"), heating={"power": 4}).action == "update"


def test_the_service_may_return_a_value_under_another_key() -> None:
    room = current(settings={"House.Settings.loud": "x", "other": "y"})
    assert compared(room, settings={"loud": "x"}).action == "none"
