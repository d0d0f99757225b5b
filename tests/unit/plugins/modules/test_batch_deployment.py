# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import batch_deployment
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import WORKSPACE, Run, delete, get, poll, put

ENDPOINT = "batchEndpoints/digits"
AT = f"{ENDPOINT}/deployments/blue"
MODEL = "models/digits/versions/1"
CODE = "codes/score/versions/2"
ENVIRONMENT = "environments/sklearn/versions/3"
CPU = "computes/cpu"
TARGETS = [get(path, {"id": f"{WORKSPACE}/{path}"}) for path in (MODEL, CODE, ENVIRONMENT, CPU)]


def deployment(**properties: Any) -> dict[str, Any]:
    """A deployment as the service answers a GET, with its defaults filled in (batch contract 4.2)."""
    return {
        "id": f"{WORKSPACE}/{AT}",
        "name": "blue",
        "type": "Microsoft.MachineLearningServices/workspaces/batchEndpoints/deployments",
        "properties": {
            "description": None,
            "properties": {},
            "codeConfiguration": {"codeId": f"{WORKSPACE}/{CODE}", "scoringScript": "score.py"},
            "environmentId": f"{WORKSPACE}/{ENVIRONMENT}",
            "environmentVariables": {},
            "compute": f"{WORKSPACE}/{CPU}",
            "errorThreshold": -1,
            "retrySettings": {"maxRetries": 3, "timeout": "PT30S"},
            "miniBatchSize": 10,
            "loggingLevel": "Info",
            "model": {"referenceType": "Id", "assetId": f"{WORKSPACE}/{MODEL}"},
            "maxConcurrencyPerInstance": 1,
            "outputAction": "AppendRow",
            "outputFileName": "predictions.csv",
            "resources": {"instanceCount": 1, "instanceType": None, "properties": None},
            "deploymentConfiguration": None,
            "provisioningState": "Succeeded",
            **properties,
        },
        "systemData": {"createdAt": "2023-04-09T00:30:27.2644044+00:00", "createdBy": "Some User"},
        "tags": {},
        "location": "eastus",
    }


def endpoint(default: str | None = None) -> dict[str, Any]:
    return {
        "id": f"{WORKSPACE}/{ENDPOINT}",
        "name": "digits",
        "tags": {"t1": "v1"},
        "location": "eastus",
        "properties": {
            "description": "funny",
            "authMode": "AADToken",
            "scoringUri": "https://digits.eastus.inference.ml.azure.com/jobs",
            "defaults": {"deploymentName": default},
            "provisioningState": "Succeeded",
        },
    }


NAMES = {"name": "blue", "endpoint_name": "digits"}
EVERYTHING: dict[str, Any] = {
    **NAMES,
    "description": "first",
    "tags": {"team": "vision"},
    "properties": {"p1": 1},
    "model": "azureml:digits:1",
    "code_configuration": {"code": "azureml:score:2", "scoring_script": "score.py"},
    "environment": "sklearn:3",
    "environment_variables": {"DEBUG": True, "EMPTY": ""},
    "compute": "azureml:cpu",
    "resources": {"instance_count": 2},
    "mini_batch_size": 20,
    "max_concurrency_per_instance": 4,
    "retry_settings": {"max_retries": 5, "timeout": 90},
    "error_threshold": 10,
    "logging_level": "debug",
    "output_action": "summary_only",
    "output_file_name": "out.csv",
}


def test_every_option_reaches_the_wire(run: Run) -> None:
    written = put(AT)
    calls = [get(ENDPOINT, endpoint()), *TARGETS, written, poll("Updating"), poll(), get(AT, deployment())]
    run(batch_deployment, EVERYTHING, get(AT), *calls)
    assert written.sent == {
        "location": "eastus",
        "tags": {"team": "vision"},
        "properties": {
            "description": "first",
            "properties": {"p1": "1"},
            "model": {"referenceType": "Id", "assetId": f"{WORKSPACE}/{MODEL}"},
            "codeConfiguration": {"codeId": f"{WORKSPACE}/{CODE}", "scoringScript": "score.py"},
            "environmentId": f"{WORKSPACE}/{ENVIRONMENT}",
            "environmentVariables": {"DEBUG": "true", "EMPTY": ""},
            "compute": f"{WORKSPACE}/{CPU}",
            "resources": {"instanceCount": 2},
            "miniBatchSize": 20,
            "maxConcurrencyPerInstance": 4,
            "retrySettings": {"maxRetries": 5, "timeout": "PT1M30S"},
            "errorThreshold": 10,
            "loggingLevel": "Debug",
            "outputAction": "SummaryOnly",
            "outputFileName": "out.csv",
        },
    }


AS_THE_SERVICE_FILLS_IN: dict[str, Any] = {
    **NAMES,
    "description": "",
    "tags": {},
    "properties": {},
    "model": f"azureml:{WORKSPACE}/{MODEL}",
    "code_configuration": {"code": "score:2", "scoring_script": "score.py"},
    "environment": "azureml:sklearn:3",
    "environment_variables": {},
    "compute": f"{WORKSPACE.lower()}/{CPU}",
    "resources": {"instance_count": 1},
    "mini_batch_size": 10,
    "max_concurrency_per_instance": 1,
    "retry_settings": {"max_retries": 3, "timeout": 30},
    "error_threshold": -1,
    "logging_level": "info",
    "output_action": "append_row",
    "output_file_name": "predictions.csv",
}


@pytest.mark.parametrize(
    "standing",
    [
        deployment(),
        deployment(environmentVariables=None, properties=None, loggingLevel="info", description=""),
        deployment(miniBatchSize="10", errorThreshold="-1", retrySettings={"maxRetries": "3", "timeout": "PT0M30S"}),
        deployment(environmentId="azureml:sklearn:3"),
        deployment(properties={"AzureAsyncOperationUri": "https://x", "azureml.onlineendpointid": "y"}),
    ],
)
def test_a_deployment_that_another_client_made_is_adopted(run: Run, standing: Any) -> None:
    assert not run(batch_deployment, AS_THE_SERVICE_FILLS_IN, get(AT, standing))["changed"]


def test_the_result_is_in_the_words_of_the_task(run: Run) -> None:
    assert run(batch_deployment, NAMES, get(AT, deployment()))["batch_deployment"] == {
        **AS_THE_SERVICE_FILLS_IN,
        "id": f"{WORKSPACE}/{AT}",
        "location": "eastus",
        "description": None,
        "model": f"{WORKSPACE}/{MODEL}",
        "code_configuration": {"code": f"{WORKSPACE}/{CODE}", "scoring_script": "score.py"},
        "environment": f"{WORKSPACE}/{ENVIRONMENT}",
        "compute": f"{WORKSPACE}/{CPU}",
        "provisioning_state": "Succeeded",
    }


def test_a_smaller_mini_batch_keeps_everything_else(run: Run) -> None:
    written = put(AT)
    task = {**NAMES, "mini_batch_size": 5, "retry_settings": {"timeout": 60}}
    done = run(batch_deployment, task, get(AT, deployment()), written, poll(), get(AT, deployment()))
    assert done["diff"] == {
        "before": {"name": "blue", "mini_batch_size": 10, "retry_settings": {"timeout": 30}},
        "after": {"name": "blue", "mini_batch_size": 5, "retry_settings": {"timeout": 60}},
    }
    assert written.sent == {
        "location": "eastus",
        "tags": {},
        "properties": {
            "properties": {},
            "codeConfiguration": {"codeId": f"{WORKSPACE}/{CODE}", "scoringScript": "score.py"},
            "environmentId": f"{WORKSPACE}/{ENVIRONMENT}",
            "environmentVariables": {},
            "compute": f"{WORKSPACE}/{CPU}",
            "errorThreshold": -1,
            "retrySettings": {"maxRetries": 3, "timeout": "PT1M"},
            "miniBatchSize": 5,
            "loggingLevel": "Info",
            "model": {"referenceType": "Id", "assetId": f"{WORKSPACE}/{MODEL}"},
            "maxConcurrencyPerInstance": 1,
            "outputAction": "AppendRow",
            "outputFileName": "predictions.csv",
            "resources": {"instanceCount": 1},
        },
    }


def test_another_model_is_laid_over_the_one_that_stands(run: Run) -> None:
    newer = "models/digits/versions/2"
    written = put(AT)
    calls = [get(newer, {"id": newer}), written, poll(), get(AT, deployment())]
    run(batch_deployment, {**NAMES, "model": "azureml:digits:2"}, get(AT, deployment()), *calls)
    assert written.sent["properties"]["model"] == {"referenceType": "Id", "assetId": f"{WORKSPACE}/{newer}"}


def test_environment_variables_replace_those_that_stand(run: Run) -> None:
    written = put(AT)
    standing = deployment(environmentVariables={"OLD": "1"})
    task = {**NAMES, "environment_variables": {"NEW": "2"}}
    run(batch_deployment, task, get(AT, standing), written, poll(), get(AT, deployment()))
    assert written.sent["properties"]["environmentVariables"] == {"NEW": "2"}


def test_a_new_deployment_becomes_the_default(run: Run) -> None:
    default = put(ENDPOINT)
    created = [put(AT), poll(), get(AT, deployment())]
    marked = [get(ENDPOINT, endpoint()), default, poll(), get(ENDPOINT, endpoint("blue"))]
    task = {**EVERYTHING, "set_default": True}
    run(batch_deployment, task, get(AT), get(ENDPOINT, endpoint()), *TARGETS, *created, *marked)
    assert default.sent == {
        "location": "eastus",
        "tags": {"t1": "v1"},
        "properties": {"description": "funny", "authMode": "AADToken", "defaults": {"deploymentName": "blue"}},
    }


def test_a_standing_default_is_one_get_more(run: Run) -> None:
    calls = [get(AT, deployment()), get(ENDPOINT, endpoint("blue"))]
    assert not run(batch_deployment, {**AS_THE_SERVICE_FILLS_IN, "set_default": True}, *calls)["changed"]


def test_a_new_deployment_needs_a_model_and_a_compute(run: Run) -> None:
    assert "creating it needs model, compute" in run(batch_deployment, NAMES, get(AT))["msg"]


def test_a_missing_endpoint_is_found_before_any_write(run: Run) -> None:
    done = run(batch_deployment, EVERYTHING, get(AT), get(ENDPOINT))
    assert done["msg"].startswith("endpoint_name: there is no batch endpoint digits in workspace ws1.")


@pytest.mark.parametrize(
    ("task", "complaint"),
    [
        ({"name": "b/lue"}, "name: 'b/lue' cannot be the name of a batch deployment"),
        ({"endpoint_name": "di"}, "endpoint_name: 'di' cannot be the name of a batch endpoint"),
        ({"mini_batch_size": 0}, "mini_batch_size: 0 is too small: the smallest value is 1."),
        ({"error_threshold": -2}, "error_threshold: -2 is too small: the smallest value is -1."),
        ({"retry_settings": {"timeout": 0}}, "retry_settings.timeout: 0 s is too short: the shortest is 1 s."),
        ({"environment": "sklearn"}, "environment: 'sklearn' names no version"),
    ],
)
def test_bad_input_is_found_before_any_request(run: Run, task: dict[str, Any], complaint: str) -> None:
    assert run(batch_deployment, {**NAMES, **task})["msg"].startswith(complaint)


def test_deleting(run: Run) -> None:
    calls = [get(AT, deployment()), delete(AT), poll(), get(AT)]
    assert run(batch_deployment, {**NAMES, "state": "absent"}, *calls)["changed"]


def test_nothing_is_there_to_delete_without_an_endpoint(run: Run) -> None:
    assert not run(batch_deployment, {**NAMES, "state": "absent"}, get(AT))["changed"]
