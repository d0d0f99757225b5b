"""Registries: the resource, its assets on the regional host, import and publish."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.unit.emulator.conftest import Http, Workspace

VERSION = "2021-10-01-dataplanepreview"
BODY = {"location": "East US", "tags": {"one": "two"}, "properties": {"regionDetails": [{"location": "eastus"}]}}
DATA = {"dataType": "uri_file", "dataUri": "https://account.blob.core.windows.net/c/page.txt"}


class Registry:
    """A client of one registry."""

    def __init__(self, workspace: Workspace, name: str = "Reg1") -> None:
        self.workspace = workspace
        self.name = name
        settings = workspace.settings
        group = f"/subscriptions/{settings.subscription_id}/resourceGroups/rg-shared"
        self.path = f"{group}/providers/Microsoft.MachineLearningServices/registries/{name}"
        self.api = Http(workspace.emulator, "api")
        made = self.arm("PUT", BODY)
        assert (made.status_code, made.content) == (202, b"")
        assert "/registryOperationsStatus/" in made.headers["Azure-AsyncOperation"]
        assert "/locations/East US/" in made.headers["Location"]
        workspace.wait()

    def arm(self, method: str, body: Any = None) -> httpx.Response:
        params = {"api-version": "2022-10-01-preview"}
        return self.workspace.http.request(method, self.path, params=params, json=body, headers=self.workspace.headers)

    def send(self, method: str, below: str, body: Any = None) -> httpx.Response:
        url = f"/mferp/managementfrontend{self.path}/{below}?api-version={VERSION}"
        return self.api.request(method, url, json=body, headers=self.workspace.headers)

    def follow(self, answer: httpx.Response) -> httpx.Response:
        return self.api.get(answer.headers["Location"], headers=self.workspace.headers)


@pytest.fixture
def registry(workspace: Workspace) -> Registry:
    return Registry(workspace)


def test_the_resource_is_made_by_an_operation(registry):
    shown = registry.arm("GET").json()
    assert (shown["name"], shown["location"], shown["tags"], shown["systemData"]) == (
        "Reg1",
        "eastus",
        {"one": "two"},
        None,
    )
    assert shown["properties"]["managedResourceGroup"]["resourceId"].partition("azureml-rg-Reg1_")[2]
    details = shown["properties"]["regionDetails"][0]
    assert details["acrDetails"][0]["systemCreatedAcrAccount"]["acrAccountSku"] == "Premium"
    again = Registry(registry.workspace).arm("GET").json()
    assert again["properties"]["regionDetails"] == shown["properties"]["regionDetails"]


def test_lists_are_those_of_a_group_and_of_a_subscription(registry):
    workspace = registry.workspace
    subscription = f"/subscriptions/{workspace.settings.subscription_id}"
    provider = "providers/Microsoft.MachineLearningServices/registries"
    places = {
        "": ["Reg1"],
        "/resourceGroups/RG-shared": ["Reg1"],
        f"/resourceGroups/{workspace.settings.resource_group}": [],
    }
    for group, names in places.items():
        url = f"{subscription}{group}/{provider}?api-version=2024-10-01"
        found = workspace.http.get(url, headers=workspace.headers).json()["value"]
        assert [one["name"] for one in found] == names


def test_it_is_deleted_by_an_operation(registry):
    answer = registry.arm("DELETE")
    assert answer.status_code == 202
    registry.workspace.wait()
    assert registry.arm("GET").json()["error"]["code"] == "ResourceNotFound"
    assert registry.arm("DELETE").status_code == 204


def test_discovery_needs_no_more_than_the_name(registry):
    url = "/registrymanagement/v1.0/registries/reg1/discovery"
    found = registry.api.get(url, headers=registry.workspace.headers).json()
    assert (found["registryName"], found["resourceGroup"], found["primaryRegion"]) == ("Reg1", "rg-shared", "eastus")
    assert found["primaryRegionResourceProviderUri"] == f"{registry.workspace.settings.url('api')}/"
    assert registry.api.get(url.replace("reg1", "none"), headers=registry.workspace.headers).status_code == 404
    assert registry.api.get(url).status_code == 401


def test_a_model_is_made_by_an_operation_that_names_it(registry):
    answer = registry.send("PUT", "models/m1/versions/14", {"properties": {"modelUri": "https://a/c/model.pkl"}})
    assert (answer.status_code, answer.content) == (202, b"null")
    assert "/assetstore/v1.0/operations/" in answer.headers["Location"]
    assert (registry.follow(answer).status_code, registry.follow(answer).content) == (202, b"")
    assert registry.send("GET", "models/m1/versions/14").status_code == 404
    registry.workspace.wait()
    assert registry.follow(answer).json() == {"assetId": "azureml://registries/reg1/models/m1/versions/14"}
    shown = registry.send("GET", "models/m1/versions/14").json()
    assert (shown["id"], shown["name"]) == ("azureml://registries/reg1/models/m1/versions/14", "m1")
    assert shown["properties"]["modelType"] == "custom_model"
    assert [one["name"] for one in registry.send("GET", "models/m1/versions").json()["value"]] == ["m1"]


def test_an_image_is_answered_as_the_copy(registry):
    answer = registry.send("PUT", "environments/env1/versions/2", {"properties": {"image": "mcr/x:1"}})
    assert answer.headers["Location"].endswith("/environment/v1.0/operations/Reg1_env1_2_1")
    registry.workspace.wait()
    assert (registry.follow(answer).status_code, registry.follow(answer).content) == (200, b"")
    shown = registry.send("GET", "environments/env1/versions/2").json()
    assert shown["name"] == "2"
    assert "/env1_2_" in shown["properties"]["image"]


def test_absent_things(registry):
    missing = registry.send("GET", "models/none/versions/1")
    message = "Could not find asset with ID: azureml://registries/reg1/models/none/versions/1"
    assert (missing.status_code, missing.json()["error"]["message"]) == (404, message)
    assert registry.send("GET", "models/none/versions").json() == {"value": []}
    assert registry.send("GET", "nothing/none").status_code == 404


def test_a_place_to_upload_to(registry):
    sent = {"assetId": "azureml://registries/reg1/models/m1/versions/2"}
    found = registry.send("PUT", "tempdatarefs/m1/versions/2", sent).json()
    reference = found["blobReferenceForConsumption"]
    assert reference["blobUri"].rpartition("/")[2].startswith("reg1-")
    assert "sp=rcwl" in reference["credential"]["sasUri"]
    assert (found["imageReferenceForConsumption"], found["temporaryDataReferenceType"]) == (None, None)


def source(workspace: Workspace, version: str = "2") -> str:
    settings = workspace.settings
    place = f"locations/{settings.region}/workspaces/{settings.workspace_guid}"
    body = {"properties": {"modelUri": "https://elsewhere/c/model", "description": "mine", "tags": {"foo": "bar"}}}
    assert workspace.send("PUT", f"models/m1/versions/{version}", body).status_code == 201
    return f"azureml://{place}/models/m1/versions/{version}"


def imported(registry: Registry, asset: str) -> httpx.Response:
    wanted = {"referenceType": "Id", "destinationName": "m1", "destinationVersion": "2", "sourceAssetId": asset}
    return registry.send("POST", "import", {"properties": wanted})


def test_an_import_ends_with_204_and_names_its_origin(registry):
    asset = source(registry.workspace)
    answer = imported(registry, asset)
    assert (answer.status_code, answer.content) == (202, b"null")
    assert registry.follow(answer).status_code == 202
    registry.workspace.wait()
    assert (registry.follow(answer).status_code, registry.follow(answer).content) == (204, b"")
    shown = registry.send("GET", "models/m1/versions/2").json()["properties"]
    assert (shown["originAssetId"], shown["description"], shown["tags"]) == (asset, "mine", {"foo": "bar"})


def test_an_import_of_nothing_is_404(registry):
    answer = imported(registry, source(registry.workspace).replace("/2", "/3"))
    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith("Could not find asset with ID: azureml://locations/")


def test_an_import_onto_a_version_that_exists_is_a_switch(registry):
    workspace = registry.workspace
    imported(registry, source(workspace))
    workspace.wait()
    assert imported(registry, source(workspace, "3")).status_code == 409
    workspace.policy(existing_destination="ignored")
    answer = imported(registry, source(workspace, "4"))
    workspace.wait()
    assert registry.follow(answer).status_code == 204
    assert registry.send("GET", "models/m1/versions/2").json()["properties"]["originAssetId"].endswith("/versions/2")
    workspace.policy(existing_destination="failed")
    answer = imported(registry, source(workspace, "5"))
    workspace.wait()
    assert (registry.follow(answer).status_code, registry.follow(answer).json()["error"]["code"]) == (400, "UserError")
    workspace.policy(failed_import="status")
    assert (registry.follow(answer).status_code, registry.follow(answer).json()["status"]) == (200, "Failed")


@pytest.mark.parametrize("status", [200, 202])
def test_publish_copies_too(registry, status):
    workspace = registry.workspace
    workspace.policy(publish_status=str(status))
    source(workspace)
    wanted = {"registryName": "Reg1", "destinationName": "other", "destinationVersion": "7"}
    answer = workspace.send("POST", "models/m1/versions/2/publish", wanted, api_version="2026-09-01")
    assert (answer.status_code, answer.content, "Location" in answer.headers) == (status, b"", status == 202)
    workspace.wait()
    assert registry.send("GET", "models/other/versions/7").status_code == 200
    for below, body in (("models/none/versions/1", wanted), ("models/m1/versions/2", {"registryName": "none"})):
        assert workspace.send("POST", f"{below}/publish", body, api_version="2026-09-01").status_code == 404
    assert workspace.send("POST", "models/m1/versions/2/publish", wanted, api_version="2025-09-01").status_code == 405


def test_a_deployment_may_need_the_assets_of_a_registry(registry, assets):
    assets.done(assets.endpoint("digits-ep"))
    model = {"referenceType": "Id", "assetId": "azureml://registries/reg1/models/m1/versions/14"}
    body = assets.deployment(model=model)
    assert assets.send("PUT", "batchEndpoints/digits-ep/deployments/blue", body).status_code == 201
    assets.policy(registry_references="checked")
    assert assets.send("PUT", "batchEndpoints/digits-ep/deployments/green", body).status_code == 400
    registry.send("PUT", "models/m1/versions/14", {"properties": {"modelUri": "https://a/c/model.pkl"}})
    assets.wait()
    assert assets.send("PUT", "batchEndpoints/digits-ep/deployments/green", body).status_code == 201


def test_a_reset_forgets_registries(registry):
    registry.workspace.http.post("/emulator/reset")
    assert registry.arm("GET").status_code == 404


def test_endpoints_above_a_limit_are_refused(workspace):
    workspace.policy(endpoint_limit="1", endpoint_limit_status="403")
    assert workspace.endpoint("one").status_code == 201
    refused = workspace.endpoint("two")
    assert refused.status_code == 403
    assert "limit of 1 endpoints" in refused.json()["error"]["message"]
    assert workspace.endpoint("one").status_code == 201


def test_names_have_a_container_that_knows_the_newest_version(registry):
    for version in ("2", "bar", "1"):
        accepted = registry.send("PUT", f"data/pages/versions/{version}", {"properties": DATA})
        assert accepted.status_code == 202
        registry.workspace.wait()
        assert registry.follow(accepted).status_code == 200

    shown = registry.send("GET", "data/pages").json()
    assert shown["id"] == "azureml://registries/reg1/data/pages"
    assert (shown["properties"]["latestVersion"], shown["properties"]["nextVersion"]) == ("1", "2")
    assert registry.send("GET", "data").json()["value"] == [shown]
    assert registry.send("GET", "models").json()["value"] == []
    absent = registry.send("GET", "data/absent")
    assert (absent.status_code, "data/absent" in absent.json()["error"]["message"]) == (404, True)


def test_what_only_clients_send_is_taken_and_not_answered(registry):
    properties = {"modelUri": "https://account.blob.core.windows.net/c/m", "system_metadata": None}
    assert registry.send("PUT", "models/m/versions/1", {"properties": properties}).status_code == 202
    registry.workspace.wait()
    assert "system_metadata" not in registry.send("GET", "models/m/versions/1").json()["properties"]
    tagged = {**BODY["properties"], "managedResourceGroupTags": {"a": "b"}}
    assert registry.arm("PUT", {**BODY, "properties": tagged}).status_code == 202
    registry.workspace.wait()
    assert "managedResourceGroupTags" not in registry.arm("GET").json()["properties"]
