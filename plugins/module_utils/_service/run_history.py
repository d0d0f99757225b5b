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
        answer = self._send("GET", "history", below, what=f"read the runs of job {job}")
        return [
            Run(
                id=str(run["runId"]),
                name=str(run.get("name") or ""),
                status=str(run.get("status") or ""),
                started=run.get("startTimeUtc"),
                ended=run.get("endTimeUtc"),
                error=_message(run.get("error")),
            )
            for run in answer.get("value") or ()
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
        asset = ((data.get("runMetadata") or {}).get("outputs") or {}).get(output) or {}
        resolved = self._resolve(asset["assetId"]) if asset.get("assetId") else None
        if resolved is not None:
            return resolved
        place = ((data.get("runDefinition") or {}).get("dataReferences") or {}).get(output) or {}
        if place.get("dataStoreName") and place.get("pathOnDataStore"):
            return DatastorePath(place["dataStoreName"], place["pathOnDataStore"].strip("/"))
        return None

    def _resolve(self, asset: str) -> DatastorePath | None:
        what = f"resolve data asset {asset}"
        try:
            answer = self._send("POST", "data", "dataversion/batchGetResolvedUris", json={"values": [asset]}, what=what)
        except ServiceError:
            return None  # the path may be found in other ways
        uri = ((answer.get("values") or {}).get(asset) or {}).get("uri")
        place = read_datastore_path(uri) if uri else None
        return DatastorePath(place.datastore, place.path) if place else None

    @functools.cached_property
    def host(self) -> str:
        """The regional host: ``https://eastus.api.azureml.ms``. Makes one request.

        Raises ServiceError or ConnectionFailed.
        """
        answer = self._http.send("GET", self._discovery_url, what="read the hosts of the workspace's services").json()
        if not isinstance(answer, dict) or not answer.get("api"):
            raise ServiceError("Could not read the hosts of the workspace's services: the answer has no 'api'.")
        return str(answer["api"]).rstrip("/")

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


def _message(error: t.Any) -> str | None:
    """The message of an error, which may be inside another one."""
    inner = error.get("error", error) if isinstance(error, dict) else None
    message = inner.get("message") if isinstance(inner, dict) else None
    return str(message) if message else None
