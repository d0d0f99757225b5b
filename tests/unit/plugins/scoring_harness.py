# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Helpers for scoring tests: an endpoint with its deployment, jobs in both of their views, and storage in memory."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from ansible_collections.mlops.azureml.plugins.module_utils._errors import AzureMLError, NotFoundError
from ansible_collections.mlops.azureml.plugins.module_utils._service.blob_container import Blob, Note
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
NOW = datetime.datetime(2026, 1, 31, 6, tzinfo=datetime.timezone.utc)
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


URL = "https://account1.blob.core.windows.net/samples/digits"
INPUTS = {"images": {"type": "uri_folder", "path": URL}}
PLACE = "azureml://datastores/workspaceblobstore/paths/scores/today.csv"
OWN_PLACE = "azureml://datastores/workspaceblobstore/paths/batch-scoring/digits/today/predictions.csv"
OUTPUTS = {"score": {"path": PLACE}}
TODAY = {"endpoint_name": "digits", "name": "today", "inputs": INPUTS}
ANY = {"endpoint_name": "digits", "inputs": INPUTS}


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
    threshold: int | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The management view of a job (batch contract 6.1). ``threshold``: the error_threshold that it records."""
    parameters = {"append_row_file_name": "predictions.csv", **({"output_uri": output} if output else {})}
    parameters |= {} if threshold is None else {"error_threshold": str(threshold)}  # its values are texts
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


def saw(status: str, name: str = "batchjob-1", **more: Any) -> Call:
    """One read of a job."""
    return get(f"jobs/{name}", job(name, status, **more))


def absent(name: str = "today") -> Call:
    """No job of this name."""
    return get(f"jobs/{name}")


def finished(status: str = "Completed", name: str = "today", **more: Any) -> tuple[Call, Call]:
    """A named job that has ended, and no later attempt of it."""
    return saw(status, name, key=name, **more), absent(f"{name}--2")


def unused(name: str = "today") -> tuple[Call, Call]:
    """A name that nobody used: the service knows no such job, and the ledger is opened."""
    return absent(name), default_datastore()


def ready(kind: dict[str, Any] | None = None) -> tuple[Call, Call]:
    """What a job asks before it is started on the default deployment; ``kind``: further properties of that."""
    return endpoint(), deployment(**(kind or {}))


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
    """A container in memory: blob name -> content. ``downloads`` are the names that were asked for.

    ``notes`` are the small texts, with their metadata and how old they are in seconds; ``broken`` is what every
    call fails with.
    """

    blobs: dict[str, bytes] = field(default_factory=dict)
    downloads: list[str] = field(default_factory=list)
    keeps_md5: bool = True
    notes: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    age: float = 0.0
    broken: AzureMLError | None = None
    uploads: list[str] = field(default_factory=list)
    metadata: dict[str, dict[str, str]] = field(default_factory=dict)

    def list(self, prefix: str = "") -> Iterator[Blob]:
        self._work()
        for name, content in sorted(self.blobs.items()):
            if name.startswith(prefix):
                md5 = hashlib.md5(content).digest() if self.keeps_md5 else None  # noqa: S324 - it is what storage keeps
                yield Blob(name, len(content), md5, self.metadata.get(name, {}), str(hash(content)), NOW)
        for name, (text, marks) in sorted(self.notes.items()):
            if name.startswith(prefix):
                yield Blob(name, len(text), None, marks, text, NOW)

    def chunks(self, name: str) -> Iterator[bytes]:
        yield self.blobs[name]

    def read_from(self, blob: Blob, offset: int) -> Iterator[bytes]:
        self.downloads.append(blob.name)
        rest = self.blobs[blob.name][offset:]
        yield from (rest[at : at + 4] for at in range(0, len(rest), 4))

    def read_end(self, name: str, limit: int) -> bytes:
        if name not in self.blobs:
            raise NotFoundError(name)
        return self.blobs[name][-limit:]

    def upload(self, files: Iterable[tuple[Path, str]], **_how: Any) -> None:
        for path, name in files:
            self.blobs[name] = path.read_bytes()
            self.uploads.append(name)

    def set_metadata(self, name: str, metadata: Mapping[str, str]) -> None:
        self.metadata[name] = dict(metadata)

    def read_note(self, name: str) -> Note | None:
        self._work()
        if name not in self.notes:
            return None
        text = self.notes[name][0]
        return Note(text, text, NOW, self.age)

    def write_note(self, name: str, text: str, marks: dict[str, str], *, over: Note | None = None) -> bool:
        self._work()
        current = self.notes.get(name)
        if (current is None) is not (over is None) or (current and over and over.etag != current[0]):
            return False
        self.notes[name] = (text, dict(marks))
        return True

    def delete(self, name: str, *, over: Note | None = None) -> None:
        self._work()
        if over and name in self.notes and over.etag != self.notes[name][0]:
            return
        self.blobs.pop(name, None)
        self.notes.pop(name, None)

    def recorded(self, key: str, endpoint: str = "digits") -> dict[str, str] | None:
        """What the ledger records of a key."""
        note = self.notes.get(f"batch-scoring/.jobs/{endpoint}/{key}.json")
        return json.loads(note[0]) if note else None

    def note(self, key: str, endpoint: str = "digits", *, places: str = "", **content: str) -> None:
        """Put an entry of a key into the ledger."""
        marks = {"job": content.get("job", ""), "places": places}
        self.notes[f"batch-scoring/.jobs/{endpoint}/{key}.json"] = (json.dumps({"key": key, **content}), marks)

    def _work(self) -> None:
        if self.broken is not None:
            raise self.broken
