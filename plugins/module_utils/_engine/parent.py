# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The parent and the siblings of a resource: what the parent says of it, and who takes that over when it goes."""

from __future__ import annotations

import typing as t

from .._errors import InvalidOption
from .._names.dotted_path import get_at
from .._schema.resource_type import SOUND_STATES, ParentReference, ResourceType
from .._service.arm import Accepted
from .._service.workspace import Workspace
from .plan import merged_body
from .resource_access import Current, Deadline, ResourceAccess

Warn = t.Callable[[str], None]


class ParentResource:
    """The relatives of one resource for the length of one task; without a parent there is nothing to do."""

    def __init__(self, resource: ResourceType, workspace: Workspace, deadline: Deadline) -> None:
        self.resource = resource
        self.options = workspace.invocation.options
        self.workspace = workspace
        self.parent: Current = None
        self._site: ResourceAccess | None = None
        self._marks: tuple[ParentReference, ...] = ()
        if resource.parent:
            self._marks = resource.parent.marks
            named = {"name": self.options[resource.parent.option]}
            self._site = ResourceAccess(resource.parent.type, named, workspace, deadline)
        for mark in self._marks:
            if self.options[mark.stand_in] is not None:
                resource.name_rule.check(mark.stand_in, self.options[mark.stand_in], resource.label)

    # -- the parent ----------------------------------------------------------------------------------------------

    def require_parent(self, warn: Warn | None) -> None:
        """Look at the parent. It has to stand; with ``warn`` its absence is only told. Raises InvalidOption."""
        if self._site is None:
            return
        self.parent = self._site.settled()
        if self.parent is not None:
            return
        option = t.cast("t.Any", self.resource.parent).option
        complaint = f"{option}: there is no {self._site.title} in workspace {self.workspace.id.name}"
        if warn is None:
            raise InvalidOption(f"{complaint}. Create it first, or correct {option}. Nothing was changed.")
        warn(f"{complaint}; the run will fail unless an earlier task creates it.")

    # -- what the parent says of the resource ----------------------------------------------------------------------

    @property
    def asks_for_marks(self) -> bool:
        return any(self.options[mark.option] for mark in self._marks)

    @property
    def missing_marks(self) -> list[ParentReference]:
        """What the task asks the parent to say of the resource, and it does not."""
        name = self.options["name"]
        return [mark for mark in self._marks if self.options[mark.option] and get_at(self.parent, mark.at) != name]

    def set_missing_marks(self) -> None:
        for mark in self.missing_marks:
            self._say(mark, self.options["name"])

    # -- when the resource goes ------------------------------------------------------------------------------------

    def require_stand_ins(self, *, comes_back: bool, warn: Warn | None) -> None:
        """A parent that says something of the resource needs a sibling to say it of while the resource is away.

        Raises InvalidOption with what to do. ``comes_back``: a run that was cut off in between has to know that the
        resource gets it back, so the task must ask for it.
        """
        if not self._marks or self._site is None:
            return
        self.parent = self.parent or self._site.observe()
        for mark in self._held_marks():
            stand_in = self.options[mark.stand_in]
            if stand_in is None or (comes_back and not self.options[mark.option]):
                back = f" and {mark.option}: true, to have it back afterwards" if comes_back else ""
                raise InvalidOption(
                    f"{self.resource.title(self.options)} is {mark.words} of {self._site.title}, which would be left "
                    f"without one. Write {mark.stand_in} with the name of another that takes over{back}; "
                    f"or delete the whole {self._site.title}. Nothing was changed."
                )
            self._require_sound(mark.stand_in, stand_in, warn)

    def hand_over_marks(self) -> None:
        """Have the parent say of the stand-ins what it says of the resource."""
        for mark in self._held_marks():
            self._say(mark, self.options[mark.stand_in])

    def _held_marks(self) -> list[ParentReference]:
        """In doubt about the case of names, it is held."""
        name = self.options["name"].lower()
        return [mark for mark in self._marks if str(get_at(self.parent, mark.at) or "").lower() == name]

    def _require_sound(self, option: str, name: str, warn: Warn | None) -> None:
        complaint = None
        sibling = {**self.options, "name": name}
        current = self.workspace.arm.get(self.workspace.path(self.resource.path_of(sibling)))
        if name.lower() == self.options["name"].lower():
            complaint = f"{option}: {self.resource.title(sibling)} cannot stand in for itself"
        elif current is None:
            complaint = f"{option}: there is no {self.resource.title(sibling)}"
        elif self.resource.state_of(current) not in SOUND_STATES:
            state = self.resource.state_of(current)
            complaint = f"{option}: {self.resource.title(sibling)} is in state {state}"
        if complaint and warn is None:
            raise InvalidOption(f"{complaint}. Name another. Nothing was changed.")
        if complaint and warn:
            warn(f"{complaint}; the run will fail unless an earlier task changes that.")

    def _say(self, mark: ParentReference, name: str) -> None:
        """Say it in the parent, on what stands there now."""
        self.require_parent(None)
        access = t.cast("ResourceAccess", self._site)

        def write(now: Current) -> Accepted | None:
            if get_at(now, mark.at) == name:
                return None
            return access.put(merged_body(access.resource, now or {}, {mark.at: name}))

        self.parent = access.write(self.parent, write)
