# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Another client that has read a resource before the module's write, and writes it afterwards, undoes that write.

The service has no conditional writes (batch contract 1), so the module has to notice, and to write again.
"""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._engine.body import merged_body
from ansible_collections.mlops.azureml.plugins.module_utils._types import data as types_of_data
from ansible_collections.mlops.azureml.plugins.module_utils._types import environment as types_of_environment
from ansible_collections.mlops.azureml.plugins.module_utils._types import model as types_of_model
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_deployment import BATCH_DEPLOYMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_endpoint import BATCH_ENDPOINT
from ansible_collections.mlops.azureml.plugins.module_utils._types.compute import COMPUTE
from ansible_collections.mlops.azureml.plugins.module_utils._types.datastore import DATASTORE
from ansible_collections.mlops.azureml.plugins.modules import (
    asset_container,
    batch_deployment,
    batch_endpoint,
    compute,
    data,
    datastore,
    environment,
    model,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import WRITES, Emulated

DATA = "https://account.blob.core.windows.net/c/scans"
TABLES = {
    batch_endpoint: BATCH_ENDPOINT,
    compute: COMPUTE,
    batch_deployment: BATCH_DEPLOYMENT,
    model: types_of_model.MODEL,
    asset_container: types_of_model.MODEL.container,
    data: types_of_data.DATA,
    environment: types_of_environment.ENVIRONMENT,
    datastore: DATASTORE,
}


@dataclasses.dataclass(frozen=True)
class Case:
    """A resource, what a task changes about it, and what another client changes at the same time."""

    module: types.ModuleType
    below: str
    created: dict[str, Any]
    task: dict[str, Any]
    shown: str
    theirs: Callable[[dict[str, Any]], None]


def tagged(resource: dict[str, Any]) -> None:
    """Another client's change of a resource with its tags at the top."""
    resource["tags"] = {**(resource.get("tags") or {}), "theirs": "1"}


def tagged_inside(resource: dict[str, Any]) -> None:
    tagged(resource["properties"])


ENDPOINT = {"name": "digits"}
CLUSTER = {"name": "cluster", "size": "Standard_DS3_v2", "max_instances": 1}
DEPLOYMENT = {
    "name": "blue",
    "endpoint_name": "digits",
    "compute": "azureml:cluster",
    "model": "azureml:m:1",
}
MODEL = {"name": "m", "version": "1", "path": "azureml://datastores/workspaceblobstore/paths/m"}
SCANS = {"name": "scans", "version": "1", "path": DATA}
ENVIRONMENT = {"name": "env", "version": "1", "image": "library/python:3.12"}
STORE = {"name": "store", "account_name": "acc", "container_name": "c"}
OURS = {"ours": "1"}
BLUE = "batchEndpoints/digits/deployments/blue"

CASES = {
    "tags of an endpoint": Case(batch_endpoint, "batchEndpoints/digits", ENDPOINT, {"tags": OURS}, "tags", tagged),
    "properties of an endpoint": Case(
        batch_endpoint, "batchEndpoints/digits", ENDPOINT, {"properties": OURS}, "properties", tagged
    ),
    "tags of a cluster": Case(compute, "computes/cluster", CLUSTER, {"tags": OURS}, "tags", tagged),
    "scale of a cluster": Case(compute, "computes/cluster", CLUSTER, {"max_instances": 3}, "max_instances", tagged),
    "settings of a deployment": Case(
        batch_deployment, BLUE, DEPLOYMENT, {"mini_batch_size": 3}, "mini_batch_size", tagged
    ),
    "properties of a deployment": Case(batch_deployment, BLUE, DEPLOYMENT, {"properties": OURS}, "properties", tagged),
    "tags of a model": Case(model, "models/m/versions/1", MODEL, {"tags": OURS}, "tags", tagged_inside),
    "properties of data": Case(data, "data/scans/versions/1", SCANS, {"properties": OURS}, "properties", tagged_inside),
    "description of an environment": Case(
        environment, "environments/env/versions/1", ENVIRONMENT, {"description": "ours"}, "description", tagged_inside
    ),
    "tags of a datastore": Case(datastore, "datastores/store", STORE, {"tags": OURS}, "tags", tagged_inside),
    "tags of a container": Case(
        asset_container, "models/m", {"name": "m", "type": "model"}, {"tags": OURS}, "tags", tagged_inside
    ),
}


EXISTING = {
    batch_endpoint: ((batch_endpoint, ENDPOINT),),
    compute: ((compute, CLUSTER),),
    batch_deployment: (
        (batch_endpoint, ENDPOINT),
        (compute, CLUSTER),
        (model, MODEL),
        (batch_deployment, DEPLOYMENT),
    ),
    model: ((model, MODEL),),
    asset_container: ((model, MODEL),),
    data: ((data, SCANS),),
    environment: ((environment, ENVIRONMENT),),
    datastore: ((datastore, STORE),),
}


def create(emulated: Emulated, case: Case) -> None:
    emulated.policy(model_path_check="none")
    for module, task in EXISTING[case.module]:
        done = emulated(module, task)
        assert not done.failed, done.result


class Rival:
    """Another client. After each of ``writes`` of the module to a resource it writes what it had read before."""

    def __init__(self, emulated: Emulated, case: Case, writes: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen = 0
        answer = emulated.answer

        def between(request: httpx.Request) -> httpx.Response:
            is_theirs = request.method not in WRITES or request.url.path != emulated.path(case.below)
            if is_theirs or self.seen == writes:
                return answer(request)
            self.seen += 1
            with monkeypatch.context() as undisturbed:
                undisturbed.setattr(emulated, "answer", answer)
                read = emulated.get(case.below)
                answered = answer(request)
                emulated.emulator.state.clock.advance(60)
                body = merged_body(TABLES[case.module].of(read), read, {})
                case.theirs(body)
                emulated.put(case.below, body)
            return answered

        monkeypatch.setattr(emulated, "answer", between)


def shown(case: Case, result: Any) -> Any:
    return result[case.module.__name__.rpartition(".")[2]][case.shown]


def has_theirs(emulated: Emulated, case: Case) -> bool:
    return "theirs" in json.dumps(emulated.get(case.below))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_a_lost_update_is_repeated_on_what_the_other_client_wrote(
    emulated: Emulated, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(emulated, case)
    rival = Rival(emulated, case, 1, monkeypatch)
    desired = next(iter(case.task.values()))

    done = emulated(case.module, {**case.created, **case.task})

    assert rival.seen == 1
    assert not done.failed, done.result
    assert (done["changed"], done.warnings) == (True, [])
    is_map = isinstance(desired, dict)
    assert desired.items() <= shown(case, done).items() if is_map else shown(case, done) == desired
    assert has_theirs(emulated, case), "the other client's change stays"
    again = emulated(case.module, {**case.created, **case.task})
    assert not again["changed"], "it is stored"


UNDONE = (
    "tags of an endpoint",
    "scale of a cluster",
    "settings of a deployment",
    "tags of a model",
    "tags of a container",
)


@pytest.mark.parametrize("case", [CASES[name] for name in UNDONE], ids=UNDONE)
def test_an_update_that_is_undone_each_time_fails_and_is_named(
    emulated: Emulated, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    create(emulated, case)
    rival = Rival(emulated, case, 9, monkeypatch)

    done = emulated(case.module, {**case.created, **case.task})

    assert rival.seen == 3
    assert done.failed
    option = next(iter(case.task))
    assert f"lacks what was written to it: {option} was written as " in done["msg"]
    assert ", the service shows " in done["msg"]
    assert "If another client writes to it at the same time, run the task again" in done["msg"]


def test_a_lost_default_is_set_again(emulated: Emulated, monkeypatch: pytest.MonkeyPatch) -> None:
    of_endpoint = CASES["tags of an endpoint"]
    create(emulated, CASES["settings of a deployment"])
    rival = Rival(emulated, of_endpoint, 1, monkeypatch)

    done = emulated(batch_deployment, {**DEPLOYMENT, "set_default": True})

    assert (rival.seen, done.failed, done["changed"]) == (1, False, True)
    endpoint = emulated.get("batchEndpoints/digits")
    assert endpoint["properties"]["defaults"]["deploymentName"] == "blue"
    assert endpoint["tags"] == {"theirs": "1"}


def test_a_default_that_is_lost_each_time_fails(emulated: Emulated, monkeypatch: pytest.MonkeyPatch) -> None:
    create(emulated, CASES["settings of a deployment"])
    Rival(emulated, CASES["tags of an endpoint"], 9, monkeypatch)
    done = emulated(batch_deployment, {**DEPLOYMENT, "set_default": True})
    assert done["msg"].startswith(
        "batch endpoint digits lacks what was written to it: defaults.deployment_name was written as 'blue', the "
        "service shows None."
    )


@pytest.mark.parametrize(("lag", "writes"), [(9, 1), (25, 3)])
def test_a_late_read_is_no_lost_update(
    emulated: Emulated, monkeypatch: pytest.MonkeyPatch, lag: float, writes: int
) -> None:
    """Reads may lag behind writes (assets contract 14.17): ten seconds are waited before a difference counts."""
    create(emulated, CASES["tags of a model"])
    answer, clock = emulated.answer, emulated.emulator.state.clock
    path = emulated.path("models/m/versions/1")
    old: list[httpx.Response] = []
    moment = [float("inf")]

    def late(request: httpx.Request) -> httpx.Response:
        answered = answer(request)
        if request.url.path != path:
            return answered
        if request.method == "GET":
            old.append(answered)
            is_late = moment[0] <= clock.now().timestamp() < moment[0] + lag
            return old[0] if is_late else answered
        moment[0] = min(moment[0], clock.now().timestamp())
        return answered

    monkeypatch.setattr(emulated, "answer", late)
    done = emulated(model, {**MODEL, "tags": OURS})
    assert (done.failed, done["model"]["tags"]) == (False, OURS)
    assert len(emulated.writes) == writes


def test_a_key_that_a_policy_adds_each_time_is_told(emulated: Emulated) -> None:
    """An update cannot remove it, and is not repeated for ever (batch contract, open question 19)."""
    create(emulated, CASES["tags of an endpoint"])
    emulated.policy(inherited_tags="costs=7")
    done = emulated(batch_endpoint, {**ENDPOINT, "tags": OURS, "append_tags": False})
    assert not done.failed
    assert done["batch_endpoint"]["tags"] == {"costs": "7", **OURS}
    assert "did not store all of it: tags is {'costs': '7', 'ours': '1'}, the task asks for {'ours': '1'}" in "".join(
        done.warnings
    )


def test_two_who_create_the_same_have_both_tags(emulated: Emulated, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other client's creation comes after ours, and replaces it."""
    answer, path = emulated.answer, emulated.path("models/m/versions/1")
    emulated.policy(model_path_check="none")
    body = {"modelUri": MODEL["path"], "modelType": "custom_model", "tags": {"theirs": "1"}}

    def then_theirs(request: httpx.Request) -> httpx.Response:
        answered = answer(request)
        if request.method == "PUT" and request.url.path == path:
            monkeypatch.setattr(emulated, "answer", answer)
            emulated.put("models/m/versions/1", {"properties": body})
        return answered

    monkeypatch.setattr(emulated, "answer", then_theirs)
    done = emulated(model, {**MODEL, "tags": OURS})
    assert done["model"]["tags"] == {"theirs": "1", **OURS}


def test_a_version_whose_content_is_another_clients_is_taken(
    emulated: Emulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that keeps the content of the first, and accepts the second, has not registered ours."""
    answer, path = emulated.answer, emulated.path("data/scans/versions/1")

    def theirs_first(request: httpx.Request) -> httpx.Response:
        if request.method != "PUT" or request.url.path != path:
            return answer(request)
        monkeypatch.setattr(emulated, "answer", answer)
        emulated.put("data/scans/versions/1", {"properties": {"dataUri": f"{DATA}-other", "dataType": "uri_folder"}})
        return httpx.Response(200, json=emulated.get("data/scans/versions/1"))

    monkeypatch.setattr(emulated, "answer", theirs_first)
    done = emulated(data, {"name": "scans", "path": DATA})
    assert not done.failed, done.result
    assert (done["data"]["version"], done["data"]["path"]) == ("2", DATA)
