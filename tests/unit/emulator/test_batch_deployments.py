"""Batch deployments (batch contract 4, 9)."""

from __future__ import annotations

import pytest

BLUE = "batchEndpoints/digits-ep/deployments/blue"


@pytest.fixture
def endpoint(assets):
    assets.done(assets.endpoint())
    return assets


def test_defaults_are_written_out(endpoint):
    answer = endpoint.send("PUT", BLUE, endpoint.deployment())
    assert answer.status_code == 201
    assert "/mfeOperationsStatus/bdbes:" in answer.headers["Azure-AsyncOperation"]
    assert answer.headers["x-ms-ratelimit-remaining-subscription-resource-requests"] == "799"
    assert "x-ms-ratelimit-remaining-subscription-writes" not in answer.headers
    sent = endpoint.deployment()["properties"]
    assert answer.json()["properties"] == {
        "description": None,
        "properties": {},
        "codeConfiguration": sent["codeConfiguration"],
        "environmentId": sent["environmentId"],
        "environmentVariables": {},
        "compute": sent["compute"],
        "deploymentConfiguration": None,
        "errorThreshold": -1,
        "retrySettings": {"maxRetries": 3, "timeout": "PT30S"},
        "miniBatchSize": 10,
        "loggingLevel": "Info",
        "model": sent["model"],
        "maxConcurrencyPerInstance": 1,
        "outputAction": "AppendRow",
        "outputFileName": "predictions.csv",
        "resources": {"instanceCount": 1, "instanceType": None, "properties": None},
        "provisioningState": "Creating",
    }
    endpoint.done(answer)
    assert endpoint.get(BLUE)["properties"]["provisioningState"] == "Succeeded"
    assert "deploymentConfiguration" not in endpoint.get(BLUE, api_version="2022-05-01")["properties"]


def test_a_first_deployment_is_not_made_default(endpoint):
    endpoint.done(endpoint.send("PUT", BLUE, endpoint.deployment()))
    assert endpoint.get("batchEndpoints/digits-ep")["properties"]["defaults"] == {"deploymentName": None}


def test_spellings_are_bound_and_answered_in_canonical_form(endpoint):
    body = endpoint.deployment(
        loggingLevel="info",
        miniBatchSize="5",
        errorThreshold="10",
        resources={"instanceCount": 2, "properties": {}},
        retrySettings={"timeout": "PT60S"},
        environmentId="azureml:AzureML-sklearn-1.0-ubuntu20.04-py38-cpu:33",
    )
    shown = endpoint.send("PUT", BLUE, body).json()["properties"]
    assert (shown["loggingLevel"], shown["miniBatchSize"], shown["errorThreshold"]) == ("Info", 5, 10)
    assert shown["resources"] == {"instanceCount": 2, "instanceType": None, "properties": None}
    assert shown["retrySettings"] == {"maxRetries": 3, "timeout": "PT60S"}
    assert shown["environmentId"] == "azureml:AzureML-sklearn-1.0-ubuntu20.04-py38-cpu:33"


def test_a_missing_model_is_refused_in_the_recorded_words(endpoint):
    body = endpoint.deployment()
    del body["properties"]["model"]
    answer = endpoint.send("PUT", BLUE, body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "UserError")
    assert error["message"] == (
        "The Deployment request provided has the following validation errors. Please resolve them and try again.\n"
        'Errors:\n[\n  {\n    "PropertyName": "ModelConfiguration.ModelReference",\n'
        '    "ErrorMessage": "\'Model Reference\' must not be empty.",\n'
        '    "ErrorCode": "ArgumentNullOrEmpty"\n  }\n]\n'
    )
    inner = error["additionalInfo"][-1]["info"]["value"]
    assert inner["innerError"]["innerError"]["code"] == "InvalidInputArguments"


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"miniBatchSize": 0}, "Properties.MiniBatchSize"),
        ({"errorThreshold": -2}, "Properties.ErrorThreshold"),
        ({"miniBatchSize": 1.5}, "Properties.MiniBatchSize"),
        ({"miniBatchSize": True}, "Properties.MiniBatchSize"),
        ({"errorThreshold": 2**31}, "Properties.ErrorThreshold"),
        ({"retrySettings": {"timeout": "30"}}, "Properties.RetrySettings.Timeout"),
        ({"colour": "red"}, "Properties.Colour"),
        ({"environmentVariables": ["A=b"]}, "Properties.EnvironmentVariables"),
    ],
)
def test_wrong_values_are_named(endpoint, change, name):
    answer = endpoint.send("PUT", BLUE, endpoint.deployment(**change))
    assert answer.status_code == 400
    assert f'"PropertyName": "{name}"' in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"outputAction": "All"},
            "The value provided is not a valid enum value. Field: outputAction. Allowed values: AppendRow,SummaryOnly.",
        ),
        ({"codeConfiguration": {"codeId": None}}, "The ScoringScript field is required."),
        ({"model": {"referenceType": "Id"}}, "The AssetId field is required."),
        ({"miniBatchSize": 0, "model": {"assetId": "x"}}, "The ReferenceType field is required."),
    ],
)
def test_a_body_that_cannot_be_bound_has_another_error(endpoint, change, message):
    answer = endpoint.send("PUT", BLUE, endpoint.deployment(**change))
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "UserError")
    assert error["message"] == "Request is invalid and/or missing fields."
    assert [(detail["code"], detail["message"]) for detail in error["details"]] == [("RequestInvalid", message)]


@pytest.mark.parametrize(
    "change",
    [
        {"compute": "computes/none"},
        {"environmentId": "environments/digits/versions/9"},
        {"environmentId": "azureml:digits:9"},
        {"codeConfiguration": {"codeId": "codes/none/versions/1", "scoringScript": "s.py"}},
        {"model": {"referenceType": "Id", "assetId": "models/none/versions/1"}},
    ],
)
def test_a_reference_to_nothing_is_refused_or_accepted(endpoint, change):
    body = endpoint.deployment(**change)
    assert endpoint.send("PUT", BLUE, body).status_code == 400
    endpoint.policy(missing_reference="accepted")
    assert endpoint.send("PUT", BLUE, body).status_code == 201


def test_the_parent_must_exist_and_be_ready(assets):
    assets.policy(absent_batch="provider")
    missing = assets.send("PUT", BLUE, assets.deployment())
    assert missing.status_code == 404
    assert "EndpointNotFound" in missing.text
    assets.policy(missing_parent_status="409")
    assert assets.send("PUT", BLUE, assets.deployment()).status_code == 409
    assets.endpoint()
    assert assets.send("PUT", BLUE, assets.deployment()).status_code == 409
    assets.wait()
    assert assets.send("PUT", BLUE, assets.deployment()).status_code == 201


def test_deployments_vanish_with_their_endpoint(endpoint):
    endpoint.done(endpoint.send("PUT", BLUE, endpoint.deployment()))
    assert [item["name"] for item in endpoint.get("batchEndpoints/digits-ep/deployments")["value"]] == ["blue"]
    endpoint.done(endpoint.send("DELETE", "batchEndpoints/digits-ep"))
    endpoint.done(endpoint.endpoint())
    assert endpoint.get("batchEndpoints/digits-ep/deployments") == {"value": []}


@pytest.mark.parametrize(("policy", "left"), [("cleared", None), ("kept", "blue")])
def test_deleting_the_default_deployment(endpoint, policy, left):
    endpoint.policy(default_after_delete=policy, delete_default="refused")
    endpoint.done(endpoint.send("PUT", BLUE, endpoint.deployment()))
    default = {"authMode": "AADToken", "defaults": {"deploymentName": "blue"}}
    endpoint.done(endpoint.endpoint(properties=default))
    assert endpoint.send("DELETE", BLUE).status_code == 400
    endpoint.policy(delete_default="accepted")
    endpoint.done(endpoint.send("DELETE", BLUE))
    assert endpoint.send("GET", BLUE).status_code == 404
    assert endpoint.get("batchEndpoints/digits-ep")["properties"]["defaults"] == {"deploymentName": left}


def test_deleting_the_default_deployment_may_fail_in_its_operation(endpoint):
    endpoint.policy(delete_default="failed", failed_operation_code="present")
    endpoint.done(endpoint.send("PUT", BLUE, endpoint.deployment()))
    default = {"authMode": "AADToken", "defaults": {"deploymentName": "blue"}}
    endpoint.done(endpoint.endpoint(properties=default))
    answer = endpoint.send("DELETE", BLUE)
    assert answer.status_code == 202
    endpoint.wait()
    status = endpoint.follow(answer.headers["Azure-AsyncOperation"]).json()
    assert (status["status"], status["error"]["code"]) == ("Failed", "InferencingClientCallFailed")
    assert status["error"]["message"].startswith("\"Can't delete deployment [blue]")
    inner = status["error"]["additionalInfo"][0]["info"]["error"]
    assert (inner["statusCode"], inner["message"]) == (400, status["error"]["message"])
    assert endpoint.get(BLUE)["properties"]["provisioningState"] == "Succeeded"


def test_the_model_may_change_or_not(endpoint):
    endpoint.done(endpoint.send("PUT", BLUE, endpoint.deployment()))
    changed = endpoint.deployment(environmentId="azureml:AzureML-x:1", miniBatchSize=3)
    endpoint.policy(deployment_changes="settings", immutable_status="409")
    assert endpoint.send("PUT", BLUE, changed).status_code == 409
    endpoint.policy(deployment_changes="any")
    endpoint.done(endpoint.send("PUT", BLUE, changed))
    assert endpoint.get(BLUE)["properties"]["miniBatchSize"] == 3


def test_patch_takes_description_and_tags(endpoint):
    endpoint.done(endpoint.send("PUT", BLUE, endpoint.deployment()))
    change = {"properties": {"description": "new", "miniBatchSize": 99}, "tags": {"a": "b"}}
    shown = endpoint.send("PATCH", BLUE, change).json()
    assert (shown["properties"]["description"], shown["properties"]["miniBatchSize"]) == ("new", 10)
    assert shown["tags"] == {"a": "b"}


def test_a_pipeline_deployment_needs_no_model(endpoint):
    configuration = {
        "deploymentConfigurationType": "PipelineComponent",
        "componentId": {"referenceType": "Id", "assetId": endpoint.path("components/c/versions/1")},
        "settings": {"continue_on_step_failure": "False"},
    }
    body = {"location": "eastus", "properties": {"deploymentConfiguration": configuration}}
    assert endpoint.send("PUT", BLUE, body, api_version="2022-05-01").status_code == 400
    assert endpoint.send("PUT", BLUE, body, api_version="2024-04-01").status_code == 201


def test_a_put_meets_a_running_operation(endpoint):
    endpoint.send("PUT", BLUE, endpoint.deployment())
    endpoint.policy(concurrent_put="409")
    assert endpoint.send("PUT", BLUE, endpoint.deployment()).status_code == 409
    endpoint.policy(concurrent_put="accepted")
    endpoint.done(endpoint.send("PUT", BLUE, endpoint.deployment()))


def test_the_first_generation_adds_its_keys(endpoint):
    endpoint.policy(generation="G1", signed_operation_urls="off")
    answer = endpoint.send("PUT", BLUE, endpoint.deployment())
    added = answer.json()["properties"]["properties"]
    assert "/bd:" in answer.headers["Azure-AsyncOperation"]
    assert added["AzureAsyncOperationUri"] == answer.headers["Azure-AsyncOperation"].replace("/bd:", "/be:")
    assert endpoint.follow(added["AzureAsyncOperationUri"]).json()["status"] == "Updating"
    endpoint.wait()
    assert endpoint.follow(added["AzureAsyncOperationUri"]).json()["status"] == "Succeeded"
