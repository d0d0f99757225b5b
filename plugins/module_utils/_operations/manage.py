# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The first verb of the house: make a resource stand as the task says.

Observe, plan, (check mode stops here), apply, wait, observe.
"""

from __future__ import annotations

import copy
import typing as t

from .._engine.argument_spec import ArgumentSpec, resource_options, wait_options
from .._engine.definition import NAME, Definition
from .._engine.parent import ParentResource
from .._engine.plan import Plan, check_names, check_options, check_task, differing, in_words, plan, render, table_for
from .._engine.reference_lookup import require_references, settle_labels
from .._engine.resource_access import Current, Deadline, ResourceAccess
from .._engine.stored_secrets import StoredSecrets
from .._errors import ImmutableFieldError, InvalidOption, ServiceError
from .._invocation import Result
from .._names.dotted_path import get_at, set_at
from .._names.json_types import Json
from .._schema.resource_type import DELETING, Change, Condition, ResourceType
from .._service.arm import Accepted
from .._service.workspace import Workspace
from .publish_inline import UNKNOWN, Parts

REFUSED = (400, 409)


class Manage:
    """The verb of a resource type that is created, updated and deleted under a name the user gives."""

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
        return ArgumentSpec(
            {**arguments, **resource_options(self.resource), **wait_options()}, definition=Definition(self.resource)
        )

    def run(self, workspace: Workspace) -> Result:
        task = _Task(self.resource, workspace)
        return task.absent() if workspace.invocation.options["state"] == "absent" else task.present()


class _Task:
    """One run of the verb on one resource."""

    def __init__(self, resource: ResourceType, workspace: Workspace) -> None:
        self.resource = resource
        self.table = resource
        self.workspace = workspace
        self.invocation = workspace.invocation
        self.options = copy.deepcopy(dict(self.invocation.options))
        self.warn = self.invocation.warn if self.invocation.check_mode else None
        check_names(resource, self.options)
        self.parts = self._parts()
        self._require_wait()
        deadline = Deadline(self.options["wait_timeout"], self.invocation.clock)
        self.access = ResourceAccess(self._first_table(), self.options, workspace, deadline)
        self.family = ParentResource(resource, workspace, deadline)

    # -- the states ----------------------------------------------------------------------------------------------

    def present(self) -> Result:
        check_task(self.resource, self.options, self.workspace.id)
        current = self._settle_table(self.access.settled())
        condition = self._condition()
        desired = self._wanted(self.parts.rehearse(self._referred_to(current)))
        self.stored_secrets = StoredSecrets(self.access, desired)
        current = self.stored_secrets.compared(current)
        planned = self._plan(desired, current)
        if planned.action in ("create", "replace") or self.family.asks_for_marks:
            self.family.require_parent(self.warn)
        if planned.action == "replace":
            self.family.require_stand_ins(comes_back=True, warn=self.warn)
        unmet = condition if condition and not condition.met_by(current) else None
        if planned.action == "none" and not self.family.missing_marks and not unmet and not self.parts.published:
            return self.parts.told_with(Result(False, self._shown(current)))
        require_references(planned, self.access.path, self.workspace, self.warn, self.parts.published)
        if self.invocation.check_mode:
            before, after = self._told(planned, current, unmet)
            return self.parts.told_with(Result(True, self._predicted(current, planned, unmet), before, after))
        if self.parts.published:
            desired = self._wanted(self.parts.publish())
            planned = self._plan(desired, current)
        before, after = self._told(planned, current, unmet)
        current = self._apply(planned, desired, current)
        self.family.set_missing_marks()
        if unmet and not unmet.met_by(current):
            current = self.access.bring_about(unmet, current)
        return self.parts.told_with(Result(True, self._shown(current), before, after))

    def absent(self) -> Result:
        current = self.access.observe()
        if current is None:
            return Result(False, {})
        self._settle_table(current)
        deleting = self.table.state_of(current) == DELETING
        if not deleting:
            self.family.require_stand_ins(comes_back=False, warn=self.warn)
        if not deleting and not self.invocation.check_mode:
            self.family.hand_over_marks()
            self.access.delete(current)
        if self.options["wait"] and not self.invocation.check_mode:
            self.access.wait_until_gone()
        before = {} if deleting else {"name": self.options["name"], "state": "present"}
        return Result(not deleting, {}, before, {})

    def _require_wait(self) -> None:
        """Raises InvalidOption when the task wants what takes several steps, and does not want to wait for them."""
        parent = self.resource.parent
        stand_ins = [mark.stand_in for mark in parent.marks] if parent else []
        stepwise = [option for option in ("recreate", *stand_ins) if self.options.get(option)]
        if stepwise and not self.options["wait"]:
            raise InvalidOption(f"{stepwise[0]} takes several steps, one after the other, and needs wait: true.")

    # -- what the definition describes in place --------------------------------------------------------------------

    def _parts(self) -> Parts:
        """In the options a reference stands for each of them until its id is known."""
        parent = self.resource.parent
        name = self.options[parent.option if parent else "name"]
        parts = self.options.get(NAME) or {}
        for option in parts:
            set_at(self.options, option, UNKNOWN)
        return Parts({option: (part, name) for option, part in parts.items()}, self.workspace)

    def _referred_to(self, current: Current) -> dict[str, str | None]:
        """The ids in what stands, by option."""
        references = (field for field in self.table.fields if field.value_type.reference_kind)
        return {field.option: field.value_type.target(field.read_from(current or {})) for field in references}

    def _wanted(self, ids: t.Mapping[str, str]) -> dict[str, Json]:
        """What the task wants, as wire path -> JSON; ``ids`` are those of what is described in place."""
        for option, target in ids.items():
            set_at(self.options, option, target)
        desired = check_options(self.table, self.options, self.workspace.id)
        return settle_labels(self.table, desired, self.workspace, self.warn)

    # -- which table ---------------------------------------------------------------------------------------------

    def _first_table(self) -> ResourceType:
        """The table of the kind that the task says; the one that all kinds share when it says none."""
        kinds = self.resource.kinds
        kind = self.options[kinds.option] if kinds else None
        return kinds.tables[kind] if kinds and kind else self.resource

    def _settle_table(self, current: Current) -> Current:
        """Go on with the table of what stands or will. Some kinds are only told whole in another api-version."""
        looked_with = self.access.resource.api_version
        self.table = self.access.resource = table_for(self.resource, self.options, current)
        return current if self.table.api_version == looked_with or current is None else self.access.settled()

    def _condition(self) -> Condition | None:
        """The state that the task asks for, beyond being there."""
        state = self.options["state"]
        if state == "present":
            return None
        for condition in self.table.conditions:
            if condition.state == state:
                return condition
        raise InvalidOption(f"state: {self.access.title} cannot be {state}: only other kinds can. Drop it.")

    # -- planning ------------------------------------------------------------------------------------------------

    def _plan(self, desired: dict[str, Json], current: Current) -> Plan:
        return plan(self.table, self.options, desired, current, self.workspace.id)

    def _told(
        self, planned: Plan, current: Current, unmet: Condition | None
    ) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
        """The plan's diff, with what the parent will say of the resource, and the state that will be brought about."""
        before, after = {**planned.before}, {**planned.after}
        for mark in self.family.missing_marks:
            before[mark.option], after[mark.option] = False, True
        if unmet:
            holding = [other.state for other in self.table.conditions if other.met_by(current)]
            before["state"], after["state"] = (*holding, unmet.read_from(current).lower())[0], unmet.state
        if planned.action == "create":
            return {}, after
        name = {"name": self.options["name"]}
        return {**name, **before}, {**name, **after}

    def _predicted(self, current: Current, planned: Plan, unmet: Condition | None) -> dict[str, t.Any]:
        predicted = copy.deepcopy(current or planned.body)
        for difference in planned.differences:
            set_at(predicted, difference.field.at, difference.desired)
        if unmet:
            set_at(predicted, unmet.at, unmet.word)
        predicted["id"] = self.access.path
        return {self.resource.name: render(self.resource, predicted, self.workspace.id, predicted=current is None)}

    def _shown(self, current: Current) -> dict[str, t.Any]:
        return {self.resource.name: render(self.resource, current or {}, self.workspace.id)}

    # -- writing -------------------------------------------------------------------------------------------------

    def _apply(self, planned: Plan, desired: dict[str, Json], current: Current) -> Current:
        if planned.action == "none":
            return current
        if planned.action == "replace":
            written = self._replace(planned, current)
        else:
            written = self._write(planned, desired, current)
        if self.options["wait"]:
            self._compare(desired, written)
        return written

    def _write(self, planned: Plan, desired: dict[str, Json], current: Current) -> Current:
        """Create or update. Where the service refuses an update that a replacement can do, that is done if allowed."""

        def write(now: Current) -> Accepted | None:
            made = planned if now is current else self._plan(desired, self.stored_secrets.compared(now))
            if made.patch is not None:
                return self.access.patch(made.patch)
            return (
                self.access.put(self._with_location(made.action, self.stored_secrets.kept(made.body, now)))
                if made.body
                else None
            )

        try:
            return self.access.write(current, write)
        except ServiceError as error:
            refusable = planned.action == "update" and planned.changes(Change.REFUSABLE)
            if error.status not in REFUSED or not refusable:
                raise
            if planned.replacement is None:
                raise self._refused(planned, error) from None
        self.family.require_parent(None)
        self.family.require_stand_ins(comes_back=True, warn=None)
        return self._replace(planned, self.access.settled())

    def _refused(self, planned: Plan, error: ServiceError) -> ImmutableFieldError:
        options = ", ".join(difference.field.option for difference in planned.changes(Change.REFUSABLE))
        return ImmutableFieldError(
            f"{error.message} If it refuses to change {options} in place, write recreate: true to delete "
            f"{self.access.title} and create it again.",
            **error.facts,
        )

    def _replace(self, planned: Plan, current: Current) -> Current:
        """Delete, wait until it is gone, create."""
        body = self._with_location("create", self.stored_secrets.kept(planned.replacement or {}, current))
        self.family.hand_over_marks()
        self.access.delete(current)
        self.access.wait_until_gone()
        return self.access.write(None, lambda _now: self.access.put(body))

    def _with_location(self, action: str, body: dict[str, Json]) -> dict[str, Json]:
        """A creation needs the region: the parent's or the workspace's, when nothing else says one."""
        if action != "create" or not self.table.regional or "location" in body:
            return body
        return {"location": get_at(self.family.parent, "location") or self.workspace.location, **body}

    def _compare(self, desired: dict[str, Json], written: Current) -> None:
        """Tell what the service accepted and yet did not take over: nobody should believe that it stands."""
        left = list(differing(self.table, self.options, desired, written, self.workspace.id))
        if left:
            self.invocation.warn(
                f"{self.access.title}: the service accepted the write and did not take over all of it: "
                f"{in_words(left, self.workspace.id)}. Change the task, or {self.access.title} by other means."
            )
