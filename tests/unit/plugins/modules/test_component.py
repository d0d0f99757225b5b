# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import component
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    WORKSPACE,
    Call,
    Run,
    get,
    no_users,
    put,
    stored,
)

ENVIRONMENT = f"{WORKSPACE}/environments/env/versions/3"
DEFINITION = {
    "$schema": "https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json",
    "name": "prep",
    "display_name": "Prepare",
    "description": "Cleans the images",
    "tags": {"team": "vision"},
    "type": "command",
    "inputs": {"n": {"type": "number", "default": 0.5, "optional": True}},
    "environment": "azureml:env:3",
    "command": "echo ${{inputs.n}}",
}
AT = "components/prep/versions/1"
QUERY = {"$orderBy": "createdtime desc", "listViewType": "ActiveOnly"}
THERE = get("environments/env/versions/3", {"id": ENVIRONMENT})


def version(name: str = "1", **changes: Any) -> dict[str, Any]:
    """What the service makes of it (assets contract 9)."""
    return {
        "id": f"{WORKSPACE}/components/prep/versions/{name}",
        "name": name,
        "properties": {
            "description": None,
            "tags": {"team": "vision"},
            "properties": {"client_component_hash": "of another client"},
            "isArchived": False,
            "isAnonymous": False,
            "componentSpec": {
                "$schema": DEFINITION["$schema"],
                "name": "prep",
                "version": name,
                "display_name": "Prepare",
                "is_deterministic": "True",
                "type": "command",
                "description": "Cleans the images",
                "tags": {"team": "vision"},
                "inputs": {"n": {"type": "number", "optional": "True", "default": "0.5"}},
                "environment": f"azureml:{ENVIRONMENT}",
                "resources": {"instance_count": "1"},
                "command": "echo ${{inputs.n}}",
                **changes,
            },
            "provisioningState": "Succeeded",
        },
    }


def listed(*versions: dict[str, Any]) -> Call:
    return get("components/prep/versions", {"value": list(versions)} if versions else None, **QUERY)


def test_new_component(run: Run) -> None:
    write = put(AT, body=version(), operation=False)
    start = (listed(), get("components/prep"), THERE)
    predicted = run(component, {"definition": DEFINITION}, *start, check=True)
    out = run(component, {"definition": DEFINITION}, *start, write, stored(write))

    mark = write.sent["properties"]["properties"].pop("client_component_hash")
    assert len(mark) == 36
    assert write.sent == {
        "properties": {
            "tags": {"team": "vision"},
            "properties": {},
            "componentSpec": {
                **DEFINITION,
                "version": "1",
                "is_deterministic": True,
                "inputs": {"n": {"type": "number", "default": "0.5", "optional": True}},
                "environment": f"azureml:{ENVIRONMENT}",
                "_source": "YAML.COMPONENT",
            },
        }
    }
    assert out["diff"] == predicted["diff"]
    assert out["diff"]["after"]["definition"]["command"] == "echo ${{inputs.n}}"
    assert (out["diff"]["after"]["name"], out["diff"]["after"]["display_name"]) == ("prep", "Prepare")
    shown = out["component"]
    assert (shown["reference"], shown["display_name"], shown["description"]) == (
        "azureml:prep:1",
        "Prepare",
        "Cleans the images",
    )
    assert shown["properties"] == {}
    assert predicted["component"]["reference"] == "azureml:prep:1"


@pytest.mark.parametrize("form", ["mapping", "file"])
def test_component_that_stands_costs_one_request(run: Run, form: str, tmp_path: Path) -> None:
    definition: Any = DEFINITION
    if form == "file":
        (tmp_path / "prep.yml").write_text(
            "name: prep\ntype: command\ncommand: echo ${{inputs.n}}\nenvironment: azureml:env:3\n"
            "inputs:\n  n: {type: number, default: 0.5, optional: true}\n"
        )
        definition = f"{tmp_path}/prep.yml"

    assert not run(component, {"definition": definition}, listed(version("2", command="x"), version()))["changed"]


def test_own_mark_is_enough_whatever_the_service_adds(run: Run) -> None:
    write = put(AT, body=version(), operation=False)
    run(component, {"definition": DEFINITION}, listed(), get("components/prep"), THERE, write, stored(write))
    current = version(brand_new="key")
    current["properties"]["properties"] = write.sent["properties"]["properties"]

    assert not run(component, {"definition": DEFINITION}, listed(current))["changed"]


def test_other_command_is_another_version(run: Run) -> None:
    out = run(
        component,
        {"definition": {**DEFINITION, "command": "echo"}},
        listed(version()),
        get("components/prep", {"properties": {"latestVersion": "1", "nextVersion": "2"}}),
        THERE,
        check=True,
    )
    assert out["component"]["version"] == "2"


def test_other_command_under_the_version_of_the_file_is_refused(run: Run) -> None:
    out = run(component, {"definition": {**DEFINITION, "version": 1, "command": "echo"}}, get(AT, version()))
    assert out.failed
    assert "version 1 holds other content" in out["msg"]
    assert "command differs" in out["msg"]


def test_words_are_changed_in_place_and_nothing_else(run: Run) -> None:
    write = put(AT, 200, version(display_name="New"), operation=False)
    out = run(
        component, {"name": "prep", "version": "1", "display_name": "New"}, get(AT, version()), write, stored(write)
    )

    kept = copy.deepcopy(version()["properties"])
    del kept["description"], kept["provisioningState"]
    kept["componentSpec"]["display_name"] = "New"
    assert write.sent == {"properties": kept}
    assert out["diff"]["after"] == {"name": "prep", "version": "1", "display_name": "New"}


def test_words_of_the_task_win(run: Run) -> None:
    write = put("components/other/versions/1", body=version(), operation=False)
    task = {"name": "other", "description": "d", "tags": {"a": "b"}, "definition": DEFINITION}
    run(
        component, task, get("components/other/versions", **QUERY), get("components/other"), THERE, write, stored(write)
    )
    spec = write.sent["properties"]["componentSpec"]
    assert (spec["name"], spec["description"], spec["tags"]) == ("other", "d", {"a": "b"})


def test_latest_is_settled_once_and_known_again(run: Run) -> None:
    definition = {**DEFINITION, "environment": "azureml:env@latest"}
    newest = get(
        "environments/env/versions", {"value": [{"id": ENVIRONMENT}]}, **{"$orderBy": "createdtime desc", "$top": "1"}
    )
    assert not run(component, {"definition": definition}, newest, listed(version()))["changed"]


def test_reference_to_something_absent_is_found_before_any_write(run: Run) -> None:
    start = (listed(), get("components/prep"), get("environments/env/versions/3"))
    out = run(component, {"definition": DEFINITION}, *start)
    assert out.failed
    assert out["msg"].startswith("definition.environment: there is no environments/env/versions/3")
    predicted = run(component, {"definition": DEFINITION}, *start, check=True)
    assert predicted["changed"]
    assert len(predicted.warnings) == 1


@pytest.mark.parametrize(
    ("task", "complaint"),
    [
        ({"definition": {**DEFINITION, "colour": "red"}}, "definition: colour is not supported"),
        ({"definition": {**DEFINITION, "code": "./nowhere"}}, "definition.code: path: cannot read "),
        ({"definition": {**DEFINITION, "environment": {"colour": "red"}}}, "definition.environment.colour: this key"),
        ({"definition": {**DEFINITION, "type": "spark"}}, "definition: type is 'spark'"),
        ({"definition": "/nowhere/prep.yml"}, "definition: cannot read /nowhere/prep.yml"),
        ({"name": "prep"}, "definition is missing"),
        ({"definition": {"type": "command"}}, "missing required arguments: name"),
    ],
)
def test_bad_definition_costs_no_request(run: Run, task: dict[str, Any], complaint: str) -> None:
    out = run(component, task)
    assert out.failed
    assert complaint in out["msg"]


LOCAL = {**DEFINITION, "code": "./src", "environment": {"image": "python"}}
PIPELINE = {
    "name": "prep",
    "type": "pipeline",
    "jobs": {"one": {"component": "./one.yml"}, "two": {"component": "azureml:two:1"}},
}


def test_references_of_the_task_take_the_place_of_local_files(run: Run) -> None:
    code = f"{WORKSPACE}/codes/src/versions/1"
    write = put(AT, body=version(), operation=False)
    there = get("codes/src/versions/1", {"id": code})
    task = {"definition": LOCAL, "code": "azureml:src:1", "environment": "azureml:env:3"}
    run(component, task, listed(), get("components/prep"), THERE, there, write, stored(write))
    spec = write.sent["properties"]["componentSpec"]
    assert (spec["code"], spec["environment"]) == (f"azureml:{code}", f"azureml:{ENVIRONMENT}")

    one, two = "components/one/versions/7", "components/two/versions/1"
    start = (listed(), get("components/prep"), get(one, {"id": one}), get(two, {"id": two}))
    out = run(component, {"definition": PIPELINE, "components": {"one": "azureml:one:7"}}, *start, check=True)
    assert out["diff"]["after"]["definition"]["jobs"]["one"]["componentId"] == f"{WORKSPACE}/{one}"


@pytest.mark.parametrize(
    ("task", "complaint"),
    [
        (
            {"definition": PIPELINE, "components": {"three": "azureml:a:1"}},
            "components: the definition has no step three",
        ),
        ({"definition": PIPELINE, "code": "azureml:src:1"}, "definition: code is not supported"),
        (
            {"name": "prep", "version": "1", "code": "azureml:src:1"},
            "code completes a definition, and the task gives none",
        ),
    ],
)
def test_references_that_have_no_place(run: Run, task: dict[str, Any], complaint: str) -> None:
    assert complaint in run(component, task)["msg"]


def test_delete_and_archive_a_version(run: Run) -> None:
    task = {"name": "prep", "version": "1"}
    assert run(component, {**task, "state": "absent"}, get(AT, version()), no_users(), Call("DELETE", AT))["changed"]

    current = version()
    current["properties"]["isArchived"] = True
    write = put(AT, 200, current, operation=False)
    out = run(component, {**task, "state": "archived"}, get(AT, version()), write, stored(write))
    assert write.sent["properties"]["isArchived"] is True
    assert out["component"]["archived"]
