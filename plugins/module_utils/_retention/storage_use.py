# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Whether other workspaces may use the storage of a datastore."""

from __future__ import annotations

import functools

from .._errors import ServiceError
from .._names.dotted_path import get_at
from .._service.datastore_storage import Datastore
from .._service.workspace import Workspace


class StorageUse:
    """Answers for one workspace. ``is_trusted``: the task says that storage may be shared, and nothing is asked."""

    def __init__(self, workspace: Workspace, *, is_trusted: bool) -> None:
        self._workspace = workspace
        self._is_trusted = is_trusted

    def why_left(self, store: Datastore) -> str:
        """Why nothing is deleted there; empty for storage that is this workspace's alone. May make two requests.

        Alone are the containers that Azure made for this workspace, in an account that is no other workspace's own.
        Service fact: assets contract 4 (names of the containers).
        """
        if self._is_trusted:
            return ""
        account, guid = self._account, get_at(self._workspace.properties, "properties.workspaceId")
        container = store.container_url.rpartition("/")[2]
        own = (f"azureml-blobstore-{guid}", "azureml")
        if account.rpartition("/")[2].lower() != store.account.lower() or container not in own:
            return f"another workspace may use the storage of datastore {store.name}; see shared_storage"
        return self._others

    @property
    def _account(self) -> str:
        return str(get_at(self._workspace.properties, "properties.storageAccount") or "")

    @functools.cached_property
    def _others(self) -> str:
        workspace = self._workspace
        collection = workspace.path().rpartition("/")[0].partition("/resourceGroups/")
        path = f"{collection[0]}/providers/{collection[2].partition('/providers/')[2]}"
        try:
            for other in workspace.arm.list(path):
                same = str(get_at(other, "properties.storageAccount") or "").lower() == self._account.lower()
                if same and str(other["id"]).lower() != workspace.path().lower():
                    return f"workspace {other['name']} has the same storage account; see shared_storage"
        except ServiceError as error:
            return f"it is not known whether other workspaces use its storage ({error.code}); see shared_storage"
        return ""
