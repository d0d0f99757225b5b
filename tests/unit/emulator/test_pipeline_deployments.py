"""Deployments of a pipeline component (batch contract 14.18, 14.28, 14.29)."""

from __future__ import annotations

from typing import Any

import pytest

ENDPOINT = "batchEndpoints/digits-ep"
STEPS = f"{ENDPOINT}/deployments/steps"
COMPONENT = "azureml://registries/r/components/c/versions/1"
OF_A_MODEL = {"errorThreshold": -1, "maxConcurrencyPerInstance": 1, "miniBatchSize": 10, "outputFileName": "p.csv"}
TAG = "PipelineDeployment.ComponentId"


def pipeline(component: str = COMPONENT, **properties: Any) -> dict[str, Any]:
    configuration = {
        "deploymentConfigurationType": "PipelineComponent",
        "componentId": {"referenceType": "Id", "assetId": component},
        "settings": {"default_compute": "azureml:cpu", "continue_on_step_failure": "False"},
        "tags": {"a": "b"},
    }
    return {"location": "eastus", "properties": {"deploymentConfiguration": configuration, **properties}}


@pytest.fixture
def endpoint(assets):
    assets.done(assets.endpoint())
    return assets


def test_what_only_models_have_is_empty(endpoint):
    answer = endpoint.send("PUT", STEPS, pipeline(description="d", **OF_A_MODEL))
    assert answer.status_code == 201
    expected = {
        "description": "d",
        "properties": None,
        "codeConfiguration": None,
        "environmentId": None,
        "environmentVariables": None,
        "compute": None,
        "deploymentConfiguration": {
            "componentId": {"referenceType": "Id", "assetId": COMPONENT},
            "deploymentConfigurationType": "PipelineComponent",
            "description": None,
            "settings": None,
            "tags": None,
        },
        "errorThreshold": 0,
        "retrySettings": {"maxRetries": 0, "timeout": "PT0S"},
        "miniBatchSize": 0,
        "loggingLevel": "Info",
        "model": None,
        "maxConcurrencyPerInstance": 0,
        "outputAction": "SummaryOnly",
        "resources": {"instanceCount": 1, "instanceType": None, "properties": None},
        "provisioningState": "Creating",
    }
    assert answer.json()["properties"] == expected
    endpoint.done(answer)
    assert endpoint.get(STEPS)["properties"] == {**expected, "provisioningState": "Succeeded"}
    assert endpoint.get(f"{ENDPOINT}/deployments")["value"][0]["properties"]["miniBatchSize"] == 0


def test_an_older_version_shows_the_output_file_and_no_configuration(endpoint):
    endpoint.done(endpoint.send("PUT", STEPS, pipeline()))
    shown = endpoint.get(STEPS, api_version="2022-05-01")["properties"]
    assert "deploymentConfiguration" not in shown
    assert (shown["outputFileName"], shown["miniBatchSize"]) == (None, 0)


@pytest.mark.parametrize("name", [TAG, "ComponentDeployment.ComponentId"])
def test_the_service_adds_a_tag_that_follows_the_component(endpoint, name):
    endpoint.policy(pipeline_tag=name)
    body = {**pipeline(), "tags": {"own": "1"}}
    assert endpoint.done(endpoint.send("PUT", STEPS, body)).json()["tags"] == {"own": "1", name: COMPONENT}
    second = COMPONENT.replace("versions/1", "versions/2")
    endpoint.done(endpoint.send("PUT", STEPS, {**pipeline(second), "tags": {name: COMPONENT}}))
    assert endpoint.get(STEPS)["tags"] == {name: second}


def test_the_service_may_add_no_tag(endpoint):
    endpoint.policy(pipeline_tag="none")
    assert endpoint.send("PUT", STEPS, pipeline()).json()["tags"] == {}


@pytest.mark.parametrize(
    ("policy", "key"),
    [("renamed", "ComponentDeployment.Settings.continue_on_step_failure"), ("kept", "continue_on_step_failure")],
)
def test_settings_may_be_shown(endpoint, policy, key):
    endpoint.policy(pipeline_settings=policy)
    shown = endpoint.send("PUT", STEPS, pipeline()).json()["properties"]["deploymentConfiguration"]
    assert shown["settings"] == {"default_compute": "azureml:cpu", key: "False"}
    assert shown["tags"] == {"a": "b"}


def test_settings_that_were_read_as_null_are_lost_when_written_back(endpoint):
    endpoint.done(endpoint.send("PUT", STEPS, pipeline()))
    body = pipeline()
    body["properties"]["deploymentConfiguration"]["settings"] = None
    endpoint.done(endpoint.send("PUT", STEPS, body))
    endpoint.policy(pipeline_settings="kept")
    assert endpoint.get(STEPS)["properties"]["deploymentConfiguration"]["settings"] == {}


@pytest.mark.parametrize(("policy", "status"), [("refused", 400), ("accepted", 201)])
def test_zeros_that_were_read_may_be_written_back(endpoint, policy, status):
    endpoint.policy(pipeline_zeros=policy)
    zeros = {"miniBatchSize": 0, "maxConcurrencyPerInstance": 0, "errorThreshold": 0, "model": None}
    assert endpoint.send("PUT", STEPS, pipeline(**zeros)).status_code == status
    model = endpoint.deployment(**zeros, deploymentConfiguration=None)
    assert endpoint.send("PUT", f"{ENDPOINT}/deployments/blue", model).status_code == 400


def test_a_component_reference_needs_its_id(endpoint):
    answer = endpoint.send("PUT", STEPS, pipeline(""))
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["message"] == "Request is invalid and/or missing fields."
    assert [(detail["code"], detail["message"]) for detail in error["details"]] == [
        ("RequestInvalid", "The AssetId field is required.")
    ]
