# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Where the outputs of a job are written, that nothing is in the way there, and that no other data is harmed."""

from __future__ import annotations

import datetime
import re
import typing as t
import urllib.parse

from .._errors import AzureMLError, InvalidOption
from .._names.datastore_path import DatastorePath, read_datastore_path
from .._names.dotted_path import get_at
from .._names.json_types import JsonObject
from .._service.blob_container import Blob
from .._service.datastore_storage import Datastore, Datastores
from .._service.workspace import Workspace
from .inputs_outputs import Input, Output
from .job import SCORE
from .ledger import FOLDER as LEDGER
from .spec import GENERATION_2021, OVERWRITE, JobSpec

DEFAULT_FILE = "predictions.csv"
# In any datastore, for several can share a container. Service fact: assets contract 8.3, batch contract 6.5.
UPLOADS, RUNS = "LocalUpload", "azureml"
_RESERVED = {
    UPLOADS: "uploaded files of assets and jobs",
    LEDGER: "the ledger of job keys",
    RUNS: "the folders that the service gives its runs",
}
INSIDE = "is inside"
_OTHER_SCHEMES = re.compile(r"(?:abfs|wasb)s?://(?P<container>[^@/]+)@(?P<host>[^/]+)")


class OutputGuard:
    """Keeps outputs apart from each other, from what exists and from what others need.

    Service fact: batch contract 6.5, 14.17 (an output that exists makes the job fail, minutes after the call, or is
    left as it is).
    """

    def __init__(self, workspace: Workspace, spec: JobSpec, datastores: Datastores) -> None:
        self._workspace = workspace
        self._spec = spec
        self._datastores = datastores

    def choose(self, deployment: JsonObject | None) -> list[Output]:
        """The outputs of the call: those that the task names, else one in the key's folder if the job appends rows."""
        if self._spec.outputs:
            return self._spec.outputs
        options = self._workspace.invocation.options
        appends = get_at(deployment, "properties.outputAction") == "AppendRow"
        if not self._spec.name or not appends or options["api_generation"] == GENERATION_2021:
            return []
        store = self._datastores.default("outputs")
        file = options["output_file_name"] or get_at(deployment, "properties.outputFileName") or DEFAULT_FILE
        return [Output(SCORE, DatastorePath(store.name, f"{self._spec.job_key.folder}/{file}"))]

    def require_apart(self, inputs: list[Input], outputs: list[Output]) -> None:
        """Raises InvalidOption for an output in a reserved folder, or that would overwrite what the job reads."""
        for output in outputs:
            if overlap := reserved_overlap(output.place):
                raise InvalidOption(f"outputs.{output.name}.path: {overlap} Give another path. Nothing was started.")
        if self._spec.output_policy == OVERWRITE:
            for output, store in self._with_datastores(outputs):
                for item in inputs:
                    self._require_apart(output, _url(store, output.place), item)

    def _require_apart(self, output: Output, url: str, item: Input) -> None:
        source = self._source_url(item)
        overlap = source and _overlap(comparable_url(url), comparable_url(source))
        if overlap:
            raise InvalidOption(
                f"outputs.{output.name}.path: {output.place.uri} {overlap} {_uri_of(item)}, which inputs.{item.name} "
                "reads, and output_policy overwrite would empty it. Give another path. Nothing was started."
            )

    def _source_url(self, item: Input) -> str | None:
        """The URL of an input in blob storage; None if unknown, or in another workspace."""
        place = read_datastore_path(_uri_of(item))
        if place is None:
            return _uri_of(item)
        if place.workspace not in (None, self._workspace.id):
            return None
        try:
            store = self._datastores.named(place.datastore, item.option)
        except InvalidOption:  # an asset's datastore may be deleted, or hold no blobs
            return None
        return _url(store, place)

    def require_free(self, outputs: list[Output]) -> None:
        """Raises InvalidOption when something exists where a job must write and may not be overwritten."""
        for output, store in self._with_datastores(outputs):
            try:
                existing = next(blobs_at(store, output.place), None)
            except AzureMLError as error:
                self._workspace.invocation.warn(
                    f"Could not check whether {output.place.uri} exists already, in which case the job will fail: "
                    f"{error} Let this identity read the storage account."
                )
                continue
            if existing is not None and self._spec.output_policy != OVERWRITE:
                raise InvalidOption(
                    f"outputs: {output.place.uri} exists already, and the job would fail on it. Give another path or "
                    "name, delete what is there, or set output_policy to overwrite or unique. Nothing was started."
                )

    def clear(self, outputs: list[Output]) -> None:
        """Delete what is in the way of a job that may overwrite it."""
        if self._spec.output_policy == OVERWRITE:
            for output, store in self._with_datastores(outputs):
                delete_below(store, output.place)

    def _with_datastores(self, outputs: list[Output]) -> t.Iterator[tuple[Output, Datastore]]:
        """Outputs with their datastores; those in other workspaces cannot be checked."""
        for output in outputs:
            if output.place.workspace is None:
                yield output, self._datastores.named(output.place.datastore, f"outputs.{output.name}.path")


def reserved_overlap(place: DatastorePath) -> str:
    """A sentence about the reserved folder that an output is, contains or is inside; empty when there is none.

    The service puts outputs into the folders of its runs, so those may hold one.
    """
    for folder, content in _RESERVED.items():
        overlap = _overlap(place.path, folder)
        if overlap and not (folder == RUNS and overlap == INSIDE):
            return f"{place.uri} {overlap} {folder}, which holds {content}."
    return ""


def _overlap(path: str, other: str) -> str:
    """The relation of two paths, for a message; empty when they are apart."""
    if path == other:
        return "is"
    if other.startswith(f"{path}/"):
        return "contains"
    return INSIDE if path.startswith(f"{other}/") else ""


def _uri_of(item: Input) -> str:
    """Without the signature of a URL; in the names of local files a question mark is nothing special."""
    return item.path if item.files else (item.asset_uri or item.path).partition("?")[0]


def _url(store: Datastore, place: DatastorePath) -> str:
    return f"{store.container_url}/{urllib.parse.quote(place.path)}"


def comparable_url(url: str) -> str:
    """Equal for the URLs of one blob: of both services of an account, and in the form of Hadoop."""
    parts = urllib.parse.urlsplit(_OTHER_SCHEMES.sub(r"https://\g<host>/\g<container>", url))
    host = parts.netloc.lower().removesuffix(":443").replace(".dfs.", ".blob.", 1)
    return f"{host}{urllib.parse.unquote(parts.path)}".rstrip("/")


def delete_below(store: Datastore, place: DatastorePath, since: datetime.datetime | None = None) -> None:
    """Delete the blob or the folder at a place; with ``since`` only what was written from then on."""
    names = [blob.name for blob in blobs_at(store, place) if since is None or blob.written >= since]
    for name in reversed(names):  # the list has the placeholder of a folder before its content
        store.container.delete(name)


def blobs_at(store: Datastore, place: DatastorePath) -> t.Iterator[Blob]:
    """The blob or the blobs of the folder at a place."""
    for blob in store.container.list(place.path):
        if blob.name == place.path or blob.name.startswith(f"{place.path}/"):
            yield blob
