# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Access to one resource: read it, write to it, wait for what a write starts."""

from __future__ import annotations

import typing as t

from .._errors import ConflictError, OperationFailed
from .._names.json_types import Json
from .._schema.resource_type import SETTLED_STATES, SOUND_STATES, Condition, Options, ResourceType
from .._service.arm import Accepted, Arm
from .._service.workspace import Workspace
from .deadline import Deadline
from .difference import Difference
from .read_back import OVERLAP, ReadBack

Current: t.TypeAlias = "dict[str, Json] | None"
"""A resource as the service returns it; None if it is absent."""

Send = t.Callable[[Current], "Accepted | None"]
"""Sends what a resource in this current state needs; None if it needs nothing."""


class ResourceAccess:
    """One resource for the length of one task."""

    def __init__(self, resource: ResourceType, options: Options, workspace: Workspace, deadline: Deadline) -> None:
        self.resource = resource
        self.options = options
        self.workspace = workspace
        self.path = workspace.path(resource.path_of(options))
        self.title = resource.title(options)
        self._deadline = deadline
        self._wait: bool = workspace.invocation.options["wait"]

    @property
    def arm(self) -> Arm:
        return self.workspace.arm

    # -- reading -------------------------------------------------------------------------------------------------

    def observe(self) -> Current:
        """The resource as it is."""
        return self.arm.get(self.path, api_version=self.resource.api_version)

    def settled(self, *, sound: bool = False) -> Current:
        """The resource once no operation is under way, as long as the task waits for operations.

        With ``sound``, raises OperationFailed for a resource whose operation failed.
        """
        current = self.observe()
        ends = SOUND_STATES if sound else SETTLED_STATES
        if current is None or not self._wait or self.resource.state_of(current) in ends:
            return current
        try:
            self.arm.settle(self.path, timeout=self._deadline.left(), what=self.title)
        except OperationFailed:
            if sound:
                raise
        return self.observe()

    # -- writing -------------------------------------------------------------------------------------------------

    def write(self, current: Current, send: Send) -> dict[str, Json]:
        """Write, wait, and return the resource as it is then.

        The answer to the write itself is a transient view that must not be shown (assets contract 3.4).
        """
        accepted = self._perform(current, send)
        if accepted and accepted.has_ended:
            self.workspace.invocation.clock.sleep(OVERLAP)
        return self.written()

    def written(self) -> dict[str, Json]:
        """The resource once no operation is under way. Raises OperationFailed if one failed, or if it is absent."""
        written = self.settled(sound=True)
        if written is None:
            raise OperationFailed(
                f"{self.title} was written, but does not exist any more: somebody deleted it. "
                "Run the task again to create it."
            )
        return written

    def read_back(self, differences: t.Callable[[dict[str, Json]], t.Sequence[Difference]]) -> ReadBack:
        """How the resource is compared with what was written to it, as far as the task has time."""
        return ReadBack(self.title, self.workspace, self.written, differences, self._deadline.left)

    def put(self, body: dict[str, Json]) -> Accepted:
        switched = {word: "true" for option, word in self.resource.switches.items() if self.options[option]}
        return self.arm.put(self.path, body, api_version=self.resource.api_version, query=switched)

    def patch(self, body: dict[str, Json]) -> Accepted:
        return self.arm.patch(self.path, body, api_version=self.resource.api_version)

    def delete(self, current: Current) -> None:
        """Delete, and wait for the end of the operation. The resource may exist a little longer."""

        def send(now: Current) -> Accepted | None:
            query = self.resource.delete_query
            return self.arm.delete(self.path, api_version=self.resource.api_version, query=query) if now else None

        self._perform(current, send)

    def wait_until_gone(self) -> None:
        what, version = f"deletion of {self.title}", self.resource.api_version
        self.arm.settle(self.path, timeout=self._deadline.left(), what=what, api_version=version, absent=True)

    def reach(self, condition: Condition, current: Current) -> Current:
        """Start the action of a condition, unless the resource is about to meet it, and wait until it does."""
        self._perform(current, lambda now: self._act(condition, now))
        return self._reached(condition) if self._wait else self.observe()

    def _act(self, condition: Condition, now: Current) -> Accepted | None:
        if condition.met_by(now) or condition.read_from(now) in condition.coming:
            return None
        action = f"{self.path}/{condition.action}"
        return self.arm.post(action, api_version=self.resource.api_version, safe_to_repeat=True)

    def _reached(self, condition: Condition) -> Current:
        def until(now: dict[str, Json]) -> bool:
            return condition.met_by(now) or condition.read_from(now) in condition.lost

        what, version = f"{self.title} to be {condition.state}", self.resource.api_version
        self.arm.settle(self.path, timeout=self._deadline.left(), what=what, api_version=version, until=until)
        current = self.observe()
        if not condition.met_by(current):
            raise OperationFailed(
                f"{self.title} is not {condition.state}: the service reports {condition.read_from(current)}. "
                "Find the reason in the studio, and repair or delete it."
            )
        return current

    def _perform(self, current: Current, send: Send) -> Accepted | None:
        """Send, and wait for the end of the operation that it starts.

        If the service refuses because of another operation: wait for its end, observe, and send once more what the
        resource needs then.
        """
        self.workspace.invocation.progress(f"writing {self.title}")
        try:
            accepted = send(current)
        except ConflictError:
            if not self._wait:
                raise
            accepted = send(self.settled())
        if accepted and self._wait:
            self.arm.wait(accepted, timeout=self._deadline.left(), what=self.title)
        return accepted
