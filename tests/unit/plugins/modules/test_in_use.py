# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is in use is not deleted: the task names who uses it, reads only if it would delete, and obeys ``force``."""

from __future__ import annotations

import dataclasses
import types
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import (
    asset_container,
    batch_deployment,
    batch_endpoint,
    code,
    component,
    compute,
    datastore,
    environment,
    model,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    WORKSPACE,
    Call,
    Run,
    error,
    get,
    no_users,
    poll,
    put,
    stored,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.modules import test_compute
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import job

DEPLOYMENTS = "batchEndpoints/digits/deployments"
STEPS = "components/steps/versions/1"
NESTED = "components/nested/versions/2"


def of_a_model(**properties: Any) -> dict[str, Any]:
    return {
        "id": f"{WORKSPACE}/{DEPLOYMENTS}/blue",
        "name": "blue",
        "properties": {
            "model": {"referenceType": "Id", "assetId": f"{WORKSPACE}/models/digits/versions/1"},
            "codeConfiguration": {"codeId": f"{WORKSPACE}/codes/score/versions/1", "scoringScript": "score.py"},
            "environmentId": f"{WORKSPACE}/environments/env/versions/1",
            "compute": f"{WORKSPACE}/computes/cpu",
            "provisioningState": "Succeeded",
            **properties,
        },
    }


def of_a_pipeline() -> dict[str, Any]:
    made = {
        "deploymentConfigurationType": "PipelineComponent",
        "componentId": {"referenceType": "Id", "assetId": f"{WORKSPACE}/{STEPS}"},
        "settings": {"default_compute": "CPU", "default_datastore": "scans"},
    }
    return {
        "id": f"{WORKSPACE}/{DEPLOYMENTS}/pipe",
        "name": "pipe",
        "properties": {"deploymentConfiguration": made, "provisioningState": "Succeeded"},
    }


def endpoints(default: str | None = "Blue", state: str = "Succeeded") -> Call:
    properties = {"defaults": {"deploymentName": default}, "provisioningState": state}
    return get("batchEndpoints", {"value": [{"name": "digits", "properties": properties}]})


def deployments(*found: dict[str, Any]) -> Call:
    return get(DEPLOYMENTS, {"value": list(found)})


def jobs(*found: dict[str, Any]) -> Call:
    return get("jobs", {"value": list(found)}, jobType="Pipeline", listViewType="All")


RUNNING = jobs(
    job("nightly", "Running"), job("ended", "Completed"), job("failed", "Failed"), job("other", "Queued", at="letters")
)


def component_of(path: str, **spec: Any) -> Call:
    return get(path, {"id": f"{WORKSPACE}/{path}", "properties": {"componentSpec": spec}})


@dataclasses.dataclass(frozen=True)
class Case:
    """A deletion, what exists, and who uses it."""

    module: types.ModuleType
    task: dict[str, Any]
    at: str
    deployment: dict[str, Any]
    user: str = "batch deployment digits/blue (the default deployment)"
    components: tuple[Call, ...] = ()
    version: str = "2024-10-01"
    query: dict[str, str] = dataclasses.field(default_factory=dict)

    @property
    def current(self) -> Call:
        body = {"id": f"{WORKSPACE}/{self.at}", "name": self.at.rpartition("/")[2], "properties": {}}
        return dataclasses.replace(get(self.at, body), version=self.version)

    @property
    def delete(self) -> Call:
        return Call("DELETE", self.at, 200, query=self.query, version=self.version)

    @property
    def gone(self) -> tuple[Call, ...]:
        waits = self.module in (compute, datastore)
        return (dataclasses.replace(get(self.at), version=self.version),) if waits else ()


def version_of(module: types.ModuleType, kind: str, name: str, *more: Any) -> Case:
    task = {"name": name, "version": "1"}
    return Case(module, task, f"{kind}/{name}/versions/1", *more)


PIPE = "batch deployment digits/pipe"
CASES = {
    "model": version_of(model, "models", "digits", of_a_model()),
    "code": version_of(code, "codes", "score", of_a_model()),
    "environment": version_of(environment, "environments", "env", of_a_model()),
    "compute": Case(
        compute, {"name": "cpu"}, "computes/cpu", of_a_model(), query={"underlyingResourceAction": "Delete"}
    ),
    "default compute": Case(
        compute, {"name": "cpu"}, "computes/cpu", of_a_pipeline(), PIPE, query={"underlyingResourceAction": "Delete"}
    ),
    "default datastore": Case(
        datastore, {"name": "scans"}, "datastores/scans", of_a_pipeline(), PIPE, version="2025-12-01"
    ),
    "component": version_of(component, "components", "steps", of_a_pipeline(), PIPE),
    "code in a component": version_of(
        code,
        "codes",
        "score",
        of_a_pipeline(),
        f"{PIPE} (through component steps:1)",
        (component_of(STEPS, code=f"azureml:{WORKSPACE}/codes/score/versions/1"),),
    ),
    "environment in a step": version_of(
        environment,
        "environments",
        "env",
        of_a_pipeline(),
        f"{PIPE} (through component steps:1)",
        (
            component_of(STEPS, jobs={"one": {"componentId": f"{WORKSPACE}/{NESTED}"}}),
            component_of(NESTED, environment=f"azureml:{WORKSPACE}/environments/env/versions/1"),
        ),
    ),
    "all versions": Case(asset_container, {"type": "model", "name": "digits"}, "models/digits", of_a_model()),
}


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_a_deployment_refers_to_is_not_deleted(run: Run, case: Case, check: bool) -> None:
    task = {**case.task, "state": "absent"}
    listed = [endpoints(), deployments(case.deployment), *case.components, jobs()]
    refused = run(case.module, task, case.current, *listed, check=check)
    assert refused.failed
    assert f"was not deleted, because it is in use: {case.user}. " in refused["msg"]
    assert "write force: true" in refused["msg"]
    assert refused["msg"].endswith("Nothing was changed.")


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_force_deletes_and_reads_nothing_more(run: Run, case: Case) -> None:
    task = {**case.task, "state": "absent", "force": True}
    assert run(case.module, task, case.current, case.delete, *case.gone)["changed"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_endpoint_may_be_left_out(run: Run, case: Case) -> None:
    task = {**case.task, "state": "absent", "ignore_endpoints": ["Digits"]}
    assert run(case.module, task, case.current, endpoints(), case.delete, *case.gone)["changed"]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_absent_is_not_searched_for(run: Run, case: Case) -> None:
    nothing = dataclasses.replace(get(case.at), version=case.version)
    assert not run(case.module, {**case.task, "state": "absent"}, nothing)["changed"]


MODEL = CASES["model"]
ABSENT = {**MODEL.task, "state": "absent"}


def test_another_version_is_no_user(run: Run) -> None:
    other = {"referenceType": "Id", "assetId": f"{WORKSPACE}/models/digits/versions/12"}
    listed = [endpoints(), deployments(of_a_model(model=other))]
    assert run(model, ABSENT, MODEL.current, *listed, MODEL.delete)["changed"]


def test_what_is_being_deleted_is_no_user(run: Run) -> None:
    assert run(model, ABSENT, MODEL.current, endpoints(state="Deleting"), MODEL.delete)["changed"]
    deleting = [endpoints(), deployments(of_a_model(provisioningState="Deleting"))]
    assert run(model, ABSENT, MODEL.current, *deleting, MODEL.delete)["changed"]


def test_jobs_that_run_on_the_deployment_are_named_too(run: Run) -> None:
    refused = run(model, ABSENT, MODEL.current, endpoints("green"), deployments(of_a_model()), RUNNING)
    assert "in use: batch deployment digits/blue, job nightly (Running). " in refused["msg"]


LISTS = {
    "endpoints": (0, "batchEndpoints"),
    "deployments": (1, DEPLOYMENTS),
    "jobs": (2, "jobs"),
}


@pytest.mark.parametrize("unread", LISTS)
@pytest.mark.parametrize("check", [False, True])
def test_a_list_that_cannot_be_read_refuses(run: Run, unread: str, check: bool) -> None:
    number, path = LISTS[unread]
    query = RUNNING.query if unread == "jobs" else {}
    forbidden = Call("GET", path, 403, error("AuthorizationFailed", "No permission to list."), query)
    read = [endpoints(), deployments(of_a_model())][:number]
    refused = run(model, ABSENT, MODEL.current, *read, forbidden, check=check)
    assert "model digits, version 1 was not deleted, because it is not known who uses it" in refused["msg"]
    assert "No permission to list." in refused["msg"]
    assert "Write force: true to delete it all the same. Nothing was changed." in refused["msg"]


# -- deployments and endpoints: jobs run on them -----------------------------------------------------------------------

BLUE = f"{DEPLOYMENTS}/blue"
REFUSED = "batch deployment digits/blue was not deleted, because it is in use: job nightly (Running). "
ENDPOINT = get("batchEndpoints/digits", {"id": "e", "name": "digits", "properties": {"provisioningState": "Succeeded"}})


@pytest.mark.parametrize("check", [False, True])
def test_a_deployment_with_a_job_under_way(run: Run, check: bool) -> None:
    task = {"endpoint_name": "digits", "name": "blue", "state": "absent"}
    refused = run(batch_deployment, task, get(BLUE, of_a_model()), ENDPOINT, RUNNING, check=check)
    assert REFUSED in refused["msg"]
    forced = [get(BLUE, of_a_model()), ENDPOINT, Call("DELETE", BLUE, 200), get(BLUE)]
    assert run(batch_deployment, {**task, "force": True}, *forced)["changed"]


def test_jobs_of_other_deployments_do_not_count(run: Run) -> None:
    task = {"endpoint_name": "digits", "name": "green", "state": "absent"}
    at = f"{DEPLOYMENTS}/green"
    assert run(batch_deployment, task, get(at, of_a_model()), ENDPOINT, RUNNING, Call("DELETE", at, 200), get(at))[
        "changed"
    ]


@pytest.mark.parametrize("check", [False, True])
def test_an_endpoint_with_a_job_under_way(run: Run, check: bool) -> None:
    task = {"name": "digits", "state": "absent"}
    refused = run(batch_endpoint, task, ENDPOINT, RUNNING, check=check)
    assert "batch endpoint digits was not deleted, because it is in use: job nightly (Running). " in refused["msg"]


@pytest.mark.parametrize("check", [False, True])
def test_a_replacement_deletes_too(run: Run, check: bool) -> None:
    current = get("computes/cpu", test_compute.cluster())
    task = {"name": "cpu", "size": "Standard_NC6", "max_instances": 2, "recreate": True}
    refused = run(compute, task, current, endpoints(), deployments(of_a_model()), jobs(), check=check)
    assert "compute cpu was not deleted, because it is in use: batch deployment digits/blue" in refused["msg"]


def test_a_replacement_that_the_service_asks_for_deletes_too(run: Run) -> None:
    newer = f"{WORKSPACE}/models/digits/versions/2"
    refusal = put(BLUE, 400, error("UserError", "The model of a deployment cannot be changed."), operation=False)
    task = {"endpoint_name": "digits", "name": "blue", "model": newer, "compute": "cpu", "recreate": True}
    calls = [get(BLUE, of_a_model()), get("models/digits/versions/2", {"id": newer}), refusal, ENDPOINT]
    refused = run(batch_deployment, task, *calls, get(BLUE, of_a_model()), RUNNING)
    assert REFUSED in refused["msg"]


def test_a_change_in_place_reads_no_users(run: Run) -> None:
    current = get("computes/cpu", test_compute.cluster())
    write = put("computes/cpu")
    task = {"name": "cpu", "description": "hourly"}
    assert run(compute, task, current, write, poll(), stored(write, current.body))["changed"]


def test_nothing_uses_it(run: Run) -> None:
    assert run(model, ABSENT, MODEL.current, no_users(), MODEL.delete)["changed"]
