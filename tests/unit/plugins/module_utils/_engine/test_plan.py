# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From observations to steps: which, in which order, and how they describe themselves."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._engine.difference import compare
from ansible_collections.mlops.azureml.plugins.module_utils._engine.plan import (
    Observed,
    Plan,
    plan_absence,
    plan_presence,
)
from ansible_collections.mlops.azureml.plugins.module_utils._engine.published import Published
from ansible_collections.mlops.azureml.plugins.module_utils._engine.render import render
from ansible_collections.mlops.azureml.plugins.module_utils._engine.steps import Delete, Patch, Put
from ansible_collections.mlops.azureml.tests.unit.plugins.module_utils._engine.rooms import (
    CURRENT,
    CURRENTS,
    HERE,
    ID,
    ROOM,
    TASKS,
    WS,
    compared,
    current,
    desired,
)
from hypothesis import given, settings

LIT, DARK = ROOM.conditions
ON_KITCHEN = {"properties": {"entrance": "Kitchen"}}  # the letter case of names is not certain


class Publishing:
    """A step that publishes something."""

    lines = ("publish model digits, version 2",)

    def execute(self, _target: Any, state: Any) -> Any:
        return state


def planned(room: Any = ..., *, parent: Any = None, condition: Any = None, **task: Any) -> Plan:
    return plan_presence(Observed(compared(room, **task), parent, condition))


class TestPresence:
    def test_nothing_to_do_is_no_step(self) -> None:
        assert planned(description="") == Plan((), {}, {}, CURRENT)
        assert planned(condition=LIT, room=current(light={"state": "On"})).steps == ()

    def test_a_new_resource_is_created(self) -> None:
        plan = planned(None, floor=2)
        assert plan.lines == ["create room home/kitchen"]
        assert plan.predicted == {"id": ID, "properties": {"kind": "Room", "floor": 2}}

    def test_a_difference_is_an_update(self) -> None:
        (put,) = planned(description="x", wall="stone").steps
        assert isinstance(put, Put)
        assert (put.lines, put.refusable, put.creates) == (("update room home/kitchen",), ("wall",), False)

    def test_a_patch_where_it_is_enough(self) -> None:
        (patch,) = planned(light={"level": 2}).steps
        assert isinstance(patch, Patch)
        assert patch.lines == ("update room home/kitchen",)

    def test_a_replacement_deletes_and_creates(self) -> None:
        plan = planned(floor=2, recreate=True)
        assert plan.lines == ["delete room home/kitchen", "create room home/kitchen"]
        assert isinstance(plan.steps[0], Delete)
        assert plan.steps[0].wait

    def test_a_role_is_handed_over_while_the_resource_is_away(self) -> None:
        plan = planned(parent=ON_KITCHEN, floor=2, recreate=True, set_entrance=True, stand_in="hall")
        assert plan.lines == [
            "make home/hall the entrance of home",
            "delete room home/kitchen",
            "create room home/kitchen",
            "make home/kitchen the entrance of home",
        ]

    @pytest.mark.parametrize("room", [None, CURRENT])
    def test_a_role_that_is_missing_is_given_last(self, room: Any) -> None:
        plan = planned(room, parent={"properties": {"entrance": "hall"}}, set_entrance=True, floor=1)
        assert plan.lines[-1] == "make home/kitchen the entrance of home"
        assert plan.after["set_entrance"] is True
        assert plan.before == ({} if room is None else {"name": "kitchen", "set_entrance": False})

    @pytest.mark.parametrize(
        ("state", "before"), [({"state": "Off"}, "dark"), ({"state": "Broken"}, "broken"), (None, "")]
    )
    def test_a_condition_is_reached_after_the_write(self, state: Any, before: str) -> None:
        plan = planned(current(light=state), condition=LIT, description="x")
        assert plan.lines == ["update room home/kitchen", "light room home/kitchen"]
        assert (plan.before["state"], plan.after["state"]) == (before, "lit")
        assert plan.predicted is not None
        assert plan.predicted["properties"]["light"]["state"] == "On"

    def test_inline_assets_are_published_first(self) -> None:
        published = Published({"model": "m2"}, ("m2",), Publishing.lines)
        plan = plan_presence(Observed(compared(description="x"), published=published, publish=Publishing()))
        assert plan.lines == ["publish model digits, version 2", "update room home/kitchen"]
        assert plan.after["published"] == ["m2"]

    def test_the_diff_still_names_what_has_been_published(self) -> None:
        plan = plan_presence(Observed(compared(), published=Published({"model": "m1"}, ("m1",))))
        assert (plan.steps, plan.after) == ((), {"name": "kitchen", "published": ["m1"]})


class TestAbsence:
    def test_an_absent_resource_needs_no_step(self) -> None:
        assert plan_absence(ROOM, HERE, None, None) == Plan((), {}, {})
        assert plan_absence(ROOM, HERE, current(provisioningState="Deleting"), ON_KITCHEN).steps == ()

    def test_it_is_deleted_after_its_role_is_handed_over(self) -> None:
        plan = plan_absence(ROOM, {**HERE, "stand_in": "hall"}, CURRENT, ON_KITCHEN)
        assert plan.lines == ["make home/hall the entrance of home", "delete room home/kitchen"]
        assert (plan.before, plan.after) == ({"name": "kitchen", "state": "present"}, {})


@settings(deadline=None)
@given(task=TASKS, room=CURRENTS)
def test_what_is_predicted_is_what_the_task_asks(task: dict[str, Any], room: Any) -> None:
    """The predicted resource differs from the task in nothing, and the diff shows exactly what changes."""
    untouched = copy.deepcopy(room)
    plan = planned(room, **task)
    assert room == untouched
    if not plan.steps:
        return
    assert plan.predicted is not None
    after = copy.deepcopy(plan.predicted)
    after["properties"]["provisioningState"] = "Succeeded"
    assert compare(desired(**task), after).action == "none"
    shown = render(ROOM, after, WS)
    for option, value in plan.after.items():
        if option not in ("name", "provisioning_state"):
            assert shown[option] == value or value.items() <= shown[option].items()
