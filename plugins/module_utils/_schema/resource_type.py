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
from .._names.json_types import Json
from .._service.arm import API_VERSION
from .scalar_values import Choice, Text
from .value_type import ValueType

Options = t.Mapping[str, t.Any]

MASK = "VALUE_HIDDEN"
STATE_AT = "properties.provisioningState"


class Change(enum.Enum):
    """Change policy: what a difference in a field means."""

    UPDATE = "update"  # a PUT of the current resource with the task laid over it
    PATCH = "patch"  # a PATCH of the fields with this policy, if no other field differs
    MERGE = "merge"  # an update of a map whose other keys belong to others
    APPEND = "append"  # a map that replaces the current one only with append_tags: false
    REFUSABLE = "refusable"  # an update that the service may refuse; then only a replacement helps
    ONCE = "once"  # an update that the service may ignore: by itself it is sent once; see ``attempts``
    REPLACE = "replace"  # only deleting and creating again can change it
    WRITE_ONLY = "write_only"  # the service never returns it: sent with a PUT, never the reason for one
    NEW_VERSION = "new_version"  # the content of an asset: another value is another version


@dataclasses.dataclass(frozen=True)
class Field:
    """One option, its place in the service's JSON, its value type and its change policy.

    - ``option``, ``at``: dotted paths into the task's options and into the service's JSON
    - ``alias``: the service may return the value under this key instead of the last key of ``at``
    - ``yaml``: another path in the YAML files of ``az ml``; one that is the option's own has precedence
    - ``left_out_means``: the option value that a YAML file of ``az ml`` means by leaving it out
    - ``needed``: a creation fails without it
    - ``default``: use it only if an update cannot change the option, or a task without it would reset a value
    - ``initial``: JSON that a creation sends if the task gives none, or how it follows from what the task gives
    - ``secret``: True masks the value everywhere; False is for names that only look like a secret's
    - ``along_with``: another option that this one needs
    - ``holds``: the option that names a file inside the asset that this option refers to
    - ``at_most``: another option, whose number this one must not exceed
    - ``patchable``: a PATCH can change it, where a PUT would lose what the service does not return
    - ``keys_stay``: of a map: the service ignores another value of a key that exists
    - ``unseen``: the service may not return its group: then it is not compared, and a PUT sends what the task gives
    """

    option: str
    at: str
    value_type: ValueType = Text()
    change: Change = Change.UPDATE
    default: t.Any = None
    initial: Json | t.Callable[[t.Mapping[str, Json]], Json] = None
    left_out_means: t.Any = None
    needed: bool = False
    secret: bool | None = None
    alias: str | None = None
    along_with: str | None = None
    holds: str | None = None
    at_most: str | None = None
    yaml: str | None = None
    patchable: bool = False
    keys_stay: bool = False
    unseen: bool = False

    @property
    def group(self) -> str:
        """The first part of its option."""
        return self.option.partition(".")[0]

    def is_returned(self, current: Json) -> bool:
        """False if the current resource does not show whether it has a value here."""
        return not self.unseen or get_at(current, self.at.rpartition(".")[0]) is not None

    def read_from(self, current: Json) -> Json:
        """The JSON value in the current resource; None if there is none."""
        value = get_at(current, self.at)
        if value is None and self.alias:
            return (get_at(current, self.at.rpartition(".")[0]) or {}).get(self.alias)
        return value

    def shown(self, value: Json, workspace: WorkspaceId) -> t.Any:
        """The option value for a diff, masked if it is secret."""
        return MASK if self.secret and value is not None else self.value_type.shown(value, workspace)


@dataclasses.dataclass(frozen=True)
class Output:
    """A value that only the service sets: part of the result, never an option."""

    option: str
    at: str
    value_type: ValueType = ValueType()

    def read_from(self, current: Json) -> Json:
        """The JSON value in the current resource; None if there is none."""
        return get_at(current, self.at)


@dataclasses.dataclass(frozen=True)
class NameRule:
    """What the service accepts as a name: a pattern, and the same in words for messages."""

    pattern: str
    words: str

    def check(self, option: str, name: str, label: str) -> None:
        """Raises InvalidOption if ``name`` cannot be the name of a ``label``."""
        if not re.fullmatch(self.pattern, name):
            raise InvalidOption(
                f"{option}: {name!r} cannot be the name of a {label}: {self.words}. Choose another name."
            )


@dataclasses.dataclass(frozen=True)
class ParentReference:
    """A boolean option of a child that the parent stores: true if the parent's ``at`` holds the child's name.

    The parent must always have such a child: the option ``stand_in`` names the sibling that replaces it when it is
    deleted. ``words`` name the role, e.g. ``the default deployment``.
    """

    option: str
    at: str
    words: str
    stand_in: str = "stand_in"


@dataclasses.dataclass(frozen=True)
class Parent:
    """The parent of a resource type, and the child's option that holds the parent's name."""

    type: ResourceType
    option: str
    references: tuple[ParentReference, ...] = ()

    def check_name(self, options: Options) -> None:
        """Raises InvalidOption, naming the option, if the parent cannot have this name."""
        self.type.name_rule.check(self.option, options[self.option], self.type.label)


@dataclasses.dataclass(frozen=True)
class Condition:
    """A state of an existing resource that an action (a POST) causes, e.g. ``stopped``.

    The service reports it at ``at``: ``word`` and ``holds`` are reported once it is reached, ``coming`` while it is
    reached without an action, ``lost`` when it can no longer be reached.
    """

    state: str
    action: str
    at: str
    word: str
    holds: t.Collection[str] = ()
    coming: t.Collection[str] = ()
    lost: t.Collection[str] = ()

    def read_from(self, current: Json) -> str:
        """The state that the service reports; empty if it reports none."""
        return str(get_at(current, self.at) or "")

    def met_by(self, current: Json) -> bool:
        return self.read_from(current) in (self.word, *self.holds)


@dataclasses.dataclass(frozen=True)
class Kinds:
    """The kinds of a resource type, each with a table of its own.

    ``option`` chooses the kind; ``value_type`` encodes it at ``at``. ``default`` is the kind if the service returns
    none, and of a new resource if the task gives none.
    """

    option: str
    at: str
    value_type: Choice
    default: str
    tables: t.Mapping[str, ResourceType]

    def read_from(self, current: Json) -> str:
        """The kind of a current resource: a key of ``tables``, or the service's own word for a kind without a table."""
        word = get_at(current, self.at)
        return self.default if word is None else str(self.value_type.decode(word, _NOWHERE))


@dataclasses.dataclass(frozen=True)
class ResourceType:
    """The table of a resource type: everything that the engine has to know about it.

    - ``path``: relative to the workspace, with options in braces
    - ``constants``: JSON path -> JSON, sent at creation
    - ``read_only``: JSON paths that are never sent
    - ``regional``: the body has a location, by default that of the parent or the workspace
    - ``delete_query``: query parameters of a deletion
    - ``conditions``: states beyond ``present`` and ``absent``
    - ``kinds``: a table per kind; this one then has only what they share
    - ``switches``: boolean options that are sent as query parameters with a write
    - ``attempts_at``: JSON path of a map whose keys stay: where it is kept that a value was sent (``attempts``)
    - ``secrets_at``: JSON path of credentials whose secrets the service returns only on request; ``secrets_go_to``: the
      options that name where those secrets are sent
    - ``left_out``: keys and kinds of the YAML files of ``az ml`` that this table lacks, and why, or what to write
    - ``no_effect``: such keys, with the value that asks for nothing
    - ``shown``: keys that ``az ml ... show`` adds to a file and that no file can set; ``*`` is each item of a list
    - ``used_by``: children of endpoints whose fields may refer to a resource of this type
    - ``runs_jobs``: scoring jobs run on it
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
    api_version: str = API_VERSION
    conditions: tuple[Condition, ...] = ()
    kinds: Kinds | None = None
    switches: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    attempts_at: str | None = None
    secrets_at: str | None = None
    secrets_go_to: tuple[str, ...] = ()
    left_out: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    no_effect: t.Mapping[str, Json] = dataclasses.field(default_factory=dict)
    shown: tuple[str, ...] = ()
    used_by: tuple[ResourceType, ...] = ()
    runs_jobs: bool = False

    def path_of(self, options: Options) -> str:
        """The path of the resource below the workspace, e.g. ``batchEndpoints/digits/deployments/blue``."""
        return self.path.format_map(options)

    def names_in(self, resource_id: str) -> dict[str, str]:
        """The options that an id of this type contains, e.g. ``{"endpoint_name": "digits", "name": "blue"}``."""
        steps = self.path.split("/")
        spelled = resource_id.split("/")[-len(steps) :]
        return {step[1:-1]: word for step, word in zip(steps, spelled) if step.startswith("{")}

    def title(self, options: Options) -> str:
        """How messages name the resource, e.g. ``batch deployment digits/blue``."""
        parts = [str(options[self.parent.option])] if self.parent else []
        return f"{self.label} {'/'.join([*parts, str(options['name'])])}"

    def filled(self, given: t.Mapping[str, Json]) -> dict[str, Json]:
        """What a creation sends beside what is ``given``, path -> JSON: the initial values of other fields."""
        initial = {field.at: field.initial for field in self.fields if field.at not in given}
        values = {at: value(given) if callable(value) else value for at, value in initial.items()}
        return {at: value for at, value in values.items() if value is not None}

    def state_of(self, current: Json) -> str:
        """The provisioning state of a current resource; empty if the service returns none."""
        return str(get_at(current, STATE_AT) or "")

    def of(self, current: Json) -> ResourceType:
        """The table of a current resource: that of its kind, or this one."""
        return self.kinds.tables.get(self.kinds.read_from(current), self) if self.kinds else self

    @property
    def tables(self) -> tuple[ResourceType, ...]:
        """The tables of all kinds, or just this one."""
        return tuple(self.kinds.tables.values()) if self.kinds else (self,)

    @property
    def appends(self) -> bool:
        return any(field.change is Change.APPEND for field in self.fields)

    @property
    def replaceable(self) -> bool:
        """True if some field can only be changed by a replacement."""
        last_resort = (Change.REPLACE, Change.REFUSABLE)
        return any(field.change in last_resort for table in self.tables for field in table.fields)


_NOWHERE = WorkspaceId("", "", "")  # words of a choice mean the same in every workspace

FAILED_STATES = frozenset({"Failed", "Canceled"})
SOUND_STATES = frozenset({"", "Succeeded"})
SETTLED_STATES = FAILED_STATES | SOUND_STATES
DELETING = "Deleting"
