# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The output guard: where the outputs of a job will be, and that nothing is in the way there."""

from __future__ import annotations

import datetime
import typing as t

from ._blobs import Datastore
from ._container import Blob
from ._datastore_path import DatastorePath
from ._datastores import Datastores
from ._dotted import dig
from ._errors import AzureMLError, InvalidOption
from ._invocation import Invocation
from ._job_data import Json, Output
from ._job_order import GENERATION_2021, OVERWRITE, Order
from ._job_record import SCORE

DEFAULT_FILE = "predictions.csv"


class OutputGuard:
    """Service fact: batch contract 6.5 (an output that exists makes the job fail, minutes after the call)."""

    def __init__(self, order: Order, datastores: Datastores, invocation: Invocation) -> None:
        self._order = order
        self._datastores = datastores
        self._invocation = invocation

    def choose(self, deployment: Json | None) -> list[Output]:
        """The outputs of the call: those that the task names, else one below the key where the job appends rows."""
        if self._order.outputs:
            return self._order.outputs
        options = self._invocation.options
        appends = dig(deployment, "properties.outputAction") == "AppendRow"
        if not self._order.name or not appends or options["api_generation"] == GENERATION_2021:
            return []
        store = self._datastores.default("outputs")
        file = options["output_file_name"] or dig(deployment, "properties.outputFileName") or DEFAULT_FILE
        return [Output(SCORE, DatastorePath(store.name, f"{self._order.marks.folder}/{file}"))]

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


def delete_below(store: Datastore, place: DatastorePath, since: datetime.datetime | None = None) -> None:
    """Delete the blob or the folder at a place; with ``since`` only what was written from then on."""
    names = [blob.name for blob in _standing(store, place) if since is None or blob.written >= since]
    for name in reversed(names):  # placeholders of folders come before what is in them
        store.container.delete(name)


def _standing(store: Datastore, place: DatastorePath) -> t.Iterator[Blob]:
    for blob in store.container.list(place.path):
        if blob.name == place.path or blob.name.startswith(f"{place.path}/"):
            yield blob
