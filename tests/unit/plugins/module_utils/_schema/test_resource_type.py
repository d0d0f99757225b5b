# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table language."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import (
    Change,
    Condition,
    Field,
    Kinds,
    NameRule,
    Output,
    Parent,
    ResourceType,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.scalar_values import Choice

ANY = NameRule(".*", "any")
HOUSE = ResourceType(name="house", plural="houses", label="house", path="houses/{name}", name_rule=ANY)
ROOM = ResourceType(
    name="room",
    plural="rooms",
    label="room",
    path="houses/{house}/rooms/{name}",
    name_rule=ANY,
    parent=Parent(HOUSE, "house"),
)
BIRD, FISH = (
    ResourceType(
        name="pet", plural="pets", label="pet", path="pets/{name}", name_rule=ANY, fields=(Field(word, at=word),)
    )
    for word in ("wings", "fins")
)
PET = ResourceType(
    name="pet",
    plural="pets",
    label="pet",
    path="pets/{name}",
    name_rule=ANY,
    kinds=Kinds(
        "kind",
        at="properties.kind",
        value_type=Choice(bird="Bird", fish="Fish"),
        default="bird",
        tables={"bird": BIRD, "fish": FISH},
    ),
)


def test_paths_titles_and_ids() -> None:
    here = {"name": "kitchen", "house": "home"}
    assert ROOM.path_of(here) == "houses/home/rooms/kitchen"
    assert ROOM.title(here) == "room home/kitchen"
    assert HOUSE.title({"name": "home"}) == "house home"
    assert ROOM.names_in("/x/houses/home/rooms/kitchen") == {"house": "home", "name": "kitchen"}


@pytest.mark.parametrize(
    ("word", "kind", "table"),
    [("Fish", "fish", FISH), ("fish", "fish", FISH), (None, "bird", BIRD), ("Snake", "Snake", PET)],
)
def test_what_stands_tells_its_kind(word: str | None, kind: str, table: ResourceType) -> None:
    current = {"properties": {"kind": word}}
    assert PET.kinds is not None
    assert PET.kinds.read_from(current) == kind
    assert PET.of(current) is table


def test_the_tables_of_a_type() -> None:
    assert PET.tables == (BIRD, FISH)
    assert HOUSE.tables == (HOUSE,)


@pytest.mark.parametrize(
    ("change", "replaceable"),
    [(Change.UPDATE, False), (Change.PATCH, False), (Change.REFUSABLE, True), (Change.REPLACE, True)],
)
def test_what_can_be_replaced(change: Change, replaceable: bool) -> None:
    table = ResourceType("x", "xs", "x", "x/{name}", ANY, fields=(Field("f", at="f", change=change),))
    kinds = Kinds("kind", at="kind", value_type=Choice(x="X"), default="x", tables={"x": table})
    assert table.replaceable is replaceable
    assert ResourceType("x", "xs", "x", "x/{name}", ANY, kinds=kinds).replaceable is replaceable


def test_a_field_is_told_under_its_own_key_or_its_alias() -> None:
    field = Field("loud", at="settings.loud", alias="Sound.Settings.loud")
    assert field.read_from({"settings": {"Sound.Settings.loud": "yes"}}) == "yes"
    assert field.read_from({"settings": {"loud": "no", "Sound.Settings.loud": "yes"}}) == "no"
    assert field.read_from({"settings": None}) is None
    assert Output("loud", at="settings.loud").read_from({"settings": {"loud": "no"}}) == "no"


@pytest.mark.parametrize(("word", "met"), [("Running", True), ("JobRunning", True), ("Starting", False), (None, False)])
def test_a_condition_holds_by_what_the_service_tells(word: str | None, met: bool) -> None:
    started = Condition("started", action="start", at="state", word="Running", holds=("JobRunning",))
    assert started.met_by({"state": word}) is met
    assert not started.met_by(None)
