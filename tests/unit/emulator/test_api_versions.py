"""The field set of an answer, and what exists at all, follow the api-version asked for (asset contract 1.3)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.emulator.conftest import ENDPOINT
from tests.unit.emulator.data_plane import DataPlane

FIRST, ARTICLE, NEWEST = "2021-10-01", "2022-05-01", "2026-09-01"
ALL = (FIRST, ARTICLE, "2023-04-01", "2023-10-01", "2024-04-01", "2024-10-01", "2025-12-01", NEWEST)
BODIES: dict[str, dict[str, Any]] = {
    "codes": {"codeUri": "https://a/c/x"},
    "models": {"modelUri": "https://a/c/x"},
    "environments": {"image": "i"},
    "data": {"dataType": "uri_file", "dataUri": "https://a/c/x"},
    "components": {"componentSpec": {"name": "c"}},
}
# Field, where it shows, and the versions that show it: stable ones from the first on, and previews.
FIELDS = [
    ("codes", "provisioningState", "2023-04-01", {"2022-10-01-preview": True, "2022-05-01": False}),
    ("models", "provisioningState", "2023-04-01", {"2022-10-01-preview": True}),
    ("data", "provisioningState", None, {"2023-04-01-preview": False}),
    ("models", "stage", "2023-04-01", {"2023-08-01-preview": True, "2022-10-01-preview": False}),
    ("environments", "stage", "2023-04-01", {"2023-04-01-preview": True}),
    ("data", "stage", None, {"2023-04-01-preview": True, "2024-04-01-preview": True, "2024-07-01-preview": False}),
    ("components", "stage", None, {"2024-01-01-preview": True, "2024-07-01-preview": False}),
    ("models", "autoDeleteSetting", None, {"2023-08-01-preview": True, "2024-07-01-preview": False}),
    ("environments", "autoRebuild", "2022-10-01", {"2022-10-01-preview": False, "2022-12-01-preview": True}),
    ("models", "modelType", ARTICLE, {FIRST: False}),
]


@pytest.mark.parametrize(("collection", "field", "since", "others"), FIELDS)
def test_a_field_shows_from_its_version_on(workspace, collection, field, since, others):
    workspace.send("PUT", f"{collection}/a/versions/1", {"properties": BODIES[collection]})
    stable = [version for version in ALL if not (collection == "data" and version == FIRST)]
    expected = {version: since is not None and version >= since for version in stable} | others
    shown = {
        version: field in workspace.get(f"{collection}/a/versions/1", api_version=version)["properties"]
        for version in expected
    }
    assert shown == expected


def test_datastores_tell_their_account_in_newer_versions(workspace):
    for version, expected in ((ARTICLE, False), ("2024-10-01", True), ("2024-07-01-preview", True), (NEWEST, True)):
        shown = workspace.get("datastores/workspaceblobstore", api_version=version)["properties"]
        assert ("subscriptionId" in shown, "resourceGroup" in shown) == (expected, expected)


def test_computes_of_2022_lack_what_came_later(workspace):
    cluster = {"computeType": "AmlCompute", "properties": {"scaleSettings": {"maxNodeCount": 2}}}
    workspace.done(workspace.send("PUT", "computes/cpu", {"location": "eastus", "properties": cluster}))
    for version, expected in ((ARTICLE, False), ("2023-08-01-preview", True)):
        shown = workspace.get("computes/cpu", api_version=version)["properties"]
        assert ("provisioningWarnings" in shown) is expected
        assert ("enableBatchPrivateLink" in shown["properties"]) is expected


@pytest.mark.parametrize("version", ["2026-03-01", "2026-05-01", "2026-07-01", "2026-09-01", "2026-05-15-preview"])
def test_the_versions_of_2026_are_registered(workspace, version):
    workspace.done(workspace.send("PUT", "batchEndpoints/ep1", ENDPOINT, api_version=version))
    shown = workspace.get("batchEndpoints/ep1", api_version=version)
    assert shown == workspace.get("batchEndpoints/ep1")
    assert shown["properties"]["properties"]["BatchEndpointCreationApiVersion"] == version


@pytest.mark.parametrize("version", ["2021-09-01", "2022-03-01-preview", "2099-01-01", "latest"])
def test_an_unknown_version_is_refused_as_arm_refuses_it(workspace, version):
    answer = workspace.send("GET", "batchEndpoints/x", api_version=version)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], set(error)) == (
        400,
        "NoRegisteredProviderFound",
        {"code", "message"},
    )
    assert error["message"].startswith(
        f"No registered resource provider found for location 'eastus' and API version '{version}' "
        "for type 'workspaces/batchEndpoints'. The supported api-versions are '2021-10-01, "
    )
    assert answer.headers["x-ms-failure-cause"] == "gateway"


def test_data_was_datasets_in_the_first_version_only(workspace):
    body = {"properties": {"paths": [{"folder": "https://a/c/x"}]}}
    created = workspace.send("PUT", "datasets/d/versions/1", body, api_version=FIRST)
    assert (created.status_code, created.json()["properties"]["paths"]) == (201, [{"folder": "https://a/c/x"}])
    assert created.json()["type"].endswith("/workspaces/datasets/versions")
    assert workspace.get("datasets/d", api_version=FIRST)["properties"]["latestVersion"] == "1"
    assert workspace.send("GET", "datasets/d", api_version=ARTICLE).status_code == 400
    assert workspace.send("GET", "data/d", api_version=FIRST).status_code == 400
    without = workspace.send("PUT", "datasets/d/versions/2", {"properties": {}}, api_version=FIRST)
    assert without.status_code == 400


@pytest.mark.parametrize(
    ("sent", "kind"),
    [({}, "custom_model"), ({"modelFormat": "MLFlow"}, "mlflow_model"), ({"modelFormat": "custom"}, "custom_model")],
)
def test_models_had_a_format_in_the_first_version(workspace, sent, kind):
    body = {"properties": {**BODIES["models"], **sent}}
    shown = workspace.send("PUT", "models/m/versions/1", body, api_version=FIRST).json()["properties"]
    assert list(shown) == [
        *("description", "tags", "properties", "isArchived", "isAnonymous"),
        *("flavors", "modelFormat", "modelUri", "jobName"),
    ]
    assert shown["modelFormat"].lower() == kind.removesuffix("_model")
    assert workspace.get("models/m/versions/1")["properties"]["modelType"] == kind


def test_pending_uploads_came_in_2023(workspace):
    below = "codes/c/versions/1/startPendingUpload"
    body = {"pendingUploadType": "TemporaryBlobReference"}
    assert workspace.send("POST", below, body, api_version="2022-10-01").status_code == 405
    assert workspace.send("POST", below, body, api_version="2023-04-01").status_code == 200


def test_secrets_expire_in_the_newest_versions_only(workspace):
    below, body = "datastores/workspaceblobstore/listSecrets", {"expirableSecret": True, "expireAfterHours": 1}
    kinds = {version: workspace.send("POST", below, body, api_version=version).json()["secretsType"] for version in ALL}
    assert {version for version, kind in kinds.items() if kind == "Sas"} == {"2025-12-01", NEWEST}


def test_the_first_script_scores_a_dataset(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        folder = f"{plane.blobs.container_url('home')}/in"
        plane.put("datasets/mnist/versions/7", {"paths": [{"folder": folder}]})
        workspace = plane.state.settings.workspace_path
        by_name = {"dataInputType": "DatasetVersion", "datasetName": "mnist", "datasetVersion": "7"}
        by_id = {"dataInputType": "DatasetId", "datasetId": f"{workspace}/datasets/mnist/versions/7"}
        for number, dataset in enumerate((by_name, by_id)):
            place = {"datastoreId": f"{workspace}/datastores/workspaceblobstore", "path": f"ep{number}"}
            name = await plane.submit({"dataset": dataset, "outputDataset": place, "outputFileName": "p.csv"})
            assert await plane.end_of(name) == "Completed"
            assert plane.blob(f"ep{number}/p.csv") == "a.png\nb.png\n"

    DataPlane(tmp_path).play(script)


def test_the_first_generation_counts_and_proposes_otherwise(workspace):
    workspace.policy(generation="G1")
    headers = workspace.send("PUT", "environments/e/versions/1", {"properties": BODIES["environments"]}).headers
    assert 1190 < int(headers["x-ms-ratelimit-remaining-subscription-writes"]) <= 1199
    assert "x-ms-ratelimit-remaining-subscription-global-writes" not in headers
    assert "x-aml-cluster" in headers
    workspace.send("PUT", "components/c/versions/1", {"properties": BODIES["components"]})
    assert workspace.get("environments/e")["properties"]["nextVersion"].count("-") == 6
    assert workspace.get("components/c")["properties"]["latestVersion"] is None
