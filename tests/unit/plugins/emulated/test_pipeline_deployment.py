# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deployments of a pipeline, of which the service returns neither settings nor tags as sent, and zeros besides."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import batch_deployment, batch_endpoint, component, compute
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated

AT = "batchEndpoints/digits/deployments/flow"
TASK: dict[str, Any] = {"endpoint_name": "digits", "name": "flow", "type": "pipeline", "component": "azureml:pipe:1"}
SETTINGS = {"default_compute": "cluster", "default_datastore": "workspaceblobstore", "continue_on_step_failure": False}
ANSWERS: list[dict[str, str]] = [
    {},
    {"pipeline_tag": "ComponentDeployment.ComponentId", "pipeline_zeros": "accepted"},
    {"pipeline_answer": "whole", "pipeline_settings": "kept", "pipeline_tag": "none"},
    {"pipeline_answer": "own", "pipeline_settings": "renamed"},
    {"patch_status": "202", "omitted_fields": "kept"},
]


@pytest.fixture(params=ANSWERS, ids=lambda answers: "-".join(answers.values()) or "recorded")
def place(emulated: Emulated, request: pytest.FixtureRequest) -> Emulated:
    emulated.policy(**request.param)
    emulated(compute, {"name": "cluster", "size": "Standard_DS3_v2", "max_instances": 1})
    emulated(batch_endpoint, {"name": "digits"})
    environment = "azureml://registries/r/environments/e/versions/1"
    step = {"name": "prep", "type": "command", "command": "echo", "environment": environment}
    emulated(component, {"definition": step})
    for count in (1, 2):
        inputs = {"n": {"type": "integer", "default": count}}
        jobs = {"one": {"component": "azureml:prep:1"}}
        emulated(component, {"definition": {"name": "pipe", "type": "pipeline", "inputs": inputs, "jobs": jobs}})
    return emulated


def kept(place: Emulated) -> Any:
    """The settings that the service keeps."""
    resource = place.emulator.state.resources.get(place.path(AT))
    assert resource is not None
    return resource.properties["deploymentConfiguration"]["settings"]


def writes(place: Emulated) -> list[tuple[str, Any]]:
    return [(one.method, json.loads(one.content)) for one in place.requests if one.method in ("PUT", "PATCH")]


def test_it_is_created_and_found_again(place: Emulated) -> None:
    made = place(batch_deployment, {**TASK, "settings": SETTINGS, "tags": {"team": "vision"}})
    assert made.warnings == []
    assert kept(place) == {**SETTINGS, "continue_on_step_failure": "False"}
    for tags in ({}, {"tags": {"team": "vision"}}, {"tags": {"team": "vision"}, "append_tags": False}):
        again = place(batch_deployment, {**TASK, "settings": SETTINGS, **tags})
        assert (again["changed"], place.writes) == (False, [])
    assert again["batch_deployment"]["tags"] == {"team": "vision"}
    hidden = place.get(AT)["properties"].get("deploymentConfiguration", {}).get("settings") is None
    assert again.result.get("not_compared", []) == ([f"settings.{name}" for name in SETTINGS] if hidden else [])


@pytest.mark.parametrize(
    "change", [{"description": "new"}, {"tags": {"a": "b"}}, {"description": "d", "tags": {"c": "d"}}]
)
def test_what_is_said_about_it_changes_and_its_settings_stay(place: Emulated, change: dict[str, Any]) -> None:
    place(batch_deployment, {**TASK, "settings": SETTINGS, "tags": {"team": "vision"}})
    before, service_tags = kept(place), set(place.get(AT)["tags"]) - {"team"}
    for task in ({**TASK, **change}, {**TASK, **change, "description": "again", "settings": SETTINGS}):
        predicted = place(batch_deployment, task, check=True)
        done = place(batch_deployment, task)
        assert (done["changed"], done["diff"]) == (True, predicted["diff"])
        assert done.warnings == []
        assert kept(place) == before
        assert not place(batch_deployment, task)["changed"]
    assert place.get(AT)["tags"] == {"team": "vision", **change.get("tags", {}), **place_tags(place, service_tags)}


def place_tags(place: Emulated, names: set[str]) -> dict[str, str]:
    return {name: place.path("components/pipe/versions/1") for name in names}


def test_another_component_repeats_the_settings_of_the_task(place: Emulated) -> None:
    place(batch_deployment, {**TASK, "settings": SETTINGS})
    is_returned = place.get(AT)["properties"].get("deploymentConfiguration", {}).get("settings") is not None
    without = place(batch_deployment, {**TASK, "component": "azureml:pipe:2"}, check=True)
    if is_returned:
        assert without["changed"]
    else:
        assert "the service does not return its settings, which would be lost" in without["msg"]
        assert place.writes == []

    changed = place(batch_deployment, {**TASK, "component": "azureml:pipe:2", "settings": SETTINGS})
    ((method, body),) = writes(place)
    assert (method, changed.warnings) == ("PUT", [])
    assert body["properties"].keys() <= {"description", "properties", "deploymentConfiguration"}
    assert body["tags"] == {}
    assert kept(place) == {**SETTINGS, "continue_on_step_failure": "False"}

    place(batch_deployment, {**TASK, "component": "azureml:pipe:2", "settings": {}})
    assert place.writes == []
