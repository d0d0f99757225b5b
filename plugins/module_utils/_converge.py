# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The first verb of the house: make a resource stand as the task says.

Observe, plan, (check mode stops here), apply, wait, observe.
"""

from __future__ import annotations

import time
import typing as t

from ._argument_spec import resource_options, wait_options
from ._errors import InvalidOption, OperationFailed, WaitTimeout
from ._invocation import Invocation, Result, Spec
from ._lookup import require_references, settle_labels
from ._resource import (
    FAILED_STATES,
    Json,
    Options,
    Parent,
    ParentMark,
    Plan,
    ResourceType,
    check_options,
    dig,
    merged_body,
    plan,
    render,
)
from ._workspace import Workspace

SETTLED = frozenset({"", "Succeeded", "Failed", "Canceled"})
GOING = "Deleting"


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
        self.management = workspace.management
        self.invocation = invocation
        self.options = invocation.options
        self.deadline = time.monotonic() + invocation.options["wait_timeout"]

    # -- the two states ------------------------------------------------------------------------------------------

    def present(self) -> Result:
        options = settle_labels(self.resource, self.options, self.workspace)
        wanted = check_options(self.resource, options, self.workspace.id)
        standing = self._settled(self.resource, self.options, self._observe(self.resource, self.options))
        planned = plan(self.resource, options, wanted, standing, self.workspace.id)
        marks = self._marks_to_set()
        before, after = _with_marks(planned, marks, self.options)
        if planned.action == "none" and not marks:
            return Result(False, self._shown(t.cast("dict", standing)))
        if self.invocation.check_mode:
            require_references(planned, self.workspace, warn=self.invocation.warn)
            return Result(True, self._predicted(standing, planned), before, after)
        require_references(planned, self.workspace)
        if planned.action != "none":
            standing = self._write(self.resource, self.options, self._complete(planned))
        for mark in marks:
            self._write_mark(mark)
        return Result(True, self._shown(t.cast("dict", standing)), before, after)

    def absent(self) -> Result:
        self.resource.name_rule.check("name", self.options["name"], self.resource.label)
        standing = self._observe(self.resource, self.options)
        if standing is None:
            return Result(False, {})
        before = {"name": self.options["name"], "state": "present"}
        if not self.invocation.check_mode and self.resource.state_of(standing) != GOING:
            self._delete()
        elif not self.invocation.check_mode:
            self._wait_until_gone()
        return Result(True, {}, before, {})

    # -- reading -------------------------------------------------------------------------------------------------

    def _observe(self, resource: ResourceType, options: Options) -> dict[str, Json] | None:
        return self.management.get(self.workspace.path(resource.path_of(options)))

    def _settled(
        self, resource: ResourceType, options: Options, standing: dict[str, Json] | None
    ) -> dict[str, Json] | None:
        """Wait for what an earlier run or somebody else left under way: a plan on moving ground would be wrong."""
        delays = _delays()
        while standing is not None and resource.state_of(standing) not in SETTLED:
            if self.invocation.check_mode or not self.options["wait"]:
                return standing
            self._pause(next(delays), f"{resource.title(options)} is {resource.state_of(standing)}")
            standing = self._observe(resource, options)
        return standing

    def _pause(self, seconds: float, what: str) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise WaitTimeout(
                f"{what} after {self.options['wait_timeout']} s (wait_timeout). It goes on in the service: "
                "run the task again to go on waiting."
            )
        self.invocation.progress(what)
        time.sleep(min(seconds, left))

    # -- writing -------------------------------------------------------------------------------------------------

    def _complete(self, planned: Plan) -> dict[str, Json]:
        """The body to send: a creation also needs its parent standing, and a location."""
        body = planned.body
        if planned.action != "create":
            return body
        location = None
        if self.resource.parent:
            location = self._require_parent(self.resource.parent).get("location")
        if self.resource.regional and "location" not in body:
            body = {"location": location or self.workspace.location, **body}
        return body

    def _require_parent(self, parent: Parent) -> dict[str, Json]:
        options = {"name": self.options[parent.option]}
        standing = self._settled(parent.type, options, self._observe(parent.type, options))
        if standing is None:
            raise InvalidOption(
                f"{parent.option}: there is no {parent.type.title(options)} in workspace {self.workspace.id.name}. "
                f"Create it first, or correct {parent.option}."
            )
        return standing

    def _write(self, resource: ResourceType, options: Options, body: dict[str, Json]) -> dict[str, Json]:
        """PUT, wait for the operation, and read what really stands.

        The answer to a PUT is a transient view that must not be shown (assets contract 3.5).
        """
        path = self.workspace.path(resource.path_of(options))
        self.invocation.progress(f"writing {resource.title(options)}")
        accepted = self.management.put(path, body)
        if self.options["wait"]:
            self.management.wait(
                accepted, timeout=max(self.deadline - time.monotonic(), 0), what=resource.title(options)
            )
        standing = self._settled(resource, options, self._observe(resource, options)) or accepted.body or {}
        if resource.state_of(standing) in FAILED_STATES:
            raise OperationFailed(
                f"{resource.title(options)} was accepted but ended {resource.state_of(standing)}: "
                f"{_errors_of(standing)}. Mend the cause and run the task again."
            )
        return standing

    def _delete(self) -> None:
        accepted = self.management.delete(
            self.workspace.path(self.resource.path_of(self.options)), **self.resource.delete_query
        )
        if self.options["wait"]:
            self.management.wait(
                accepted,
                timeout=max(self.deadline - time.monotonic(), 0),
                what=f"deletion of {self.resource.title(self.options)}",
            )
            self._wait_until_gone()

    def _wait_until_gone(self) -> None:
        delays = _delays()
        while self.options["wait"] and self._observe(self.resource, self.options) is not None:
            self._pause(next(delays), f"{self.resource.title(self.options)} is still being deleted")

    # -- what a child says of itself in its parent ------------------------------------------------------------------

    def _marks_to_set(self) -> list[ParentMark]:
        parent = self.resource.parent
        asked = [mark for mark in parent.marks if self.options.get(mark.option)] if parent else []
        if not parent or not asked:
            return []
        standing = self._observe(parent.type, {"name": self.options[parent.option]})
        return [mark for mark in asked if dig(standing, mark.at) != self.options["name"]]

    def _write_mark(self, mark: ParentMark) -> None:
        parent = t.cast("Parent", self.resource.parent)
        standing = self._require_parent(parent)
        body = merged_body(parent.type, standing, {mark.at: self.options["name"]})
        self._write(parent.type, {"name": self.options[parent.option]}, body)

    # -- results -------------------------------------------------------------------------------------------------

    def _shown(self, standing: dict[str, Json]) -> dict[str, t.Any]:
        return {self.resource.name: render(self.resource, standing, self.workspace.id)}

    def _predicted(self, standing: dict[str, Json] | None, planned: Plan) -> dict[str, t.Any]:
        predicted = standing if planned.action == "none" else planned.body
        path = self.workspace.path(self.resource.path_of(self.options))
        return self._shown({**t.cast("dict", predicted), "id": path})


def _with_marks(planned: Plan, marks: list[ParentMark], options: Options) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    if not marks:
        return planned.before, planned.after
    name = {"name": options["name"]}
    before = (
        planned.before
        if planned.action == "create"
        else {**name, **planned.before, **{mark.option: False for mark in marks}}
    )
    return before, {**name, **planned.after, **{mark.option: True for mark in marks}}


def _errors_of(standing: dict[str, Json]) -> str:
    """What the service tells of a failed provisioning (assets contract 3.2)."""
    errors = dig(standing, "properties.provisioningErrors") or []
    told = [f"{dig(item, 'error.code')}: {dig(item, 'error.message')}" for item in errors]
    return "; ".join(told) or "the service tells no reason"


def _delays() -> t.Iterator[float]:
    delay = 1.0
    while True:
        yield delay
        delay = min(delay * 1.5, 15.0)
