# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The bodies that a plan sends: of a creation, an update, a replacement, a PATCH. Pure functions."""

from __future__ import annotations

import copy
import typing as t

from .._errors import InvalidOption
from .._names.dotted_path import delete_at, get_at, set_at
from .._names.json_types import Json
from .._schema.ignored_updates import attempts
from .._schema.resource_type import STATE_AT, Change, Field, ResourceType
from .difference import Comparison, not_compared
from .validate import Desired

ALWAYS_READ_ONLY = ("id", "name", "type", "systemData")

Body = dict[str, Json]


def merged_body(resource: ResourceType, current: Json, values: t.Mapping[str, Json]) -> Body:
    """The current resource without its read-only keys, with ``values`` (path -> JSON) laid over it.

    Nulls are not sent: a PUT treats null and absent alike, and some services refuse null.
    """
    body: Body = copy.deepcopy(dict(current))
    for path in (*ALWAYS_READ_ONLY, STATE_AT, *resource.read_only):
        delete_at(body, path)
    body = _without_nulls(body)
    for field in resource.fields:
        _prepare_for_update(field, body)
    for path, value in values.items():
        set_at(body, path, copy.deepcopy(value))
    return body


def creation_body(desired: Desired) -> Body:
    """What is sent to create the resource. Raises InvalidOption for options that do not go together."""
    resource, values = desired.resource, desired.values
    body = merged_body(resource, {}, {**resource.constants, **resource.filled(values), **values})
    _require_companions(desired, body)
    return body


def update_body(comparison: Comparison) -> Body:
    """What is sent to update the resource.

    Raises InvalidOption for options that do not go together, and for an update that would lose what the service does
    not return.
    """
    desired = comparison.desired
    _require_unseen(comparison)
    body = merged_body(desired.resource, comparison.current, _changed(comparison))
    if attempted := comparison.of(Change.ONCE):
        at = t.cast(str, desired.resource.attempts_at)
        added = attempts(desired.resource, (one.field for one in attempted), comparison.current)
        set_at(body, at, {**(get_at(body, at) or {}), **added})
    _require_companions(desired, body)
    return body


def replacement_body(comparison: Comparison) -> Body:
    """What is sent to create the resource again: values that the task leaves out are those before the deletion.

    One that follows from others follows their change. Raises InvalidOption for options that do not go together.
    """
    resource = comparison.desired.resource
    _require_unseen(comparison)
    before = merged_body(resource, comparison.current, {})
    known = {field.at: get_at(before, field.at) for field in resource.fields if get_at(before, field.at) is not None}
    values = {**known, **_changed(comparison)}
    body = merged_body(resource, {}, {**resource.constants, **values, **_following(comparison, known, values)})
    _require_companions(comparison.desired, body)
    return body


def patch_body(comparison: Comparison) -> Body | None:
    """What a PATCH sends in place of a PUT; None if it is not enough.

    It holds all fields that a PATCH can change, changed or not: right for a service that merges and for one that
    replaces. A task that gives what the service does not return needs a PUT, which repeats it.
    """
    desired, current = comparison.desired, comparison.current
    if comparison.failed or not all(map(_is_patchable, (difference.field for difference in comparison.differences))):
        return None
    if not_compared(desired, current):
        return None
    body = merged_body(desired.resource, current, _changed(comparison))
    _require_companions(desired, body)
    patch: Body = {}
    for field in filter(_is_patchable, desired.resource.fields):
        if (value := get_at(body, field.at)) is not None:
            set_at(patch, field.at, field.value_type.for_patch(value, field.read_from(current)))
    return patch


def _is_patchable(field: Field) -> bool:
    return field.patchable or field.change is Change.PATCH


def _require_unseen(comparison: Comparison) -> None:
    """Raises InvalidOption if the task leaves out options that the service does not return: a PUT would reset them."""
    desired = comparison.desired
    for field in desired.resource.fields:
        is_known = field.is_returned(comparison.current) or comparison.failed
        if not is_known and desired.options.get(field.group) is None:
            raise InvalidOption(
                f"{desired.title} has to be written as a whole, and the service does not return its {field.group}, "
                f"which would be lost. Write {field.group} in the task, or {field.group}: {{}} if it has none. "
                "Nothing was changed."
            )


def _changed(comparison: Comparison) -> dict[str, Json]:
    """The values that change, and with them those that the service does not return."""
    desired, current = comparison.desired, comparison.current
    fields = (field for field in desired.resource.fields if field.at in desired.values)
    unseen = (field.at for field in fields if field.change is Change.WRITE_ONLY or not field.is_returned(current))
    return {
        **{at: desired.values[at] for at in unseen},
        **{difference.field.at: difference.desired for difference in comparison.differences},
    }


def _following(comparison: Comparison, before: t.Mapping[str, Json], after: t.Mapping[str, Json]) -> dict[str, Json]:
    """Values that the task leaves out and that follow from others, where those change."""
    fields = [field for field in comparison.desired.resource.fields if callable(field.initial)]
    followed = {field.at: (field.initial(before), field.initial(after)) for field in fields}
    return {at: new for at, (old, new) in followed.items() if old != new and at not in comparison.desired.values}


def _require_companions(desired: Desired, body: Json) -> None:
    """Raises InvalidOption for an option that needs another, which the body lacks, or that contradicts it."""
    places = {field.option: field.at for field in desired.resource.fields}
    for field in desired.resource.fields:
        low, high = get_at(body, field.at), get_at(body, places[field.at_most]) if field.at_most else None
        if low is not None and high is not None and int(low) > int(high):
            raise InvalidOption(
                f"{field.option} would be {low}, more than {field.at_most}, {high}. Correct one of them. "
                "Nothing was changed."
            )
        if field.along_with and field.at in desired.values and get_at(body, places[field.along_with]) is None:
            raise InvalidOption(f"{field.option} needs {field.along_with}. Add it to the task. Nothing was changed.")


def _prepare_for_update(field: Field, body: Body) -> None:
    """Put the current value of a field into the form, and at the place, in which an update sends it."""
    value = field.read_from(body)
    if value is None:
        return
    if field.alias:
        get_at(body, field.at.rpartition(".")[0]).pop(field.alias, None)
    sent = field.value_type.for_update(value)
    if sent is None:
        delete_at(body, field.at)
    else:
        set_at(body, field.at, sent)


def _without_nulls(tree: t.Any) -> t.Any:
    if isinstance(tree, dict):
        return {key: _without_nulls(item) for key, item in tree.items() if item is not None}
    return tree
