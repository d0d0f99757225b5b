# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The deployments of all batch endpoints."""

from __future__ import annotations

import typing as t

from .._errors import NotFoundError
from .._jobs.job import Job, parse_time
from .._names.dotted_path import get_at
from .._names.json_types import Json
from .._schema.resource_type import DELETING, SETTLED_STATES
from .._service.workspace import Workspace
from .._types.batch_deployment import BATCH_DEPLOYMENT
from .._types.batch_endpoint import BATCH_ENDPOINT
from .finding import Finding
from .graph import Node
from .item import DEPLOYMENT, Item
from .removal import DeploymentRemoval

DEFAULT_AT = "properties.defaults.deploymentName"


def read_deployments(workspace: Workspace, active: t.Sequence[Job]) -> t.Iterator[Finding]:
    """One request for the endpoints, and one for the deployments of each. ``active``: jobs that have not ended."""
    for endpoint in workspace.arm.list(workspace.path("batchEndpoints")):
        name = str(endpoint["name"])
        path = workspace.path(BATCH_ENDPOINT.path_of({"name": name}))
        try:
            for body in workspace.arm.list(f"{path}/deployments"):
                yield _finding(workspace, endpoint, body, active)
        except NotFoundError:  # the endpoint was deleted meanwhile
            continue


def _finding(workspace: Workspace, endpoint: Json, body: Json, active: t.Sequence[Job]) -> Finding:
    at, name = str(endpoint["name"]), str(body["name"])
    names = {"endpoint_name": at, "name": name}
    path = workspace.path(BATCH_DEPLOYMENT.path_of(names))
    item = Item(
        key=(DEPLOYMENT, at.lower(), name.lower()),
        kind=DEPLOYMENT,
        group=at,
        title=BATCH_DEPLOYMENT.title(names),
        id=path,
        created=parse_time(get_at(body, "systemData.createdAt")),
        tags=body.get("tags") or {},
        protected=_why_protected(endpoint, body, active),
    )
    is_going = BATCH_DEPLOYMENT.state_of(body) == DELETING
    return Finding(Node(item, body), DeploymentRemoval(workspace, path, item.title, is_going))


def _why_protected(endpoint: Json, body: Json, active: t.Sequence[Job]) -> str:
    at, name = str(endpoint["name"]), str(body["name"])
    if str(get_at(endpoint, DEFAULT_AT) or "").lower() == name.lower():
        return f"the default deployment of endpoint {at}"
    state = BATCH_DEPLOYMENT.state_of(body)
    if state not in SETTLED_STATES and state != DELETING:
        return f"under way: Azure reports {state}"
    for job in active:
        if job.is_at(at) and (job.deployment or name).lower() == name.lower():
            return f"under way: job {job.name} is {job.status}"
    return ""
