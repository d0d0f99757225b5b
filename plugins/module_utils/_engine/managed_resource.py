# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""One resource that a task manages: what a plan is made from, and how a plan is applied."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import ImmutableFieldError, InvalidOption
from .._invocation import Result
from .._names.dotted_path import get_at
from .._names.json_types import Json
from .._schema.resource_type import DELETING, Condition, ResourceType
from .._service.workspace import Workspace
from .deadline import Deadline
from .definition import NAME
from .difference import Comparison, Difference, compare, not_compared, not_updatable, unstored
from .inline_references import PLACEHOLDER, own_name, with_references
from .parent import ParentResource
from .plan import Observed, Plan, next_write, plan_presence
from .prerequisite import warn_in_check_mode
from .published import PUBLISHED, Published
from .reference_lookup import require_references, resolve_labels
from .render import render
from .resource_access import Current, ResourceAccess
from .steps import Delete, Patch, Put, State, Step, Target, UpdateRefused
from .stored_secrets import StoredSecrets
from .validate import Desired, check_names, check_options, check_stand_ins, check_task, check_wait, table_for

# What few tasks need is imported where they do: a module is compiled each time that it runs.
if t.TYPE_CHECKING:
    from .inline_publication import InlinePublication
    from .usage import ActiveJobs


class ManagedResource:
    """Observes one resource and its surroundings, and applies plans to it."""

    def __init__(self, resource: ResourceType, workspace: Workspace, active_jobs: ActiveJobs) -> None:
        """Raises InvalidOption for impossible names, and for a task of several steps that does not wait for them."""
        invocation = workspace.invocation
        self.resource = resource
        self.workspace = workspace
        self._described = invocation.options.get(NAME) or {}
        self.options = with_references(invocation.options, dict.fromkeys(self._described, PLACEHOLDER))
        check_names(resource, self.options)
        check_wait(resource, self.options)
        check_stand_ins(resource, self.options)
        self._warn = warn_in_check_mode(invocation)
        self._deadline = Deadline(self.options["wait_timeout"], invocation.clock)
        self._active_jobs = active_jobs
        self._parent = ParentResource(resource, self.options, workspace, self._deadline)

    def access(self, table: ResourceType) -> ResourceAccess:
        """Access through the table of its kind: some kinds have an API version of their own."""
        return ResourceAccess(table, self.options, self.workspace, self._deadline)

    # -- observe -------------------------------------------------------------------------------------------------

    def observe(self) -> Observed:
        """Everything that the plan of a resource that shall exist is made from. Nothing is written."""
        inline = self._inline_assets()
        check_task(self.resource, self.options, self.workspace.id)
        table, current = self._read(lambda access: access.settled())
        condition = self._condition(table)
        references = (field for field in table.fields if field.value_type.reference_kind)
        now = {field.option: field.value_type.target(field.read_from(current or {})) for field in references}
        published, publish = inline.planned(now) if inline else (Published(), None)
        comparison = self._compare(self._desired(table, published), current)
        return Observed(comparison, self._surrounding(comparison), condition, published, publish)

    def observe_for_deletion(self) -> tuple[ResourceType, Current, Current]:
        """The table of its kind, the resource and its parent. Raises InvalidOption if no other takes its role."""
        table, current = self._read(lambda access: access.observe())
        if current is None or table.state_of(current) == DELETING:
            return table, current, None
        parent = self._parent.observe()
        self._parent.require_stand_ins(parent, comes_back=False, warn=self._warn)
        return table, current, parent

    def require_references(self, observed: Observed) -> None:
        """Raises InvalidOption if the resource would refer to something absent."""
        path = self.access(observed.comparison.desired.resource).path
        require_references(observed.comparison, path, self.workspace, self._warn, observed.published.changed)

    def require_unused(self, plan: Plan) -> None:
        """Raises InvalidOption if the plan would delete a resource that is in use."""
        if any(isinstance(step, Delete) for step in plan.steps):
            from .usage import Usage

            Usage(self.resource, self.options, self.workspace, self._active_jobs).require_unused()

    def _inline_assets(self) -> InlinePublication | None:
        if not self._described:
            return None
        from .inline_publication import InlinePublication

        parent = self.resource.parent
        name = self.options[parent.option if parent else "name"]
        named = {option: (asset, own_name(name, option)) for option, asset in self._described.items()}
        return InlinePublication.read(named, self.workspace)

    def _read(self, read: t.Callable[[ResourceAccess], Current]) -> tuple[ResourceType, Current]:
        """The table of its kind, and the resource; read again if its kind has another API version."""
        kinds = self.resource.kinds
        kind = self.options[kinds.option] if kinds else None
        first = kinds.tables[kind] if kinds and kind else self.resource
        current = read(self.access(first))
        table = table_for(self.resource, self.options, current)
        if current is not None and table.api_version != first.api_version:
            current = read(self.access(table))
        return table, current

    def _condition(self, table: ResourceType) -> Condition | None:
        """The state that the task asks for, beyond ``present``."""
        state = self.options["state"]
        for condition in table.conditions:
            if condition.state == state:
                return condition
        if state != "present":
            title = table.title(self.options)
            raise InvalidOption(f"state: {title} cannot be {state}: only other kinds can. Drop it.")
        return None

    def _desired(self, table: ResourceType, published: Published) -> Desired:
        options = with_references(self.options, published.ids)
        values = check_options(table, options, self.workspace.id)
        resolved = resolve_labels(table, values, self.workspace, self._warn)
        return Desired(table, options, resolved, self.workspace.id)

    def _secrets(self, desired: Desired) -> StoredSecrets:
        return StoredSecrets(self.access(desired.resource), desired.values)

    def _compare(self, desired: Desired, current: Current, *, in_place: bool = True) -> Comparison:
        secrets = self._secrets(desired)
        comparison = compare(desired, secrets.compared(current), in_place=in_place)
        secrets.require_own(comparison)
        return comparison

    def _surrounding(self, comparison: Comparison) -> Current:
        """The parent, if the plan depends on it."""
        is_new = comparison.action in ("create", "replace")
        if not is_new and not any(self.options[reference.option] for reference in self._parent.references):
            return None
        parent = self._parent.require(self._warn)
        if comparison.action == "replace":
            self._parent.require_stand_ins(parent, comes_back=True, warn=self._warn)
        return parent

    # -- apply ---------------------------------------------------------------------------------------------------

    def apply(self, plan: Plan, observed: Observed) -> Result:
        """Execute the steps of the plan. What turns out on the way leads to another plan for the rest."""
        state = State(observed.comparison.current, observed.published)
        steps = self._ready(plan, observed)
        done: list[str] = []
        while steps:
            step = steps.pop(0)
            try:
                state = step.execute(self._target(observed), state)
            except UpdateRefused as refusal:
                observed = self._observe_refused(refusal, observed)
                state = dataclasses.replace(state, current=observed.comparison.current)
                plan = plan_presence(observed)
                self.require_unused(plan)
                steps = self._ready(plan, observed)
                continue
            done += step.lines
            if step is observed.publish:
                observed = self._observe_published(state, observed)
                plan = plan_presence(observed)
                steps = self._ready(plan, observed)
        return self.result(dataclasses.replace(plan, predicted=state.current), observed, done)

    def delete(self, plan: Plan, table: ResourceType, current: Current) -> None:
        """Execute the steps of a plan that deletes; one without steps waits for the end of another's deletion."""
        state, target = State(current), Target(self.access(table), self._parent)
        for step in plan.steps:
            state = step.execute(target, state)
        if not plan.steps and self.options["wait"]:
            target.access.wait_until_gone()

    def _target(self, observed: Observed) -> Target:
        desired = observed.comparison.desired

        def plan_again(now: Current) -> Put | Patch | None:
            comparison = self._compare(desired, now)
            write = next_write(comparison)
            now_observed = dataclasses.replace(observed, comparison=comparison)
            return self._completed(write, now_observed) if isinstance(write, Put) else write

        def differences(now: Json) -> list[Difference]:
            return unstored(desired, self._secrets(desired).compared(now))

        return Target(self.access(desired.resource), self._parent, plan_again, differences)

    def _ready(self, plan: Plan, observed: Observed) -> list[Step]:
        """The steps with all that has to be read before the first of them writes to the resource."""
        if observed.publish:
            return list(plan.steps)
        return [self._completed(step, observed) if isinstance(step, Put) else step for step in plan.steps]

    def _completed(self, put: Put, observed: Observed) -> Put:
        """The PUT with the secrets that an update repeats, and the region that a creation needs."""
        desired = observed.comparison.desired
        body = self._secrets(desired).kept(put.body, observed.comparison)
        if put.creates and desired.resource.regional and "location" not in body:
            body = {"location": get_at(observed.parent, "location") or self.workspace.location, **body}
        return dataclasses.replace(put, body=body)

    def _observe_published(self, state: State, observed: Observed) -> Observed:
        """What the rest is planned from: the ids of the published assets are certain only now."""
        desired = self._desired(observed.comparison.desired.resource, state.published)
        comparison = self._compare(desired, state.current)
        return dataclasses.replace(observed, comparison=comparison, published=state.published, publish=None)

    def _observe_refused(self, refusal: UpdateRefused, observed: Observed) -> Observed:
        """What a replacement is planned from. Raises ImmutableFieldError if the task does not allow one."""
        desired = observed.comparison.desired
        if not self.options.get("recreate"):
            raise ImmutableFieldError(
                f"{refusal.error.message} If it refuses to change {', '.join(refusal.options)} in place, write "
                f"recreate: true to delete {desired.title} and create it again.",
                **refusal.error.facts,
            )
        parent = self._parent.require(None)
        self._parent.require_stand_ins(parent, comes_back=True, warn=None)
        current = self.access(desired.resource).settled()
        return dataclasses.replace(observed, comparison=self._compare(desired, current, in_place=False), parent=parent)

    # -- result --------------------------------------------------------------------------------------------------

    def result(self, plan: Plan, observed: Observed, lines: t.Sequence[str]) -> Result:
        """The result of a task whose resource is now, or is predicted to be, as the plan says."""
        is_prediction = observed.comparison.current is None and self.workspace.invocation.check_mode
        shown = render(self.resource, plan.predicted or {}, self.workspace.id, predicted=is_prediction)
        values: dict[str, t.Any] = {self.resource.name: shown, "steps": list(lines)}
        if self._described:
            values[PUBLISHED] = list(observed.published.changed)
        if not lines and (unseen := not_compared(observed.comparison.desired, observed.comparison.current)):
            values["not_compared"] = unseen
        if kept := not_updatable(observed.comparison.desired, plan.predicted):
            values["not_updatable"] = kept
        return Result(True, values, plan.before, plan.after) if lines else Result(False, values)
