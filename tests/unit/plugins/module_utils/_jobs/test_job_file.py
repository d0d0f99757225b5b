# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._operations.run_job import RunJob

PLACE = "azureml://datastores/store/paths/in"


def completed(definition: Any, **given: Any) -> dict[str, Any]:
    """What the task gives, completed by its definition, without what nobody said."""
    spec = RunJob().spec()
    options = {name: about.get("default") for name, about in spec.opened().arguments.items()}
    result = spec.completed({**options, "endpoint_name": "ep", "definition": definition, **given}, lambda _secret: None)
    return {name: value for name, value in result.items() if value is not None}


@pytest.mark.parametrize(
    ("entry", "option"),
    [
        ({"type": "uri_folder", "path": PLACE}, {"type": "uri_folder", "path": PLACE}),
        ({"path": "azureml:inbox@latest", "mode": "download"}, {"path": "azureml:inbox@latest", "mode": "download"}),
        ("azureml:inbox@latest", {"path": "azureml:inbox@latest"}),
        ("https://account.blob.core.windows.net/c/p", {"path": "https://account.blob.core.windows.net/c/p"}),
        ("/subscriptions/s/x", {"path": "/subscriptions/s/x"}),
        ({"type": "string", "default": "append"}, {"type": "literal", "value": "append"}),
        ({"type": "string", "default": 7}, {"type": "literal", "value": "7"}),
        ({"type": "number", "default": 0.5}, {"type": "literal", "value": "0.5"}),
        ({"type": "integer", "value": 0}, {"type": "literal", "value": "0"}),
        ({"type": "boolean", "default": False}, {"type": "literal", "value": "false"}),
        (3, {"type": "literal", "value": 3}),
        (False, {"type": "literal", "value": False}),
    ],
)
def test_an_input_of_a_file(entry: Any, option: Any) -> None:
    assert completed({"inputs": {"x": entry}})["inputs"] == {"x": option}


def test_relative_paths_start_at_the_folder_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "inputs.yml"
    file.write_text(f"inputs: {{a: {{path: data/in}}, b: {{path: {PLACE}}}, c: {{path: /data}}}}\n")
    inputs = completed(str(file))["inputs"]
    assert {name: item["path"] for name, item in inputs.items()} == {
        "a": f"{tmp_path}/data/in",
        "b": PLACE,
        "c": "/data",
    }


@pytest.mark.parametrize(
    ("entry", "option"),
    [
        ({"path": PLACE}, {"type": "uri_folder", "path": PLACE}),
        ({"type": "uri_file", "path": PLACE}, {"type": "uri_file", "path": PLACE}),
        (PLACE, {"type": "uri_folder", "path": PLACE}),
    ],
)
def test_an_output_of_a_file(entry: Any, option: Any) -> None:
    assert completed({"outputs": {"y": entry}})["outputs"] == {"y": option}


def test_settings_and_what_the_task_gives_itself() -> None:
    file = {
        "$schema": "https://example.org/x.json",
        "deployment_name": "blue",
        "mini_batch_size": 3,
        "retry_settings": {"max_retries": 2, "timeout": 40},
        "logging_level": "Debug",
    }
    options = completed(file, mini_batch_size=5, retry_settings={"max_retries": None, "timeout": 30})
    assert (options["deployment_name"], options["mini_batch_size"], options["logging_level"]) == ("blue", 5, "debug")
    assert options["retry_settings"] == {"max_retries": 2, "timeout": 30}


@pytest.mark.parametrize(
    ("definition", "complaint"),
    [
        ({"inputs": {"x": "append"}}, "definition.inputs.x: 'append' is a path or a value. Write a map with"),
        ({"inputs": {"x": {"type": "integer", "min": 1}}}, "definition.inputs.x: an input of type integer has a type"),
        (
            {"inputs": {"x": {"type": "string", "default": [1]}}},
            "definition.inputs.x.default: expected a string, not a",
        ),
        ({"inputs": ["x"]}, "definition.inputs: expected a map, not a list"),
        ({"outputs": "x"}, "definition.outputs: expected a map, not a text"),
        ({"mini_batch_size": "many"}, "definition.mini_batch_size: expected a whole number"),
        ({"name": "nightly"}, "definition.name: this key is not supported: a file may serve any number of jobs"),
        (
            {"type": "pipeline", "jobs": {}, "compute": {"instance_count": 2}},
            "these keys are not supported: type: a pipeline job runs without an endpoint; deploy its component,",
        ),
    ],
)
def test_what_is_refused(definition: Any, complaint: str) -> None:
    with pytest.raises(InvalidOption) as refusal:
        completed(definition)
    assert complaint in str(refusal.value)
