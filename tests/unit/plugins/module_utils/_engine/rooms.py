# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two small tables, a parent and its child, on which the pure parts of the engine are tried."""

from __future__ import annotations

from typing import Any

from ansible_collections.mlops.azureml.plugins.module_utils._engine.difference import Comparison, compare
from ansible_collections.mlops.azureml.plugins.module_utils._engine.validate import Desired, check_options
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._schema.identity_values import Identity
from ansible_collections.mlops.azureml.plugins.module_utils._schema.map_values import TextMap
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import (
    Change,
    Condition,
    Field,
    NameRule,
    Output,
    Parent,
    ParentReference,
    ResourceType,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.scalar_values import Duration, Integer
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
    parent=Parent(
        HOUSE, "house", references=(ParentReference("set_entrance", at="properties.entrance", words="the entrance"),)
    ),
    conditions=(
        Condition("lit", action="light", at="properties.light.state", word="On", coming=("GoingOn",)),
        Condition("dark", action="darken", at="properties.light.state", word="Off"),
    ),
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
HERE = {"name": "kitchen", "house": "home", "set_entrance": None, "stand_in": None, "wait": True}
ID = WS.child("houses", "home", "rooms", "kitchen")
CURRENT: dict[str, Any] = {
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


def current(**properties: Any) -> dict[str, Any]:
    """The current room, with other properties."""
    return {**CURRENT, "properties": {**CURRENT["properties"], **properties}}


def desired(**task: Any) -> Desired:
    """What a task asks of the room."""
    options = {**HERE, **task}
    return Desired(ROOM, options, check_options(ROOM, options, WS), WS)


def compared(room: Any = ..., **task: Any) -> Comparison:
    """A task compared with a room, by default with CURRENT; None: there is none."""
    return compare(desired(**task), CURRENT if room is ... else room)


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
CURRENTS = some.none() | some.builds(
    lambda tags, description, notes, pause, state: {
        **CURRENT,
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
