# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operation of the info modules, on a small table."""

from __future__ import annotations

import sys
import types
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils import _module
from ansible_collections.mlops.azureml.plugins.module_utils._engine.list_filter import Filter
from ansible_collections.mlops.azureml.plugins.module_utils._operations.info import Info
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import (
    NameRule,
    Output,
    Parent,
    ResourceType,
)
from ansible_collections.mlops.azureml.plugins.module_utils._schema.scalar_values import Boolean
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import ARM, WORKSPACE, Call, Run, error, get

HOUSE = ResourceType(
    name="house",
    plural="houses",
    label="house",
    path="houses/{name}",
    name_rule=NameRule("[a-z]+", "small letters"),
    outputs=(Output("color", at="properties.color"),),
)
ROOM = ResourceType(
    name="room",
    plural="rooms",
    label="room",
    path="houses/{house}/rooms/{name}",
    name_rule=NameRule("[a-z]+", "small letters"),
    parent=Parent(HOUSE, "house"),
    outputs=(Output("color", at="properties.color"),),
)
FILTERS = (Filter("is_sold", "isSold", Boolean()), Filter("street", "street"))
houses = types.SimpleNamespace(main=lambda: _module.run(Info(HOUSE, FILTERS)))
rooms = types.SimpleNamespace(main=lambda: _module.run(Info(ROOM)))


def a_house(name: str, color: str) -> dict[str, Any]:
    return {"id": f"{WORKSPACE}/houses/{name}", "name": name, "properties": {"color": color}}


def shown(name: str, color: str) -> dict[str, Any]:
    return {"id": f"{WORKSPACE}/houses/{name}", "name": name, "color": color}


RED, BLUE = a_house("one", "red"), a_house("two", "blue")


@pytest.mark.parametrize("check", [True, False])
def test_one_by_its_name(run: Run, check: bool) -> None:
    done = run(houses, {"name": "one"}, get("houses/one", RED), check=check)
    assert not done["changed"]
    assert done["houses"] == [shown("one", "red")]


def test_a_name_that_is_not_there_gives_an_empty_list(run: Run) -> None:
    assert run(houses, {"name": "one"}, get("houses/one"))["houses"] == []


def test_a_name_that_can_not_be_one_is_found_before_any_request(run: Run) -> None:
    assert "'../two' cannot be the name of a house" in run(houses, {"name": "../two"})["msg"]


def test_a_list_over_all_its_pages(run: Run) -> None:
    link = f"{ARM}{WORKSPACE}/houses?api-version=2024-10-01&$skipToken=H4sI"
    pages = [
        get("houses", {"value": [RED], "nextLink": link}),
        Call("GET", "houses", 200, {"value": [BLUE]}, query={"$skipToken": "H4sI"}),
    ]
    assert run(houses, {}, *pages)["houses"] == [shown("one", "red"), shown("two", "blue")]


def test_filters_are_the_services_business(run: Run) -> None:
    listed = get("houses", {"value": [RED]}, isSold="true", street="Main St")
    assert run(houses, {"is_sold": True, "street": "Main St"}, listed)["houses"] == [shown("one", "red")]


def test_a_filter_next_to_a_name_would_be_ignored_and_is_refused(run: Run) -> None:
    assert run(houses, {"name": "one", "is_sold": True})["msg"] == ("parameters are mutually exclusive: name|is_sold")


def test_a_query_is_applied_to_what_is_shown(run: Run) -> None:
    listed = get("houses", {"value": [RED, BLUE]})
    assert run(houses, {"query": "[?color=='blue'].name"}, listed)["houses"] == ["two"]


@pytest.mark.parametrize("query", ["[?color=", "unknown(@)", "length(`1`)"])
def test_a_broken_query_is_shown(run: Run, query: str) -> None:
    done = run(houses, {"query": query}, get("houses", {"value": []}))
    assert done["msg"].startswith(f"query: {query!r} is no JMESPath expression: ")


def test_a_query_needs_jmespath(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jmespath", None)
    done = run(houses, {"query": "[]"}, get("houses", {"value": []}))
    assert "jmespath" in done["msg"]
    assert "Failed to import the required Python library" in done["msg"]


def test_a_wrong_workspace_is_no_empty_list(run: Run) -> None:
    absent = error("ParentResourceNotFound", "Parent resource 'ws1' not found.")
    for task, path in (({"name": "one"}, "houses/one"), ({}, "houses")):
        gateway = Call("GET", path, 404, absent, headers={"x-ms-failure-cause": "gateway"})
        assert "Parent resource 'ws1' not found." in run(houses, task, gateway)["msg"]


KITCHEN = {"id": f"{WORKSPACE}/houses/one/rooms/kitchen", "name": "kitchen", "properties": {"color": "white"}}


def test_children_of_one_parent(run: Run) -> None:
    found = run(rooms, {"house": "one"}, get("houses/one/rooms", {"value": [KITCHEN]}))["rooms"]
    assert found == [{"id": KITCHEN["id"], "house": "one", "name": "kitchen", "color": "white"}]


def test_one_child_by_its_name(run: Run) -> None:
    found = run(rooms, {"house": "one", "name": "kitchen"}, get("houses/one/rooms/kitchen", KITCHEN))["rooms"]
    assert [room["name"] for room in found] == ["kitchen"]


def test_children_of_an_absent_parent_are_none(run: Run) -> None:
    assert run(rooms, {"house": "one"}, get("houses/one/rooms"))["rooms"] == []


@pytest.mark.parametrize("task", [{"house": "../two"}, {"house": "../two", "name": "kitchen"}])
def test_a_parent_that_can_not_be_one_is_found_before_any_request(run: Run, task: dict[str, str]) -> None:
    assert "house: '../two' cannot be the name of a house" in run(rooms, task)["msg"]


def test_a_parent_is_required(run: Run) -> None:
    assert "missing required arguments: house" in run(rooms, {})["msg"]
