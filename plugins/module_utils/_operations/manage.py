# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Create, update and delete a resource under the name that the task gives."""

from __future__ import annotations

import typing as t

from .._engine.argument_spec import ArgumentSpec, resource_options, wait_options
from .._engine.definition import Definition
from .._engine.managed_resource import ManagedResource
from .._engine.plan import plan_absence, plan_presence
from .._engine.prerequisite import predicted_option
from .._engine.usage_options import usage_options
from .._invocation import Result
from .._schema.resource_type import ResourceType
from .._service.workspace import Workspace

if t.TYPE_CHECKING:
    from .._engine.usage import ActiveJob


class Manage:
    """The operation of all resource types whose resources are created, updated and deleted."""

    def __init__(self, resource: ResourceType) -> None:
        self.resource = resource

    def spec(self) -> ArgumentSpec:
        states = ["present", "absent"]
        states += [condition.state for table in self.resource.tables for condition in table.conditions]
        arguments: dict[str, t.Any] = {"state": {"type": "str", "choices": states, "default": "present"}}
        if self.resource.replaceable:
            arguments["recreate"] = {"type": "bool", "default": False}
        if self.resource.secrets_at:
            choices = ["on_create", "always"]
            arguments["update_credentials"] = {"type": "str", "choices": choices, "default": choices[0]}
        arguments.update({option: {"type": "bool", "default": False} for option in self.resource.switches})
        arguments.update({**resource_options(self.resource), **wait_options(), **usage_options(self.resource)})
        if self.resource.parent:
            arguments.update(predicted_option())
        return ArgumentSpec(arguments, definition=Definition(self.resource, arguments))

    def run(self, workspace: Workspace) -> Result:
        managed = ManagedResource(self.resource, workspace, _active_jobs)
        is_absent = workspace.invocation.options["state"] == "absent"
        return _absent(managed) if is_absent else _present(managed)


def _active_jobs(workspace: Workspace) -> t.Iterable[ActiveJob]:
    from .._jobs.active_jobs import active_jobs  # only a deletion reads them

    return active_jobs(workspace)


def _present(managed: ManagedResource) -> Result:
    observed = managed.observe()
    plan = plan_presence(observed)
    if plan.steps:
        managed.require_references(observed)
        managed.require_unused(plan)
    if not plan.steps or managed.workspace.invocation.check_mode:
        return managed.result(plan, observed, plan.lines)
    return managed.apply(plan, observed)


def _absent(managed: ManagedResource) -> Result:
    table, current, parent = managed.observe_for_deletion()
    plan = plan_absence(table, managed.options, current, parent)
    managed.require_unused(plan)
    if current is not None and not managed.workspace.invocation.check_mode:
        managed.delete(plan, table, current)
    return Result(bool(plan.steps), {"steps": plan.lines}, plan.before, plan.after)
