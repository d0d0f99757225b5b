# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""What is wrong with a task by itself, whatever the service has: found before the first request. Pure functions."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import ImmutableFieldError, InvalidOption
from .._names.arm_id import WorkspaceId
from .._names.dotted_path import get_at
from .._names.json_types import Json
from .._schema.resource_type import Options, ResourceType


@dataclasses.dataclass(frozen=True)
class Desired:
    """What a task asks of one resource.

    ``values``: path in the service's JSON -> JSON, for each option that the task gives.
    """

    resource: ResourceType
    options: Options
    values: dict[str, Json]
    workspace: WorkspaceId

    @property
    def title(self) -> str:
        return self.resource.title(self.options)


def check_names(resource: ResourceType, options: Options) -> None:
    """Raises InvalidOption, naming the option, if the resource or its parent cannot have its name."""
    if resource.parent:
        resource.parent.check_name(options)
    resource.name_rule.check("name", options["name"], resource.label)


def check_options(resource: ResourceType, options: Options, workspace: WorkspaceId) -> dict[str, Json]:
    """The options of a task as JSON by their path; options that are left out are not in it.

    Raises InvalidOption, naming the option, for a bad name or a value that the service can never accept.
    """
    check_names(resource, options)
    values = {}
    for field in resource.fields:
        value = get_at(options, field.option)
        if not field.value_type.is_given(value):
            continue
        try:
            values[field.at] = field.value_type.encode(value, workspace)
        except ValueError as error:
            raise InvalidOption(f"{field.option}: {error}.") from None
    return values


def check_task(resource: ResourceType, options: Options, workspace: WorkspaceId) -> None:
    """Raises InvalidOption for options that no current resource could make right."""
    kinds = resource.kinds
    kind = options[kinds.option] if kinds else None
    if kinds and kind is not None:
        _refuse_foreign_options(resource, kind, options)
        check_options(kinds.tables[kind], options, workspace)
        return
    for table in resource.tables:
        check_options(table, options, workspace)


def check_wait(resource: ResourceType, options: Options) -> None:
    """Raises InvalidOption if the task needs several steps in a row, but does not wait for them."""
    stand_ins = [reference.stand_in for reference in resource.parent.references] if resource.parent else []
    stepwise = [option for option in ("recreate", *stand_ins) if options.get(option)]
    if stepwise and not options["wait"]:
        raise InvalidOption(f"{stepwise[0]} takes several steps, one after the other, and needs wait: true.")


def check_stand_ins(resource: ResourceType, options: Options) -> None:
    """Raises InvalidOption for the name of a stand-in that no resource of this type can have."""
    for reference in resource.parent.references if resource.parent else ():
        if options[reference.stand_in] is not None:
            resource.name_rule.check(reference.stand_in, options[reference.stand_in], resource.label)


def table_for(resource: ResourceType, options: Options, current: Json | None) -> ResourceType:
    """The table of the task's kind: the kind that the task gives, else that of the current resource, else the default.

    Raises ImmutableFieldError if the current resource is of another kind, InvalidOption for options of another kind.
    """
    kinds = resource.kinds
    if kinds is None:
        return resource
    current_kind = kinds.read_from(current) if current is not None else None
    kind = options[kinds.option] or current_kind or kinds.default
    if current_kind not in (None, kind):
        raise ImmutableFieldError(
            f"{resource.title(options)} cannot become another: {kinds.option} is {current_kind!r}, the task asks for "
            f"{kind!r}. Choose another name, or correct {kinds.option}. Nothing was changed."
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
