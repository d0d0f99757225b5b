# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The place where one resource stands, or will: looking at it, writing to it, waiting for what was written."""

from __future__ import annotations

import typing as t

from .._clock import Clock
from .._errors import ConflictError, OperationFailed
from .._names.json_types import Json
from .._schema.resource_type import SETTLED_STATES, SOUND_STATES, Condition, Options, ResourceType
from .._service.arm import Accepted, Arm
from .._service.workspace import Workspace

Current: t.TypeAlias = "dict[str, Json] | None"
Write = t.Callable[[Current], "Accepted | None"]


class Deadline:
    """The end of all waits of one task, by the wall clock: a host that slept must not wait longer."""

    def __init__(self, seconds: float, clock: Clock) -> None:
        self._clock = clock
        self._end = clock.now() + seconds

    def left(self) -> float:
        """Seconds until then."""
        return max(self._end - self._clock.now(), 0.0)


class ResourceAccess:
    """The place of one resource for the length of one task."""

    def __init__(self, resource: ResourceType, options: Options, workspace: Workspace, deadline: Deadline) -> None:
        self.resource = resource
        self.options = options
        self.workspace = workspace
        self.path = workspace.path(resource.path_of(options))
        self.title = resource.title(options)
        self._invocation = workspace.invocation
        self._deadline = deadline
        self._wait: bool = workspace.invocation.options["wait"]

    @property
    def arm(self) -> Arm:
        return self.workspace.arm

    # -- looking -------------------------------------------------------------------------------------------------

    def observe(self) -> Current:
        return self.arm.get(self.path, api_version=self.resource.api_version)

    def settled(self, *, sound: bool = False) -> Current:
        """What stands once nothing is under way there: a plan on moving ground would be wrong.

        With ``sound``, raises OperationFailed where something Failed stands.
        """
        current = self.observe()
        still = SOUND_STATES if sound else SETTLED_STATES
        if current is None or not self._wait or self.resource.state_of(current) in still:
            return current
        try:
            self.arm.settle(self.path, timeout=self._deadline.left(), what=self.title)
        except OperationFailed:
            if sound:
                raise
        return self.observe()

    # -- writing -------------------------------------------------------------------------------------------------

    def write(self, current: Current, write: Write) -> Current:
        """Write on what stands (``write`` gives None: nothing is left to do), and read what then stands.

        The answer to a write is a transient view that must not be shown (assets contract 3.5).
        """
        self._carry_out(current, write)
        written = self.settled(sound=True)
        if written is None:
            raise OperationFailed(
                f"{self.title} was written, but is not there any more: somebody deleted it. "
                "Run the task again to create it."
            )
        return written

    def put(self, body: dict[str, Json]) -> Accepted:
        switched = {word: "true" for option, word in self.resource.switches.items() if self.options[option]}
        return self.arm.put(self.path, body, api_version=self.resource.api_version, query=switched)

    def patch(self, body: dict[str, Json]) -> Accepted:
        return self.arm.patch(self.path, body, api_version=self.resource.api_version)

    def delete(self, current: Current) -> None:
        def delete(now: Current) -> Accepted | None:
            query = self.resource.delete_query
            return self.arm.delete(self.path, api_version=self.resource.api_version, query=query) if now else None

        self._carry_out(current, delete)

    def wait_until_gone(self) -> None:
        what, version = f"deletion of {self.title}", self.resource.api_version
        self.arm.settle(self.path, timeout=self._deadline.left(), what=what, api_version=version, absent=True)

    def bring_about(self, condition: Condition, current: Current) -> Current:
        """Act until the condition holds, unless it is on its way already."""
        self._carry_out(current, lambda now: self._act(condition, now))
        return self._reached(condition) if self._wait else self.observe()

    def _act(self, condition: Condition, now: Current) -> Accepted | None:
        if condition.met_by(now) or condition.read_from(now) in condition.coming:
            return None
        return self.arm.post(
            f"{self.path}/{condition.action}", api_version=self.resource.api_version, safe_to_repeat=True
        )

    def _reached(self, condition: Condition) -> Current:
        def until(now: dict[str, Json]) -> bool:
            return condition.met_by(now) or condition.read_from(now) in condition.lost

        what = f"{self.title} to be {condition.state}"
        self.arm.settle(
            self.path, timeout=self._deadline.left(), what=what, api_version=self.resource.api_version, until=until
        )
        current = self.observe()
        if not condition.met_by(current):
            raise OperationFailed(
                f"{self.title} is not {condition.state}: the service tells {condition.read_from(current)}."
            )
        return current

    def _carry_out(self, current: Current, write: Write) -> None:
        """Write, and wait for the end of the operation that it starts.

        When the service refuses because another operation is under way: wait for its end, look, write once more.
        """
        self._invocation.progress(f"writing {self.title}")
        try:
            accepted = write(current)
        except ConflictError:
            if not self._wait:
                raise
            accepted = write(self.settled())
        if accepted and self._wait:
            self.arm.wait(accepted, timeout=self._deadline.left(), what=self.title)
