# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Value types of maps."""

from __future__ import annotations

import typing as t

from .._names.arm_id import WorkspaceId
from .._names.json_types import Json
from .value_type import ValueType


class TextMap(ValueType):
    """A map of text to text; an absent map equals an empty one.

    With ``empty_values=False`` the service refuses empty values, but may return some that a policy has set: they count
    as absent. ``hidden`` keys, and those that begin with ``hidden_prefix``, belong to a client or to the service and
    are never shown. ``automatic`` ones the service sets with every PUT: not shown, not compared, not sent in a PUT.

    Service fact: assets contract 8.1, batch contract 9.1 and open question 19.
    """

    type = "dict"

    def __init__(
        self,
        *,
        empty_values: bool = False,
        hidden: t.Collection[str] = (),
        hidden_prefix: str | None = None,
        automatic: t.Collection[str] = (),
    ) -> None:
        self.empty_values = empty_values
        self.hidden = frozenset((*hidden, *automatic))
        self.hidden_prefix = hidden_prefix
        self.automatic = automatic

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        texts = {str(key): _text(str(key), item) for key, item in value.items()}
        empty = [] if self.empty_values else sorted(key for key, text in texts.items() if not text)
        if empty:
            raise ValueError(
                f"the value of {', '.join(empty)} is empty: the service refuses empty values, give one or drop the key"
            )
        return texts

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return {key: item for key, item in (value or {}).items() if not self._is_hidden(key)}

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return {key: item or "" for key, item in self._own(value).items() if item or self.empty_values}

    def includes(self, current: Json, desired: Json, workspace: WorkspaceId) -> bool:
        has, asked = (self.canonical(value, workspace) for value in (current, desired))
        return bool(has | asked == has)

    def for_update(self, value: Json) -> Json:
        return {key: item for key, item in self._own(value).items() if item or self.empty_values}

    def for_patch(self, value: Json, current: Json) -> Json:
        return {**{key: item for key, item in (current or {}).items() if key in self.automatic}, **value}

    def _is_hidden(self, key: str) -> bool:
        return key in self.hidden or (self.hidden_prefix is not None and key.startswith(self.hidden_prefix))

    def _own(self, value: Json) -> dict[str, Json]:
        return {key: item for key, item in (value or {}).items() if key not in self.automatic}


class JsonMap(ValueType):
    """A map that only the service interprets; an absent map equals an empty one (batch contract 4.2)."""

    type = "dict"

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return value or {}

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return value or {}


def _text(key: str, value: t.Any) -> str:
    """The text of a scalar as YAML writes it: ``true``, not ``True``. Raises ValueError for a map or a list."""
    if isinstance(value, (dict, list)):
        raise ValueError(f"the value of {key} is not text but {'a map' if isinstance(value, dict) else 'a list'}")
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
