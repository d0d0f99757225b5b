# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""A scoring job as the service tells it, in either of its two views, and the marks by which a job is known again."""

from __future__ import annotations

import datetime
import json
import re
import typing as t
from dataclasses import dataclass

from .._names.arm_id import WorkspaceId
from .._names.datastore_path import read_datastore_path
from .._names.json_types import JsonObject

# Left in the job's tags and properties. Whether the service keeps them is not known (batch contract, open question 14).
KEY_MARK = "mlops.azureml.key"
DEFINITION_MARK = "mlops.azureml.definition"
# What was scored, for runs that find the job again.
INPUTS_NOTE = "mlops.azureml.inputs"

# The service's own samples look for Succeeded, too. Service fact: batch contract 6.2.
COMPLETED = frozenset({"Completed", "Succeeded"})
# NotResponding may recover and Paused may go on: what is not listed here is going on. Service fact: batch contract 6.2.
ENDED = COMPLETED | {"Failed", "Canceled"}
GOING_ON = frozenset(
    {
        *("NotStarted", "Starting", "Provisioning", "Preparing", "Queued", "Running", "Finalizing"),
        *("CancelRequested", "NotResponding", "Paused", "Unknown"),
    }
)
SCORE = "score"
_TO_THE_SECOND = len("2026-01-31T06:00:12")

_ROUTE = re.compile(r"endpoint: (?P<endpoint>\S+), deployment: (?P<deployment>\S+)\.$")
_HOME = re.compile(r"/batchEndpoints/(?P<endpoint>[^/]+)/deployments/(?P<deployment>[^/]+)/jobs/[^/]+$", re.IGNORECASE)


@dataclass(frozen=True)
class Job:
    """What the collection reads of a job.

    ``outputs`` are the places the call named, name -> URI; ``inputs`` what it noted of itself, in the task's words.
    """

    name: str
    status: str
    display_name: str | None
    endpoint: str | None
    deployment: str | None
    experiment: str | None
    studio_url: str | None
    inputs: JsonObject
    outputs: dict[str, str]
    file_name: str | None
    key: str | None
    definition: str | None
    is_scoring: bool
    is_archived: bool | None
    created: str | None
    started: str | None
    ended: str | None
    error: str | None

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    def is_at(self, endpoint: str) -> bool:
        """Was it started by this endpoint?"""
        return self.endpoint is not None and self.endpoint.lower() == endpoint.lower()

    @property
    def moment(self) -> datetime.datetime | None:
        """When it was created."""
        return read_moment(self.created)

    @property
    def places(self) -> set[tuple[str, str]]:
        """Where its outputs go, comparable (``DatastorePath.key``)."""
        found = (read_datastore_path(uri) for uri in self.outputs.values())
        return {place.key for place in found if place is not None}

    def shown(self, workspace: WorkspaceId) -> JsonObject:
        """The job as results show it: the same for every state, module and failure. Unknown values are left out."""
        optional = {
            "archived": self.is_archived,
            "key": self.key,
            "created": self.created,
            "started": self.started,
            "ended": self.ended,
        }
        return {
            "id": workspace.child("jobs", self.name),
            "name": self.name,
            "display_name": self.display_name,
            "status": self.status,
            "endpoint_name": self.endpoint,
            "deployment_name": self.deployment,
            "experiment_name": self.experiment,
            "inputs": self.inputs,
            "outputs": {name: {"path": uri} for name, uri in self.outputs.items()},
            "studio_url": self.studio_url,
            **{word: value for word, value in optional.items() if value is not None},
        }


@dataclass(frozen=True)
class Marks:
    """How the job of a key is known again. Not all of them are kept by the service, so any one will do.

    ``places`` are the outputs that the task names (``DatastorePath.key``).
    """

    key: str
    endpoint: str
    places: frozenset[tuple[str, str]] = frozenset()

    @property
    def folder(self) -> str:
        """Below a datastore: the place of this key's output where the task names none."""
        return f"batch-scoring/{self.endpoint.lower()}/{self.key}"

    def fit(self, job: Job) -> bool:
        """Is it the job of this key? By the key where the service kept it, else by its name or the key's own place."""
        if not job.is_at(self.endpoint):
            return False
        if job.key is not None:
            return job.key == self.key
        below = f"{self.folder}/"
        return job.name == self.key or any(path.startswith(below) for _store, path in job.places)

    def share_place(self, job: Job) -> bool:
        """Is it a job without key that writes where the task wants to write? It may be this key's, or another's."""
        return job.is_at(self.endpoint) and job.key is None and bool(self.places & job.places)


def read_moment(text: str | None) -> datetime.datetime | None:
    """A moment of the service to the second, always UTC; None when it is none.

    Service fact: batch contract 1 (five to seven digits of a second), assets contract 10 (no zone, no T).
    """
    try:
        read = datetime.datetime.strptime((text or "")[:_TO_THE_SECOND].replace(" ", "T"), "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None
    return read.replace(tzinfo=datetime.timezone.utc)


def read_job(body: JsonObject) -> Job:
    """Read a job of the scoring host or of the management view. Service fact: batch contract 5.4, 6.1."""
    told = body.get("properties") or {}
    tags = told.get("tags") or {}
    notes = told.get("properties") or {}
    parameters = _json_object(notes.get("azureml.parameters"))
    route = _HOME.search(str(body.get("id") or "")) or _ROUTE.search(str(told.get("description") or ""))
    services = told.get("interactionEndpoints") or told.get("services") or {}
    experiment = told.get("experimentName") or notes.get("experimentName")
    return Job(
        name=str(body["name"]),
        status=str(told.get("status") or "Unknown"),
        # The scoring host calls the random display name "name"; the job's own name stands one level above.
        display_name=told.get("displayName") or told.get("name"),
        endpoint=route["endpoint"] if route else experiment if tags.get("azureml.batchrun") == "true" else None,
        deployment=tags.get("azureml.deploymentname") or (route["deployment"] if route else None),
        experiment=experiment,
        studio_url=(services.get("Studio") or {}).get("endpoint"),
        inputs=_json_object(notes.get(INPUTS_NOTE)),
        outputs=_outputs(told, parameters),
        file_name=parameters.get("append_row_file_name") or told.get("outputFileName"),
        key=tags.get(KEY_MARK) or notes.get(KEY_MARK),
        definition=tags.get(DEFINITION_MARK) or notes.get(DEFINITION_MARK),
        is_scoring=tags.get("azureml.batchrun") == "true",
        is_archived=told.get("isArchived"),
        created=(body.get("systemData") or {}).get("createdAt"),
        started=notes.get("StartTimeUtc"),
        ended=notes.get("EndTimeUtc"),
        error=_error(told),
    )


def _json_object(text: t.Any) -> JsonObject:
    """What the service keeps as text of a JSON object, as the call's settings; empty where it is none."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _outputs(told: JsonObject, parameters: JsonObject) -> dict[str, str]:
    named = told.get("outputData") or told.get("outputs") or {}
    outputs = {name: place["uri"] for name, place in named.items() if isinstance(place, dict) and place.get("uri")}
    if not outputs and parameters.get("output_uri"):
        outputs = {SCORE: str(parameters["output_uri"])}
    return outputs


def _error(told: JsonObject) -> str | None:
    error = told.get("error")
    message = error.get("message") if isinstance(error, dict) else error
    return str(message) if message else None
