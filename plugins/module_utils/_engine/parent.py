# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The parent of a resource, and the siblings that take over a role in it: the default deployment of an endpoint."""

from __future__ import annotations

import typing as t

from .._errors import InvalidOption
from .._names.dotted_path import get_at
from .._schema.resource_type import SOUND_STATES, Options, ParentReference, ResourceType
from .._service.arm import Accepted
from .._service.workspace import Workspace
from .body import merged_body
from .deadline import Deadline
from .difference import held_references, unstored
from .prerequisite import Warn, report_missing
from .resource_access import Current, ResourceAccess
from .validate import Desired


class ParentResource:
    """The parent of one resource for the length of one task; without a parent every method does nothing."""

    def __init__(self, resource: ResourceType, options: Options, workspace: Workspace, deadline: Deadline) -> None:
        self.resource = resource
        self.options = options
        self.workspace = workspace
        self.references = resource.parent.references if resource.parent else ()
        self._access: ResourceAccess | None = None
        if resource.parent:
            name = {"name": options[resource.parent.option]}
            self._access = ResourceAccess(resource.parent.type, name, workspace, deadline)

    def observe(self) -> Current:
        """The parent as it is, if any of its keys refers to children."""
        return self._access.observe() if self._access and self.references else None

    def require(self, warn: Warn | None) -> Current:
        """The parent once no operation is under way.

        Raises InvalidOption if it is absent; with ``warn`` (check mode, where an earlier task may only have predicted
        it) warns instead.
        """
        if self._access is None:
            return None
        current = self._access.settled()
        if current is None:
            option = t.cast("t.Any", self.resource.parent).option
            complaint = f"{option}: there is no {self._access.title} in workspace {self.workspace.id.name}"
            report_missing(complaint, f"Create it first, or correct {option}.", warn, target=self._access.path)
        return current

    def require_stand_ins(self, parent: Current, *, comes_back: bool, warn: Warn | None) -> None:
        """Raises InvalidOption if the parent refers to the resource and the task does not name another that takes over.

        ``comes_back``: the resource is created again. A run that was interrupted in between has to know that it gets
        its role back, so the task must ask for it. With ``warn`` (check mode) a missing stand-in is only reported.
        """
        for reference in held_references(self.resource, self.options, parent):
            stand_in = self.options[reference.stand_in]
            if stand_in is None or (comes_back and not self.options[reference.option]):
                title = t.cast("ResourceAccess", self._access).title
                back = f" and {reference.option}: true, to have it back afterwards" if comes_back else ""
                raise InvalidOption(
                    f"{self.resource.title(self.options)} is {reference.words} of {title}, which would be left "
                    f"without one. Write {reference.stand_in} with the name of another that takes over{back}; "
                    f"or delete the whole {title}. Nothing was changed."
                )
            self._require_sound(reference.stand_in, stand_in, warn)

    def _require_sound(self, option: str, name: str, warn: Warn | None) -> None:
        """The sibling that takes over has to exist, and no failed operation may have left it."""
        sibling = {**self.options, "name": name}
        title = self.resource.title(sibling)
        current = self.workspace.arm.get(self.workspace.path(self.resource.path_of(sibling)))
        complaint = None
        if name.lower() == self.options["name"].lower():
            complaint = f"{option}: {title} cannot stand in for itself"
        elif current is None:
            complaint = f"{option}: there is no {title}"
        elif self.resource.state_of(current) not in SOUND_STATES:
            complaint = f"{option}: {title} is in state {self.resource.state_of(current)}"
        if complaint:
            report_missing(complaint, "Name another.", warn, until="changes that")

    def refer_to(self, reference: ParentReference, name: str) -> None:
        """Make the parent refer to the child ``name``, on what the parent is by now."""
        parent = self.require(None)
        access = t.cast("ResourceAccess", self._access)
        desired = Desired(access.resource, access.options, {reference.at: name}, self.workspace.id)

        def send(now: Current) -> Accepted | None:
            if get_at(now, reference.at) == name:
                return None
            return access.put(merged_body(access.resource, now or {}, {reference.at: name}))

        read_back = access.read_back(lambda now: unstored(desired, now))
        read_back.stored(access.write(parent, send), lambda now: access.write(now, send))
