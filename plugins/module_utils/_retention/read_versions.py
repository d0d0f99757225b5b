# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The versions of assets."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._errors import NotFoundError
from .._jobs.job import parse_time
from .._names.dotted_path import get_at
from .._names.json_types import Json
from .._schema.asset_type import ARCHIVED_AT, AssetType
from .._schema.component_values import is_whole
from .._service.workspace import Workspace
from .._types.code import CODE
from .._types.component import COMPONENT
from .._types.data import DATA
from .._types.environment import ENVIRONMENT
from .._types.model import MODEL
from .finding import Finding
from .graph import Node
from .item import Item
from .references import version_key
from .removal import VersionRemoval

TYPES: t.Mapping[str, AssetType] = {
    "model": MODEL,
    "environment": ENVIRONMENT,
    "data": DATA,
    "code": CODE,
    "component": COMPONENT,
}
ALL = {"listViewType": "All"}
_LATEST_AT = "properties.latestVersion"
_OF_THE_SERVICE = re.compile(r"AzureML-", re.IGNORECASE)


def read_versions(workspace: Workspace, kind: str, names: t.Collection[str] | None) -> t.Iterator[Finding]:
    """The versions of all names, or of those in ``names`` (in lower case). One request, and one per name.

    Lists lag behind writes (assets contract 1.6), so a latest version that its list lacks is read by itself.
    """
    asset = TYPES[kind]
    view = {} if asset is CODE else ALL  # codes have no such parameter (assets contract 1.6)
    for container in workspace.arm.list(workspace.path(asset.collection), query=view):
        name = str(container["name"])
        if _OF_THE_SERVICE.match(name) or (names is not None and name.lower() not in names):
            continue
        path = workspace.path(asset.container_path.format_map({"name": name}))
        try:
            versions = list(workspace.arm.list(f"{path}/versions", query=view))
        except NotFoundError:  # it was deleted meanwhile
            continue
        latest = get_at(container, _LATEST_AT)
        if latest and latest not in (version["name"] for version in versions):
            newest = workspace.arm.get(f"{path}/versions/{latest}")
            versions += [] if newest is None else [newest]
        for body in versions:
            yield _finding(workspace, kind, name, body)


def _finding(workspace: Workspace, kind: str, name: str, body: Json) -> Finding:
    asset, version = TYPES[kind], str(body["name"])
    path = workspace.path(asset.path_of({"name": name, "version": version}))
    item = Item(
        key=version_key(kind, name, version),
        kind=kind,
        group=name,
        title=f"{asset.label} {name}:{version}",
        id=path,
        created=parse_time(get_at(body, "systemData.createdAt")),
        tags=get_at(body, "properties.tags") or {},
        is_archived=bool(get_at(body, ARCHIVED_AT)),
    )
    return Finding(Node(item, body), VersionRemoval(workspace, asset, name, version, path))


def hides_references(finding: Finding) -> bool:
    """True for a pipeline whose steps the service does not show (assets contract 14.24)."""
    if finding.node.item.kind != "component":
        return False
    return not is_whole(get_at(finding.node.body, str(COMPONENT.spec_at)) or {})


def protected_by(finding: Finding, reason: str) -> Finding:
    """The same, kept for a reason unless it has another one."""
    item = finding.node.item
    if item.protected:
        return finding
    node = dataclasses.replace(finding.node, item=dataclasses.replace(item, protected=reason))
    return dataclasses.replace(finding, node=node)
