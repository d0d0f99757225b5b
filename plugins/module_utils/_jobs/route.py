# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The endpoint and the deployment that will score a job."""

from __future__ import annotations

import dataclasses

from .._engine.prerequisite import warn_in_check_mode
from .._errors import InvalidOption
from .._names.dotted_path import get_at
from .._names.json_types import JsonObject
from .._service.workspace import Workspace

STATE_AT = "properties.provisioningState"
# Service fact: batch contract 4.1. A deployment that is created may be shown as Updating, too (4.2).
BUSY = frozenset({"Creating", "Updating", "Scaling"})
NEVER_READY = frozenset({"Failed", "Canceled"})
_PIPELINE = "PipelineComponent"


@dataclasses.dataclass(frozen=True)
class Route:
    """An endpoint and a deployment as the service returns them; None for what is absent, in check mode only."""

    endpoint: JsonObject | None = None
    deployment: JsonObject | None = None

    @property
    def runs_pipeline(self) -> bool:
        kind = get_at(self.deployment, "properties.deploymentConfiguration.deploymentConfigurationType")
        return bool(kind == _PIPELINE)

    @property
    def is_summary_only(self) -> bool:
        """Whether the script writes its own files, and the service appends no rows to one."""
        action = get_at(self.deployment, "properties.outputAction")
        return str(action).lower() == "summaryonly" and not self.runs_pipeline


def report_absent(workspace: Workspace, message: str, target: str | None = None) -> None:
    """Raises InvalidOption for what is absent; warns in check mode, where an earlier task may create it.

    ``target``: ARM path of what is absent.
    """
    warn = warn_in_check_mode(workspace.invocation)
    if warn is None:
        raise InvalidOption(message)
    warn(f"{message} The run will fail unless an earlier task does.", target)


def find_route(workspace: Workspace) -> Route:
    """The endpoint and deployment that the task names. Raises InvalidOption when one is absent or not ready."""
    endpoint = _endpoint(workspace)
    return Route(endpoint, _ready(workspace, _deployment(workspace, endpoint)))


def _endpoint(workspace: Workspace) -> JsonObject | None:
    name = workspace.invocation.options["endpoint_name"]
    endpoint = workspace.arm.get(_path(workspace))
    if endpoint is None:
        report_absent(
            workspace,
            f"endpoint_name: there is no batch endpoint {name} in workspace {workspace.id.name}. "
            "Create it first, or correct the name.",
            _path(workspace),
        )
    elif not get_at(endpoint, "properties.scoringUri"):
        report_absent(
            workspace,
            f"endpoint_name: batch endpoint {name} is {get_at(endpoint, STATE_AT)} and has no scoring URI. Wait until "
            "it is ready.",
        )
    return endpoint


def _deployment(workspace: Workspace, endpoint: JsonObject | None) -> JsonObject | None:
    """The deployment that will score. Service fact: batch contract 3.4 (no deployment is the default by itself)."""
    if endpoint is None:
        return None
    options = workspace.invocation.options
    asked = options["deployment_name"]
    name = asked or get_at(endpoint, "properties.defaults.deploymentName")
    label = f"batch endpoint {options['endpoint_name']}"
    if name is None:
        report_absent(
            workspace,
            f"deployment_name: {label} has no default deployment. Name a deployment here, or make one the default.",
            _path(workspace),
        )
        return None
    deployment = workspace.arm.get(_path(workspace, name))
    if deployment is None:
        report_absent(
            workspace,
            f"deployment_name: {label} has no deployment {name}"
            f"{'' if asked else ', although it is named as the default'}. Create it first, or name another.",
            _path(workspace, name),
        )
        return None
    return {"name": name, **deployment}


def _ready(workspace: Workspace, deployment: JsonObject | None) -> JsonObject | None:
    """The deployment once it takes jobs: the service has no route to one that is being created."""
    state, name = get_at(deployment, STATE_AT), (deployment or {}).get("name")
    options = workspace.invocation.options
    label = f"deployment {name} of batch endpoint {options['endpoint_name']}"
    if state in BUSY and options["wait_for_deployment"] and not workspace.invocation.check_mode:
        path = _path(workspace, name)
        workspace.arm.settle(path, timeout=options["wait_timeout"], what=label)
        return {"name": name, **(workspace.arm.get(path) or {})}
    if state == "Creating":
        report_absent(
            workspace,
            f"deployment_name: {label} is still being created, and takes no jobs yet. Wait for it, for instance with "
            "wait_for_deployment: true, and run the task again.",
        )
    elif state in NEVER_READY:
        workspace.invocation.warn(
            f"deployment_name: {label} is {state}: the service may refuse its jobs. Repair it with batch_deployment."
        )
    return deployment


def _path(workspace: Workspace, deployment: str | None = None) -> str:
    """The path of the endpoint, or of one of its deployments."""
    endpoint = f"batchEndpoints/{workspace.invocation.options['endpoint_name']}"
    return workspace.path(endpoint if deployment is None else f"{endpoint}/deployments/{deployment}")
