# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Which actions a list of permissions allows. Pure functions.

Service fact: operations contract 3.1.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._names.json_types import JsonObject


@dataclasses.dataclass(frozen=True)
class Permission:
    """One entry: what its patterns name and its exclusions do not."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()

    def covers(self, action: Action) -> bool:
        named, excluded = (
            (self.data_actions, self.not_data_actions) if action.is_data else (self.actions, self.not_actions)
        )
        return any(_matches(one, action.name) for one in named) and not any(
            _matches(one, action.name) for one in excluded
        )


@dataclasses.dataclass(frozen=True)
class Action:
    """An action by its full name. ``is_data``: it is about the data in a resource, not about the resource."""

    name: str
    is_data: bool = False


def read_permissions(entries: t.Iterable[JsonObject]) -> list[Permission]:
    """The permissions in an answer of the service."""
    names = ("actions", "notActions", "dataActions", "notDataActions")
    return [Permission(*(tuple(entry.get(name) or ()) for name in names)) for entry in entries]


def missing(permissions: t.Iterable[Permission], actions: t.Iterable[Action]) -> list[Action]:
    """The actions that no entry allows."""
    entries = list(permissions)
    return [action for action in actions if not any(entry.covers(action) for entry in entries)]


def _matches(pattern: str, action: str) -> bool:
    """A star matches any number of segments or parts of them; case does not matter."""
    expression = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(expression, action, re.IGNORECASE) is not None
