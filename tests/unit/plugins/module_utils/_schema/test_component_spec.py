# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Components as files describe them, in the form in which the official SDK sends them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._schema.component_spec import read_component

COMMAND = {"type": "command", "command": "echo", "environment": "azureml:env:1"}


def pipeline(**node: Any) -> dict[str, Any]:
    return {"type": "pipeline", "jobs": {"one": {"component": "azureml:prep:1", **node}}}


def sent(**node: Any) -> dict[str, Any]:
    """The one step of a pipeline, as it is sent, without what every step has."""
    step = read_component(pipeline(**node))["jobs"]["one"]
    assert step.pop("name") == "one"
    assert step.pop("componentId") == "azureml:prep:1"
    assert step.pop("_source") == "REMOTE.WORKSPACE.COMPONENT"
    return step


def test_command_is_sent_as_it_stands_and_tells_where_it_comes_from() -> None:
    more = {
        "resources": {"instance_count": 2},
        "distribution": {"type": "pytorch", "process_count_per_instance": 2},
        "outputs": {"out": {"type": "uri_folder", "mode": "rw_mount"}},
        "is_deterministic": False,
    }
    assert read_component({**COMMAND, **more}) == {**COMMAND, **more, "_source": "YAML.COMPONENT"}
    assert read_component(COMMAND)["is_deterministic"] is True


@pytest.mark.parametrize("kind", ["number", "integer", "boolean"])
def test_a_value_that_is_none_of_its_type_is_refused(kind: str) -> None:
    with pytest.raises(ValueError, match=rf"inputs\.a\.default is 'much', and the type is {kind}"):
        read_component({**COMMAND, "inputs": {"a": {"type": kind, "default": "much"}}})


def test_a_file_without_a_type_is_a_command() -> None:
    """As the official SDK reads it."""
    untyped = {key: value for key, value in COMMAND.items() if key != "type"}
    assert read_component(untyped) == read_component(COMMAND)


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ({"type": "number", "default": 0.5, "optional": True}, {"type": "number", "default": "0.5", "optional": True}),
        ({"type": "number", "default": 1}, {"type": "number", "default": "1.0"}),
        (
            {"type": "integer", "default": 3, "min": 1, "max": 9},
            {"type": "integer", "default": "3", "min": "1", "max": "9"},
        ),
        ({"type": "number", "default": "1e-3"}, {"type": "number", "default": "0.001"}),
        ({"type": "number", "default": "1e-5"}, {"type": "number", "default": "1e-05"}),
        ({"type": "integer", "default": "3", "max": 1e3}, {"type": "integer", "default": "3", "max": "1000"}),
        ({"type": "boolean", "default": True}, {"type": "boolean", "default": "True"}),
        ({"type": "boolean", "default": "false"}, {"type": "boolean", "default": "False"}),
        (
            {"type": "string", "default": "x", "enum": ["x", "y"]},
            {"type": "string", "default": "x", "enum": ["x", "y"]},
        ),
        ({"type": "uri_folder", "default": None}, {"type": "uri_folder", "default": None}),
    ],
)
def test_values_of_inputs_are_text_of_their_type(port: dict[str, Any], expected: dict[str, Any]) -> None:
    assert read_component({**COMMAND, "inputs": {"a": port}})["inputs"] == {"a": expected}


def test_step_of_a_pipeline() -> None:
    expected = {
        "display_name": "One",
        "comment": "c",
        "resources": {"instance_count": 2},
        "environment_variables": {"A": "b"},
    }
    assert sent(compute="azureml:cpu", **expected) == {"type": "command", "computeId": "azureml:cpu", **expected}
    registry = "azureml://registries/reg/components/prep/versions/1"
    step = read_component(pipeline(component=registry, type="pipeline"))["jobs"]["one"]
    assert (step["componentId"], step["_source"], step["type"]) == (registry, "REMOTE.REGISTRY", "pipeline")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("${{parent.inputs.data}}", {"job_input_type": "literal", "value": "${{parent.inputs.data}}"}),
        (3, {"job_input_type": "literal", "value": "3"}),
        (1.5, {"job_input_type": "literal", "value": "1.5"}),
        (True, {"job_input_type": "literal", "value": "True"}),
        ("text", {"job_input_type": "literal", "value": "text"}),
        ({"path": "azureml:images:1"}, {"job_input_type": "uri_folder", "uri": "azureml:images:1"}),
        (
            {"type": "mlflow_model", "path": "azureml:m:1", "mode": "ro_mount"},
            {"job_input_type": "mlflow_model", "uri": "azureml:m:1", "mode": "ReadOnlyMount"},
        ),
        (
            {"type": "uri_folder", "path": "${{parent.inputs.data}}", "mode": "download"},
            {"job_input_type": "literal", "value": "${{parent.inputs.data}}", "mode": "Download"},
        ),
    ],
)
def test_inputs_of_a_step(value: Any, expected: dict[str, str]) -> None:
    assert sent(inputs={"a": value})["inputs"] == {"a": expected}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("${{parent.outputs.out}}", {"type": "literal", "value": "${{parent.outputs.out}}"}),
        ({}, {"job_output_type": "uri_folder"}),
        ({"type": "uri_file", "mode": "rw_mount"}, {"job_output_type": "uri_file", "mode": "ReadWriteMount"}),
        (
            {"path": "azureml://datastores/a/paths/b"},
            {"job_output_type": "uri_folder", "uri": "azureml://datastores/a/paths/b"},
        ),
        (
            {"type": "uri_folder", "mode": "upload", "path": "${{parent.outputs.out}}"},
            {"type": "literal", "value": "${{parent.outputs.out}}", "mode": "Upload"},
        ),
    ],
)
def test_outputs_of_a_step(value: Any, expected: dict[str, str]) -> None:
    assert sent(outputs={"a": value})["outputs"] == {"a": expected}


def test_output_of_which_nothing_is_said_is_not_sent() -> None:
    assert "outputs" not in sent(outputs={"a": None})


@pytest.mark.parametrize(
    ("definition", "complaint"),
    [
        ({}, "command is missing"),
        (
            {"type": "parallel"},
            "type is 'parallel': only command and pipeline are supported. Register others with az ml",
        ),
        ({"type": "spark"}, "type is 'spark'"),
        ({"type": "command", "environment": "e"}, "command is missing"),
        (
            {
                **COMMAND,
                "command": "c ${{inputs.a}} $[[${{ inputs.b }}]] ${{outputs.b}}",
                "inputs": {"a": {"type": "string"}},
            },
            "command names inputs.b, outputs.b, and the component has no such input or output",
        ),
        ({"type": "command", "command": "c"}, "environment is missing"),
        (
            {**COMMAND, "additional_includes": []},
            "additional_includes is not supported; supported here: $schema, code, command",
        ),
        ({**COMMAND, "environment": {"image": "i"}}, "environment is described in place"),
        ({**COMMAND, "inputs": ["a"]}, "inputs is no map"),
        ({**COMMAND, "inputs": {"a": "b"}}, "inputs.a is no map"),
        ({**COMMAND, "inputs": {"a": {}}}, "inputs.a.type is missing"),
        ({**COMMAND, "outputs": {"a": {"type": "uri_file", "early": True}}}, "outputs.a.early is not supported"),
        ({"type": "pipeline"}, "jobs is missing"),
        ({"type": "pipeline", "jobs": {"a": {"command": "c"}}}, "jobs.a.component is missing"),
        (pipeline(component={"type": "command"}), "jobs.one.component is described in place"),
        (pipeline(limits={}), "jobs.one.limits is not supported"),
        (pipeline(inputs={"a": None}), "jobs.one.inputs.a is no value"),
        (pipeline(inputs={"a": [1]}), "jobs.one.inputs.a is no value"),
        (pipeline(inputs={"a": {"type": "uri_file"}}), "jobs.one.inputs.a.path is missing"),
        (pipeline(inputs={"a": {"path": "p", "mode": "fast"}}), "jobs.one.inputs.a.mode is 'fast'"),
        (pipeline(outputs={"a": "b"}), "jobs.one.outputs.a is no map"),
    ],
)
def test_what_cannot_be_is_told_with_its_path(definition: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        read_component(definition)
