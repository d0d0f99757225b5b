# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The data that an input reads: the version that a reference means, and whether it exists, before the job starts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .._engine.reference_lookup import full_id, target_of
from .._errors import AzureMLError, InvalidOption
from .._names.datastore_path import DatastorePath, read_datastore_path
from .._names.dotted_path import get_at
from .._names.url import without_query
from .._service.datastore_storage import Datastores
from .._service.workspace import Workspace
from .inputs_outputs import LITERAL, Input
from .output_location import files_at
from .route import report_absent

MISSING = FAIL, WARN = "fail", "warn"
_URI_AT = {"data": "properties.dataUri", "models": "properties.modelUri"}
_LABELS = {"data": "data asset", "models": "model"}
_BLOB_HOST = re.compile(r"https://[^/?#]+\.blob\.[^/?#]+/", re.IGNORECASE)
# To a caller without rights a blob storage denies that anything exists, by the code ResourceNotFound.
_ABSENT_BLOB = frozenset({"BlobNotFound", "ContainerNotFound"})
_ABSENT = frozenset({404, 410})
_REFUSALS = frozenset(range(300, 600))
# Seconds that a host may take to say whether it has a file.
_TIMEOUT = 10.0


@dataclass(frozen=True)
class Sight:
    """What is known of the data of an input.

    - ``input``: the same input with the version of the asset that it means now
    - ``absent``: the message for data that does not exist
    - ``lacks_asset``: whether it is the asset itself that is absent; ``target`` is its ARM path, if it has one
    - ``unseen``: why this host cannot see whether the data exists; None if it can
    """

    input: Input
    absent: str | None = None
    lacks_asset: bool = False
    target: str | None = None
    unseen: AzureMLError | None = None


class InputSource:
    """Finds the data of inputs, and checks that it exists. Writes nothing."""

    def __init__(self, workspace: Workspace, datastores: Datastores) -> None:
        self._workspace = workspace
        self._datastores = datastores
        self._unseen: AzureMLError | None = None

    def find(self, item: Input) -> Input:
        """The same input with the version of the asset that it means now.

        Raises InvalidOption for an absent datastore or asset, and for absent data as the option ``missing_input`` says.
        What this host cannot read counts as present.
        """
        sight = self.look(item)
        if sight.absent is not None and sight.lacks_asset:
            report_absent(self._workspace, sight.absent, sight.target)
        elif sight.absent is not None:
            self._report_missing(sight.absent)
        return sight.input

    def look(self, item: Input) -> Sight:
        """What is known of the data of an input. Raises InvalidOption for an absent datastore."""
        if item.files is not None:
            return Sight(item.uploaded(self._datastores.default(item.option).name))
        if item.type == LITERAL:
            return Sight(item)
        if item.is_asset:
            try:
                item = self._find_asset(item)
            except InvalidOption as error:
                target = target_of(item.path, item.collection, self._workspace)
                return Sight(item, str(error), lacks_asset=True, target=target)
        else:
            self._require_datastore(item)
        self._unseen = None
        missing = self._is_missing(item)
        return Sight(item, _missing_message(item) if missing else None, unseen=self._unseen)

    def _find_asset(self, item: Input) -> Input:
        kind = item.collection
        asset_id = full_id(item.path, kind, item.option, self._workspace)
        asset = self._workspace.arm.get(asset_id)
        if asset is None:
            raise InvalidOption(
                f"{item.option}: there is no {_LABELS[kind]} '{item.path}'. Register it first, or correct the name."
            )
        return item.found(
            asset_id, get_at(asset, "properties.dataType"), self._workspace.id, get_at(asset, _URI_AT[kind])
        )

    def _require_datastore(self, item: Input) -> None:
        place = self._place(item.path)
        if place is not None:
            self._datastores.named(place.datastore, item.option)

    # -- does it exist? --------------------------------------------------------------------------------------------

    def _is_missing(self, item: Input) -> bool:
        """Whether it is certain that there is no data."""
        uri = item.asset_uri or item.path
        place = self._place(uri)
        if place is not None:
            return self._is_empty(place, item)
        return item.type == "uri_file" and uri.lower().startswith("https://") and self._is_absent_url(uri)

    def _place(self, uri: str) -> DatastorePath | None:
        """The path in a datastore of this workspace; None for any other URI.

        Of URLs in a datastore only those in one that the task has opened, as the default one for its ledger, are known.
        """
        place = read_datastore_path(uri)
        if place is None:
            return self._datastores.opened_place(uri)
        return place if place is not None and place.workspace in (None, self._workspace.id) else None

    def _is_empty(self, place: DatastorePath, item: Input) -> bool:
        if "*" in place.path:
            return False
        try:
            container = self._datastores.named(place.datastore, item.option).container
            return next(files_at(container, place.path), None) is None
        except AzureMLError as error:  # the job may be allowed to read what this host is not
            self._cannot_look(place.uri, error)
            return False

    def _is_absent_url(self, url: str) -> bool:
        """A folder has no URL of its own, so only files are asked for."""
        try:
            answer = self._workspace.http.send(
                "HEAD", url, accept=_REFUSALS, timeout=_TIMEOUT, repeat=False, what="read the input"
            )
        except AzureMLError as error:
            self._cannot_look(url, error)
            return False
        if _BLOB_HOST.match(url):
            return answer.headers.get("x-ms-error-code") in _ABSENT_BLOB
        return answer.status in _ABSENT

    def _cannot_look(self, uri: str, error: AzureMLError) -> None:
        self._unseen = error
        place = without_query(uri)
        self._workspace.invocation.progress(f"cannot check whether there is an input at {place}: {error}")

    def _report_missing(self, message: str) -> None:
        if self._workspace.invocation.options["missing_input"] == WARN:
            self._workspace.invocation.warn(f"{message}.")
            return
        report_absent(self._workspace, f"{message}; set missing_input to warn if the data comes later.")


def _missing_message(item: Input) -> str:
    shown = item.shown()["path"]
    place = f"{item.asset_uri}, the data of {shown}" if item.asset_uri else shown
    return (
        f"{item.option}: there is nothing at {place}; the job would fail once its cluster runs. Correct the path, "
        "or upload the data first"
    )
