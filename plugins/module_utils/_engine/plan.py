# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""From what is wanted and what stands to what has to change. Pure functions, no I/O."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

from .._errors import ImmutableFieldError, InvalidOption
from .._names.arm_id import WorkspaceId
from .._names.dotted_path import delete_at, get_at, set_at
from .._names.json_types import Json
from .._schema.resource_type import FAILED_STATES, SETTLED_STATES, Change, Field, Options, Output, ResourceType

ALWAYS_READ_ONLY = ("id", "name", "type", "systemData")


@dataclasses.dataclass(frozen=True)
class Difference:
    """One field whose wanted JSON is not the same to the service as the standing one."""

    field: Field
    current: Json
    desired: Json


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a run will do: shown in check mode, carried out otherwise.

    ``body`` is the full JSON of the PUT; ``patch`` that of a PATCH which does it as well, where there is one;
    ``replacement`` that of the PUT after a deletion, where the task allows and something may need it.
    """

    action: t.Literal["none", "create", "update", "replace"]
    body: dict[str, Json]
    before: dict[str, t.Any]
    after: dict[str, t.Any]
    differences: tuple[Difference, ...] = ()
    patch: dict[str, Json] | None = None
    replacement: dict[str, Json] | None = None

    def changes(self, *meanings: Change) -> tuple[Difference, ...]:
        """The differences that mean one of these."""
        return tuple(difference for difference in self.differences if difference.field.change in meanings)


# -- the task by itself ------------------------------------------------------------------------------------------------


def check_names(resource: ResourceType, options: Options) -> None:
    """Raises InvalidOption, naming the option, when the resource or its parent can not be named so."""
    if resource.parent:
        resource.parent.check_name(options)
    resource.name_rule.check("name", options["name"], resource.label)


def check_options(resource: ResourceType, options: Options, workspace: WorkspaceId) -> dict[str, Json]:
    """What the task wants, as wire path -> JSON; options left out are not in it.

    Raises InvalidOption, naming the option, for a bad name or a value that the service can never accept.
    """
    check_names(resource, options)
    desired = {}
    for field in resource.fields:
        value = get_at(options, field.option)
        if not field.value_type.is_given(value):
            continue
        try:
            desired[field.at] = field.value_type.encode(value, workspace)
        except ValueError as error:
            raise InvalidOption(f"{field.option}: {error}.") from None
    return desired


def check_task(resource: ResourceType, options: Options, workspace: WorkspaceId) -> None:
    """Raises InvalidOption for all that is wrong with the task whatever stands."""
    kind = options[resource.kinds.option] if resource.kinds else None
    if resource.kinds and kind is not None:
        _refuse_foreign_options(resource, kind, options)
        check_options(resource.kinds.tables[kind], options, workspace)
        return
    for table in resource.tables:
        check_options(table, options, workspace)


def table_for(resource: ResourceType, options: Options, current: Json | None) -> ResourceType:
    """The table of the kind that the task is about: the one it says, else what stands, else the default.

    Raises ImmutableFieldError where another kind stands, InvalidOption for options that the kind does not have.
    """
    kinds = resource.kinds
    if kinds is None:
        return resource
    stands = kinds.read_from(current) if current is not None else None
    kind = options[kinds.option] or stands or kinds.default
    if stands not in (None, kind):
        raise ImmutableFieldError(
            f"{resource.title(options)} cannot become another: {kinds.option} is {stands!r}, the task wants {kind!r}. "
            f"Choose another name, or correct {kinds.option}. Nothing was changed."
        )
    if kind not in kinds.tables:
        raise InvalidOption(
            f"{resource.title(options)} is of the {kinds.option} {kind!r}, which is not managed here. "
            "Choose another name. Nothing was changed."
        )
    _refuse_foreign_options(resource, kind, options)
    return kinds.tables[kind]


def _refuse_foreign_options(resource: ResourceType, kind: str, options: Options) -> None:
    kinds = t.cast("t.Any", resource.kinds)
    own = {field.option for field in kinds.tables[kind].fields}
    for table in resource.tables:
        for field in table.fields:
            if field.option in own or not field.value_type.is_given(get_at(options, field.option)):
                continue
            owners = [word for word, other in kinds.tables.items() if field.option in {f.option for f in other.fields}]
            raise InvalidOption(
                f"{field.option} is for the {kinds.option} {' or '.join(owners)}, and {resource.title(options)} is of "
                f"the {kinds.option} {kind}. Drop it, or correct {kinds.option}."
            )


# -- the task and what stands ------------------------------------------------------------------------------------------


def plan(
    resource: ResourceType, options: Options, desired: dict[str, Json], current: Json | None, workspace: WorkspaceId
) -> Plan:
    """Compare what the task wants with what stands.

    Raises InvalidOption when a creation lacks an option, ImmutableFieldError when only a replacement could do it and
    the task does not allow one.
    """
    if current is None:
        return _plan_creation(resource, options, desired, workspace)
    differences = tuple(differing(resource, options, desired, current, workspace))
    failed = resource.state_of(current) in FAILED_STATES
    if not differences and not failed:
        return Plan("none", {}, {}, {})
    fixed = [difference for difference in differences if difference.field.change is Change.REPLACE]
    if fixed and not options.get("recreate"):
        raise ImmutableFieldError(_refusal(resource, options, fixed, workspace))
    before, after = _words(differences, workspace)
    if failed:
        before["provisioning_state"], after["provisioning_state"] = resource.state_of(current), "Succeeded"
    changed = {**_write_only(resource, desired), **{d.field.at: d.desired for d in differences}}
    made = Plan(
        "update",
        merged_body(resource, current, changed),
        {"name": options["name"], **before},
        {"name": options["name"], **after},
        differences,
    )
    _require_companions(resource, desired, made.body)
    if options.get("recreate") and (failed or fixed or made.changes(Change.REFUSABLE)):
        replacement = _replacement(resource, options, current, desired, changed)
        return dataclasses.replace(made, replacement=replacement, action="replace" if failed or fixed else "update")
    return made if failed else dataclasses.replace(made, patch=_patch(resource, made))


def _plan_creation(resource: ResourceType, options: Options, desired: dict[str, Json], workspace: WorkspaceId) -> Plan:
    _require_needed(resource, desired, f"{resource.title(options)} does not exist yet, and creating it needs")
    body = merged_body(resource, {}, {**resource.constants, **desired})
    _require_companions(resource, desired, body)
    differences = tuple(Difference(field, None, desired[field.at]) for field in resource.fields if field.at in desired)
    _before, after = _words(differences, workspace)
    return Plan("create", body, {}, {"name": options["name"], **after}, differences)


def _require_needed(resource: ResourceType, desired: dict[str, Json], complaint: str) -> None:
    missing = [field.option for field in resource.fields if field.needed and field.at not in desired]
    if missing:
        raise InvalidOption(f"{complaint} {', '.join(missing)}. Add what is missing to the task.")


def _require_companions(resource: ResourceType, desired: dict[str, Json], body: Json) -> None:
    """Raises InvalidOption for an option that says nothing without another, which neither stands nor is said, or that
    contradicts it."""
    places = {field.option: field.at for field in resource.fields}
    for field in resource.fields:
        low, high = get_at(body, field.at), get_at(body, places[field.at_most]) if field.at_most else None
        if low is not None and high is not None and int(low) > int(high):
            raise InvalidOption(
                f"{field.option} would be {low}, more than {field.at_most}, {high}. Correct one of them. "
                "Nothing was changed."
            )
        if field.along_with and field.at in desired and get_at(body, places[field.along_with]) is None:
            raise InvalidOption(f"{field.option} needs {field.along_with}. Add it to the task. Nothing was changed.")


def _words(differences: t.Iterable[Difference], workspace: WorkspaceId) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """The differences in the words of the task: before and after."""
    before: dict[str, t.Any] = {}
    after: dict[str, t.Any] = {}
    for difference in differences:
        set_at(before, difference.field.option, difference.field.shown(difference.current, workspace))
        set_at(after, difference.field.option, difference.field.shown(difference.desired, workspace))
    return before, after


def differing(
    resource: ResourceType, options: Options, desired: dict[str, Json], current: Json, workspace: WorkspaceId
) -> t.Iterator[Difference]:
    """What is not as the task wants it."""
    moving = resource.state_of(current) not in SETTLED_STATES
    for field in resource.fields:
        if field.at not in desired or field.change is Change.WRITE_ONLY:
            continue
        now, goal = field.read_from(current), desired[field.at]
        if now is None and moving:  # in passing the service does not tell everything (assets contract 3.4)
            continue
        if field.change is Change.MERGE or (field.change is Change.APPEND and options.get("append_tags", True)):
            goal = {**(field.value_type.for_update(now) or {}), **goal}
        if not field.value_type.same(goal, now, workspace):
            yield Difference(field, now, goal)


def in_words(differences: t.Iterable[Difference], workspace: WorkspaceId) -> str:
    """The differences in a sentence."""
    return "; ".join(
        f"{d.field.option} is {d.field.shown(d.current, workspace)!r}, "
        f"the task wants {d.field.shown(d.desired, workspace)!r}"
        for d in differences
    )


def _refusal(resource: ResourceType, options: Options, fixed: t.Iterable[Difference], workspace: WorkspaceId) -> str:
    return (
        f"{resource.title(options)} cannot be changed in place: {in_words(fixed, workspace)}. To delete it and create "
        "it again, write recreate: true; or leave the standing value in the task. Nothing was changed."
    )


# -- bodies ------------------------------------------------------------------------------------------------------------


def merged_body(resource: ResourceType, current: Json, desired: dict[str, Json]) -> dict[str, Json]:
    """What stands, without what only the service may write, with the task laid over it.

    Nulls are not sent back: to a PUT, null and absent are one, and some services refuse the former.
    """
    body: dict[str, Json] = copy.deepcopy(dict(current))
    for path in (*ALWAYS_READ_ONLY, resource.state_at, *resource.read_only):
        delete_at(body, path)
    body = _without_nulls(body)
    for field in resource.fields:
        _send_back(field, body)
    for path, value in desired.items():
        set_at(body, path, copy.deepcopy(value))
    return body


def _send_back(field: Field, body: dict[str, Json]) -> None:
    """Put the value of a field in the form, and at the place, in which it is sent."""
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


def _replacement(
    resource: ResourceType, options: Options, current: Json, desired: dict[str, Json], changed: dict[str, Json]
) -> dict[str, Json]:
    """The body of the creation after the deletion: what the task leaves out is taken over from what stood.

    The task needs all that a creation needs, so that it can also be run again when it was cut off in between.
    """
    _require_needed(resource, desired, f"{resource.title(options)} has to be created again, and that needs")
    body = merged_body(resource, current, {})
    known = {field.at: get_at(body, field.at) for field in resource.fields if get_at(body, field.at) is not None}
    return merged_body(resource, {}, {**resource.constants, **known, **changed})


def _patch(resource: ResourceType, made: Plan) -> dict[str, Json] | None:
    """The body of the PATCH, if all differences are of that sort: all fields so marked, whether they differ or not.

    So it is right for a service that merges and for one that replaces.
    """
    if made.changes(Change.PATCH) != made.differences:
        return None
    patch: dict[str, Json] = {}
    for field in resource.fields:
        if field.change is Change.PATCH and get_at(made.body, field.at) is not None:
            set_at(patch, field.at, get_at(made.body, field.at))
    return patch


def _write_only(resource: ResourceType, desired: dict[str, Json]) -> dict[str, Json]:
    return {
        field.at: desired[field.at]
        for field in resource.fields
        if field.change is Change.WRITE_ONLY and field.at in desired
    }


def _without_nulls(tree: t.Any) -> t.Any:
    if isinstance(tree, dict):
        return {key: _without_nulls(item) for key, item in tree.items() if item is not None}
    return tree


# -- results -----------------------------------------------------------------------------------------------------------


def render(
    resource: ResourceType, current: Json, workspace: WorkspaceId, *, predicted: bool = False
) -> dict[str, t.Any]:
    """A resource in the words of the task: the result of its module and of its ``_info`` module.

    What the service did not tell is None; in a prediction it is not known, and left out.
    """
    shown: dict[str, t.Any] = {}
    if current.get("id"):
        shown["id"] = current["id"]
        shown.update(resource.names_in(current["id"]))
    if current.get("location"):
        shown["location"] = current["location"]
    if resource.kinds:
        shown[resource.kinds.option] = resource.kinds.read_from(current)
    table = resource.of(current)
    places: tuple[Field | Output, ...] = (*table.fields, *table.outputs)
    for place in places:
        value = place.read_from(current)
        if not (isinstance(place, Field) and place.secret) and not (predicted and value is None):
            set_at(shown, place.option, place.value_type.decode(value, workspace))
    return shown
