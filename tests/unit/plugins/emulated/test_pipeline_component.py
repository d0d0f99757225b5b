# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pipeline components, whose jobs the service does not return: known by their hash, never written back without jobs."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import component
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated

STEP = {
    "name": "prep",
    "type": "command",
    "command": "echo",
    "environment": "azureml://registries/r/environments/e/versions/1",
}
PIPELINE: dict[str, Any] = {
    "name": "pipe",
    "type": "pipeline",
    "inputs": {"data": {"type": "uri_folder"}, "on": {"type": "string", "default": "azureml:cpu"}},
    "jobs": {
        "one": {
            "component": "azureml:prep:1",
            "compute": "${{parent.inputs.on}}",
            "inputs": {"d": "${{parent.inputs.data}}", "n": 3},
        }
    },
}
OTHER = copy.deepcopy(PIPELINE)
OTHER["jobs"]["one"]["inputs"]["n"] = 4
RETURNED = [{"pipeline_component_jobs": "hidden"}, {"pipeline_component_jobs": "shown"}]
BESIDE = [{"pipeline_component_without_jobs": word} for word in ("refused", "kept", "lost")]
NAMED = {"name": "pipe", "version": "1"}


@pytest.fixture
def place(emulated: Emulated) -> Emulated:
    emulated(component, {"definition": STEP})
    return emulated


def jobs_in(place: Emulated, version: str = "1") -> Any:
    """The jobs that the service keeps."""
    resources = place.emulator.state.resources
    return (
        resources.get(place.emulator.state.workspace("components", "pipe", "versions", version))
        .properties["componentSpec"]
        .get("jobs")
    )


@pytest.mark.parametrize("policies", [*RETURNED, *BESIDE])
def test_what_is_said_about_it_changes_and_what_it_does_stays(place: Emulated, policies: dict[str, str]) -> None:
    place.policy(**policies)
    task = {"definition": PIPELINE}
    assert place(component, task)["component"]["version"] == "1"
    jobs = jobs_in(place)
    assert jobs["one"]["computeId"] == "${{parent.inputs.on}}"
    for change in (
        {"tags": {"a": "b"}},
        {"display_name": "New"},
        {"version": "1", "state": "archived"},
        {"version": "1"},
        {"properties": {"p": "q"}},
    ):
        predicted = place(component, {**task, **change}, check=True)
        done = place(component, {**task, **change})
        assert (done["changed"], done["diff"]) == (True, predicted["diff"])
        assert place.writes == ["PUT"]
        assert jobs_in(place) == jobs
        assert not place(component, {**task, **change})["changed"]
        assert "not_compared" not in done.result
    assert place(component, {"definition": {**PIPELINE, "is_deterministic": False}})["changed"] is False


def test_without_its_definition_nothing_is_written_back(place: Emulated) -> None:
    place(component, {"definition": PIPELINE})
    for task in ({**NAMED, "state": "archived"}, {**NAMED, "tags": {"a": "b"}}):
        refused = place(component, task)
        assert "the service does not return the jobs of component pipe" in refused["msg"]
        assert place.writes == []
    assert not place(component, NAMED)["changed"]


def test_other_jobs_are_another_version(place: Emulated) -> None:
    place(component, {"definition": PIPELINE})
    refused = place(component, {"definition": OTHER, "version": "1"})
    assert "version 1 holds other content" in refused["msg"]
    assert "jobs differs" in refused["msg"]
    assert place(component, {"definition": OTHER})["component"]["version"] == "2"
    assert place(component, {"definition": PIPELINE})["component"]["version"] == "1"


def test_the_workspace_in_another_spelling_is_the_same(place: Emulated) -> None:
    place(component, {"definition": PIPELINE})
    group = place.emulator.state.settings.resource_group.upper()
    assert not place(component, {"definition": PIPELINE, "resource_group": group})["changed"]


def test_one_that_the_sdk_registered_keeps_no_hash(place: Emulated) -> None:
    """The same specification as the SDK sends it: sourceJobId is null, and there is no hash."""
    place(component, {"definition": PIPELINE})
    (sent,) = (request for request in place.requests if request.method == "PUT")
    body = json.loads(sent.content)
    assert body["properties"]["properties"].keys() == {"component_content_hash"}
    place(component, {**NAMED, "state": "absent"})
    del body["properties"]["properties"]
    body["properties"]["componentSpec"]["sourceJobId"] = None
    place.put("components/pipe/versions/1", body)

    adopted = place(component, {"definition": PIPELINE, "version": "1"})
    assert (adopted["changed"], adopted["not_compared"]) == (False, ["jobs"])
    other_inputs = place(component, {"definition": {**PIPELINE, "inputs": {}}, "version": "1"})
    assert "version 1 holds other content" in other_inputs["msg"]

    tagged = place(component, {"definition": PIPELINE, "version": "1", "tags": {"a": "b"}})
    assert tagged["changed"]
    assert "not_compared" not in place(component, {"definition": PIPELINE, "version": "1"}).result
    assert not place(component, {"definition": PIPELINE})["changed"]


def test_one_without_a_hash_is_not_taken_for_any_jobs(place: Emulated) -> None:
    spec = {"type": "pipeline", "name": "pipe", "version": "1", "inputs": PIPELINE["inputs"], "jobs": {}}
    place.put("components/pipe/versions/1", {"properties": {"componentSpec": spec}})
    assert place(component, {"definition": PIPELINE})["component"]["version"] == "2"
    assert not place(component, {"definition": PIPELINE})["changed"]


INLINE = {
    "name": "pipe",
    "type": "pipeline",
    "jobs": {
        "say": {"type": "command", "command": "echo", "environment": {"image": "library/python:3.11"}},
        "more": {
            "component": {
                "type": "pipeline",
                "jobs": {"deep": {"type": "command", "command": "cat", "environment": STEP["environment"]}},
            }
        },
    },
}


@pytest.mark.parametrize("policies", RETURNED)
def test_steps_that_are_described_inline(place: Emulated, policies: dict[str, str]) -> None:
    place.policy(**policies)
    predicted = place(component, {"definition": INLINE}, check=True)
    made = place(component, {"definition": INLINE})
    assert (made["published"], made["diff"]) == (predicted["published"], predicted["diff"])
    assert len(made["published"]) == 4, "an environment, two steps, and the step of a step"
    for version in ({}, {"version": "1"}):
        again = place(component, {"definition": INLINE, **version})
        assert (again["changed"], again["published"], place.writes) == (False, [], [])
        assert "not_compared" not in again.result

    changed = copy.deepcopy(INLINE)
    changed["jobs"]["more"]["component"]["jobs"]["deep"]["command"] = "cat more"
    other = place(component, {"definition": changed})
    assert (other["component"]["version"], len(other["published"])) == ("2", 2)
    assert not place(component, {"definition": changed})["changed"]
    assert place(component, {"definition": INLINE})["component"]["version"] == "1"
    assert place.writes == []


def test_steps_of_one_without_a_hash_are_neither_compared_nor_published(place: Emulated) -> None:
    spec = {"type": "pipeline", "name": "pipe", "version": "1", "jobs": {}}
    place.put("components/pipe/versions/1", {"properties": {"componentSpec": spec}})
    taken = place(component, {"definition": INLINE, "version": "1"})
    assert (taken["changed"], taken["published"], taken["not_compared"]) == (False, [], ["jobs"])
    assert place.writes == []
    refused = place(component, {"definition": INLINE, "version": "1", "tags": {"a": "b"}})
    assert "with registered components as its steps" in refused["msg"]
    assert place.writes == []
