# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""A scoring job as the service returns it, in either of its two views, and the key by which it is found again."""

from __future__ import annotations

import datetime
import json
import re
import typing as t
from dataclasses import dataclass

from .._names.arm_id import WorkspaceId
from .._names.datastore_path import read_datastore_path
from .._names.json_types import JsonObject

# Sent as tags and as properties of the job. It is unknown whether the service keeps them (batch contract, open question
# 14).
KEY_TAG = "mlops.azureml.key"
DEFINITION_TAG = "mlops.azureml.definition"
# A property with the inputs, for runs that find the job again.
INPUTS_PROPERTY = "mlops.azureml.inputs"

# The service's own samples test for Succeeded, too. Service fact: batch contract 6.2.
COMPLETED = frozenset({"Completed", "Succeeded"})
# Any other state may change: NotResponding may recover, Paused may resume. Service fact: batch contract 6.2.
ENDED = COMPLETED | {"Failed", "Canceled"}
ACTIVE = frozenset(
    {
        *("NotStarted", "Starting", "Provisioning", "Preparing", "Queued", "Running", "Finalizing"),
        *("CancelRequested", "NotResponding", "Paused", "Unknown"),
    }
)
SCORE = "score"
_TO_THE_SECOND = len("2026-01-31T06:00:12")

# The name of a later attempt of a key; the first one has the key itself as its name.
_LATER_ATTEMPT = re.compile(r"(?P<name>.+)--(?P<number>[2-9]|[1-9]\d{1,8})", re.DOTALL)
_KEY_FOLDER = re.compile(r"batch-scoring/(?P<endpoint>[^/]+)/(?P<key>[^/]+)/.+", re.DOTALL)
_ROUTE = re.compile(r"endpoint: (?P<endpoint>\S+), deployment: (?P<deployment>\S+)\.$")
_DATA_PLANE_ID = re.compile(
    r"/batchEndpoints/(?P<endpoint>[^/]+)/deployments/(?P<deployment>[^/]+)/jobs/[^/]+$", re.IGNORECASE
)


@dataclass(frozen=True)
class Job:
    """What the collection reads of a job.

    ``outputs`` are the paths that the call named, name -> URI; ``inputs`` those that the job's property records, as the
    task writes them. Times are texts of the service.
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
    error_threshold: int | None = None

    @property
    def has_ended(self) -> bool:
        return self.status in ENDED

    def is_at(self, endpoint: str) -> bool:
        """Whether this endpoint started the job."""
        return self.endpoint is not None and self.endpoint.lower() == endpoint.lower()

    @property
    def created_at(self) -> datetime.datetime | None:
        return parse_time(self.created)

    @property
    def ended_at(self) -> datetime.datetime | None:
        return parse_time(self.ended)

    @property
    def places(self) -> set[tuple[str, str]]:
        """Where its outputs are written, comparable (``DatastorePath.key``)."""
        found = (read_datastore_path(uri) for uri in self.outputs.values())
        return {place.key for place in found if place is not None}

    @property
    def started_as(self) -> str | None:
        """The key of its attempt, by its tag or the folder that it writes to; None if it has neither."""
        if self.key is not None:
            return self.key
        folders = (_KEY_FOLDER.fullmatch(path) for _store, path in self.places)
        return next((folder["key"] for folder in folders if folder and self.is_at(folder["endpoint"])), None)

    def identity(self) -> JsonObject:
        """Its name, the key under which it was started, and the number of the attempt; None if unknown."""
        key, attempt = split_key(self.key) if self.key is not None else (None, None)
        return {"name": self.name, "key": key, "attempt": attempt}

    def shown(self, workspace: WorkspaceId) -> JsonObject:
        """The job as results show it: the same for every state, module and failure. Unknown values are left out."""
        optional = {
            **self.identity(),
            "archived": self.is_archived,
            "created": self.created,
            "started": self.started,
            "ended": self.ended,
        }
        return {
            "id": workspace.child("jobs", self.name),
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


def split_key(key: str) -> tuple[str, int]:
    """The name that the key of an attempt is of, and its number: ``nightly--2`` is the second one of ``nightly``."""
    later = _LATER_ATTEMPT.fullmatch(key)
    return (later["name"], int(later["number"])) if later else (key, 1)


@dataclass(frozen=True)
class JobKey:
    """A key of an endpoint, and how its job is recognized: the service may drop any of the tags, names and paths.

    ``places`` are the outputs that the task names (``DatastorePath.key``).
    """

    text: str
    endpoint: str
    places: frozenset[tuple[str, str]] = frozenset()

    @property
    def folder(self) -> str:
        """The folder of a datastore where the key's output is written if the task names none."""
        return f"batch-scoring/{self.endpoint.lower()}/{self.text}"

    def matches(self, job: Job) -> bool:
        """Whether it is this key's job: by its tag if the service kept it, else by its name or the key's folder."""
        if not job.is_at(self.endpoint):
            return False
        if job.key is not None:
            return job.key == self.text
        below = f"{self.folder}/"
        return job.name == self.text or any(path.startswith(below) for _store, path in job.places)

    def shares_output(self, job: Job) -> bool:
        """Whether it is a job without tag that writes to an output of the task: it may be this key's or another's."""
        return job.is_at(self.endpoint) and job.key is None and bool(self.places & job.places)


def parse_time(text: str | None) -> datetime.datetime | None:
    """A time of the service to the second, always UTC; None for text that is no time.

    Service fact: batch contract 1 (five to seven digits of a second), assets contract 10 (no zone, no T).
    """
    try:
        time = datetime.datetime.strptime((text or "")[:_TO_THE_SECOND].replace(" ", "T"), "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        return None
    return time.replace(tzinfo=datetime.timezone.utc)


def parse_job(body: JsonObject) -> Job:
    """Parse a job of the scoring host or of the management view. Service fact: batch contract 5.4, 6.1."""
    properties = body.get("properties") or {}
    tags = properties.get("tags") or {}
    own = properties.get("properties") or {}
    parameters = _parse_object(own.get("azureml.parameters"))
    route = _DATA_PLANE_ID.search(str(body.get("id") or "")) or _ROUTE.search(str(properties.get("description") or ""))
    services = properties.get("interactionEndpoints") or properties.get("services") or {}
    experiment = properties.get("experimentName") or own.get("experimentName")
    is_scoring = tags.get("azureml.batchrun") == "true"
    return Job(
        name=str(body["name"]),
        status=str(properties.get("status") or "Unknown"),
        # The scoring host calls the random display name "name"; the job's own name is one level above.
        display_name=properties.get("displayName") or properties.get("name"),
        endpoint=route["endpoint"] if route else experiment if is_scoring else None,
        deployment=tags.get("azureml.deploymentname") or (route["deployment"] if route else None),
        experiment=experiment,
        studio_url=(services.get("Studio") or {}).get("endpoint"),
        inputs=_parse_object(own.get(INPUTS_PROPERTY)),
        outputs=_outputs(properties, parameters),
        file_name=parameters.get("append_row_file_name") or properties.get("outputFileName"),
        key=tags.get(KEY_TAG) or own.get(KEY_TAG),
        definition=tags.get(DEFINITION_TAG) or own.get(DEFINITION_TAG),
        is_scoring=is_scoring,
        is_archived=properties.get("isArchived"),
        created=(body.get("systemData") or {}).get("createdAt"),
        started=own.get("StartTimeUtc"),
        ended=own.get("EndTimeUtc"),
        error_threshold=_whole_number(parameters.get("error_threshold")),
        error=_error(properties),
    )


def _parse_object(text: t.Any) -> JsonObject:
    """A JSON object that the service keeps as text, as it keeps the call's settings; empty for any other text."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _whole_number(text: t.Any) -> int | None:
    try:
        return int(text)
    except (TypeError, ValueError):
        return None


def _outputs(properties: JsonObject, parameters: JsonObject) -> dict[str, str]:
    named = properties.get("outputData") or properties.get("outputs") or {}
    outputs = {name: output["uri"] for name, output in named.items() if isinstance(output, dict) and output.get("uri")}
    if not outputs and parameters.get("output_uri"):
        outputs = {SCORE: str(parameters["output_uri"])}
    return outputs


def _error(properties: JsonObject) -> str | None:
    error = properties.get("error")
    message = error.get("message") if isinstance(error, dict) else error
    return str(message) if message else None
