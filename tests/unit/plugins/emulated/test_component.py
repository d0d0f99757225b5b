# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Components, which the service returns in another form: recognized, described, archived and restored."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import component, environment
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated

STEP = {
    "name": "prep",
    "type": "command",
    "command": "echo ${{inputs.n}}",
    "environment": "azureml:env@latest",
    "inputs": {"n": {"type": "number", "default": 1}, "d": {"type": "uri_folder", "optional": True}},
    "outputs": {"o": {"type": "uri_folder"}},
}
PIPELINE = {
    "name": "pipe",
    "type": "pipeline",
    "inputs": {"data": {"type": "uri_folder"}},
    "jobs": {"one": {"component": "azureml:prep@latest", "inputs": {"d": "${{parent.inputs.data}}", "n": 3}}},
}


@pytest.mark.parametrize("policies", [{}, {"immutable_status": "409", "archive_with_stage": "applied"}])
def test_life(emulated: Emulated, policies: dict[str, str]) -> None:
    emulated.policy(**policies)
    emulated(environment, {"name": "env", "image": "library/python:3.11"})
    for definition in (STEP, PIPELINE):
        task: dict[str, Any] = {"definition": definition}
        predicted = emulated(component, task, check=True)
        assert emulated.writes == []
        made = emulated(component, task)
        assert made["diff"] == predicted["diff"]
        assert made["component"]["version"] == "1"

        assert not emulated(component, task)["changed"]
        assert [request.method for request in emulated.requests] == ["GET", "GET"], "the label, the versions"

        described = emulated(component, {**task, "version": "1", "display_name": "New", "tags": {"a": "b"}})
        assert described["component"] == {**made["component"], "display_name": "New", "tags": {"a": "b"}}
        assert not emulated(component, {**task, "display_name": "New"})["changed"]

        name = {"name": definition["name"], "version": "1"}
        whole = name if definition is STEP else {**name, **task}  # the service does not return the jobs of a pipeline
        assert emulated(component, {**whole, "state": "archived"})["component"]["archived"]
        assert not emulated(component, whole)["component"]["archived"]
        filled_in = definition is STEP  # what the service fills in for each type: no other content
        other = {**task, "definition": {**definition, "is_deterministic": not filled_in}}
        assert emulated(component, other)["component"]["version"] == "2"
        assert emulated(component, {**name, "version": "2", "state": "absent"})["changed"]


@pytest.mark.parametrize("versions", [["x"], ["x", "7"], ["2022-09-14-20-33-51-5820890"], ["01"]])
def test_the_next_version_is_a_number_that_check_mode_predicts(emulated: Emulated, versions: list[str]) -> None:
    """The service proposes a time stamp, and another one each time."""
    emulated.policy(component_next_version="timed")
    emulated(environment, {"name": "env", "image": "library/python:3.11"})
    for number, version in enumerate(versions):
        emulated(component, {"name": "c", "version": version, "definition": {**STEP, "command": f"echo {number}"}})
    predicted = emulated(component, {"name": "c", "definition": {**STEP, "command": "other"}}, check=True)
    done = emulated(component, {"name": "c", "definition": {**STEP, "command": "other"}})
    assert done["component"]["version"] == predicted["component"]["version"]
    assert done["diff"] == predicted["diff"]
    assert done["component"]["version"].isdecimal()
