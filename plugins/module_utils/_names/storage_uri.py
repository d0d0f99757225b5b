# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""How assets name their place in storage: when two URIs mean the same, and where uploaded files are."""

from __future__ import annotations

import re

from .arm_id import WorkspaceId
from .datastore_path import read_datastore_path

_CLOUD = re.compile(r"[a-z][a-z0-9+.-]*://|azureml:|runs:/", re.IGNORECASE)


def is_cloud(text: str) -> bool:
    """Does the text name something in the cloud, rather than a local path?"""
    return _CLOUD.match(text) is not None


def datastore_uri(workspace: WorkspaceId, datastore: str, path: str) -> str:
    """A path in a datastore in its long form, as the official SDK writes it. Service fact: assets contract 6, 8.1."""
    return (
        f"azureml://subscriptions/{workspace.subscription_id}/resourcegroups/{workspace.resource_group}"
        f"/workspaces/{workspace.name}/datastores/{datastore}/paths/{path}"
    )


def long_form(text: str, workspace: WorkspaceId) -> str | None:
    """The long form of a path in a datastore, of this ``workspace`` in the short one; None for any other text."""
    place = read_datastore_path(text)
    if place is None:
        return None
    home = workspace if place.workspace is None or place.workspace == workspace else place.workspace
    return datastore_uri(home, place.datastore, place.path)


def comparison_key(text: str, workspace: WorkspaceId) -> str:
    """A text that is equal for URIs that mean the same place.

    Service fact: assets contract 8.1 and 12. The service writes the short form long and changes the case of
    ``resourceGroups``; case counts below the datastore. The default port and a slash at the end do not.
    """
    if uri := long_form(text, workspace):
        head, mark, path = uri.partition("/paths/")
        return f"{head.lower()}{mark}{path}"
    return re.sub(r"(https://[^/?]*):443(?=[/?]|$)", r"\1", text.rstrip("/"))


def upload_place(object_hash: str, name: str) -> str:
    """Where the official SDK and this collection put local files in a datastore. Service fact: assets contract 8.3."""
    return f"LocalUpload/{object_hash}/{name}"


def upload_hash(uri: str) -> str | None:
    """The hash in the URI of such files, None in any other URI."""
    match = re.search(r"/LocalUpload/(?P<hash>[0-9a-f]{32,64})(?=/|$)", uri)
    return match["hash"] if match else None
