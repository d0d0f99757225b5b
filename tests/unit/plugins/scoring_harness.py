# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of scoring tests: an endpoint with its deployment, jobs in both of their views, and storage in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from ansible_collections.mlops.azureml.plugins.module_utils._container import Blob
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import (
    TOKEN,
    WORKSPACE,
    Call,
    get,
)

SCORING_URI = "https://digits.eastus.inference.ml.azure.com/jobs"
STUDIO = "https://ml.azure.com/runs/{}?wsid=/subscriptions/s/resourcegroups/rg1/workspaces/ws1"
STORE = "workspaceblobstore"
ENDPOINT = "batchEndpoints/digits"
JOBS = {"jobType": "Pipeline", "listViewType": "All"}


def endpoint(default: str | None = "blue", scoring_uri: str | None = SCORING_URI) -> Call:
    properties = {"scoringUri": scoring_uri, "defaults": {"deploymentName": default}, "provisioningState": "Succeeded"}
    return get(ENDPOINT, {"id": f"{WORKSPACE}/{ENDPOINT}", "properties": properties})


def deployment(name: str = "blue", **more: Any) -> Call:
    properties = {
        "outputAction": "AppendRow",
        "outputFileName": "predictions.csv",
        "deploymentConfiguration": None,
        **more,
    }
    return get(f"{ENDPOINT}/deployments/{name}", {"properties": properties})


def datastore(name: str = STORE) -> Call:
    return get(f"datastores/{name}", _datastore(name))


def default_datastore() -> Call:
    return get("datastores", {"value": [_datastore(STORE)]}, isDefault="true")


def _datastore(name: str) -> dict[str, Any]:
    properties = {"datastoreType": "AzureBlob", "accountName": "account1", "containerName": name}
    return {"id": f"{WORKSPACE}/datastores/{name}", "name": name, "properties": properties}


def listed(*jobs: dict[str, Any]) -> Call:
    return get("jobs", {"value": list(jobs)}, **JOBS)


def job(
    name: str = "batchjob-1",
    status: str = "Completed",
    *,
    at: str = "digits",
    key: str | None = None,
    definition: str | None = None,
    output: str | None = None,
    created: str = "2026-01-31T06:00:01+00:00",
    **more: Any,
) -> dict[str, Any]:
    """The management view of a job (batch contract 6.1)."""
    parameters = {"append_row_file_name": "predictions.csv", **({"output_uri": output} if output else {})}
    marks = {"mlops.azureml.key": key, "mlops.azureml.definition": definition}
    kept = {mark: value for mark, value in marks.items() if value}
    return {
        "id": f"{WORKSPACE}/jobs/{name}",
        "name": name,
        "properties": {
            "description": f"Pipeline submission for endpoint: {at}, deployment: blue.",
            "displayName": "careful_bulb_plwyqfx0",
            "experimentName": at,
            "jobType": "Pipeline",
            "status": status,
            "tags": {"azureml.batchrun": "true", "azureml.deploymentname": "blue", **kept},
            "properties": {"azureml.parameters": json.dumps(parameters)},
            "services": {"Studio": {"endpoint": STUDIO.format(name)}},
            **more,
        },
        "systemData": {"createdAt": created},
    }


@dataclass
class Submit:
    """The POST to the scoring host, and what becomes of it; the answer echoes the request as the service does."""

    name: str = "batchjob-1"
    status: int = 201
    failure: Exception | httpx.Response | None = None
    sent: dict[str, Any] = field(default_factory=dict)
    headers: httpx.Headers = field(default_factory=httpx.Headers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert (request.method, str(request.url)) == ("POST", SCORING_URI)
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        self.headers = request.headers
        self.sent = json.loads(request.content)["properties"]
        if isinstance(self.failure, Exception):
            raise self.failure
        return self.failure or httpx.Response(self.status, json=self._answer())

    def _answer(self) -> dict[str, Any]:
        """Service fact: batch contract 5.4 (two names; the output of a model is called score)."""
        outputs = {"score": next(iter(self.sent["outputData"].values()))} if "outputData" in self.sent else {}
        return {
            "id": f"{WORKSPACE}/{ENDPOINT}/deployments/blue/jobs/{self.name}",
            "name": self.name,
            "properties": {
                "provisioningState": "Succeeded",
                "status": "Preparing",
                "inputData": self.sent.get("inputData"),
                **({"outputData": outputs} if outputs else {}),
                "name": "careful_bulb_plwyqfx0",
                "tags": {"azureml.deploymentname": "blue"},
                "properties": {"azureml.parameters": "{}"},
                "interactionEndpoints": {"Studio": {"endpoint": STUDIO.format(self.name)}},
            },
            "systemData": {"createdAt": "2026-01-31T06:00:01.80314+00:00"},
        }


@dataclass
class Storage:
    """A container in memory: blob name -> content. ``downloads`` are the names that were asked for."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    downloads: list[str] = field(default_factory=list)
    keeps_md5: bool = True

    def list(self, prefix: str = "") -> Iterator[Blob]:
        for name, content in sorted(self.blobs.items()):
            if name.startswith(prefix):
                md5 = hashlib.md5(content).digest() if self.keeps_md5 else None  # noqa: S324
                yield Blob(name, len(content), md5, {})

    def read_lines(self, name: str, limit: int) -> list[str]:
        return self.blobs[name].decode().splitlines()[:limit]

    def read_bytes(self, name: str, limit: int) -> bytes:
        return self.blobs[name][:limit]

    def download(self, name: str, target: Path) -> None:
        self.downloads.append(name)
        target.write_bytes(self.blobs[name])
