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

from .._engine.argument_spec import resource_options, wait_options
from .._engine.definition import NAME, Definition
from .._engine.parent import Family
from .._engine.plan import Plan, check_names, check_options, check_task, differing, in_words, plan, render, table_for
from .._engine.reference_lookup import require_references, settle_labels
from .._engine.resource_access import Deadline, Site, Standing
from .._engine.stored_secrets import Keeper
from .._errors import ImmutableFieldError, InvalidOption, ServiceError
from .._invocation import Invocation, Result, Spec
from .._names.dotted_path import dig, plant
from .._schema.resource_type import DELETING, Change, Condition, ResourceType
from .._schema.values import Json, Reference
from .._service.arm import Accepted
from .._service.workspace import Workspace
from .publish_inline import UNKNOWN, Parts

REFUSED = (400, 409)


class Converge:
    """The verb of a resource type that is created, updated and deleted under a name the user gives."""

    def __init__(self, resource: ResourceType) -> None:
        self.resource = resource

    def spec(self) -> Spec:
        states = ["present", "absent"]
        states += [condition.state for table in self.resource.tables for condition in table.conditions]
        arguments: dict[str, t.Any] = {"state": {"type": "str", "choices": states, "default": "present"}}
        if self.resource.replaceable:
            arguments["recreate"] = {"type": "bool", "default": False}
        if self.resource.secrets_at:
            choices = ["on_create", "always"]
            arguments["update_credentials"] = {"type": "str", "choices": choices, "default": choices[0]}
        arguments.update({option: {"type": "bool", "default": False} for option in self.resource.switches})
        return Spec(
            {**arguments, **resource_options(self.resource), **wait_options()}, definition=Definition(self.resource)
        )

    def run(self, workspace: Workspace, invocation: Invocation) -> Result:
        task = _Task(self.resource, workspace, invocation)
        return task.absent() if invocation.options["state"] == "absent" else task.present()


class _Task:
    """One run of the verb on one resource."""

    def __init__(self, resource: ResourceType, workspace: Workspace, invocation: Invocation) -> None:
        self.resource = resource
        self.table = resource
        self.workspace = workspace
        self.invocation = invocation
        self.options = copy.deepcopy(dict(invocation.options))
        self.warn = invocation.warn if invocation.check_mode else None
        check_names(resource, self.options)
        self.parts = self._parts()
        self._require_wait()
        deadline = Deadline(self.options["wait_timeout"])
        self.site = Site(self._first_table(), self.options, workspace, invocation, deadline)
        self.family = Family(resource, workspace, invocation, deadline)

    # -- the states ----------------------------------------------------------------------------------------------

    def present(self) -> Result:
        check_task(self.resource, self.options, self.workspace.id)
        standing = self._settle_table(self.site.settled())
        condition = self._condition()
        wanted = self._wanted(self.parts.rehearse(self._referred_to(standing)))
        self.keeper = Keeper(self.site, wanted)
        standing = self.keeper.compared(standing)
        planned = self._plan(wanted, standing)
        if planned.action in ("create", "replace") or self.family.asks_for_marks:
            self.family.require_parent(self.warn)
        if planned.action == "replace":
            self.family.require_stand_ins(comes_back=True, warn=self.warn)
        unmet = condition if condition and not condition.met_by(standing) else None
        if planned.action == "none" and not self.family.missing_marks and not unmet and not self.parts.published:
            return self.parts.told_with(Result(False, self._shown(standing)))
        require_references(planned, self.site.path, self.workspace, self.warn, self.parts.published)
        if self.invocation.check_mode:
            before, after = self._told(planned, standing, unmet)
            return self.parts.told_with(Result(True, self._predicted(standing, planned, unmet), before, after))
        if self.parts.published:
            wanted = self._wanted(self.parts.publish())
            planned = self._plan(wanted, standing)
        before, after = self._told(planned, standing, unmet)
        standing = self._apply(planned, wanted, standing)
        self.family.set_missing_marks()
        if unmet and not unmet.met_by(standing):
            standing = self.site.bring_about(unmet, standing)
        return self.parts.told_with(Result(True, self._shown(standing), before, after))

    def absent(self) -> Result:
        standing = self.site.observe()
        if standing is None:
            return Result(False, {})
        self._settle_table(standing)
        deleting = self.table.state_of(standing) == DELETING
        if not deleting:
            self.family.require_stand_ins(comes_back=False, warn=self.warn)
        if not deleting and not self.invocation.check_mode:
            self.family.hand_over_marks()
            self.site.delete(standing)
        if self.options["wait"] and not self.invocation.check_mode:
            self.site.wait_until_gone()
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
            plant(self.options, option, UNKNOWN)
        return Parts({option: (part, name) for option, part in parts.items()}, self.workspace, self.invocation)

    def _referred_to(self, standing: Standing) -> dict[str, str | None]:
        """The ids in what stands, by option."""
        wires = {field: field.wire for field in self.table.fields if isinstance(field.wire, Reference)}
        return {field.option: wire.target(field.told(standing or {})) for field, wire in wires.items()}

    def _wanted(self, ids: t.Mapping[str, str]) -> dict[str, Json]:
        """What the task wants, as wire path -> JSON; ``ids`` are those of what is described in place."""
        for option, target in ids.items():
            plant(self.options, option, target)
        wanted = check_options(self.table, self.options, self.workspace.id)
        return settle_labels(self.table, wanted, self.workspace, self.warn)

    # -- which table ---------------------------------------------------------------------------------------------

    def _first_table(self) -> ResourceType:
        """The table of the kind that the task says; the one that all kinds share when it says none."""
        kinds = self.resource.kinds
        kind = self.options[kinds.option] if kinds else None
        return kinds.tables[kind] if kinds and kind else self.resource

    def _settle_table(self, standing: Standing) -> Standing:
        """Go on with the table of what stands or will. Some kinds are only told whole in another api-version."""
        looked_with = self.site.resource.api_version
        self.table = self.site.resource = table_for(self.resource, self.options, standing)
        return standing if self.table.api_version == looked_with or standing is None else self.site.settled()

    def _condition(self) -> Condition | None:
        """The state that the task asks for, beyond being there."""
        state = self.options["state"]
        if state == "present":
            return None
        for condition in self.table.conditions:
            if condition.state == state:
                return condition
        raise InvalidOption(f"state: {self.site.title} cannot be {state}: only other kinds can. Drop it.")

    # -- planning ------------------------------------------------------------------------------------------------

    def _plan(self, wanted: dict[str, Json], standing: Standing) -> Plan:
        return plan(self.table, self.options, wanted, standing, self.workspace.id)

    def _told(
        self, planned: Plan, standing: Standing, unmet: Condition | None
    ) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
        """The plan's diff, with what the parent will say of the resource, and the state that will be brought about."""
        before, after = {**planned.before}, {**planned.after}
        for mark in self.family.missing_marks:
            before[mark.option], after[mark.option] = False, True
        if unmet:
            holding = [other.state for other in self.table.conditions if other.met_by(standing)]
            before["state"], after["state"] = (*holding, unmet.told(standing).lower())[0], unmet.state
        if planned.action == "create":
            return {}, after
        name = {"name": self.options["name"]}
        return {**name, **before}, {**name, **after}

    def _predicted(self, standing: Standing, planned: Plan, unmet: Condition | None) -> dict[str, t.Any]:
        predicted = copy.deepcopy(standing or planned.body)
        for difference in planned.differences:
            plant(predicted, difference.field.at, difference.wanted)
        if unmet:
            plant(predicted, unmet.at, unmet.word)
        predicted["id"] = self.site.path
        return {self.resource.name: render(self.resource, predicted, self.workspace.id, predicted=standing is None)}

    def _shown(self, standing: Standing) -> dict[str, t.Any]:
        return {self.resource.name: render(self.resource, standing or {}, self.workspace.id)}

    # -- writing -------------------------------------------------------------------------------------------------

    def _apply(self, planned: Plan, wanted: dict[str, Json], standing: Standing) -> Standing:
        if planned.action == "none":
            return standing
        if planned.action == "replace":
            written = self._replace(planned, standing)
        else:
            written = self._write(planned, wanted, standing)
        if self.options["wait"]:
            self._compare(wanted, written)
        return written

    def _write(self, planned: Plan, wanted: dict[str, Json], standing: Standing) -> Standing:
        """Create or update. Where the service refuses an update that a replacement can do, that is done if allowed."""

        def write(now: Standing) -> Accepted | None:
            made = planned if now is standing else self._plan(wanted, self.keeper.compared(now))
            if made.patch is not None:
                return self.site.patch(made.patch)
            return (
                self.site.put(self._with_location(made.action, self.keeper.kept(made.body, now))) if made.body else None
            )

        try:
            return self.site.write(standing, write)
        except ServiceError as error:
            refusable = planned.action == "update" and planned.changes(Change.REFUSABLE)
            if error.status not in REFUSED or not refusable:
                raise
            if planned.replacement is None:
                raise self._refused(planned, error) from None
        self.family.require_parent(None)
        self.family.require_stand_ins(comes_back=True, warn=None)
        return self._replace(planned, self.site.settled())

    def _refused(self, planned: Plan, error: ServiceError) -> ImmutableFieldError:
        options = ", ".join(difference.field.option for difference in planned.changes(Change.REFUSABLE))
        return ImmutableFieldError(
            f"{error.message} If it refuses to change {options} in place, write recreate: true to delete "
            f"{self.site.title} and create it again.",
            **error.facts,
        )

    def _replace(self, planned: Plan, standing: Standing) -> Standing:
        """Delete, wait until it is gone, create."""
        body = self._with_location("create", self.keeper.kept(planned.replacement or {}, standing))
        self.family.hand_over_marks()
        self.site.delete(standing)
        self.site.wait_until_gone()
        return self.site.write(None, lambda _now: self.site.put(body))

    def _with_location(self, action: str, body: dict[str, Json]) -> dict[str, Json]:
        """A creation needs the region: the parent's or the workspace's, when nothing else says one."""
        if action != "create" or not self.table.regional or "location" in body:
            return body
        return {"location": dig(self.family.parent, "location") or self.workspace.location, **body}

    def _compare(self, wanted: dict[str, Json], written: Standing) -> None:
        """Tell what the service accepted and yet did not take over: nobody should believe that it stands."""
        left = list(differing(self.table, self.options, wanted, written, self.workspace.id))
        if left:
            self.invocation.warn(
                f"{self.site.title}: the service accepted the write and did not take over all of it: "
                f"{in_words(left, self.workspace.id)}. Change the task, or {self.site.title} by other means."
            )
