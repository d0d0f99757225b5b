# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The table language: what a resource type is."""

from __future__ import annotations

import dataclasses
import enum
import re
import typing as t

from .._errors import InvalidOption
from .._names.arm_id import WorkspaceId
from .._names.dotted_path import get_at
from .._service.arm import API_VERSION
from .values import Choice, Json, Text, ValueType

Options = t.Mapping[str, t.Any]

MASK = "VALUE_HIDDEN"


class Change(enum.Enum):
    """What a difference in a field means."""

    UPDATE = "update"  # a PUT of what stands, with the task laid over it
    PATCH = "patch"  # a PATCH of the fields so marked, as long as no other differs
    MERGE = "merge"  # an update of a map whose other keys belong to others
    APPEND = "append"  # a map that replaces the standing one only with append_tags: false
    REFUSABLE = "refusable"  # an update that the service may refuse, and then only a replacement does it
    REPLACE = "replace"  # only deleting and creating again can change it
    WRITE_ONLY = "write_only"  # the service never tells it: sent along with a PUT, never the reason for one
    NEW_VERSION = "new_version"  # the content of an asset: another value is another version


@dataclasses.dataclass(frozen=True)
class Field:
    """One option and its place on the wire.

    ``option`` and ``at`` are dotted paths into the task and into the service's JSON. ``alias`` is another key, beside
    the one of ``at``, under which the service may answer; ``yaml`` another place than ``option`` in the YAML files of
    ``az ml``. ``needed`` marks what a creation cannot do without. Other options: ``along_with`` is one that this one
    cannot do without, ``holds`` one that names a file in what this one refers to, ``at_most`` one whose number this one
    must not exceed. ``default`` is for options that can only be chosen at creation, since on any other it would reset
    what somebody else has set. ``secret`` values are never shown; False is for names that only look like one.
    """

    option: str
    at: str
    value_type: ValueType = Text()
    change: Change = Change.UPDATE
    default: t.Any = None
    needed: bool = False
    secret: bool | None = None
    alias: str | None = None
    along_with: str | None = None
    holds: str | None = None
    at_most: str | None = None
    yaml: str | None = None

    def told(self, current: Json) -> Json:
        """The value in what stands."""
        value = get_at(current, self.at)
        if value is None and self.alias:
            return (get_at(current, self.at.rpartition(".")[0]) or {}).get(self.alias)
        return value

    def shown(self, value: Json, workspace: WorkspaceId) -> t.Any:
        """The JSON value in the words of the task, for people to read."""
        return MASK if self.secret and value is not None else self.value_type.shown(value, workspace)


@dataclasses.dataclass(frozen=True)
class Output:
    """A value that only the service sets: in the result, never in the task."""

    option: str
    at: str
    value_type: ValueType = ValueType()

    def told(self, current: Json) -> Json:
        """The value in what stands."""
        return get_at(current, self.at)


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
class ParentReference:
    """A yes/no option of a child that stands in its parent: true when the parent's ``at`` holds the child's name.

    A parent that has it must not be left without: the option ``stand_in`` names the sibling that takes it over when
    the child goes. ``words`` say what the mark makes of the child, as ``the default deployment``.
    """

    option: str
    at: str
    words: str
    stand_in: str = "stand_in"


@dataclasses.dataclass(frozen=True)
class Parent:
    """The resource a child lives below: its type, and the child's option that names it."""

    type: ResourceType
    option: str
    marks: tuple[ParentReference, ...] = ()

    def check_name(self, options: Options) -> None:
        """Raises InvalidOption, naming the option, when the parent can not be named so."""
        self.type.name_rule.check(self.option, options[self.option], self.type.label)


@dataclasses.dataclass(frozen=True)
class Condition:
    """A state of a standing resource that an action (a POST) brings about.

    The service tells it at ``at``: with ``word`` or another of ``holds`` it is so, with one of ``coming`` it will be
    without our doing, with one of ``lost`` it will never be.
    """

    state: str
    action: str
    at: str
    word: str
    holds: t.Collection[str] = ()
    coming: t.Collection[str] = ()
    lost: t.Collection[str] = ()

    def told(self, current: Json) -> str:
        """The service's word for the state of what stands."""
        return str(get_at(current, self.at) or "")

    def met_by(self, current: Json) -> bool:
        return self.told(current) in (self.word, *self.holds)


@dataclasses.dataclass(frozen=True)
class Kinds:
    """The kinds that a resource type comes in, each with a table of its own.

    ``option`` chooses one, and ``wire`` spells it for the service, which tells it at ``at``. Where the service tells
    none, and for something new of which the task says nothing, it is ``default``.
    """

    option: str
    at: str
    value_type: Choice
    default: str
    tables: t.Mapping[str, ResourceType]

    def told(self, current: Json) -> str:
        """The kind of what stands: a key of ``tables``, or the service's word for one that has no table here."""
        word = get_at(current, self.at)
        return self.default if word is None else str(self.value_type.decode(word, _NOWHERE))


@dataclasses.dataclass(frozen=True)
class ResourceType:
    """Everything a resource type is.

    ``path`` is relative to the workspace. ``constants`` (wire path -> JSON) are sent at creation; ``read_only`` wire
    paths never. ``regional``: the body carries a location, taken from the parent or the workspace at creation.
    A type that comes in ``kinds`` has itself only what all of them share. ``switches``: yes/no options of a task that
    only go with a write, and the query parameters that they are. ``secrets_at``: the wire path of credentials whose
    secrets the service takes, and tells only when it is asked to. ``left_out``: keys and kinds that the YAML files of
    ``az ml`` know and this table does not, and why.
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
    api_version: str = API_VERSION
    conditions: tuple[Condition, ...] = ()
    kinds: Kinds | None = None
    switches: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    secrets_at: str | None = None
    left_out: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

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

    def state_of(self, current: Json) -> str:
        """The provisioning state of a standing resource; empty where the service tells none."""
        return str(get_at(current, self.state_at) or "")

    def of(self, current: Json) -> ResourceType:
        """The table of what stands: that of its kind, or this one."""
        return self.kinds.tables.get(self.kinds.told(current), self) if self.kinds else self

    @property
    def tables(self) -> tuple[ResourceType, ...]:
        """The tables of all kinds, or just this one."""
        return tuple(self.kinds.tables.values()) if self.kinds else (self,)

    @property
    def appends(self) -> bool:
        return any(field.change is Change.APPEND for field in self.fields)

    @property
    def replaceable(self) -> bool:
        """Is there anything that only a replacement can change?"""
        last_resort = (Change.REPLACE, Change.REFUSABLE)
        return any(field.change in last_resort for table in self.tables for field in table.fields)


_NOWHERE = WorkspaceId("", "", "")  # words of a choice mean the same in every workspace

FAILED_STATES = frozenset({"Failed", "Canceled"})
SOUND_STATES = frozenset({"", "Succeeded"})
SETTLED_STATES = FAILED_STATES | SOUND_STATES
DELETING = "Deleting"
