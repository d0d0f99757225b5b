# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The ledger of all endpoints, searched by the name or the key that a task gives."""

from __future__ import annotations

import typing as t

from .._errors import InvalidOption
from .._service.blob_container import Blob
from .._service.datastore_storage import Datastores
from .job import split_key
from .ledger import CALLER, FOLDER, caller_fingerprint


class LedgerIndex:
    """Reads entries by their names and metadata alone. Raises what storage raises."""

    def __init__(self, datastores: Datastores) -> None:
        self._datastores = datastores

    def endpoints_of(self, name: str) -> list[str]:
        """The endpoints with a job of this name, as the ledger writes them: in lower case."""
        return sorted({endpoint for endpoint, key, _blob in self._entries(None) if key == name})

    def started_with(
        self, caller_key: str, endpoint: str | None, preferred: str | None = None
    ) -> tuple[str, str] | None:
        """Endpoint and name of the job that was started with this key, at one endpoint or any; None if there is none.

        ``preferred`` is the name to choose of several. Raises InvalidOption if there are several others.
        """
        fingerprint = caller_fingerprint(caller_key)
        found = {
            (at, split_key(key)[0])
            for at, key, blob in self._entries(endpoint)
            if blob.metadata.get(CALLER) == fingerprint
        }
        started = sorted(one for one in found if one[1] == preferred) or sorted(found)
        if len(started) > 1:
            names = ", ".join(f"{name} of endpoint {at}" for at, name in started)
            raise InvalidOption(
                f"key: {len(started)} jobs were started with key {caller_key}, with other inputs, outputs or "
                f"deployments: {names}. Give one of these names as name in place of key."
            )
        return started[0] if started else None

    def _entries(self, endpoint: str | None) -> t.Iterator[tuple[str, str, Blob]]:
        prefix = f"{FOLDER}/{endpoint.lower()}/" if endpoint else f"{FOLDER}/"
        for blob in self._datastores.default("ledger").container.list(prefix):
            at, _slash, file = blob.name.removeprefix(f"{FOLDER}/").rpartition("/")
            if file.endswith(".json"):
                yield at, file.removesuffix(".json"), blob
