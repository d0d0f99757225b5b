# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever somebody changes in a workspace is found once, at its path. Every option has a case here."""

from __future__ import annotations

import copy
import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.dotted_path import get_at, set_at
from ansible_collections.mlops.azureml.plugins.modules import workspace_drift
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import Outcome

PLACE = "azureml://datastores/workspaceblobstore/paths/m"
DESIRED: dict[str, list[dict[str, Any]]] = {
    "computes": [{"name": "cluster", "size": "Standard_DS3_v2", "max_instances": 2, "tags": {"team": "text"}}],
    "datastores": [
        {
            "name": "scans",
            "type": "azure_blob",
            "account_name": "account",
            "container_name": "scans",
            "description": "x",
        }
    ],
    "models": [{"name": "digits", "version": "1", "path": PLACE, "description": "x", "tags": {"team": "text"}}],
    "environments": [{"name": "env", "version": "1", "image": "library/python:3.11", "description": "x"}],
    "data": [{"name": "pages", "version": "1", "path": PLACE, "description": "x"}],
    "codes": [
        {"name": "src", "version": "1", "path": "https://account.blob.core.windows.net/c/src", "description": "x"}
    ],
    "endpoints": [{"name": "digits", "description": "x", "tags": {"team": "text"}, "properties": {"a": "b"}}],
    "components": [
        {
            "definition": {
                "name": "prep",
                "version": "1",
                "type": "command",
                "command": "echo",
                "environment": "azureml:env:1",
            }
        }
    ],
    "deployments": [
        {
            "endpoint_name": "digits",
            "name": "blue",
            "model": "digits:1",
            "environment": "env:1",
            "compute": "cluster",
            "code_configuration": {"code": "src:1", "scoring_script": "score.py"},
            "description": "x",
            "tags": {"team": "text"},
            "environment_variables": {"A": "1"},
            "resources": {"instance_count": 1},
            "mini_batch_size": 2,
            "max_concurrency_per_instance": 2,
            "retry_settings": {"max_retries": 3, "timeout": 60},
            "error_threshold": 0,
            "logging_level": "info",
            "output_action": "append_row",
            "output_file_name": "words.csv",
        }
    ],
}
MODULES = {
    "computes": "compute",
    "datastores": "datastore",
    "environments": "environment",
    "codes": "code",
    "models": "model",
    "data": "data",
    "components": "component",
    "endpoints": "batch_endpoint",
    "deployments": "batch_deployment",
}
BLUE = "batchEndpoints/digits/deployments/blue"
# The resource, the place of a value in it, another value, and the finding.
MUTATIONS: list[tuple[str, str, Any, str]] = [
    ("batchEndpoints/digits", "tags.team", "other", "endpoints: tags.team"),
    ("batchEndpoints/digits", "properties.properties.a", "c", "endpoints: properties.a"),
    (BLUE, "properties.description", "other", "deployments: description"),
    (BLUE, "tags.team", "other", "deployments: tags.team"),
    (BLUE, "properties.model.assetId", "/models/digits/versions/2", "deployments: model"),
    (BLUE, "properties.environmentId", "/environments/env/versions/2", "deployments: environment"),
    (BLUE, "properties.compute", "/computes/other", "deployments: compute"),
    (BLUE, "properties.codeConfiguration.codeId", "/codes/src/versions/2", "deployments: code_configuration.code"),
    (BLUE, "properties.codeConfiguration.scoringScript", "a.py", "deployments: code_configuration.scoring_script"),
    (BLUE, "properties.environmentVariables.A", "2", "deployments: environment_variables.A"),
    (BLUE, "properties.environmentVariables.B", "2", "deployments: environment_variables.B"),
    (BLUE, "properties.resources.instanceCount", 2, "deployments: resources.instance_count"),
    (BLUE, "properties.miniBatchSize", 3, "deployments: mini_batch_size"),
    (BLUE, "properties.maxConcurrencyPerInstance", 3, "deployments: max_concurrency_per_instance"),
    (BLUE, "properties.retrySettings.maxRetries", 4, "deployments: retry_settings.max_retries"),
    (BLUE, "properties.retrySettings.timeout", "PT2M", "deployments: retry_settings.timeout"),
    (BLUE, "properties.errorThreshold", 5, "deployments: error_threshold"),
    (BLUE, "properties.loggingLevel", "Debug", "deployments: logging_level"),
    (BLUE, "properties.outputAction", "SummaryOnly", "deployments: output_action"),
    (BLUE, "properties.outputFileName", "a.csv", "deployments: output_file_name"),
    ("models/digits/versions/1", "properties.description", "other", "models: description"),
    ("models/digits/versions/1", "properties.tags.team", "other", "models: tags.team"),
    ("environments/env/versions/1", "properties.description", "other", "environments: description"),
    ("data/pages/versions/1", "properties.description", "other", "data: description"),
    ("codes/src/versions/1", "properties.description", "other", "codes: description"),
    ("datastores/scans", "properties.description", "other", "datastores: description"),
]


def drift(emulated: Emulated, **options: Any) -> Outcome:
    return emulated(workspace_drift, {**copy.deepcopy(DESIRED), **options})


def found(out: Outcome) -> list[str]:
    return [f"{one['kind']}: {one['path'] or one['finding']}" for one in out["workspace_drift"]["findings"]]


@pytest.fixture
def place(emulated: Emulated) -> Emulated:
    for kind, module in MODULES.items():
        for entry in DESIRED[kind]:
            made = emulated(importlib.import_module(f"{workspace_drift.__name__.rpartition('.')[0]}.{module}"), entry)
            assert not made.failed, made.result
    return emulated


def test_no_difference_no_finding(place: Emulated) -> None:
    out = drift(place)
    assert (found(out), out["changed"], place.writes) == ([], False, [])
    assert out["workspace_drift"]["compared"] == 9


def test_each_changed_field_is_found_once_at_its_path(place: Emulated) -> None:
    resources = place.emulator.state.resources
    for below, at, value, expected in MUTATIONS:
        resource = resources.get(place.path(below))
        inside = at.removeprefix("properties.") if at.startswith("properties.") else at
        tree = resource.properties if at.startswith("properties.") else vars(resource)
        before = copy.deepcopy(get_at(tree, inside))
        set_at(tree, inside, place.path(value[1:]) if isinstance(value, str) and value.startswith("/") else value)
        kind = expected.partition(":")[0]
        out = emulated_of(place, kind)
        assert found(out) == [expected], (below, at)
        assert out["workspace_drift"]["findings"][0]["current"] != out["workspace_drift"]["findings"][0]["desired"]
        set_at(tree, inside, before)
        if before is None:
            get_at(tree, inside.rpartition(".")[0]).pop(inside.rpartition(".")[2])
    assert found(drift(place)) == []


def emulated_of(place: Emulated, kind: str) -> Outcome:
    return place(workspace_drift, {kind: copy.deepcopy(DESIRED[kind]), "unnamed": False})


def test_what_is_absent_and_what_nothing_names(place: Emulated, tmp_path: Path) -> None:
    out = drift(
        place, endpoints=[{"name": "letters"}], models=[{"name": "digits", "version": "7", "path": PLACE}], computes=[]
    )
    assert found(out) == ["models: absent", "endpoints: absent", "computes: unnamed", "endpoints: unnamed"]
    names = [one["name"] for one in out["workspace_drift"]["findings"]]
    assert names == ["digits:7", "letters", "cluster", "digits"]
    assert found(drift(place, computes=[], unnamed=False)) == []


def test_a_deployment_of_an_absent_endpoint(place: Emulated) -> None:
    entry = {**DESIRED["deployments"][0], "endpoint_name": "letters"}
    out = place(workspace_drift, {"deployments": [entry], "unnamed": False})
    assert found(out) == ["deployments: absent"]


def test_content_that_differs(place: Emulated) -> None:
    out = drift(place, models=[{"name": "digits", "version": "1", "path": f"{PLACE}/other"}])
    assert found(out) == ["models: different"]
    assert "digits" in out["workspace_drift"]["findings"][0]["reason"]


@pytest.mark.parametrize(("fail_on", "failed"), [([], False), (["different"], False), (["absent"], True)])
def test_fail_on(place: Emulated, fail_on: list[str], failed: bool) -> None:
    out = place(workspace_drift, {"endpoints": [{"name": "letters"}], "unnamed": False, "fail_on": fail_on})
    assert out.failed is failed
    assert found(out) == ["endpoints: absent"]


def test_the_report(place: Emulated, tmp_path: Path) -> None:
    options = {"endpoints": [{"name": "letters"}], "report": str(tmp_path / "drift.html")}
    assert place(workspace_drift, options, check=True)["changed"]
    assert not (tmp_path / "drift.html").exists()
    assert place(workspace_drift, options)["changed"]
    page = (tmp_path / "drift.html").read_text()
    assert "letters" in page
    assert "2 differences" in page
    assert not place(workspace_drift, options)["changed"]


def test_the_report_as_json(place: Emulated, tmp_path: Path) -> None:
    out = place(workspace_drift, {"endpoints": [{"name": "letters"}], "report": str(tmp_path / "drift.json")})
    written = json.loads((tmp_path / "drift.json").read_text())
    assert written == {"workspace": "ws-emulator", **out["workspace_drift"]}


def test_nothing_to_compare(emulated: Emulated) -> None:
    assert "There is nothing to compare" in emulated(workspace_drift, {})["msg"]
    assert "endpoints.0: " in emulated(workspace_drift, {"endpoints": [{"name": "x", "colour": 1}]})["msg"]
