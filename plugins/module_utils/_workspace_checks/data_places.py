# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Where the data of the jobs is, as far as an identity needs rights there: stores without credentials, plain URLs."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._errors import AzureMLError
from .._names.datastore_path import read_datastore_path
from .._service.datastore_storage import Datastore
from .datastore import NO_CREDENTIALS
from .finding import Unknown, Unreadable
from .intended import Intended
from .rights import Action
from .storage_account import account_id
from .surfaces import Surfaces

BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
READ, WRITE = Action(f"{BLOBS}/read", is_data=True), Action(f"{BLOBS}/write", is_data=True)
_BLOB_URL = re.compile(r"https://(?P<account>[a-z0-9]+)\.(?:blob|dfs)\.[^/?#]+/[^?]*", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class DataPlace:
    """A storage account that jobs read, or write too, by their identity. ``label`` says what is there."""

    account: str
    label: str
    actions: tuple[Action, ...]


def data_places(intended: Intended, observed: Surfaces) -> t.Iterator[DataPlace | Unknown]:
    """The accounts without credentials of their own: the default datastore, and the places of the inputs.

    Service fact: operations contract 3.1.2.
    """
    yield from _of_store(None, (READ, WRITE), observed)
    seen = set()
    for _job, item in intended.inputs():
        place, url = read_datastore_path(item.path), _BLOB_URL.fullmatch(item.path)
        key = place.datastore if place else (url["account"] if url else None)
        if key is None or key in seen:
            continue
        seen.add(key)
        if place is not None:
            yield from _of_store(place.datastore, (READ,), observed)
        elif url is not None:
            yield from _of_account(url["account"], f"{item.option} in account {url['account']}", (READ,), observed)


def _of_store(name: str | None, actions: tuple[Action, ...], observed: Surfaces) -> t.Iterator[DataPlace | Unknown]:
    store = _store(name, observed)
    if store is not None and store.credentials_type == NO_CREDENTIALS:
        yield from _of_account(store.account, f"datastore {store.name}", actions, observed)


def _store(name: str | None, observed: Surfaces) -> Datastore | None:
    """The datastore, None if it cannot be read: checks of their own report that."""
    stores = observed.datastores
    try:
        return stores.default("datastore") if name is None else stores.named(name, "datastore")
    except AzureMLError:
        return None


def _of_account(
    account: str, label: str, actions: tuple[Action, ...], observed: Surfaces
) -> t.Iterator[DataPlace | Unknown]:
    try:
        path = account_id(account, observed)
    except Unreadable as failed:
        yield failed.unknown
        return
    if path is None:
        why = f"Resource Graph shows no storage account {account} to the caller."
        action = "Microsoft.Storage/storageAccounts/read at the account"
        yield Unknown(label, f"who may use the data of {label} is not known", why, action)
    else:
        yield DataPlace(path, label, actions)
