# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The first verb of the house: make a resource stand as the task says.

Observe, plan, (check mode stops here), apply, wait, observe.
"""

from __future__ import annotations

import copy
import time
import typing as t

from ._argument_spec import resource_options, wait_options
from ._errors import ConflictError, InvalidOption, OperationFailed
from ._invocation import Invocation, Result, Spec
from ._lookup import require_references, settle_labels
from ._management import Accepted, Management
from ._resource import (
    DELETING,
    SETTLED_STATES,
    SOUND_STATES,
    Options,
    Parent,
    ParentMark,
    Plan,
    ResourceType,
    check_names,
    check_options,
    dig,
    merged_body,
    plan,
    plant,
    render,
)
from ._wire import Json
from ._workspace import Workspace

Standing: t.TypeAlias = "dict[str, Json] | None"


class Converge:
    """The verb of a resource type that is created, updated and deleted under a name the user gives."""

    def __init__(self, resource: ResourceType) -> None:
        self.resource = resource

    def spec(self) -> Spec:
        arguments = {"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}}
        return Spec({**arguments, **resource_options(self.resource), **wait_options()})

    def run(self, workspace: Workspace, invocation: Invocation) -> Result:
        task = _Task(self.resource, workspace, invocation)
        return task.absent() if invocation.options["state"] == "absent" else task.present()


class _Task:
    """One run of the verb on one resource."""

    def __init__(self, resource: ResourceType, workspace: Workspace, invocation: Invocation) -> None:
        self.resource = resource
        self.workspace = workspace
        self.invocation = invocation
        self.options = invocation.options
        # By the wall clock: a host that slept must not wait longer.
        self.deadline: float = time.time() + self.options["wait_timeout"]

    # -- the two states ------------------------------------------------------------------------------------------

    def present(self) -> Result:
        warn = self.invocation.warn if self.invocation.check_mode else None
        wanted = check_options(self.resource, self.options, self.workspace.id)
        wanted = settle_labels(self.resource, wanted, self.workspace, warn)
        standing = self._settled(self.resource, self.options)
        planned = self._plan(wanted, standing)
        parent = self._parent(warn) if planned.action == "create" or self._marks() else None
        marks = [mark for mark in self._marks() if dig(parent, mark.at) != self.options["name"]]
        if planned.action == "none" and not marks:
            return Result(False, self._shown(standing))
        require_references(planned, self._path(self.resource, self.options), self.workspace, warn)
        before, after = _with_marks(planned, marks, self.options["name"])
        if self.invocation.check_mode:
            return Result(True, self._predicted(standing, planned), before, after)
        if planned.action != "none":
            standing = self._put(
                self.resource, self.options, standing, lambda now: self._body(self._plan(wanted, now), parent)
            )
        for mark in marks:
            self._set_mark(t.cast("Parent", self.resource.parent), mark)
        return Result(True, self._shown(standing), before, after)

    def absent(self) -> Result:
        check_names(self.resource, self.options)
        standing = self._observe(self.resource, self.options)
        if standing is None:
            return Result(False, {})
        path = self._path(self.resource, self.options)
        deleting = self.resource.state_of(standing) == DELETING
        if not deleting and not self.invocation.check_mode:
            self._write(
                self.resource,
                self.options,
                standing,
                lambda now: self._management.delete(path, query=self.resource.delete_query) if now else None,
            )
        if self.options["wait"] and not self.invocation.check_mode:
            title = f"deletion of {self.resource.title(self.options)}"
            self._management.settle(path, timeout=self._left(), what=title, gone=True)
        before = {} if deleting else {"name": self.options["name"], "state": "present"}
        return Result(not deleting, {}, before, {})

    # -- reading -------------------------------------------------------------------------------------------------

    @property
    def _management(self) -> Management:
        return self.workspace.management

    def _left(self) -> float:
        """Seconds until ``wait_timeout`` is over."""
        return max(self.deadline - time.time(), 0.0)

    def _path(self, resource: ResourceType, options: Options) -> str:
        return self.workspace.path(resource.path_of(options))

    def _observe(self, resource: ResourceType, options: Options) -> Standing:
        return self._management.get(self._path(resource, options))

    def _settled(self, resource: ResourceType, options: Options, *, sound: bool = False) -> Standing:
        """What stands once nothing is under way there: a plan on moving ground would be wrong.

        With ``sound``, raises OperationFailed where something Failed stands.
        """
        standing = self._observe(resource, options)
        still = SOUND_STATES if sound else SETTLED_STATES
        if standing is None or not self.options["wait"] or resource.state_of(standing) in still:
            return standing
        try:
            self._management.settle(self._path(resource, options), timeout=self._left(), what=resource.title(options))
        except OperationFailed:
            if sound:
                raise
        return self._observe(resource, options)

    # -- planning ------------------------------------------------------------------------------------------------

    def _plan(self, wanted: dict[str, Json], standing: Standing) -> Plan:
        return plan(self.resource, self.options, wanted, standing, self.workspace.id)

    def _body(self, planned: Plan, parent: Standing) -> dict[str, Json]:
        """The body to send: in a creation, the region is the parent's or the workspace's when the task says none."""
        if planned.action != "create" or not self.resource.regional or "location" in planned.body:
            return planned.body
        return {"location": dig(parent, "location") or self.workspace.location, **planned.body}

    def _parent(self, warn: t.Callable[[str], None] | None) -> Standing:
        """The parent, where there is one. It has to stand; with ``warn`` its absence is only told."""
        parent = self.resource.parent
        if parent is None:
            return None
        options = self._parent_options(parent)
        standing = self._settled(parent.type, options)
        if standing is None:
            complaint = (
                f"{parent.option}: there is no {parent.type.title(options)} in workspace {self.workspace.id.name}"
            )
            if warn is None:
                raise InvalidOption(f"{complaint}. Create it first, or correct {parent.option}. Nothing was changed.")
            warn(f"{complaint}; the run will fail unless an earlier task creates it.")
        return standing

    def _parent_options(self, parent: Parent) -> Options:
        return {"name": self.options[parent.option]}

    def _marks(self) -> list[ParentMark]:
        """What the task asks to be said of the resource in its parent."""
        parent = self.resource.parent
        return [mark for mark in parent.marks if self.options[mark.option]] if parent else []

    # -- writing -------------------------------------------------------------------------------------------------

    def _put(
        self,
        resource: ResourceType,
        options: Options,
        standing: Standing,
        body_on: t.Callable[[Standing], dict[str, Json]],
    ) -> Standing:
        """PUT what ``body_on`` makes of what stands (empty: nothing is left to do), and read what then stands.

        The answer to a PUT is a transient view that must not be shown (assets contract 3.5).
        """

        def put(now: Standing) -> Accepted | None:
            body = body_on(now)
            return self._management.put(self._path(resource, options), body) if body else None

        self._write(resource, options, standing, put)
        written = self._settled(resource, options, sound=True)
        if written is None:
            raise OperationFailed(
                f"{resource.title(options)} was written, but is not there any more: somebody deleted it. "
                "Run the task again to create it."
            )
        return written

    def _write(
        self,
        resource: ResourceType,
        options: Options,
        standing: Standing,
        write: t.Callable[[Standing], Accepted | None],
    ) -> None:
        """Write on what stands, and wait for the end of the operation that it starts.

        When the service refuses because another operation is under way: wait for its end, look, write once more.
        """
        self.invocation.progress(f"writing {resource.title(options)}")
        try:
            accepted = write(standing)
        except ConflictError:
            if not self.options["wait"]:
                raise
            accepted = write(self._settled(resource, options))
        if accepted and self.options["wait"]:
            self._management.wait(accepted, timeout=self._left(), what=resource.title(options))

    def _set_mark(self, parent: Parent, mark: ParentMark) -> None:
        """Say it in the parent, on what stands there now."""
        name = self.options["name"]

        def body_on(now: Standing) -> dict[str, Json]:
            return {} if dig(now, mark.at) == name else merged_body(parent.type, now or {}, {mark.at: name})

        self._put(parent.type, self._parent_options(parent), self._parent(None), body_on)

    # -- results -------------------------------------------------------------------------------------------------

    def _shown(self, standing: Standing) -> dict[str, t.Any]:
        return {self.resource.name: render(self.resource, standing or {}, self.workspace.id)}

    def _predicted(self, standing: Standing, planned: Plan) -> dict[str, t.Any]:
        predicted = copy.deepcopy(standing or planned.body)
        for difference in planned.differences:
            plant(predicted, difference.field.at, difference.wanted)
        predicted["id"] = self._path(self.resource, self.options)
        return {self.resource.name: render(self.resource, predicted, self.workspace.id, predicted=standing is None)}


def _with_marks(planned: Plan, marks: list[ParentMark], name: str) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """The plan's diff, with what the resource's parent will say of it."""
    if not marks:
        return planned.before, planned.after
    after = {"name": name, **planned.after, **{mark.option: True for mark in marks}}
    if planned.action == "create":
        return {}, after
    return {"name": name, **planned.before, **{mark.option: False for mark in marks}}, after
