# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The output guard: where the outputs of a job will be, that nothing is in the way there, and nothing else harmed."""

from __future__ import annotations

import datetime
import re
import typing as t
import urllib.parse

from .._errors import AzureMLError, InvalidOption
from .._invocation import Invocation
from .._names.datastore_path import DatastorePath, read_datastore_path
from .._names.dotted_path import get_at
from .._names.json_types import JsonObject
from .._service.blob_container import Blob
from .._service.datastore_storage import Datastore
from .._service.datastores import Datastores, home
from .._service.workspace import Workspace
from .inputs_outputs import Input, Output
from .job import SCORE
from .ledger import FOLDER as LEDGER
from .spec import GENERATION_2021, OVERWRITE, JobSpec

DEFAULT_FILE = "predictions.csv"
# Of any datastore, for several can share a container. Service fact: assets contract 8.3, batch contract 6.5.
UPLOADS, RUNS = "LocalUpload", "azureml"
_KEPT = {
    UPLOADS: "uploaded files of assets and jobs",
    LEDGER: "the ledger of job keys",
    RUNS: "the folders that the service gives its runs",
}
INSIDE = "is inside"
_OTHER_SCHEMES = re.compile(r"(?:abfs|wasb)s?://(?P<container>[^@/]+)@(?P<host>[^/]+)")


class OutputGuard:
    """Service fact: batch contract 6.5 (an output that exists makes the job fail, minutes after the call)."""

    def __init__(self, order: JobSpec, workspace: Workspace, datastores: Datastores, invocation: Invocation) -> None:
        self._order = order
        self._home = home(workspace)
        self._datastores = datastores
        self._invocation = invocation

    def choose(self, deployment: JsonObject | None) -> list[Output]:
        """The outputs of the call: those that the task names, else one below the key where the job appends rows."""
        if self._order.outputs:
            return self._order.outputs
        options = self._invocation.options
        appends = get_at(deployment, "properties.outputAction") == "AppendRow"
        if not self._order.name or not appends or options["api_generation"] == GENERATION_2021:
            return []
        store = self._datastores.default("outputs")
        file = options["output_file_name"] or get_at(deployment, "properties.outputFileName") or DEFAULT_FILE
        return [Output(SCORE, DatastorePath(store.name, f"{self._order.marks.folder}/{file}"))]

    def require_apart(self, inputs: list[Input], outputs: list[Output]) -> None:
        """Raises InvalidOption for an output among what others keep, or that would overwrite what the job reads."""
        for output in outputs:
            if meeting := meets_kept(output.place):
                raise InvalidOption(f"outputs.{output.name}.path: {meeting} Give another place. Nothing was started.")
        if self._order.output_policy == OVERWRITE:
            for output, store in self._placed(outputs):
                for item in inputs:
                    self._require_apart(output, _url(store, output.place), item)

    def _require_apart(self, output: Output, url: str, item: Input) -> None:
        read_from = self._url_of(item)
        meeting = read_from and _meeting(_comparable(url), _comparable(read_from))
        if meeting:
            raise InvalidOption(
                f"outputs.{output.name}.path: {output.place.uri} {meeting} {_uri_of(item)}, which inputs.{item.name} "
                "reads, and output_policy overwrite would empty it. Give another place. Nothing was started."
            )

    def _url_of(self, item: Input) -> str | None:
        """Where an input lies in blob storage; None where it is not known to, or in another workspace."""
        place = read_datastore_path(_uri_of(item))
        if place is None:
            return _uri_of(item)
        if place.workspace not in (None, self._home):
            return None
        try:
            store = self._datastores.named(place.datastore, item.option)
        except InvalidOption:  # that of an asset may be gone, or hold no blobs
            return None
        return _url(store, place)

    def require_free(self, outputs: list[Output]) -> None:
        """Raises InvalidOption when something stands where a job must write and may not be overwritten."""
        for output, store in self._placed(outputs):
            try:
                taken = next(_standing(store, output.place), None)
            except AzureMLError as error:
                self._invocation.warn(
                    f"Could not see whether {output.place.uri} exists already, in which case the job will fail: "
                    f"{error} Let this identity read the storage account."
                )
                continue
            if taken is not None and self._order.output_policy != OVERWRITE:
                raise InvalidOption(
                    f"outputs: {output.place.uri} exists already, and the job would fail on it. Give another place or "
                    "name, delete what is there, or set output_policy to overwrite or unique. Nothing was started."
                )

    def clear(self, outputs: list[Output]) -> None:
        """Delete what stands in the way of a job that may overwrite it."""
        if self._order.output_policy == OVERWRITE:
            for output, store in self._placed(outputs):
                delete_below(store, output.place)

    def _placed(self, outputs: list[Output]) -> t.Iterator[tuple[Output, Datastore]]:
        """Outputs with their datastores; those in other workspaces cannot be looked at."""
        for output in outputs:
            if output.place.workspace is None:
                yield output, self._datastores.named(output.place.datastore, f"outputs.{output.name}.path")


def meets_kept(place: DatastorePath) -> str:
    """A sentence about what others keep at, below or around a place of an output; empty when nothing is known to be.

    The service puts outputs into the folders of its runs, so those may hold one.
    """
    for folder, content in _KEPT.items():
        meeting = _meeting(place.path, folder)
        if meeting and not (folder == RUNS and meeting == INSIDE):
            return f"{place.uri} {meeting} {folder}, which holds {content}."
    return ""


def _meeting(path: str, other: str) -> str:
    """How two paths meet, in words; empty when they are apart."""
    if path == other:
        return "is"
    if other.startswith(f"{path}/"):
        return "contains"
    return INSIDE if path.startswith(f"{other}/") else ""


def _uri_of(item: Input) -> str:
    """Without the signature of a URL; local files have names, in which a question mark is nothing special."""
    return item.path if item.files else (item.asset_uri or item.path).partition("?")[0]


def _url(store: Datastore, place: DatastorePath) -> str:
    return f"{store.container_url}/{urllib.parse.quote(place.path)}"


def _comparable(url: str) -> str:
    """Equal for the URLs of one blob: of both services of an account, and as Hadoop writes them."""
    parts = urllib.parse.urlsplit(_OTHER_SCHEMES.sub(r"https://\g<host>/\g<container>", url))
    host = parts.netloc.lower().removesuffix(":443").replace(".dfs.", ".blob.", 1)
    return f"{host}{urllib.parse.unquote(parts.path)}".rstrip("/")


def delete_below(store: Datastore, place: DatastorePath, since: datetime.datetime | None = None) -> None:
    """Delete the blob or the folder at a place; with ``since`` only what was written from then on."""
    names = [blob.name for blob in _standing(store, place) if since is None or blob.written >= since]
    for name in reversed(names):  # placeholders of folders come before what is in them
        store.container.delete(name)


def _standing(store: Datastore, place: DatastorePath) -> t.Iterator[Blob]:
    for blob in store.container.list(place.path):
        if blob.name == place.path or blob.name.startswith(f"{place.path}/"):
            yield blob
