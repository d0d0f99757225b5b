# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Storage accounts by the names that datastores and URLs have for them."""

from __future__ import annotations

from .._names.arm_id import parse as parse_id
from .._names.json_types import JsonObject
from .._service.datastore_storage import Datastore
from .surfaces import STORAGE, Surfaces

_QUERY = "resources | where type =~ 'microsoft.storage/storageaccounts' and name =~ '{name}' | project id, name"


def account_id(name: str, observed: Surfaces) -> str | None:
    """The ARM id of an account: the workspace's own, or one that Resource Graph shows. Raises Unreadable."""
    own = str(observed.properties.get("storageAccount") or "")
    if own.rpartition("/")[2].lower() == name.lower():
        return own
    rows = observed.graph(_QUERY.format(name=name))
    return str(rows[0]["id"]) if rows else None


def account_of(store: Datastore, observed: Surfaces) -> JsonObject | None:
    """The account of a datastore, None if it is not found. Raises Unreadable."""
    path = account_id(store.account, observed)
    return read_account(path, observed) if path else None


def read_account(path: str, observed: Surfaces) -> JsonObject | None:
    """The account at an ARM id; None if it is absent, or the id is none."""
    return observed.around(path, "the storage account", STORAGE) if parse_id(path) else None
