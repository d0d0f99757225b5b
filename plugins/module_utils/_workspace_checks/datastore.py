# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Whether the default datastore is reachable from here, and with which credentials."""

from __future__ import annotations

import typing as t

from .._errors import AzureMLError, ConnectionFailed, InvalidOption
from .._service.datastore_storage import Datastore
from .finding import ERROR, Finding, Found, Unknown
from .intended import Intended
from .storage_account import account_of
from .surfaces import Surfaces

NO_CREDENTIALS = "None"
_KEYS = frozenset({"AccountKey", "Sas"})
_PROBE = "azureml/.workspace-check"


def check(_intended: Intended, observed: Surfaces) -> t.Iterator[Found]:
    """``datastore_absent``, ``datastore_unreachable``, ``shared_key_access``."""
    try:
        store = observed.datastores.default("datastore")
    except InvalidOption as error:
        remedy = "Make one the default, or name datastores in full in every task."
        yield Finding(
            "datastore_absent", ERROR, observed.id.path, "there is no default datastore", error.message, remedy
        )
        return
    except AzureMLError as error:
        yield Unknown(
            observed.id.path,
            "the default datastore could not be read",
            error.message,
            "Microsoft.MachineLearningServices/workspaces/datastores/read",
        )
        return
    key_finding = list(_shared_key(store, observed))
    yield from key_finding
    if not key_finding:
        yield from _reachable(store)


def _reachable(store: Datastore) -> t.Iterator[Found]:
    """Ask storage for a blob that does not exist."""
    try:
        store.container.exists(_PROBE)
    except ConnectionFailed as error:
        yield Finding(
            "datastore_unreachable",
            ERROR,
            store.id,
            f"the default datastore {store.name} (account {store.account}, {_label(store)}) is not reachable from here",
            error.message,
            "Run from a host inside its network, or correct name resolution, proxy and firewall.",
        )
    except AzureMLError as error:
        yield Unknown(
            store.id,
            f"whether the default datastore {store.name} can be used with {_label(store)} is not known",
            error.message,
            "Microsoft.MachineLearningServices/workspaces/datastores/listSecrets/action, or "
            "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read at the account",
        )


def _shared_key(store: Datastore, observed: Surfaces) -> t.Iterator[Found]:
    """A datastore with a key or a SAS, whose account takes neither."""
    if store.credentials_type not in _KEYS:
        return
    account = account_of(store, observed)
    if account is not None and (account.get("properties") or {}).get("allowSharedKeyAccess") is False:
        yield Finding(
            "shared_key_access",
            ERROR,
            store.id,
            f"the default datastore {store.name} has {_label(store)}, and account {store.account} takes no keys",
            "Jobs that use the datastore would fail.",
            "Allow access by key for the account, or remove the credentials of the datastore and give roles.",
        )


def _label(store: Datastore) -> str:
    kinds = {"AccountKey": "an account key", "Sas": "a SAS", NO_CREDENTIALS: "the caller's identity"}
    return kinds.get(store.credentials_type, store.credentials_type)
