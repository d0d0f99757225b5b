"""Permissions, role assignments and definitions, and what ARM refuses by them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.access import BadRoles
from tests.unit.emulator.conftest import Http, Workspace

AUTHORIZATION = "providers/Microsoft.Authorization"
VERSION = {"api-version": "2022-04-01"}


def ask(workspace: Workspace, path: str, **query: str) -> Any:
    return workspace.http.get(path, params={**VERSION, **query}, headers=workspace.headers)


def value(workspace: Workspace, kind: str, filter_text: str = "", scope: str = "") -> list[dict[str, Any]]:
    query = {"$filter": filter_text} if filter_text else {}
    answer = ask(workspace, f"{scope or workspace.path('')}/{AUTHORIZATION}/{kind}", **query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["value"])


def roles(workspace: Workspace, *entries: dict[str, Any]) -> None:
    whole = [{"scope": workspace.path(""), **entry} for entry in entries]
    answer = workspace.http.post("/emulator/roles", json=whole)
    assert answer.status_code == 200, answer.text


def test_at_the_start_the_application_may_do_everything(workspace: Workspace) -> None:
    granted = [one["actions"] for one in value(workspace, "permissions")]
    assert ["*"] in granted
    assert workspace.endpoint().status_code == 201


def test_a_right_is_an_action_that_one_assignment_names_and_does_not_exclude(workspace: Workspace) -> None:
    names = "Microsoft.MachineLearningServices/workspaces"
    roles(
        workspace,
        {"permissions": {"actions": [f"{names}/*"], "notActions": [f"{names}/batchEndpoints/WRITE"]}},
        {"permissions": {"actions": ["Microsoft.Authorization/permissions/read"]}},
    )
    assert [len(one) for one in value(workspace, "permissions")] == [4, 4]
    refused = workspace.endpoint()
    assert refused.status_code == 403
    error = refused.json()["error"]
    assert error["code"] == "AuthorizationFailed"
    assert f"'{names}/batchEndpoints/write'" in error["message"]
    assert workspace.send("GET", "batchEndpoints").status_code == 200
    roles(workspace, {"permissions": {"actions": [f"{names}/*"]}})
    assert workspace.endpoint().status_code == 201


def test_a_region_and_what_is_around_take_rights_of_their_own(workspace: Workspace) -> None:
    roles(workspace, {"role": "AzureML Data Scientist"})
    sub = workspace.settings.workspace_path.partition("/resourceGroups")[0]
    region = f"{sub}/providers/Microsoft.MachineLearningServices/locations/eastus"
    for path in (f"{region}/usages", account(workspace)):
        answer = workspace.http.get(path, params={"api-version": "2024-10-01"}, headers=workspace.headers)
        assert answer.status_code == 403
    assert workspace.send("GET", "computes").status_code == 200


def account(workspace: Workspace) -> str:
    group = workspace.settings.workspace_path.partition("/providers")[0]
    return f"{group}/providers/Microsoft.Storage/storageAccounts/account"


def test_a_group_and_a_denial(workspace: Workspace) -> None:
    read = {"actions": ["*/read"]}
    roles(
        workspace,
        {"permissions": read, "through_group": True},
        {"permissions": {"actions": ["Microsoft.MachineLearningServices/workspaces/read"]}, "deny": True},
    )
    assert workspace.send("GET", "").status_code == 403
    me = workspace.emulator.state.entra.object_id
    assert len(value(workspace, "roleAssignments", f"assignedTo('{me}')")) == 1
    assert value(workspace, "roleAssignments", f"principalId eq '{me}'") == []
    assert len(value(workspace, "denyAssignments", f"assignedTo('{me}')")) == 1
    assert value(workspace, "permissions")[0]["notActions"] == ["Microsoft.MachineLearningServices/workspaces/read"]
    workspace.policy(deny_assignments="ignored")
    assert value(workspace, "permissions")[0]["notActions"] == []
    workspace.policy(permissions_of_groups="hidden")
    assert value(workspace, "permissions") == []


def test_a_role_definition_is_found_through_its_assignment(workspace: Workspace) -> None:
    group = workspace.settings.workspace_path.partition("/providers")[0]
    roles(workspace, {"role": "Owner"}, {"scope": group, "principal": "workspace", "role": "Storage Blob Data Reader"})
    found = value(workspace, "roleAssignments", f"assignedTo('{workspace.settings.workspace_guid}')")
    assert [one["properties"]["scope"] for one in found] == [group]
    definition = ask(workspace, found[0]["properties"]["roleDefinitionId"])
    assert definition.status_code == 403  # the caller's only right is at the workspace
    roles(workspace, {"role": "Owner", "scope": group.partition("/resourceGroups")[0]})
    definition = ask(workspace, found[0]["properties"]["roleDefinitionId"]).json()
    assert definition["properties"]["roleName"] == "Storage Blob Data Reader"
    absent = ask(workspace, f"/{AUTHORIZATION}/roleDefinitions/00000000-0000-0000-0000-000000000000")
    assert absent.status_code in (403, 404)


def test_roles_are_checked_and_reset(workspace: Workspace) -> None:
    for wrong in ({}, [{}], [{"scope": "/", "role": "King"}], [{"scope": "/", "role": "Owner", "until": "noon"}]):
        assert workspace.http.post("/emulator/roles", json=wrong).status_code == 400
    with pytest.raises(BadRoles):
        workspace.emulator.workspaces.access.choose([{"scope": "/", "permissions": {"doings": []}}])
    roles(workspace)
    assert workspace.send("GET", "").status_code == 403
    assert workspace.http.delete("/emulator/roles").status_code == 204
    assert workspace.send("GET", "").status_code == 200
    assert len(Http(workspace.emulator, "management").get("/emulator/roles").json()) == 4
