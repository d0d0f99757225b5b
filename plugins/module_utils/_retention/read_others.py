# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What may refer to assets and jobs, and is never removed here: online deployments, schedules, jobs of other kinds."""

from __future__ import annotations

import typing as t

from .._errors import NotFoundError
from .._service.workspace import Workspace
from .finding import Finding, referrer


def read_online_deployments(workspace: Workspace) -> t.Iterator[Finding]:
    """Models and environments of this workspace may serve online, too. One request, and one per endpoint.

    Source: OnlineEndpoints_List and OnlineDeployments_List of Azure's description of the interface.
    """
    for endpoint in workspace.arm.list(workspace.path("onlineEndpoints")):
        name = str(endpoint["name"])
        try:
            for body in workspace.arm.list(workspace.path(f"onlineEndpoints/{name}/deployments")):
                yield referrer("online deployment", f"{name}/{body['name']}", body)
        except NotFoundError:  # the endpoint was deleted meanwhile
            continue


def read_schedules(workspace: Workspace) -> t.Iterator[Finding]:
    """Service fact: operations contract 5 (without listViewType the list hides disabled ones)."""
    for body in workspace.arm.list(workspace.path("schedules"), listViewType="All"):
        yield referrer("schedule", str(body["name"]), body)
