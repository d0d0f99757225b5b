# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When two specifications are one component, what they refer to, and the mark of the official SDK."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._schema.component_values import (
    ComponentSpec,
    fingerprint,
    places,
)

HERE = WorkspaceId("sub1", "rg1", "ws1")
VALUE_TYPE = ComponentSpec()
COMMAND = {"type": "command", "command": "echo", "environment": "azureml:env:1"}

# A recorded exchange (assets contract 9): what was sent, and what the service made of it.
SENT = {
    "command": "echo ${{inputs.n}}",
    "environment": "azureml:AzureML-sklearn-1.0-ubuntu20.04-py38-cpu:33",
    "name": "comp1",
    "description": "This is the basic command component",
    "tags": {"tag": "tagvalue"},
    "version": "0.0.1",
    "$schema": "https://azuremlschemas.azureedge.net/development/commandComponent.schema.json",
    "display_name": "CommandComponentBasic",
    "is_deterministic": True,
    "inputs": {
        "n": {"type": "number", "optional": True, "default": "10.99", "description": "A number"},
        "p": {"type": "uri_folder", "description": "A path"},
    },
    "outputs": {"o": {"type": "uri_folder"}},
    "type": "command",
    "_source": "YAML.COMPONENT",
}
ANSWERED = {
    "$schema": "https://azuremlschemas.azureedge.net/development/commandComponent.schema.json",
    "name": "comp1",
    "version": "0.0.1",
    "display_name": "CommandComponentBasic",
    "is_deterministic": "True",
    "type": "command",
    "description": "This is the basic command component",
    "tags": {"tag": "tagvalue"},
    "inputs": {
        "p": {"type": "uri_folder", "optional": "False", "description": "A path"},
        "n": {"type": "number", "optional": "True", "default": "10.99", "description": "A number"},
    },
    "outputs": {"o": {"type": "uri_folder"}},
    "environment": "azureml://registries/azureml/environments/AzureML-sklearn-1.0-ubuntu20.04-py38-cpu/versions/33",
    "resources": {"instance_count": "1"},
    "command": "echo ${{inputs.n}}",
}


def test_recorded_answer_is_the_same_component() -> None:
    assert VALUE_TYPE.same(SENT, ANSWERED, HERE)
    definition = {key: value for key, value in SENT.items() if key != "_source"}
    assert VALUE_TYPE.same(VALUE_TYPE.encode(definition, HERE), ANSWERED, HERE)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"command": "echo"}, ["command"]),
        ({"environment": "azureml:AzureML-sklearn-1.0-ubuntu20.04-py38-cpu:34"}, ["environment"]),
        ({"inputs": {**SENT["inputs"], "n": {"type": "integer", "optional": True}}},
         ["inputs.n.default", "inputs.n.description", "inputs.n.type"]),
        ({"inputs": {"n": SENT["inputs"]["n"]}}, ["inputs.p"]),
        ({"resources": {"instance_count": 2}}, ["resources"]),
        ({"is_deterministic": False}, ["is_deterministic"]),
    ],
)  # fmt: skip
def test_other_content_is_told_by_its_place(change: dict[str, Any], where: list[str]) -> None:
    assert not VALUE_TYPE.same({**SENT, **change}, ANSWERED, HERE)
    assert VALUE_TYPE.differences({**SENT, **change}, ANSWERED, HERE) == where


@pytest.mark.parametrize("key", ["name", "version", "display_name", "description", "$schema", "tags"])
def test_words_about_it_make_no_other_component(key: str) -> None:
    assert VALUE_TYPE.same({**SENT, key: "other"}, ANSWERED, HERE)


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("azureml:env:1", f"azureml:{HERE.path}/environments/env/versions/1"),
        (f"azureml:{HERE.path}/environments/env/versions/1", f"{HERE.path.lower()}/environments/env/versions/1"),
        ("azureml://registries/r/environments/e/versions/1", "azureml://registries/R/environments/e/versions/1"),
    ],
)
def test_references_in_every_spelling(written: str, stored: str) -> None:
    sent = VALUE_TYPE.encode({**COMMAND, "environment": written}, HERE)
    assert VALUE_TYPE.same(sent, {**COMMAND, "environment": stored}, HERE)


def test_references_are_expanded_where_they_stand() -> None:
    model = {"type": "mlflow_model", "path": "azureml:m:3"}
    node = {
        "component": "azureml:prep:1",
        "compute": "azureml:cpu",
        "inputs": {"d": {"path": "azureml:images:2"}, "m": model, "w": {"path": "wasbs://a@b/c"}, "l": 1},
    }
    sent = VALUE_TYPE.encode({"type": "pipeline", "jobs": {"one": node}}, HERE)["jobs"]["one"]

    assert sent["componentId"] == f"{HERE.path}/components/prep/versions/1"
    assert sent["computeId"] == f"{HERE.path}/computes/cpu"
    assert sent["inputs"]["d"]["uri"] == f"{HERE.path}/data/images/versions/2"
    assert sent["inputs"]["m"]["uri"] == f"{HERE.path}/models/m/versions/3"
    assert sent["inputs"]["w"]["uri"] == "wasbs://a@b/c"
    code = VALUE_TYPE.encode({**COMMAND, "code": "azureml:src:1"}, HERE)
    assert code["code"] == f"azureml:{HERE.path}/codes/src/versions/1"
    assert code["environment"] == f"azureml:{HERE.path}/environments/env/versions/1"


@pytest.mark.parametrize("expression", ["${{parent.inputs.x}}", "${{ parent.inputs.node_compute }}"])
def test_expressions_are_the_services_to_fill_in(expression: str) -> None:
    node = {
        "component": "azureml:prep:1",
        "compute": expression,
        "resources": {"instance_count": expression},
        "environment_variables": {"A": expression},
        "inputs": {"a": expression, "b": {"path": expression}, "c": {"path": expression, "mode": "download"}},
        "outputs": {"o": expression, "p": {"path": expression}},
    }
    sent = VALUE_TYPE.encode({"type": "pipeline", "jobs": {"one": node}}, HERE)
    assert [place.kind for place in places(sent)] == ["components"]
    assert sent["jobs"]["one"]["computeId"] == expression
    assert sent["jobs"]["one"]["resources"] == node["resources"]


def test_label_waits_for_its_version() -> None:
    spec = VALUE_TYPE.encode({**COMMAND, "environment": "azureml:env@latest"}, HERE)
    (place,) = places(spec)
    assert (place.text, place.kind, place.path) == ("azureml:env@latest", "environments", "environment")
    place.settle(f"{HERE.path}/environments/env/versions/7")
    assert spec["environment"] == f"azureml:{HERE.path}/environments/env/versions/7"


def test_curated_environment_is_the_services_to_find() -> None:
    assert list(places(VALUE_TYPE.encode({**COMMAND, "environment": "azureml:AzureML-x:3"}, HERE))) == []


def test_the_latest_curated_environment_is_sent_by_its_number() -> None:
    spec = VALUE_TYPE.encode({**COMMAND, "environment": "azureml:AzureML-x@latest"}, HERE)
    (place,) = places(spec)
    place.settle(f"{HERE.path}/environments/AzureML-x/versions/36")
    assert spec["environment"] == "azureml:AzureML-x:36"


@pytest.mark.parametrize("one", [f"azureml:{HERE.path}/environments/AzureML-x/versions/36", "azureml:AzureML-x:36"])
def test_a_curated_environment_is_the_same_wherever_it_is_shown(one: str) -> None:
    shown = "azureml://registries/azureml/environments/AzureML-x/versions/36"
    assert VALUE_TYPE.same({**COMMAND, "environment": one}, {**COMMAND, "environment": shown}, HERE)
    other = shown.replace("36", "37")
    assert not VALUE_TYPE.same({**COMMAND, "environment": one}, {**COMMAND, "environment": other}, HERE)


@pytest.mark.parametrize(
    ("definition", "complaint"),
    [
        ({**COMMAND, "code": "./src"}, "code: "),
        ({**COMMAND, "environment": "env"}, "environment: "),
        ({"type": "pipeline", "jobs": {"one": {"component": "./prep.yml"}}}, "jobs.one.component: "),
    ],
)
def test_what_is_local_has_to_be_registered_first(definition: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match="Register what is local first") as refusal:
        VALUE_TYPE.encode(definition, HERE)
    assert str(refusal.value).startswith(complaint)


def test_mark_is_that_of_the_official_sdk() -> None:
    """Made with azure-ai-ml 1.35.2 from the same component."""
    spec = {
        "command": "x",
        "code": "azureml:code1:2",
        "environment": "azureml:env:3",
        "name": "c",
        "is_deterministic": True,
        "inputs": {"f": {"type": "number", "default": "1.0"}},
        "type": "command",
    }
    assert (
        fingerprint({**spec, "version": "7", "_source": "YAML.COMPONENT"})
        == fingerprint(spec)
        == "06512224-38a2-89ba-0df6-9dc576887522"
    )


def test_what_is_shown_is_what_was_said() -> None:
    assert VALUE_TYPE.decode(VALUE_TYPE.encode(COMMAND, HERE), HERE) == {
        **COMMAND,
        "environment": f"azureml:{HERE.path}/environments/env/versions/1",
        "is_deterministic": True,
    }
