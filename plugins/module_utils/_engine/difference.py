# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""How the current state of a resource differs from what the task asks for. Pure functions."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import ImmutableFieldError, InvalidOption
from .._names.arm_id import WorkspaceId
from .._names.dotted_path import get_at, set_at
from .._names.json_types import Json
from .._schema.ignored_updates import is_ignored
from .._schema.resource_type import (
    FAILED_STATES,
    SETTLED_STATES,
    SOUND_STATES,
    Change,
    Field,
    Options,
    ParentReference,
    ResourceType,
)
from .validate import Desired


@dataclasses.dataclass(frozen=True)
class Difference:
    """One field whose desired JSON is not the same to the service as the current one."""

    field: Field
    current: Json
    desired: Json


@dataclasses.dataclass(frozen=True)
class Comparison:
    """What the task asks of a resource, what the service has, and what follows from it.

    ``action``: what brings the resource from one to the other.
    """

    desired: Desired
    current: Json | None
    action: t.Literal["none", "create", "update", "replace"]
    differences: tuple[Difference, ...]

    def of(self, *policies: Change) -> tuple[Difference, ...]:
        """The differences in fields with one of these change policies."""
        return tuple(difference for difference in self.differences if difference.field.change in policies)

    @property
    def failed(self) -> bool:
        """True if the current resource is the rest of a failed operation: it is written again."""
        return self.current is not None and self.desired.resource.state_of(self.current) in FAILED_STATES


def compare(desired: Desired, current: Json | None, *, in_place: bool = True) -> Comparison:
    """Compare what the task asks for with what the service has; None: the resource is absent.

    Without ``in_place`` (the service has refused an update) a replacement is needed also where an update may do.
    Raises InvalidOption if a creation lacks an option, ImmutableFieldError if only a replacement helps and the task
    does not allow one.
    """
    if current is None:
        _require_needed(desired, f"{desired.title} does not exist yet, and creating it needs")
        values = {**desired.values, **desired.resource.filled(desired.values)}
        fields = (field for field in desired.resource.fields if field.at in values)
        created = tuple(Difference(field, None, values[field.at]) for field in fields)
        return Comparison(desired, None, "create", created)
    found = Comparison(desired, current, "none", tuple(differing(desired, current)))
    if not found.failed and all(is_ignored(desired.resource, one.field, current) for one in found.differences):
        return dataclasses.replace(found, differences=())
    fixed = found.of(Change.REPLACE) if in_place else found.of(Change.REPLACE, Change.REFUSABLE)
    if fixed and not desired.options.get("recreate"):
        raise ImmutableFieldError(
            f"{desired.title} cannot be changed in place: {in_words(fixed, desired.workspace)}. To delete it and "
            "create it again, write recreate: true; or leave the current value in the task. Nothing was changed."
        )
    may_replace = desired.options.get("recreate") and (found.failed or fixed or found.of(Change.REFUSABLE))
    if may_replace:  # a task that is interrupted after the deletion must be complete enough to run again
        _require_needed(desired, f"{desired.title} has to be created again, and that needs")
    must_replace = may_replace and (found.failed or fixed)
    return dataclasses.replace(found, action="replace" if must_replace else "update")


def differing(desired: Desired, current: Json) -> t.Iterator[Difference]:
    """The fields that are not as the task asks."""
    moving = desired.resource.state_of(current) not in SETTLED_STATES
    for field in desired.resource.fields:
        if field.at not in desired.values or field.change is Change.WRITE_ONLY or not field.is_returned(current):
            continue
        now, goal = field.read_from(current), desired.values[field.at]
        if now is None and moving:  # not everything is returned during an operation (assets contract 3.4)
            continue
        if field.change is Change.MERGE or (field.change is Change.APPEND and desired.options.get("append_tags", True)):
            goal = {**(field.value_type.for_update(now) or {}), **goal}
        if not field.value_type.same(goal, now, desired.workspace):
            yield Difference(field, now, goal)


def unstored(desired: Desired, written: Json) -> list[Difference]:
    """The differences that are left after a write; none while an operation is under way, for that says nothing yet.

    Fields whose updates the service may ignore do not count (batch contract 14.25).
    """
    if desired.resource.state_of(written) not in SOUND_STATES:
        return []
    return [one for one in differing(desired, written) if one.field.change is not Change.ONCE]


def not_updatable(desired: Desired, current: Json) -> list[str]:
    """The options with another value in the task, which the service keeps as it is."""
    if current is None or desired.resource.state_of(current) not in SETTLED_STATES:
        return []
    return [one.field.option for one in differing(desired, current) if one.field.change is Change.ONCE]


def not_compared(desired: Desired, current: Json) -> list[str]:
    """The options of the task that the service does not return, so that they cannot be compared."""
    fields = (field for field in desired.resource.fields if field.at in desired.values)
    return [field.option for field in fields if not field.is_returned(current)]


def diff_words(comparison: Comparison) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """The comparison as a diff, in option values: before and after. Secrets are masked."""
    desired = comparison.desired
    name = {"name": desired.options["name"]}
    before: dict[str, t.Any] = {} if comparison.action == "create" else {**name}
    after: dict[str, t.Any] = {**name}
    for difference in comparison.differences:
        if comparison.action != "create":
            set_at(before, difference.field.option, difference.field.shown(difference.current, desired.workspace))
        set_at(after, difference.field.option, difference.field.shown(difference.desired, desired.workspace))
    if comparison.failed:
        before["provisioning_state"] = desired.resource.state_of(comparison.current)
        after["provisioning_state"] = "Succeeded"
    return before, after


def in_words(differences: t.Iterable[Difference], workspace: WorkspaceId) -> str:
    """The differences in a sentence."""
    return "; ".join(
        f"{d.field.option} is {d.field.shown(d.current, workspace)!r}, "
        f"the task asks for {d.field.shown(d.desired, workspace)!r}"
        for d in differences
    )


def missing_references(resource: ResourceType, options: Options, parent: Json | None) -> list[ParentReference]:
    """The references to the resource that the task asks for and its parent does not have."""
    references = resource.parent.references if resource.parent else ()
    return [one for one in references if options[one.option] and get_at(parent, one.at) != options["name"]]


def held_references(resource: ResourceType, options: Options, parent: Json | None) -> list[ParentReference]:
    """The references of the parent to the resource; names that differ only in letter case count as the same."""
    references = resource.parent.references if resource.parent else ()
    name = options["name"].lower()
    return [one for one in references if str(get_at(parent, one.at) or "").lower() == name]


def _require_needed(desired: Desired, complaint: str) -> None:
    missing = [field.option for field in desired.resource.fields if field.needed and field.at not in desired.values]
    if missing:
        raise InvalidOption(f"{complaint} {', '.join(missing)}. Add what is missing to the task.")
