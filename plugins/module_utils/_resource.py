# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The table language: what a resource type is, and what has to change to make it so. Pure functions, no I/O."""

from __future__ import annotations

import copy
import dataclasses
import enum
import re
import typing as t

from ._arm_id import WorkspaceId
from ._errors import ImmutableFieldError, InvalidOption
from ._wire import Json, Text, Wire

Options = t.Mapping[str, t.Any]


class Change(enum.Enum):
    """What a difference in a field means."""

    UPDATE = "update"  # a PUT of what stands, with the task laid over it
    MERGE = "merge"  # the same, for maps whose other keys belong to others
    APPEND = "append"  # a map that replaces the standing one only with append_tags: false
    REPLACE = "replace"  # only deleting and creating again can change it
    NEW_VERSION = "new_version"  # the content of an asset: another value is another version


@dataclasses.dataclass(frozen=True)
class Field:
    """One option and its place on the wire.

    ``option`` and ``at`` are dotted paths into the task and into the service's JSON. ``needed`` marks what a creation
    cannot do without; ``default`` is for options that can only be chosen at creation, since on any other it would
    reset what somebody else has set.
    """

    option: str
    at: str
    wire: Wire = Text()
    change: Change = Change.UPDATE
    default: t.Any = None
    needed: bool = False
    secret: bool = False

    def shown(self, value: Json, workspace: WorkspaceId) -> t.Any:
        """The JSON value in the words of the task, for people to read."""
        return MASK if self.secret and value is not None else self.wire.decode(value, workspace)


@dataclasses.dataclass(frozen=True)
class Output:
    """A value that only the service sets: in the result, never in the task."""

    option: str
    at: str
    wire: Wire = Wire()


@dataclasses.dataclass(frozen=True)
class NameRule:
    """What the service accepts as a name, in a pattern and in words."""

    pattern: str
    words: str

    def check(self, option: str, name: str, label: str) -> None:
        """Raises InvalidOption when ``name`` can not be the name of a ``label``."""
        if not re.fullmatch(self.pattern, name):
            raise InvalidOption(
                f"{option}: {name!r} cannot be the name of a {label}: {self.words}. Choose another name."
            )


@dataclasses.dataclass(frozen=True)
class ParentMark:
    """A yes/no option of a child that stands in its parent: true when the parent's ``at`` holds the child's name."""

    option: str
    at: str


@dataclasses.dataclass(frozen=True)
class Parent:
    """The resource a child lives below: its type, and the child's option that names it."""

    type: ResourceType
    option: str
    marks: tuple[ParentMark, ...] = ()

    def check_name(self, options: Options) -> None:
        """Raises InvalidOption when the parent can not be named so."""
        self.type.name_rule.check(self.option, options[self.option], self.type.label)


@dataclasses.dataclass(frozen=True)
class ResourceType:
    """Everything a resource type is.

    ``path`` is relative to the workspace. ``constants`` (wire path -> JSON) are sent at creation; ``read_only`` wire
    paths never. ``regional``: the body carries a location, taken from the parent or the workspace at creation.
    """

    name: str
    plural: str
    label: str
    path: str
    name_rule: NameRule
    fields: tuple[Field, ...] = ()
    outputs: tuple[Output, ...] = ()
    constants: t.Mapping[str, Json] = dataclasses.field(default_factory=dict)
    read_only: tuple[str, ...] = ()
    parent: Parent | None = None
    regional: bool = False
    delete_query: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    state_at: str = "properties.provisioningState"

    def path_of(self, options: Options) -> str:
        """The path of the resource below the workspace, e.g. ``batchEndpoints/digits/deployments/blue``."""
        return self.path.format_map(options)

    def names_in(self, resource_id: str) -> dict[str, str]:
        """The options that an id of this type spells out, e.g. ``{"endpoint_name": "digits", "name": "blue"}``."""
        steps = self.path.split("/")
        spelled = resource_id.split("/")[-len(steps) :]
        return {step[1:-1]: word for step, word in zip(steps, spelled) if step.startswith("{")}

    def title(self, options: Options) -> str:
        """How messages name the resource, e.g. ``batch deployment digits/blue``."""
        parts = [str(options[self.parent.option])] if self.parent else []
        return f"{self.label} {'/'.join([*parts, str(options['name'])])}"

    def state_of(self, standing: Json) -> str:
        """The provisioning state of a standing resource; empty where the service tells none."""
        return str(dig(standing, self.state_at) or "")

    @property
    def appends(self) -> bool:
        return any(field.change is Change.APPEND for field in self.fields)


FAILED_STATES = frozenset({"Failed", "Canceled"})
SOUND_STATES = frozenset({"", "Succeeded"})
SETTLED_STATES = FAILED_STATES | SOUND_STATES
DELETING = "Deleting"
MASK = "VALUE_HIDDEN"
ALWAYS_READ_ONLY = ("id", "name", "type", "systemData", "identity.principalId", "identity.tenantId")


@dataclasses.dataclass(frozen=True)
class Difference:
    """One field whose wanted JSON is not the same to the service as the standing one."""

    field: Field
    standing: Json
    wanted: Json


@dataclasses.dataclass(frozen=True)
class Plan:
    """What a run will do: shown in check mode, carried out otherwise. ``body`` is the full JSON of the PUT."""

    action: t.Literal["none", "create", "update"]
    body: dict[str, Json]
    before: dict[str, t.Any]
    after: dict[str, t.Any]
    differences: tuple[Difference, ...] = ()


def dig(tree: t.Any, path: str) -> t.Any:
    """The value at a dotted path, None where a step is missing."""
    for step in path.split("."):
        if not isinstance(tree, t.Mapping):
            return None
        tree = tree.get(step)
    return tree


def plant(tree: dict[str, t.Any], path: str, value: t.Any) -> None:
    """Put a value at a dotted path, making the maps on the way (also where the service answered null)."""
    *steps, last = path.split(".")
    for step in steps:
        if not isinstance(tree.get(step), dict):
            tree[step] = {}
        tree = tree[step]
    tree[last] = value


def uproot(tree: dict[str, t.Any], path: str) -> None:
    """Remove the value at a dotted path, if it is there."""
    *steps, last = path.split(".")
    holder = dig(tree, ".".join(steps)) if steps else tree
    if isinstance(holder, dict):
        holder.pop(last, None)


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
    wanted = {}
    for field in resource.fields:
        value = dig(options, field.option)
        if value is None:
            continue
        try:
            wanted[field.at] = field.wire.encode(value, workspace)
        except ValueError as error:
            raise InvalidOption(f"{field.option}: {error}.") from None
    return wanted


def plan(
    resource: ResourceType, options: Options, wanted: dict[str, Json], standing: Json | None, workspace: WorkspaceId
) -> Plan:
    """Compare what the task wants with what stands.

    Raises InvalidOption when a creation lacks an option, ImmutableFieldError when only a replacement could do it.
    """
    if standing is None:
        return _plan_creation(resource, options, wanted, workspace)
    differences = tuple(_differences(resource, options, wanted, standing, workspace))
    _refuse_replacement(resource, options, differences, workspace)
    before: dict[str, t.Any] = {}
    after: dict[str, t.Any] = {}
    for difference in differences:
        plant(before, difference.field.option, difference.field.shown(difference.standing, workspace))
        plant(after, difference.field.option, difference.field.shown(difference.wanted, workspace))
    if resource.state_of(standing) in FAILED_STATES:
        before["provisioning_state"], after["provisioning_state"] = resource.state_of(standing), "Succeeded"
    if not after:
        return Plan("none", {}, {}, {})
    body = merged_body(resource, standing, {difference.field.at: difference.wanted for difference in differences})
    return Plan("update", body, {"name": options["name"], **before}, {"name": options["name"], **after}, differences)


def _plan_creation(resource: ResourceType, options: Options, wanted: dict[str, Json], workspace: WorkspaceId) -> Plan:
    missing = [field.option for field in resource.fields if field.needed and field.at not in wanted]
    if missing:
        raise InvalidOption(
            f"{resource.title(options)} does not exist yet, and creating it needs {', '.join(missing)}. "
            "Add what is missing to the task."
        )
    body = merged_body(resource, {}, {**resource.constants, **wanted})
    differences = tuple(Difference(field, None, wanted[field.at]) for field in resource.fields if field.at in wanted)
    after: dict[str, t.Any] = {"name": options["name"]}
    for difference in differences:
        plant(after, difference.field.option, difference.field.shown(difference.wanted, workspace))
    return Plan("create", body, {}, after, differences)


def _differences(
    resource: ResourceType, options: Options, wanted: dict[str, Json], standing: Json, workspace: WorkspaceId
) -> t.Iterator[Difference]:
    for field in resource.fields:
        if field.at not in wanted:
            continue
        now, goal = dig(standing, field.at), wanted[field.at]
        if field.change is Change.MERGE or (field.change is Change.APPEND and options.get("append_tags", True)):
            goal = {**(now or {}), **goal}
        if not field.wire.same(goal, now, workspace):
            yield Difference(field, now, goal)


def _refuse_replacement(
    resource: ResourceType, options: Options, differences: tuple[Difference, ...], workspace: WorkspaceId
) -> None:
    fixed = [difference for difference in differences if difference.field.change is Change.REPLACE]
    if not fixed:
        return
    changes = "; ".join(
        f"{d.field.option} is {d.field.shown(d.standing, workspace)!r}, "
        f"the task wants {d.field.shown(d.wanted, workspace)!r}"
        for d in fixed
    )
    raise ImmutableFieldError(
        f"{resource.title(options)} cannot be changed in place: {changes}. "
        "Delete it first (state: absent) and create it again, or leave the standing value in the task."
    )


def merged_body(resource: ResourceType, standing: Json, wanted: dict[str, Json]) -> dict[str, Json]:
    """What stands, without what only the service may write, with the task laid over it.

    Nulls are not sent back: to a PUT, null and absent are one, and some services refuse the former.
    """
    body: dict[str, Json] = copy.deepcopy(dict(standing))
    for path in (*ALWAYS_READ_ONLY, resource.state_at, *resource.read_only):
        uproot(body, path)
    identities = dig(body, "identity.userAssignedIdentities")
    if identities:  # the keys say which; the values are the service's to write
        plant(body, "identity.userAssignedIdentities", {key: {} for key in identities})
    body = _without_nulls(body)
    for path, value in wanted.items():
        plant(body, path, value)
    return body


def _without_nulls(tree: t.Any) -> t.Any:
    if isinstance(tree, dict):
        return {key: _without_nulls(item) for key, item in tree.items() if item is not None}
    return tree


def render(
    resource: ResourceType, standing: Json, workspace: WorkspaceId, *, predicted: bool = False
) -> dict[str, t.Any]:
    """A resource in the words of the task: the result of its module and of its ``_info`` module.

    What the service did not tell is None; in a prediction it is not known, and left out.
    """
    shown: dict[str, t.Any] = {}
    if standing.get("id"):
        shown["id"] = standing["id"]
        shown.update(resource.names_in(standing["id"]))
    if standing.get("location"):
        shown["location"] = standing["location"]
    places: tuple[Field | Output, ...] = (*resource.fields, *resource.outputs)
    for place in places:
        value = dig(standing, place.at)
        if not (isinstance(place, Field) and place.secret) and not (predicted and value is None):
            plant(shown, place.option, place.wire.decode(value, workspace))
    return shown
