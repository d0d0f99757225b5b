# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The steps of a plan. Each says in a line what it does, and does it; nothing is written outside a step."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import ServiceError
from .._names.json_types import Json
from .._schema.resource_type import Condition, ParentReference
from .._service.arm import Accepted
from .body import Body
from .difference import Difference
from .parent import ParentResource
from .published import Published
from .resource_access import Current, ResourceAccess

_REFUSED = (400, 409)


@dataclasses.dataclass(frozen=True)
class State:
    """What the steps so far have led to: the resource, None if absent, and the assets that were published for it."""

    current: Current
    published: Published = dataclasses.field(default_factory=Published)


@dataclasses.dataclass(frozen=True)
class Target:
    """What steps write to.

    - ``plan_again``: the write that the resource needs in a state that was not planned for; None if it needs none
    - ``differences``: where the resource is not as it was written
    """

    access: ResourceAccess
    parent: ParentResource
    plan_again: t.Callable[[Current], Put | Patch | None] = lambda _current: None
    differences: t.Callable[[dict[str, Json]], t.Sequence[Difference]] = lambda _current: ()


class Step(t.Protocol):
    """A part of a plan that writes."""

    @property
    def lines(self) -> tuple[str, ...]:
        """What it does, one line for each thing that it writes: ``update batch deployment digits/blue``."""

    def execute(self, target: t.Any, state: t.Any) -> t.Any:
        """Write, and wait for the end if the task waits: from the state that earlier steps led to, to the next one.

        The kinds of steps differ in what they write to: ``Target`` and ``State`` here, those of versions in
        ``version_steps``. Raises AzureMLError.
        """


class UpdateRefused(Exception):  # it is an answer, which leads to another plan
    """The service refuses an update; the reason may be that it does not change these ``options`` in place."""

    def __init__(self, error: ServiceError, options: t.Sequence[str]) -> None:
        super().__init__(str(error))
        self.error = error
        self.options = options


class _Write:
    """Writing the resource itself: another client may change it at the same time, and then another write is due."""

    refusable: tuple[str, ...] = ()

    def send(self, access: ResourceAccess) -> Accepted:
        raise NotImplementedError

    def execute(self, target: Target, state: State) -> State:
        write: _Write | None = self

        def send(now: Current) -> Accepted | None:
            nonlocal write
            write = self if now is state.current else target.plan_again(now)
            return write.send(target.access) if write else None

        try:
            written = target.access.write(state.current, send)
            read_back = target.access.read_back(target.differences)
            stored = read_back.stored(written, lambda now: target.access.write(now, send))
        except ServiceError as error:
            if error.status not in _REFUSED or write is None or not write.refusable:
                raise
            raise UpdateRefused(error, write.refusable) from None
        return dataclasses.replace(state, current=stored)


@dataclasses.dataclass(frozen=True)
class Put(_Write):
    """Create the resource, or update it as a whole. ``refusable``: options that the service may refuse to change."""

    lines: tuple[str, ...]
    body: Body
    creates: bool = False
    refusable: tuple[str, ...] = ()

    def send(self, access: ResourceAccess) -> Accepted:
        return access.put(self.body)


@dataclasses.dataclass(frozen=True)
class Patch(_Write):
    """Update some fields."""

    lines: tuple[str, ...]
    body: Body

    def send(self, access: ResourceAccess) -> Accepted:
        return access.patch(self.body)


@dataclasses.dataclass(frozen=True)
class Delete:
    """Delete the resource; if the task waits, until it is absent."""

    lines: tuple[str, ...]
    wait: bool = True

    def execute(self, target: Target, state: State) -> State:
        target.access.delete(state.current)
        if self.wait:
            target.access.wait_until_gone()
        return dataclasses.replace(state, current=None)


@dataclasses.dataclass(frozen=True)
class SetDefault:
    """Make the parent refer to a child, as an endpoint does to its default deployment."""

    lines: tuple[str, ...]
    reference: ParentReference
    name: str

    def execute(self, target: Target, state: State) -> State:
        target.parent.refer_to(self.reference, self.name)
        return state


@dataclasses.dataclass(frozen=True)
class StartOrStop:
    """Reach a condition that the resource does not meet by itself."""

    lines: tuple[str, ...]
    condition: Condition

    def execute(self, target: Target, state: State) -> State:
        if self.condition.met_by(state.current):
            return state
        return dataclasses.replace(state, current=target.access.reach(self.condition, state.current))
