# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The place where one resource stands, or will: looking at it, writing to it, waiting for what was written."""

from __future__ import annotations

import time
import typing as t

from .._errors import ConflictError, OperationFailed
from .._invocation import Invocation
from .._schema.resource_type import SETTLED_STATES, SOUND_STATES, Condition, Options, ResourceType
from .._schema.values import Json
from .._service.arm import Accepted, Management
from .._service.workspace import Workspace

Standing: t.TypeAlias = "dict[str, Json] | None"
Write = t.Callable[[Standing], "Accepted | None"]


class Deadline:
    """The end of all waits of one task, by the wall clock: a host that slept must not wait longer."""

    def __init__(self, seconds: float) -> None:
        self._end = time.time() + seconds

    def left(self) -> float:
        """Seconds until then."""
        return max(self._end - time.time(), 0.0)


class Site:
    """The place of one resource for the length of one task."""

    def __init__(
        self, resource: ResourceType, options: Options, workspace: Workspace, invocation: Invocation, deadline: Deadline
    ) -> None:
        self.resource = resource
        self.options = options
        self.workspace = workspace
        self.path = workspace.path(resource.path_of(options))
        self.title = resource.title(options)
        self._invocation = invocation
        self._deadline = deadline
        self._wait: bool = invocation.options["wait"]

    @property
    def management(self) -> Management:
        return self.workspace.management

    # -- looking -------------------------------------------------------------------------------------------------

    def observe(self) -> Standing:
        return self.management.get(self.path, api_version=self.resource.api_version)

    def settled(self, *, sound: bool = False) -> Standing:
        """What stands once nothing is under way there: a plan on moving ground would be wrong.

        With ``sound``, raises OperationFailed where something Failed stands.
        """
        standing = self.observe()
        still = SOUND_STATES if sound else SETTLED_STATES
        if standing is None or not self._wait or self.resource.state_of(standing) in still:
            return standing
        try:
            self.management.settle(self.path, timeout=self._deadline.left(), what=self.title)
        except OperationFailed:
            if sound:
                raise
        return self.observe()

    # -- writing -------------------------------------------------------------------------------------------------

    def write(self, standing: Standing, write: Write) -> Standing:
        """Write on what stands (``write`` gives None: nothing is left to do), and read what then stands.

        The answer to a write is a transient view that must not be shown (assets contract 3.5).
        """
        self._carry_out(standing, write)
        written = self.settled(sound=True)
        if written is None:
            raise OperationFailed(
                f"{self.title} was written, but is not there any more: somebody deleted it. "
                "Run the task again to create it."
            )
        return written

    def put(self, body: dict[str, Json]) -> Accepted:
        switched = {word: "true" for option, word in self.resource.switches.items() if self.options[option]}
        return self.management.put(self.path, body, api_version=self.resource.api_version, query=switched)

    def patch(self, body: dict[str, Json]) -> Accepted:
        return self.management.patch(self.path, body, api_version=self.resource.api_version)

    def delete(self, standing: Standing) -> None:
        def delete(now: Standing) -> Accepted | None:
            query = self.resource.delete_query
            return (
                self.management.delete(self.path, api_version=self.resource.api_version, query=query) if now else None
            )

        self._carry_out(standing, delete)

    def wait_until_gone(self) -> None:
        what, version = f"deletion of {self.title}", self.resource.api_version
        self.management.settle(self.path, timeout=self._deadline.left(), what=what, api_version=version, gone=True)

    def bring_about(self, condition: Condition, standing: Standing) -> Standing:
        """Act until the condition holds, unless it is on its way already."""
        self._carry_out(standing, lambda now: self._act(condition, now))
        return self._reached(condition) if self._wait else self.observe()

    def _act(self, condition: Condition, now: Standing) -> Accepted | None:
        if condition.met_by(now) or condition.told(now) in condition.coming:
            return None
        return self.management.post(
            f"{self.path}/{condition.action}", api_version=self.resource.api_version, safe_to_repeat=True
        )

    def _reached(self, condition: Condition) -> Standing:
        def over(now: dict[str, Json]) -> bool:
            return condition.met_by(now) or condition.told(now) in condition.lost

        what = f"{self.title} to be {condition.state}"
        self.management.settle(
            self.path, timeout=self._deadline.left(), what=what, api_version=self.resource.api_version, over=over
        )
        standing = self.observe()
        if not condition.met_by(standing):
            raise OperationFailed(
                f"{self.title} is not {condition.state}: the service tells {condition.told(standing)}."
            )
        return standing

    def _carry_out(self, standing: Standing, write: Write) -> None:
        """Write, and wait for the end of the operation that it starts.

        When the service refuses because another operation is under way: wait for its end, look, write once more.
        """
        self._invocation.progress(f"writing {self.title}")
        try:
            accepted = write(standing)
        except ConflictError:
            if not self._wait:
                raise
            accepted = write(self.settled())
        if accepted and self._wait:
            self.management.wait(accepted, timeout=self._deadline.left(), what=self.title)
