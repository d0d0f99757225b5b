# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Paths in a datastore, in the forms that tasks and the service use."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .arm_id import WorkspaceId

# Short, long, and below the datastore's ARM id. Service fact: batch contract 5.2.
_FORMS = re.compile(
    r"(?:azureml://|azureml:/?|/)"
    r"(?:subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)(?:/providers/[^/]+)?"
    r"/workspaces/(?P<workspace>[^/]+)/)?"
    r"datastores/(?P<datastore>[^/]+)/paths/(?P<path>.*)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class DatastorePath:
    """A blob or folder in a datastore: ``path`` begins at the datastore's root and has no slash at its ends.

    ``workspace`` is in lower case, and None for a path of the workspace where it is used.
    """

    datastore: str
    path: str
    workspace: WorkspaceId | None = None

    @property
    def uri(self) -> str:
        """The short form, which belongs to the workspace where it is used."""
        return f"azureml://datastores/{self.datastore}/paths/{self.path}"

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def key(self) -> tuple[str, str]:
        """Equal for the same place in one workspace: names of datastores have no case, those of blobs have one."""
        return self.datastore.lower(), self.path


def read_datastore_path(text: str) -> DatastorePath | None:
    """Parse a path in a datastore; None for any other text."""
    match = _FORMS.fullmatch(text)
    if match is None:
        return None
    subscription, group, workspace = match["subscription"], match["group"], match["workspace"]
    home = WorkspaceId(subscription.lower(), group.lower(), workspace.lower()) if subscription else None
    return DatastorePath(match["datastore"], match["path"].strip("/"), home)
