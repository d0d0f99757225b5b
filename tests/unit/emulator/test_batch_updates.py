"""PUT on an endpoint or deployment that exists (batch contract 14.1 to 14.3, 14.22, 14.24 to 14.26)."""

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


def endpoint(workspace: Any, **properties: Any) -> Any:
    return workspace.endpoint(properties={"authMode": "AADToken", **properties})


def default_of(shown: Any) -> Any:
    return shown["properties"]["defaults"]["deploymentName"]


@pytest.mark.parametrize("below", [ENDPOINT, BLUE])
def test_an_update_is_accepted_with_an_operation(deployed, below):
    created = deployed.get(below)["systemData"]
    deployed.wait(60)
    answer = deployed.endpoint() if below == ENDPOINT else deployed.send("PUT", BLUE, deployed.deployment())
    assert (answer.status_code, answer.json()["properties"]["provisioningState"]) == (201, "Updating")
    assert answer.headers["Location"] == str(answer.request.url)
    assert answer.headers["x-ms-async-operation-timeout"] == "PT30M"
    assert "/mfeOperationsStatus/" in answer.headers["Azure-AsyncOperation"]
    changed = answer.json()["systemData"]
    assert changed["createdAt"] == created["createdAt"]
    assert changed["lastModifiedAt"] > created["lastModifiedAt"]
    deployed.done(answer)
    assert deployed.get(below)["systemData"] == changed


@pytest.mark.parametrize(("policy", "first"), [("old", None), ("new", "blue")])
def test_the_first_answer_names_the_old_default(deployed, policy, first):
    deployed.policy(default_in_put_answer=policy)
    answer = endpoint(deployed, defaults={"deploymentName": "blue"})
    assert default_of(answer.json()) == first
    assert answer.json()["properties"]["scoringUri"]
    assert default_of(deployed.get(ENDPOINT)) == first
    deployed.done(answer)
    assert default_of(deployed.get(ENDPOINT)) == "blue"


def test_an_update_that_shows_no_operation_has_ended_with_its_default(deployed):
    deployed.policy(default_in_put_answer="old", update_operation="hidden", update_state="Succeeded")
    assert default_of(endpoint(deployed, defaults={"deploymentName": "blue"}).json()) == "blue"
    assert default_of(deployed.get(ENDPOINT)) == "blue"


def test_a_failed_update_leaves_the_old_default(deployed):
    deployed.policy(failing_names="digits-ep")
    endpoint(deployed, defaults={"deploymentName": "blue"})
    deployed.wait()
    assert default_of(deployed.get(ENDPOINT)) is None
    deployed.policy(failing_names="")
    deployed.send("PATCH", ENDPOINT, {"tags": {"a": "b"}})
    deployed.wait()
    assert default_of(deployed.get(ENDPOINT)) is None


def test_an_empty_default_clears_the_default(deployed):
    deployed.done(endpoint(deployed, defaults={"deploymentName": "blue"}))
    deployed.done(endpoint(deployed, defaults={}))
    assert default_of(deployed.get(ENDPOINT)) is None


@pytest.mark.parametrize(("policy", "description"), [("kept", "old"), ("changed", "new")])
def test_the_description_of_an_endpoint_may_not_change(workspace, policy, description):
    workspace.policy(endpoint_description=policy)
    workspace.done(endpoint(workspace, description="old"))
    answer = workspace.done(endpoint(workspace, description="new"))
    assert (answer.status_code, answer.json()["properties"]["description"]) == (201, description)
    assert workspace.get(ENDPOINT)["properties"]["description"] == description
    workspace.done(endpoint(workspace))
    assert workspace.get(ENDPOINT)["properties"]["description"] == ("old" if policy == "kept" else None)


def test_service_keys_that_are_sent_back_are_replaced(workspace):
    workspace.done(endpoint(workspace, properties={"p": "1"}))
    own = workspace.get(ENDPOINT)["properties"]["properties"]
    altered = {**own, "BatchEndpointCreationApiVersion": "2020-01-01", "azureml.onlineendpointid": "x", "q": "2"}
    workspace.done(endpoint(workspace, properties=altered))
    assert workspace.get(ENDPOINT)["properties"]["properties"] == {**own, "q": "2"}


class TestTheFirstGeneration:
    """It has no operation where there is nothing to provision."""

    @pytest.fixture(autouse=True)
    def first_generation(self, workspace):
        workspace.policy(generation="G1", signed_operation_urls="off")

    def check_at_once(self, workspace: Any, answer: Any, before: Any) -> None:
        assert (answer.status_code, answer.json()["properties"]["provisioningState"]) == (200, "Succeeded")
        assert not {"Azure-AsyncOperation", "Location", "x-ms-async-operation-timeout"} & set(answer.headers)
        key = "AzureAsyncOperationUri"
        assert answer.json()["properties"]["properties"][key] != before["properties"]["properties"][key]
        assert answer.json()["systemData"]["lastModifiedAt"] > before["systemData"]["lastModifiedAt"]
        assert workspace.get(ENDPOINT)["properties"]["provisioningState"] == "Succeeded"

    def test_an_equal_body_ends_at_once(self, deployed):
        before = deployed.get(ENDPOINT)
        self.check_at_once(deployed, deployed.endpoint(), before)

    def test_tags_and_description_end_at_once_without_deployments(self, workspace):
        workspace.done(workspace.endpoint(tags={"t1": "v1"}))
        before = workspace.get(ENDPOINT)
        properties = {"authMode": "AADToken", "description": "funny"}
        answer = workspace.endpoint(tags={"t1": "v2"}, properties=properties)
        self.check_at_once(workspace, answer, before)
        assert (answer.json()["tags"], answer.json()["properties"]["description"]) == ({"t1": "v2"}, None)

    def test_tags_need_an_operation_beside_deployments(self, deployed):
        answer = deployed.endpoint(tags={"a": "b"})
        assert (answer.status_code, "Azure-AsyncOperation" in answer.headers) == (201, True)

    def test_a_default_needs_an_operation_which_the_endpoint_names(self, deployed):
        answer = endpoint(deployed, defaults={"deploymentName": "blue"})
        assert (answer.status_code, default_of(answer.json())) == (201, None)
        own = answer.json()["properties"]["properties"]
        assert own["AzureAsyncOperationUri"] == answer.headers["Azure-AsyncOperation"]
        deployed.done(answer)
        assert default_of(deployed.get(ENDPOINT)) == "blue"

    def test_a_deployment_names_the_operation_of_its_last_put(self, deployed):
        deployed.policy(update_state="Succeeded")
        answer = deployed.send("PUT", BLUE, deployed.deployment(miniBatchSize=3))
        own = answer.json()["properties"]
        assert (answer.status_code, own["provisioningState"], own["miniBatchSize"]) == (201, "Succeeded", 3)
        url = answer.headers["Azure-AsyncOperation"]
        assert own["properties"]["AzureAsyncOperationUri"] == url.replace("/bd:", "/be:")
        deployed.done(answer)


def test_a_deployment_shows_its_new_settings_at_once_and_resets_what_is_left_out(deployed):
    answer = deployed.send("PUT", BLUE, deployed.deployment(outputFileName="rows.txt"))
    assert answer.json()["properties"]["outputFileName"] == "rows.txt"
    deployed.done(answer)
    assert deployed.send("PUT", BLUE, deployed.deployment()).json()["properties"]["outputFileName"] == "predictions.csv"


@pytest.mark.parametrize(
    ("version", "keys"),
    [
        ("2024-01-01-preview", {"locations", "maxInstanceCount"}),
        ("2023-02-01-preview", {"locations"}),
        ("2024-10-01", set()),
    ],
)
def test_previews_have_more_resources(deployed, version, keys):
    resources = deployed.get(BLUE, api_version=version)["properties"]["resources"]
    assert set(resources) - {"instanceCount", "instanceType", "properties"} == keys
    assert all(resources[key] is None for key in keys)


def test_capitals_reach_the_same_endpoint(deployed):
    capitals = ENDPOINT.replace("digits-ep", "DIGITS-EP")
    answer = deployed.send("PUT", f"{capitals}/deployments/blue", deployed.deployment())
    assert (answer.status_code, answer.json()["id"]) == (201, deployed.path(BLUE))
    deployed.done(answer)
    assert deployed.get(capitals)["id"] == deployed.path(ENDPOINT)
    assert [item["name"] for item in deployed.get(f"{capitals}/deployments")["value"]] == ["blue"]
    deployed.done(deployed.send("DELETE", capitals))
    assert deployed.send("GET", ENDPOINT).status_code == 404
