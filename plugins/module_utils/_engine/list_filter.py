# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Filters of the ``_info`` modules, which the service applies to its lists."""

from __future__ import annotations

import dataclasses
import typing as t

from .._errors import InvalidOption
from .._names.arm_id import WorkspaceId
from .._names.dotted_path import get_at
from .._names.json_types import Json
from .._schema.resource_type import Options
from .._schema.scalar_values import Text
from .._schema.value_type import ValueType


class TagList(ValueType):
    """Tags that a resource must have: names, or names with values (``team=vision``)."""

    type = "list"

    def spec(self) -> dict[str, t.Any]:
        return {"type": "list", "elements": "str"}

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        unfit = [tag for tag in value if "," in tag or not tag.partition("=")[0]]
        if unfit:
            raise ValueError(f"{unfit[0]!r} cannot be filtered by: write name or name=value, without commas")
        return ",".join(value)


@dataclasses.dataclass(frozen=True)
class Filter:
    """One filter: ``parameter`` is its name in the query. ``default`` is sent if the task does not give it."""

    option: str
    parameter: str
    value_type: ValueType = Text()
    default: str | None = None

    def in_query(self, options: Options, workspace: WorkspaceId) -> dict[str, str]:
        """The query parameter. Raises InvalidOption for a value that cannot be filtered by."""
        value = options[self.option]
        if value is None:
            return {} if self.default is None else {self.parameter: self.default}
        try:
            sent = self.value_type.encode(value, workspace)
        except ValueError as error:
            raise InvalidOption(f"{self.option}: {error}.") from None
        return {self.parameter: str(sent).lower() if isinstance(sent, bool) else str(sent)}

    def selects(self, options: Options, current: Json) -> bool:
        """Whether a resource that the service listed is kept."""
        return True


@dataclasses.dataclass(frozen=True)
class TagFilter(Filter):
    """A filter by the tags at a JSON path.

    Applied here, too: how the service matches them is not recorded (batch contract 6.3).
    """

    value_type: ValueType = TagList()
    at: str = "properties.tags"

    def selects(self, options: Options, current: Json) -> bool:
        pairs = (tag.partition("=") for tag in options[self.option] or ())
        tags = get_at(current, self.at) or {}
        return all(name in tags and (not equals or tags[name] == text) for name, equals, text in pairs)
