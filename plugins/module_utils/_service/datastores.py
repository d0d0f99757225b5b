# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The datastores that one task works with: each is looked up and opened once."""

from __future__ import annotations

from .datastore_storage import Datastore, open_datastore
from .workspace import Workspace


class Datastores:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._opened: dict[str, Datastore] = {}
        self._default: Datastore | None = None

    def default(self, option: str) -> Datastore:
        """The default datastore of the workspace. Raises as ``open_datastore`` does; ``option`` is for messages."""
        if self._default is None:
            self._default = open_datastore(self._workspace, None, option)
            self._opened[self._default.name.lower()] = self._default
        return self._default

    def named(self, name: str, option: str) -> Datastore:
        """A datastore by its name, which has no case. Raises as ``open_datastore`` does."""
        if name.lower() not in self._opened:
            self._opened[name.lower()] = open_datastore(self._workspace, name, option)
        return self._opened[name.lower()]


def home(workspace: Workspace) -> tuple[str, str, str]:
    """The workspace as ``DatastorePath.workspace`` names it."""
    here = workspace.id
    return here.subscription_id.lower(), here.resource_group.lower(), here.name.lower()
