# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""How places in storage are written: local or in the cloud, and the two forms of a path in a datastore."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ._arm_id import WorkspaceId

_CLOUD = re.compile(r"[a-z][a-z0-9+.-]*://|azureml:|runs:/", re.IGNORECASE)
_DATASTORE = re.compile(
    r"azureml://(?:subscriptions/(?P<subscription>[^/]+)/resourcegroups/(?P<group>[^/]+)/(?:providers/[^/]+/)?"
    r"workspaces/(?P<workspace>[^/]+)/)?datastores/(?P<datastore>[^/]+)(?:/paths/(?P<path>.*))?",
    re.IGNORECASE | re.DOTALL,
)


def is_cloud(text: str) -> bool:
    """Does the text name something in the cloud, rather than a local path?"""
    return _CLOUD.match(text) is not None


@dataclass(frozen=True)
class DatastorePath:
    """A path in a datastore of a workspace."""

    workspace: WorkspaceId
    datastore: str
    path: str

    def __str__(self) -> str:
        """The long form, as the official SDK writes it. Service fact: assets contract 6 and 8.1."""
        return (
            f"azureml://subscriptions/{self.workspace.subscription_id}/resourcegroups/{self.workspace.resource_group}"
            f"/workspaces/{self.workspace.name}/datastores/{self.datastore}/paths/{self.path}"
        )


def parse(text: str, workspace: WorkspaceId) -> DatastorePath | None:
    """Read the long form, or the short one, which means this ``workspace``; None when the text is neither."""
    match = _DATASTORE.fullmatch(text)
    if not match:
        return None
    named = match["workspace"] is not None
    home = WorkspaceId(match["subscription"], match["group"], match["workspace"]) if named else workspace
    return DatastorePath(home, match["datastore"], match["path"] or "")


def comparison_key(text: str, workspace: WorkspaceId) -> str:
    """A text that is equal for URIs that mean the same place.

    Service fact: assets contract 8.1 and 12. The service writes the short form long and changes the case of
    ``resourceGroups``; case counts from the datastore's name on. The default port and a slash at the end do not.
    """
    text = text.rstrip("/")
    place = parse(text, workspace)
    if place is not None:
        home = place.workspace
        home = WorkspaceId(home.subscription_id.lower(), home.resource_group.lower(), home.name.lower())
        return str(DatastorePath(home, place.datastore, place.path))
    return re.sub(r"(https://[^/?]*):443(?=[/?]|$)", r"\1", text)


def upload_place(object_hash: str, name: str) -> str:
    """Where the official SDK and this collection put local files in a datastore. Service fact: assets contract 8.3."""
    return f"LocalUpload/{object_hash}/{name}"


def upload_hash(uri: str) -> str | None:
    """The hash in the URI of such files, None in any other URI."""
    match = re.search(r"/LocalUpload/(?P<hash>[0-9a-f]{32,64})(?=/|$)", uri)
    return match["hash"] if match else None
