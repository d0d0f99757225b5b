# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is a reference and what is described in its place; where its paths are meant from."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._engine.inline_assets import (
    inline_asset,
    inline_assets_of,
    normalized_component,
    with_ids,
)
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption

ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/codes/c/versions/1"


@pytest.mark.parametrize("text", ["azureml:a:1", "AzureML:a@latest", "a:1", "a@latest", ID, "azureml://registries/r/x"])
@pytest.mark.parametrize("kind", ["codes", "models", "environments", "components", "computes"])
def test_references_are_not_described(kind: str, text: str) -> None:
    assert inline_asset(kind, "at", text, "/files") is None


@pytest.mark.parametrize(
    ("kind", "value", "definition"),
    [
        ("codes", "src", {"path": "/files/src"}),
        ("codes", "../src", {"path": "/files/../src"}),
        ("codes", "/src", {"path": "/src"}),
        ("codes", "https://host/src", {"path": "https://host/src"}),
        ("components", "steps/a.yml", "/files/steps/a.yml"),
        ("components", "file:a.json", "/files/a.json"),
        ("environments", "file:env.yml", "/files/env.yml"),
        ("environments", {"conda_file": "c.yml"}, {"conda_file": "/files/c.yml"}),
        ("environments", {"conda_file": {"name": "c"}}, {"conda_file": {"name": "c"}}),
        ("environments", {"build": {"path": "ctx"}}, {"build": {"path": "/files/ctx"}}),
        ("models", {"name": "m", "path": "m.bin"}, {"name": "m", "path": "/files/m.bin"}),
        ("components", {"code": "src"}, {"code": "/files/src"}),
    ],
)
def test_paths_are_meant_from_the_folder_of_the_file(kind: str, value: Any, definition: Any) -> None:
    part = inline_asset(kind, "at", value, "/files")
    assert part is not None
    assert (part.path, part.kind, part.definition) == ("at", kind, definition)


@pytest.mark.parametrize(
    ("kind", "value"), [("models", "m.bin"), ("components", "name"), ("computes", {}), ("codes", {}), ("codes", None)]
)
def test_what_cannot_be_described(kind: str, value: Any) -> None:
    assert inline_asset(kind, "at", value, None) is None


def step(inputs: dict[str, Any]) -> dict[str, Any]:
    return {
        "inputs": {"data": {"type": "mltable"}},
        "jobs": {"one": {"command": "c", "environment": "azureml:e:1", "inputs": inputs, "compute": "x"}},
    }


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "boolean"),
        (3, "integer"),
        (0.5, "number"),
        ("word", "string"),
        ({"type": "uri_file", "path": "azureml:d:1"}, "uri_file"),
        ({"path": "azureml:d:1"}, "uri_folder"),
        ("${{parent.inputs.data}}", "mltable"),
        ({"path": "${{ parent.inputs.data }}", "mode": "download"}, "mltable"),
        ("${{parent.jobs.before.outputs.model}}", "mlflow_model"),
        ("${{parent.jobs.before.outputs.other}}", "uri_folder"),
    ],
)
def test_a_step_that_is_a_command_becomes_a_component(value: Any, kind: str) -> None:
    tree = step({"n": value})
    tree["jobs"]["before"] = {"component": "azureml:b:1", "outputs": {"model": {"type": "mlflow_model"}, "other": None}}
    node = normalized_component(tree, None)["jobs"]["one"]
    assert node == {
        "inputs": {"n": value},
        "compute": "x",
        "component": {
            "type": "command",
            "command": "c",
            "environment": "azureml:e:1",
            "inputs": {"n": {"type": kind}},
        },
    }


def test_an_input_of_unknown_type() -> None:
    with pytest.raises(InvalidOption, match=r"jobs\.one\.inputs\.n: the type of .*parent\.inputs\.gone.* is unknown"):
        normalized_component(step({"n": "${{parent.inputs.gone}}"}), None)


def test_parts_are_found_and_filled() -> None:
    tree = {
        "code": "src",
        "environment": "azureml:e:1",
        "jobs": {"a": {"component": "a.yml"}, "b": {"component": "b:1"}},
    }
    grounded = normalized_component(tree, "/files")
    assert [(part.path, part.kind) for part in inline_assets_of(grounded)] == [
        ("code", "codes"),
        ("jobs.a.component", "components"),
    ]
    filled = with_ids(grounded, {"code": "c1", "jobs.a.component": "a1"})
    assert filled == {
        "code": "c1",
        "environment": "azureml:e:1",
        "jobs": {"a": {"component": "a1"}, "b": {"component": "b:1"}},
    }
    assert tree["code"] == "src", "nothing is changed in what was given"
