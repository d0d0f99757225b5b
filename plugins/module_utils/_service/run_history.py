# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Run history: the runs inside a job, and where their outputs are."""

from __future__ import annotations

import functools
import typing as t
from dataclasses import dataclass
from urllib.parse import quote

from .._errors import ServiceError
from .._names.datastore_path import DatastorePath, read_datastore_path

if t.TYPE_CHECKING:
    from .._names.arm_id import WorkspaceId
    from .clouds import Cloud
    from .credentials import Credentials
    from .http_client import HttpClient

SCORING_RUN = "batchscoring"


@dataclass(frozen=True)
class Run:
    """One run inside a job. ``logs`` is the folder of its log files in the workspace's artifact store.

    ``error`` is the message that the run has of its failure; none was recorded for batch jobs.
    """

    id: str
    name: str
    status: str
    started: str | None
    ended: str | None
    error: str | None = None

    @property
    def logs(self) -> str:
        return f"ExperimentRun/dcid.{self.id}"


class RunHistory:
    """Reads of one workspace's run history. Service fact: batch contract 6.5, 7."""

    def __init__(
        self, http: HttpClient, cloud: Cloud, credentials: Credentials, workspace: WorkspaceId, discovery_url: str
    ) -> None:
        self._http = http
        self._cloud = cloud
        self._credentials = credentials
        self._workspace = workspace
        self._discovery_url = discovery_url

    def children(self, job: str) -> list[Run]:
        """The runs inside a job. The job of a model deployment has one, named ``batchscoring``.

        Raises ServiceError or ConnectionFailed.
        """
        below = f"runs/{quote(job, safe='')}/children"
        what = f"read the runs of job {job}"
        runs = self._send("GET", "history", below, what=what).get("value") or []
        if not isinstance(runs, list) or not all(isinstance(run, dict) and _text(run, "runId") for run in runs):
            raise ServiceError(f"Could not {what}: 'value' in the answer is not a list of runs. Run the task again.")
        return [
            Run(
                id=run["runId"],
                name=_text(run, "name") or "",
                status=_text(run, "status") or "",
                started=_text(run, "startTimeUtc"),
                ended=_text(run, "endTimeUtc"),
                error=_message(run.get("error")),
            )
            for run in runs
        ]

    def output_place(self, run: str, output: str) -> DatastorePath | None:
        """Where an output of a run is; None if run history does not have it.

        Raises ServiceError or ConnectionFailed. Service fact: batch contract 6.5 (newer runs name an asset, which the
        data service resolves; older ones name the path).
        """
        query = {
            "runId": run,
            "selectRunMetadata": True,
            "selectRunDefinition": True,
            "selectJobSpecification": True,
        }
        data = self._send("POST", "history", "rundata", json=query, what=f"read the data of run {run}")
        asset = _text(_map(data, "runMetadata", "outputs", output), "assetId")
        resolved = self._resolve(asset) if asset else None
        if resolved is not None:
            return resolved
        place = _map(data, "runDefinition", "dataReferences", output)
        store, path = _text(place, "dataStoreName"), _text(place, "pathOnDataStore")
        return DatastorePath(store, path.strip("/")) if store and path else None

    def _resolve(self, asset: str) -> DatastorePath | None:
        what = f"resolve data asset {asset}"
        try:
            answer = self._send("POST", "data", "dataversion/batchGetResolvedUris", json={"values": [asset]}, what=what)
        except ServiceError:
            return None  # the path may be found in other ways
        uri = _text(_map(answer, "values", asset), "uri")
        place = read_datastore_path(uri) if uri else None
        return DatastorePath(place.datastore, place.path) if place else None

    @functools.cached_property
    def host(self) -> str:
        """The regional host: ``https://eastus.api.azureml.ms``. Makes one request.

        Raises ServiceError or ConnectionFailed.
        """
        answer = self._http.send("GET", self._discovery_url, what="read the hosts of the workspace's services").json()
        host = _text(answer, "api") if isinstance(answer, dict) else None
        if host is None:
            raise ServiceError(
                "Could not read the hosts of the workspace's services: the answer has no text under 'api'. Check the "
                "discovery URL of the workspace, and the proxies in between."
            )
        return host.rstrip("/")

    def _send(
        self, method: str, service: str, below: str, *, what: str, json: dict[str, t.Any] | None = None
    ) -> dict[str, t.Any]:
        url = f"{self.host}/{service}/v1.0{self._workspace.path}/{below}"
        answer = self._http.send(
            method,
            url,
            json=json,
            token=lambda fresh: self._credentials.token(self._cloud.management_audience, to=url, fresh=fresh),
            safe_to_repeat=True,
            what=what,
        ).json()
        return answer if isinstance(answer, dict) else {}


def _map(value: t.Any, *keys: str) -> dict[str, t.Any]:
    """The map below the keys; empty for anything else."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _text(value: dict[str, t.Any], key: str) -> str | None:
    found = value.get(key)
    return found if isinstance(found, str) and found else None


def _message(error: t.Any) -> str | None:
    """The message of an error, which may be inside another one."""
    inner = error.get("error", error) if isinstance(error, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else None
    return str(message) if message else None
