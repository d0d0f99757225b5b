# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The value type of managed identities."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._schema.identity_values import Identity

WS = WorkspaceId("sub", "rg1", "ws1")
ME = "/subscriptions/s/resourceGroups/rg1/providers/Microsoft.ManagedIdentity/userAssignedIdentities/me"
ZERO = "00000000-0000-0000-0000-000000000000"
VALUE_TYPE = Identity()


def said(word: str, *ids: str) -> dict[str, Any]:
    return {"type": word, "user_assigned_identities": [{"resource_id": text} for text in ids]}


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (said("none"), {"type": "None"}),
        (said("system_assigned"), {"type": "SystemAssigned"}),
        (said("user_assigned", ME), {"type": "UserAssigned", "userAssignedIdentities": {ME: {}}}),
        (
            said("system_assigned,user_assigned", ME),
            {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": {ME: {}}},
        ),
    ],
)
def test_there_and_back(value: dict[str, Any], sent: dict[str, Any]) -> None:
    assert VALUE_TYPE.encode(value, WS) == sent
    assert VALUE_TYPE.decode(sent, WS) == value
    assert (
        VALUE_TYPE.encode({**value, "user_assigned_identities": value["user_assigned_identities"] or None}, WS) == sent
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, {"type": "None", "principalId": ZERO, "tenantId": ZERO}),  # the first back end (batch contract 3.2)
        (None, {"type": "None", "userAssignedIdentities": {ME: {}}}),  # a PUT that keeps what it does not send
        ({"type": "SystemAssigned"}, {"type": "SystemAssigned", "userAssignedIdentities": {ME: {}}}),
        ({"type": "SystemAssigned"}, {"type": "systemassigned", "principalId": "p", "tenantId": "t"}),
        ({"type": "SystemAssigned,UserAssigned"}, {"type": "SystemAssigned, UserAssigned"}),
        (
            {"type": "UserAssigned", "userAssignedIdentities": {ME: {}}},
            {"type": "UserAssigned", "userAssignedIdentities": {ME.lower(): {"principalId": "p", "clientId": "c"}}},
        ),
    ],
)
def test_the_same_identity(one: Any, other: Any) -> None:
    assert VALUE_TYPE.same(one, other, WS)
    assert VALUE_TYPE.same(other, one, WS)


@pytest.mark.parametrize("other", [None, {"type": "SystemAssigned"}, {"type": "UserAssigned"}])
def test_another_identity(other: Any) -> None:
    assert not VALUE_TYPE.same({"type": "UserAssigned", "userAssignedIdentities": {ME: {}}}, other, WS)


def test_what_the_service_tells_of_an_identity_is_not_sent_back() -> None:
    reported = {
        "type": "UserAssigned",
        "principalId": "p",
        "tenantId": "t",
        "userAssignedIdentities": {ME: {"principalId": "p", "clientId": "c"}},
    }
    assert VALUE_TYPE.for_update(reported) == {"type": "UserAssigned", "userAssignedIdentities": {ME: {}}}
    assert VALUE_TYPE.for_update({"type": "None", "principalId": ZERO}) is None
    left_over = {"type": "SystemAssigned", "userAssignedIdentities": {ME: {}}}
    assert VALUE_TYPE.for_update(left_over) == {"type": "SystemAssigned"}


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (said("user_assigned"), "the type user_assigned needs user_assigned_identities"),
        (said("system_assigned", ME), "user_assigned_identities do not go with the type system_assigned"),
        (said("user_assigned", "me"), "'me' is no full ARM id"),
    ],
)
def test_what_cannot_be_an_identity(value: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        VALUE_TYPE.encode(value, WS)
