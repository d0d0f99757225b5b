# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The value type of managed identities."""

from __future__ import annotations

import typing as t

from .._names.arm_id import WorkspaceId, parse
from .._names.json_types import Json
from .scalar_values import Choice
from .value_type import ValueType

TYPES = Choice(
    **{
        "none": "None",
        "system_assigned": "SystemAssigned",
        "user_assigned": "UserAssigned",
        "system_assigned,user_assigned": "SystemAssigned,UserAssigned",
    }
)


class Identity(ValueType):
    """A type, and the ids of the user-assigned identities; an absent identity equals the type ``none``.

    Ids count only beside a type that has them: where a PUT keeps what it does not send, those of the type before stay.
    Service fact: batch contract 3.2, assets contract 3.3.
    """

    type = "dict"

    def spec(self) -> dict[str, t.Any]:
        one = {"resource_id": {"type": "str", "required": True}}
        return {
            "type": "dict",
            "options": {
                "type": {**TYPES.spec(), "required": True},
                "user_assigned_identities": {"type": "list", "elements": "dict", "options": one},
            },
        }

    def encode(self, value: t.Any, workspace: WorkspaceId) -> Json:
        ids = [given["resource_id"] for given in value.get("user_assigned_identities") or ()]
        for text in ids:
            if parse(text) is None:
                raise ValueError(f"{text!r} is no full ARM id: it begins with /subscriptions/ and ends with a name")
        if "user_assigned" in value["type"] and not ids:
            raise ValueError(f"the type {value['type']} needs user_assigned_identities")
        if "user_assigned" not in value["type"] and ids:
            raise ValueError(f"user_assigned_identities do not go with the type {value['type']}")
        sent: dict[str, Json] = {"type": TYPES.encode(value["type"], workspace)}
        if ids:
            sent["userAssignedIdentities"] = {text: {} for text in ids}
        return sent

    def decode(self, value: Json, workspace: WorkspaceId) -> t.Any:
        ids = sorted(_ids(value))
        return {
            "type": TYPES.decode(_type(value) or "none", workspace),
            "user_assigned_identities": [{"resource_id": text} for text in ids],
        }

    def canonical(self, value: Json, workspace: WorkspaceId) -> t.Any:
        return _type(value), {text.lower() for text in _ids(value)}

    def for_update(self, value: Json) -> Json:
        """Type and ids; the client and principal ids that the service returns are read only."""
        if not _type(value):
            return None
        ids: dict[str, Json] = {text: {} for text in _ids(value)}
        return {"type": value["type"], **({"userAssignedIdentities": ids} if ids else {})}


def _type(value: Json) -> str:
    text = str((value or {}).get("type") or "").replace(" ", "")
    return "" if text.lower() == "none" else text.lower()


def _ids(value: Json) -> t.Iterable[str]:
    return (value.get("userAssignedIdentities") or ()) if "userassigned" in _type(value) else ()
