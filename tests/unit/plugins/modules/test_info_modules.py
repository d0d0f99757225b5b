# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Info modules show what their twins show, list with the service's own filters, and document what they return."""

from __future__ import annotations

import types
from typing import Any

import pytest
import yaml
from ansible_collections.mlops.azureml.plugins.modules import (
    batch_deployment,
    batch_deployment_info,
    batch_endpoint,
    batch_endpoint_info,
    code,
    code_info,
    component,
    component_info,
    compute,
    compute_info,
    data,
    data_info,
    environment,
    environment_info,
    model,
    model_info,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import WORKSPACE, Call, Run, get
from ansible_collections.mlops.azureml.tests.unit.plugins.modules import (
    test_batch_deployment,
    test_batch_endpoint,
    test_code,
    test_component,
    test_compute,
    test_compute_instance,
    test_compute_kubernetes,
    test_data,
    test_environment,
    test_model,
)

Module = types.ModuleType
TWINS = {
    compute: (compute_info, test_compute.cluster()),
    batch_endpoint: (batch_endpoint_info, test_batch_endpoint.endpoint()),
    batch_deployment: (batch_deployment_info, test_batch_deployment.deployment()),
    code: (code_info, test_code.version()),
    component: (component_info, test_component.version()),
    model: (model_info, test_model.version()),
    environment: (environment_info, test_environment.version()),
    data: (data_info, test_data.version()),
}
KINDS = [
    (compute_info, test_compute.cluster()),
    (compute_info, test_compute_instance.instance()),
    (compute_info, test_compute_kubernetes.attached()),
    (batch_deployment_info, test_batch_deployment.deployment()),
    (batch_deployment_info, test_batch_deployment.pipeline()),
]
ASSETS = (code, component, model, environment, data)


def short(module: Module) -> str:
    return module.__name__.rpartition(".")[2]


def path_of(current: dict[str, Any]) -> str:
    return str(current["id"]).removeprefix(f"{WORKSPACE}/")


def names_of(current: dict[str, Any]) -> dict[str, str]:
    """The options that name a resource: two for a child and for a version."""
    *outer, name = path_of(current).split("/")[1::2]
    if not outer:
        return {"name": name}
    return (
        {"name": outer[0], "version": name}
        if "versions" in current["id"]
        else {"endpoint_name": outer[0], "name": name}
    )


def listed(info: Module, current: dict[str, Any], **filters: str) -> tuple[dict[str, str], Call]:
    """The task whose list has ``current``, and its one request."""
    task = {key: value for key, value in names_of(current).items() if key == "endpoint_name"}
    if "versions" in current["id"]:
        task = {"name": names_of(current)["name"]}
        filters = filters if info is code_info else {"listViewType": "ActiveOnly", **filters}
    return task, get(path_of(current).rpartition("/")[0], {"value": [current]}, **filters)


def documented(info: Module) -> dict[str, Any]:
    ((_plural, returned),) = yaml.safe_load(info.RETURN).items()
    return dict(returned["contains"])


def promised_of(info: Module, found: dict[str, Any]) -> set[str]:
    """The keys that the documentation promises for what was found."""
    promises = {key: about["returned"] for key, about in documented(info).items()}
    kind = found.get("type", "")
    return {
        key
        for key, when in promises.items()
        if when != "without O(name)" and (not when.startswith("when the type is") or f" {kind} " in f"{when} ")
    }


@pytest.mark.parametrize("module", TWINS, ids=short)
def test_one_is_shown_as_its_own_module_shows_it(run: Run, module: Module) -> None:
    info, current = TWINS[module]
    kept = run(module, names_of(current), get(path_of(current), current))
    ((plural, found),) = (
        (key, value)
        for key, value in run(info, names_of(current), get(path_of(current), current)).result.items()
        if isinstance(value, list)
    )

    assert not kept["changed"]
    assert found == [kept[short(module)]]
    assert yaml.safe_load(info.RETURN).keys() == {plural}


@pytest.mark.parametrize("module", TWINS, ids=short)
def test_list_is_one_request_and_shows_what_is_documented(run: Run, module: Module) -> None:
    info, current = TWINS[module]
    task, call = listed(info, current)
    (found,) = run(info, {**task, "query": "[]"}, call).result[next(iter(yaml.safe_load(info.RETURN)))]

    assert set(found) == promised_of(info, found)


@pytest.mark.parametrize(("info", "current"), KINDS)
def test_each_kind_shows_what_is_documented_of_it(run: Run, info: Module, current: dict[str, Any]) -> None:
    task, call = listed(info, current)
    (found,) = run(info, {**task, "query": "[]"}, call).result[next(iter(yaml.safe_load(info.RETURN)))]

    assert set(found) == promised_of(info, found)


@pytest.mark.parametrize("module", [compute, batch_endpoint, batch_deployment], ids=short)
def test_twins_return_and_document_the_same(module: Module) -> None:
    returned = yaml.safe_load(module.RETURN)[short(module)]
    assert returned["contains"] == documented(TWINS[module][0])


@pytest.mark.parametrize("module", ASSETS, ids=short)
def test_names_are_one_request_and_show_what_is_documented(run: Run, module: Module) -> None:
    info, current = TWINS[module]
    kind, name = path_of(current).split("/")[:2]
    container = {"id": f"{WORKSPACE}/{kind}/{name}", "name": name, "properties": {"dataType": "mltable"}}
    filters = {} if module is code else {"listViewType": "ActiveOnly"}
    (found,) = run(info, {}, get(kind, {"value": [container]}, **filters)).result[kind]
    reported = {key for key, about in documented(info).items() if about["returned"] != "with O(name)"}

    assert set(found) == reported


@pytest.mark.parametrize(
    ("info", "module", "task", "sent"),
    [
        (model_info, model, {"tags": ["a", "b=c"]}, {"tags": "a,b=c"}),
        (model_info, model, {"properties": ["a=b"]}, {"properties": "a=b"}),
        (data_info, data, {"tags": ["a"]}, {"$tags": "a"}),
        (code_info, code, {"hash": "0a1b"}, {"hash": "0a1b"}),
    ],
)
def test_filters_reach_the_service(
    run: Run, info: Module, module: Module, task: dict[str, Any], sent: dict[str, str]
) -> None:
    _info, current = TWINS[module]
    name, call = listed(info, current, **sent)
    run(info, {**name, **task}, call)


def test_environments_of_the_service_can_be_read(run: Run) -> None:
    """Their names could not be given to any other (assets contract 1.2)."""
    name = "AzureML-ACPT-pytorch-1.13-py38-cuda11.7-gpu"
    current = {"id": f"{WORKSPACE}/environments/{name}/versions/7", "name": "7", "properties": {}}
    call = get(f"environments/{name}/versions/7", current)
    (found,) = run(environment_info, {"name": name, "version": "7"}, call)["environments"]
    assert (found["name"], found["version"]) == (name, "7")
