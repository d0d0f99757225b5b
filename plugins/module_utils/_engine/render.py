# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""From the service's JSON to option values: the result of a module and of its ``_info`` module."""

from __future__ import annotations

import typing as t

from .._names.arm_id import WorkspaceId
from .._names.dotted_path import set_at
from .._names.json_types import Json
from .._schema.resource_type import Field, Output, ResourceType


def render(
    resource: ResourceType, current: Json, workspace: WorkspaceId, *, predicted: bool = False
) -> dict[str, t.Any]:
    """A resource as option values, without its secrets.

    A value that the service does not return is None; in a prediction it is unknown, and left out.
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
