"""Endpoints and deployments that do not exist: who answers, and how (batch contract 14.4, 14.23)."""

from __future__ import annotations

from typing import Any

import pytest

ENDPOINT = "batchEndpoints/digits-ep"
BLUE = f"{ENDPOINT}/deployments/blue"


@pytest.fixture
def deployed(assets):
    assets.done(assets.endpoint())
    assets.done(assets.send("PUT", BLUE, assets.deployment()))
    return assets


def innermost(answer: Any) -> str:
    value = answer.json()["error"]["additionalInfo"][-1]["info"]["value"]
    while value["innerError"]:
        value = value["innerError"]
    return value["code"]


def check_gateway(answer: Any, code: str, named: str) -> None:
    assert answer.status_code == 404
    assert answer.headers["x-ms-failure-cause"] == "gateway"
    assert "x-ms-response-type" not in answer.headers
    assert answer.json()["error"]["code"] == code
    assert f"'{named}'" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "below"),
    [("GET", "batchEndpoints/nobody"), ("PATCH", "batchEndpoints/nobody"), ("GET", f"{ENDPOINT}/deployments/none")],
)
def test_the_gateway_answers_for_what_never_existed(deployed, method, below):
    answer = deployed.send(method, below, {} if method == "PATCH" else None)
    name = f"Microsoft.MachineLearningServices/workspaces/{deployed.settings.workspace_name}/{below}"
    check_gateway(answer, "ResourceNotFound", name)
    assert answer.json()["error"]["message"] == (
        f"The Resource '{name}' under resource group '{deployed.settings.resource_group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )


def test_the_provider_may_answer_for_what_never_existed(deployed):
    deployed.policy(absent_batch="provider")
    for below, code in (
        ("batchEndpoints/nobody", "EndpointNotFound"),
        (f"{ENDPOINT}/deployments/x", "DeploymentNotFound"),
    ):
        answer = deployed.send("GET", below)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "UserError")
        assert innermost(answer) == code


def test_a_deleted_endpoint_is_known_to_the_gateway_for_half_a_minute(deployed):
    deployed.done(deployed.send("DELETE", ENDPOINT))
    soon = deployed.send("GET", ENDPOINT.upper().replace("BATCHENDPOINTS", "batchEndpoints"))
    assert soon.headers["x-ms-response-type"] == "error"
    assert innermost(soon) == "EndpointNotFound"
    assert "'digits-ep' does not exist in the workspace" in soon.json()["error"]["message"]
    deployed.wait(31)
    check_gateway(
        deployed.send("GET", ENDPOINT),
        "ResourceNotFound",
        f"Microsoft.MachineLearningServices/workspaces/{deployed.settings.workspace_name}/{ENDPOINT}",
    )


def test_a_deleted_deployment_is_known_to_the_gateway_for_half_a_minute(deployed):
    deployed.done(deployed.send("DELETE", BLUE))
    soon = deployed.send("GET", BLUE.replace("digits-ep", "DIGITS-EP"))
    assert innermost(soon) == "DeploymentNotFound"
    assert soon.json()["error"]["message"] == (
        "A deployment with the name 'blue' does not exist under the endpoint 'digits-ep' in workspace "
        f"'{deployed.settings.workspace_name}'. "
        "Please check the deployment name and also ensure the current user has access to it."
    )
    deployed.wait(31)
    assert deployed.send("GET", BLUE).headers["x-ms-failure-cause"] == "gateway"
    deployed.done(deployed.send("PUT", BLUE, deployed.deployment()))
    assert deployed.get(BLUE)["name"] == "blue"


def test_the_gateway_may_know_longer(deployed):
    deployed.policy(deleted_known="600")
    deployed.done(deployed.send("DELETE", ENDPOINT))
    deployed.wait(599)
    assert innermost(deployed.send("GET", ENDPOINT)) == "EndpointNotFound"


@pytest.mark.parametrize(("policy", "code"), [("parent", "ParentResourceNotFound"), ("resource", "ResourceNotFound")])
def test_below_an_absent_endpoint_the_gateway_names_the_endpoint(assets, policy, code):
    assets.policy(absent_parent=policy)
    workspace = assets.settings.workspace_name
    path = f"Microsoft.MachineLearningServices/workspaces/{workspace}/{ENDPOINT}"
    named = f"{workspace}/digits-ep" if policy == "parent" else path
    for method, below in (("GET", BLUE), ("GET", f"{ENDPOINT}/deployments"), ("PUT", BLUE)):
        check_gateway(assets.send(method, below, assets.deployment() if method == "PUT" else None), code, named)


def test_a_refused_delete_of_something_absent_has_the_same_answer(deployed):
    deployed.policy(delete_absent="404")
    assert deployed.send("DELETE", "batchEndpoints/nobody").headers["x-ms-failure-cause"] == "gateway"
    assert deployed.send("DELETE", f"{ENDPOINT}/deployments/x").headers["x-ms-failure-cause"] == "gateway"
    deployed.done(deployed.send("DELETE", BLUE))
    assert innermost(deployed.send("DELETE", BLUE)) == "DeploymentNotFound"


def test_the_bodies_of_accepted_deletes(deployed):
    assert deployed.send("DELETE", BLUE).content == b""
    assert deployed.send("DELETE", ENDPOINT).content == b"null"
