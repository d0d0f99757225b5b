"""The calls of the article on batch deployments with REST, in its order, made with curl.

Bodies are those that the article's script sends, in its first and its present form, made strict JSON where it sends a
comma too many. The script waits on an address that it reads from the body of an answer; the service names it in a
header, and since its second generation only there.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local_workspace import LocalWorkspace
from tests.integration.plays import Played
from tests.integration.stories import FILES

from .curl import Answer, curl

FIRST = "2021-10-01"
ENDPOINT = "endpt-4711"
DEPLOYMENT = "nonmlflowedp"
OVER = {"Completed", "Succeeded", "Failed", "Canceled"}
NUMBER = "21713"
CONDA = '{"name":"mnist-env","channels":["conda-forge"],"dependencies":["python=3.8",{"pip":["tensorflow==2.7.0"]}]}'


@dataclass
class Shell:
    """What the script keeps in variables."""

    workspace: LocalWorkspace
    api_version: str
    token: str = ""
    scoring_token: str = ""

    def send(self, method: str, url: str, body: Any = None, *, token: str | None = None, **more: Any) -> Answer:
        """One call with a token, that for the management plane if no other is named."""
        headers = {"Authorization": f"Bearer {token or self.token}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body)
        return curl(method, url, ca=self.ca, headers={**headers, **more.pop("headers", {})}, data=data)

    def manage(self, method: str, below: str, body: Any = None, query: str = "") -> Answer:
        """One call of the management plane for something in the workspace."""
        return self.send(method, f"{self.address(below)}?api-version={self.api_version}{query}", body)

    def address(self, below: str) -> str:
        return f"{self.workspace.settings['AZURE_CLOUD_ENVIRONMENT']}{self.workspace.path}/{below}"

    @property
    def ca(self) -> str:
        return self.workspace.settings["SSL_CERT_FILE"]

    def sign_in(self, resource: str) -> str:
        """An access token, as the az CLI would fetch it."""
        settings = self.workspace.settings
        form = {
            "grant_type": "client_credentials",
            "client_id": settings["AZURE_CLIENT_ID"],
            "client_secret": settings["AZURE_CLIENT_SECRET"],
            "resource": resource,
        }
        answer = curl(
            "POST",
            f"{settings['AZURE_AUTHORITY_HOST']}/{settings['AZURE_TENANT_ID']}/oauth2/token",
            ca=self.ca,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            data="&".join(f"{name}={value}" for name, value in form.items()),
        )
        assert answer.status == 200, answer.text
        return str(answer.body["access_token"])

    def wait(self, url: str, token: str, read: Callable[[Any], str]) -> str:
        """Ask until the status is one that the script stops at."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            answer = self.send("GET", url, token=token)
            assert answer.status == 200, answer.text
            status = read(answer.body)
            if status in OVER:
                return status
            time.sleep(0.2)
        raise AssertionError(f"still {status} after a minute: {url.partition('?')[0]}")

    def finish(self, accepted: Answer, generation: str) -> None:
        """Wait for the operation that a PUT has begun, found as the generation of the service shows it."""
        assert accepted.status in (200, 201), accepted.text
        url = accepted.headers["azure-asyncoperation"]
        in_body = accepted.body["properties"]["properties"].get("AzureAsyncOperationUri")
        assert (in_body is not None) == (generation == "G1")
        assert self.wait(in_body or url, self.token, lambda body: str(body["status"])) == "Succeeded"

    def upload(self, blobs: str, folder: str, *files: Path) -> None:
        """Files to a folder of the default container, with a SAS."""
        secrets = self.send(
            "POST",
            self.address("datastores/workspaceblobstore/listSecrets?api-version=2025-12-01"),
            {"expirableSecret": True, "expireAfterHours": 1},
        )
        for file in files:
            url = f"{blobs}/{folder}/{file.name}{secrets.body['sasToken']}"
            kind = {"x-ms-blob-type": "BlockBlob", "Content-Type": "application/octet-stream"}
            answer = curl("PUT", url, ca=self.ca, headers=kind, data=file)
            assert answer.status == 201, answer.text


@pytest.mark.parametrize(("api_version", "generation"), [("2022-05-01", "G2"), ("2022-05-01", "G1"), (FIRST, "G1")])
def test_the_article(started: LocalWorkspace, play: Callable[..., Played], api_version: str, generation: str) -> None:
    started.reset()
    started.control.post("/emulator/policies", json={"generation": generation}).raise_for_status()
    try:
        article(Shell(started, api_version), generation, play)
    finally:
        started.control.post("/emulator/policies", json={"generation": "G2"}).raise_for_status()


def article(shell: Shell, generation: str, play: Callable[..., Played]) -> None:
    shell.token = shell.sign_in("https://management.azure.com/")
    [store] = shell.manage("GET", "datastores", query="&isDefault=true").body["value"]
    where = store["properties"]
    blobs = f"{where['protocol']}://{where['accountName']}.blob.{where['endpoint']}/{where['containerName']}"
    register_assets(shell, blobs, store["name"])
    create_compute(shell)

    created = shell.manage("PUT", f"batchEndpoints/{ENDPOINT}", endpoint_body())
    assert created.body["properties"]["scoringUri"] is None
    shell.finish(created, generation)
    shell.finish(
        shell.manage("PUT", f"batchEndpoints/{ENDPOINT}/deployments/{DEPLOYMENT}", deployment_body(shell)), generation
    )
    shell.finish(shell.manage("PUT", f"batchEndpoints/{ENDPOINT}", endpoint_body(DEPLOYMENT)), generation)
    endpoint = shell.manage("GET", f"batchEndpoints/{ENDPOINT}").body["properties"]
    assert endpoint["defaults"] == {"deploymentName": DEPLOYMENT}

    shell.scoring_token = shell.sign_in("https://ml.azure.com")
    shell.upload(blobs, "pages", *sorted((FILES / "pages").iterdir()))
    score_data_in_the_cloud(shell, endpoint["scoringUri"], f"{blobs}/pages")
    score_registered_data(shell, endpoint["scoringUri"], f"{blobs}/pages")
    adopt(shell, play, blobs)
    delete_endpoint(shell)


def register_assets(shell: Shell, blobs: str, datastore: str) -> None:
    shell.upload(blobs, "score", FILES / "score" / "score.py")
    code = {"description": "Score code", "codeUri": f"{blobs}/score"}
    answer = shell.manage("PUT", "codes/score-mnist/versions/1", {"properties": code})
    assert answer.status == 201
    assert answer.body["properties"]["codeUri"] == code["codeUri"]

    shell.upload(blobs, "model", FILES / "times.txt")
    group = shell.workspace.path.partition("/providers/")[0]
    uri = f"azureml:/{group}/workspaces/{shell.workspace.settings['AZUREML_WORKSPACE']}/datastores/{datastore}/paths"
    create_container(shell, "models/mnist", {"description": "Container for the mnist model"})
    answer = shell.manage("PUT", "models/mnist/versions/1", {"properties": {"modelUri": f"{uri}/model"}})
    assert answer.status == 201
    kind = answer.body["properties"]
    assert kind["modelFormat"] == "Custom" if shell.api_version == FIRST else kind["modelType"] == "custom_model"

    create_container(shell, "environments/mnist-env", {})
    environment = {"condaFile": CONDA, "image": "mcr.microsoft.com/azureml/openmpi3.1.2-ubuntu18.04:latest"}
    answer = shell.manage("PUT", f"environments/mnist-env/versions/{NUMBER}", {"properties": environment})
    assert answer.status == 201
    assert answer.body["properties"]["condaFile"] == json.dumps(json.loads(CONDA), indent=2)


def create_container(shell: Shell, path: str, properties: dict[str, str]) -> None:
    """The first form of the script makes the containers of versions, too."""
    if shell.api_version == FIRST:
        assert shell.manage("PUT", path, {"properties": properties}).status == 201


def create_compute(shell: Shell) -> None:
    cluster = {
        "osType": "Linux",
        "vmSize": "STANDARD_D2_V2",
        "scaleSettings": {"maxNodeCount": 5, "minNodeCount": 0},
        "remoteLoginPortPublicAccess": "NotSpecified",
    }
    body = {"properties": {"computeType": "AmlCompute", "properties": cluster}, "location": "eastus"}
    answer = shell.manage("PUT", "computes/batch-cluster", body)
    assert (answer.status, answer.body["properties"]["provisioningState"]) == (201, "Creating")


def endpoint_body(default: str | None = None) -> dict[str, Any]:
    defaults = {"defaults": {"deploymentName": default}} if default else {}
    return {"properties": {"authMode": "aadToken", **defaults}, "location": "eastus"}


def deployment_body(shell: Shell) -> dict[str, Any]:
    """The script sends three of the numbers as text."""
    workspace = shell.workspace.path
    properties = {
        "model": {"referenceType": "Id", "assetId": f"{workspace}/models/mnist/versions/1"},
        "codeConfiguration": {"codeId": f"{workspace}/codes/score-mnist/versions/1", "scoringScript": "score.py"},
        "environmentId": f"{workspace}/environments/mnist-env/versions/{NUMBER}",
        "compute": f"{workspace}/computes/batch-cluster",
        "resources": {"instanceCount": 1},
        "maxConcurrencyPerInstance": "4",
        "retrySettings": {"maxRetries": 3, "timeout": "PT30S"},
        "errorThreshold": "10",
        "loggingLevel": "info",
        "miniBatchSize": "5",
    }
    return {"location": "eastus", "properties": properties}


def score_data_in_the_cloud(shell: Shell, scoring_uri: str, folder: str) -> None:
    body = {"properties": {"dataset": {"dataInputType": "DataUrl", "Path": folder}}}
    refused = shell.send("POST", scoring_uri, body, token=shell.token)
    assert (refused.status, refused.text) == (403, "Audiences in Jwt are not allowed")
    finish_job(shell, scoring_uri, shell.send("POST", scoring_uri, body, token=shell.scoring_token))


def score_registered_data(shell: Shell, scoring_uri: str, folder: str) -> None:
    body = first_form(shell, folder) if shell.api_version == FIRST else present_form(shell, scoring_uri, folder)
    finish_job(shell, scoring_uri, shell.send("POST", scoring_uri, body, token=shell.scoring_token))


def first_form(shell: Shell, folder: str) -> dict[str, Any]:
    paths = {"properties": {"paths": [{"folder": folder}]}}
    assert shell.manage("PUT", f"datasets/mnist/versions/{NUMBER}", paths).status == 201
    dataset = {"dataInputType": "DatasetVersion", "datasetName": "mnist", "datasetVersion": NUMBER}
    return {"properties": {"dataset": dataset}}


def present_form(shell: Shell, scoring_uri: str, folder: str) -> dict[str, Any]:
    # The script still names the collection of the api-version before.
    paths = {"properties": {"paths": [{"folder": folder}]}}
    refused = shell.manage("PUT", f"datasets/mnist/versions/{NUMBER}", paths)
    assert (refused.status, refused.body["error"]["code"]) == (400, "NoRegisteredProviderFound")
    data = {"properties": {"dataType": "uri_folder", "dataUri": folder}}
    assert shell.manage("PUT", f"data/mnist/versions/{NUMBER}", data).status == 201
    workspace = shell.workspace.settings["AZUREML_WORKSPACE"]
    latest = f"azureml://locations/eastus/workspaces/{workspace}/data/mnist/versions/labels/latest"
    place = f"azureml://datastores/workspaceblobstore/paths/batch/{ENDPOINT}/{NUMBER}/"
    source = {"mnistinput": {"JobInputType": "UriFolder", "Uri": latest}}
    # The script names a folder for the rows, which the service has refused since: it takes a file only.
    target = {"customOutput": {"JobOutputType": "UriFolder", "Uri": place}}
    body = {"properties": {"InputData": source, "OutputData": target}}
    refused = shell.send("POST", scoring_uri, body, token=shell.scoring_token)
    assert refused.status == 400
    assert "Job output type must be 'uri_file'." in refused.body["error"]["message"]
    target["customOutput"] = {"JobOutputType": "UriFile", "Uri": f"{place}predictions.csv"}
    return body


def finish_job(shell: Shell, scoring_uri: str, accepted: Answer) -> None:
    """Wait as the script does: on the last part of the id, below the scoring address."""
    assert accepted.status == 201, accepted.text
    assert accepted.headers["azureml-model-deployment"] == DEPLOYMENT
    job = accepted.body["id"].rpartition("/")[2]
    assert job == accepted.body["name"]
    status = shell.wait(f"{scoring_uri}/{job}", shell.scoring_token, lambda body: str(body["properties"]["status"]))
    assert status == "Completed"


def adopt(shell: Shell, play: Callable[..., Played], blobs: str) -> None:
    """Our modules find nothing to do with the same values."""
    model = "azureml://datastores/workspaceblobstore/paths/model"
    image = "mcr.microsoft.com/azureml/openmpi3.1.2-ubuntu18.04:latest"
    deployment = {
        "model": "azureml:mnist:1",
        "code_configuration": {"code": "azureml:score-mnist:1", "scoring_script": "score.py"},
        "environment": f"azureml:mnist-env:{NUMBER}",
        "compute": "batch-cluster",
        "resources": {"instance_count": 1},
        "max_concurrency_per_instance": 4,
        "retry_settings": {"max_retries": 3, "timeout": 30},
        "error_threshold": 10,
        "logging_level": "info",
        "mini_batch_size": 5,
    }
    desired: dict[str, dict[str, Any]] = {
        "code": {"name": "score-mnist", "version": "1", "path": f"{blobs}/score", "description": "Score code"},
        "model": {"name": "mnist", "version": "1", "path": model},
        "environment": {"name": "mnist-env", "version": NUMBER, "image": image, "conda_file": json.loads(CONDA)},
        "compute": {"name": "batch-cluster", "size": "Standard_D2_v2", "min_instances": 0, "max_instances": 5},
        "batch_endpoint": {"name": ENDPOINT, "auth_mode": "aad_token"},
        "batch_deployment": {"name": DEPLOYMENT, "endpoint_name": ENDPOINT, "set_default": True, **deployment},
    }
    if shell.api_version != FIRST:
        desired["data"] = {"name": "mnist", "version": NUMBER, "path": f"{blobs}/pages", "type": "uri_folder"}
    shell.workspace.forget()
    tasks = [{"name": module, f"mlops.azureml.{module}": options} for module, options in desired.items()]
    assert play(tasks).well().changed == []
    assert shell.workspace.writes == []


def delete_endpoint(shell: Shell) -> None:
    answer = shell.manage("DELETE", f"batchEndpoints/{ENDPOINT}")
    assert (answer.status, answer.text) == (202, "null")
    assert re.search(r"/mfeOperationResults/[^/?]+\?", answer.headers["location"])
    operation = answer.headers["azure-asyncoperation"]
    assert shell.wait(operation, shell.token, lambda body: str(body["status"])) == "Succeeded"
    assert shell.manage("GET", f"batchEndpoints/{ENDPOINT}").status == 404
