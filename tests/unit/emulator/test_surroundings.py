"""Resources of other providers, Resource Graph, and a workspace that is closed to public networks."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulator.arm.graph_query import BadQuery, run
from tests.unit.emulator.conftest import ENDPOINT, Http, Workspace

GRAPH = "/providers/Microsoft.ResourceGraph/resources"
STORAGE = "providers/Microsoft.Storage/storageAccounts/account"


def group(workspace: Workspace) -> str:
    return workspace.settings.workspace_path.partition("/providers")[0]


def change(workspace: Workspace, resources: dict[str, Any]) -> None:
    assert workspace.http.post("/emulator/resources", json=resources).status_code == 200


def read(workspace: Workspace, path: str) -> Any:
    return workspace.http.get(path, params={"api-version": "2023-05-01"}, headers=workspace.headers)


def graph(workspace: Workspace, query: str, **options: Any) -> Any:
    names = {f"${name[1:]}" if name.startswith("_") else name: value for name, value in options.items()}
    body = {"subscriptions": [workspace.settings.subscription_id], "query": query, "options": names}
    version = {"api-version": "2021-03-01"}
    return workspace.http.post(GRAPH, params=version, json=body, headers=workspace.headers)


def test_a_resource_is_changed_made_and_removed(workspace: Workspace) -> None:
    account = f"{group(workspace)}/{STORAGE}"
    assert read(workspace, account).json()["properties"]["networkAcls"]["defaultAction"] == "Allow"
    endpoint = f"{group(workspace)}/providers/Microsoft.Network/privateEndpoints/pe"
    change(workspace, {account: {"properties": {"networkAcls": {"defaultAction": "Deny"}}}, endpoint: {"tags": {}}})
    acls = read(workspace, account).json()["properties"]["networkAcls"]
    assert (acls["defaultAction"], acls["bypass"]) == ("Deny", "AzureServices")
    assert read(workspace, endpoint).json()["type"] == "Microsoft.Network/privateEndpoints"
    change(workspace, {account: None})
    assert read(workspace, account).status_code == 404
    assert workspace.http.delete("/emulator/resources").status_code == 204
    assert read(workspace, account).status_code == 200
    assert read(workspace, endpoint).json()["error"]["code"] == "ResourceNotFound"
    assert workspace.http.post("/emulator/resources", json={"account": {}}).status_code == 400


def test_a_private_workspace(workspace: Workspace) -> None:
    workspace.done(workspace.endpoint())
    change(workspace, {workspace.path(""): {"properties": {"publicNetworkAccess": "Disabled"}}})
    assert workspace.get("")["properties"]["publicNetworkAccess"] == "Disabled"
    scoring = Http(workspace.emulator, "scoring")
    headers = {"Authorization": f"Bearer {workspace.emulator.state.entra.issue('https://ml.azure.com')}"}
    for policy, status in {"403": 403, "401": 401, "open": 404}.items():
        workspace.policy(private_scoring=policy)
        assert scoring.get("/digits-ep.eastus/jobs/none", headers=headers).status_code == status
    workspace.policy(private_management="403")
    assert workspace.send("GET", "batchEndpoints").status_code == 403
    assert workspace.send("GET", "").status_code == 200


def test_the_graph_shows_workspaces_endpoints_and_what_is_around(workspace: Workspace) -> None:
    workspace.done(workspace.endpoint())
    other = f"{group(workspace)}/providers/Microsoft.MachineLearningServices/workspaces/other/onlineEndpoints/far"
    change(workspace, {other: {"location": "westus"}})
    ours = "resources | where type startswith 'microsoft.machinelearningservices/'"
    answer = graph(workspace, f"{ours} | order by type asc | project id, name, type, location").json()
    assert [(row["name"], row["location"]) for row in answer["data"]] == [
        ("ws-emulator", "eastus"),
        ("digits-ep", "eastus"),
        ("far", "westus"),
    ]
    assert (answer["totalRecords"], answer["count"], answer["resultTruncated"]) == (3, 3, "false")
    counts = graph(workspace, f"{ours} and type !~ 'x' | summarize n = count() by location").json()["data"]
    assert counts == [{"location": "eastus", "n": 2}, {"location": "westus", "n": 1}]


def test_the_graph_is_read_in_pages_if_ids_are_shown(workspace: Workspace) -> None:
    paths = [f"{group(workspace)}/providers/Microsoft.Network/privateEndpoints/pe{number}" for number in range(5)]
    change(workspace, {path: {} for path in paths})
    query = "resources | where type =~ 'microsoft.network/privateendpoints' | project id"
    first = graph(workspace, query, _top=3).json()
    rest = graph(workspace, query, _top=3, _skipToken=first["$skipToken"]).json()
    assert [row["id"] for page in (first, rest) for row in page["data"]] == paths
    assert "$skipToken" not in rest
    nameless = graph(workspace, query.replace("project id", "project name"), _top=3).json()
    assert ("$skipToken" in nameless, nameless["resultTruncated"]) == (False, "true")
    assert graph(workspace, query, _top=1001).status_code == 400


def test_the_graph_lags_and_shows_what_may_be_read(workspace: Workspace) -> None:
    workspace.policy(resource_graph_lag="60")
    workspace.done(workspace.send("PUT", "batchEndpoints/late", ENDPOINT))
    query = "resources | where name == 'late' | count"
    assert graph(workspace, query).json()["data"] == [{"Count": 0}]
    workspace.wait(61)
    assert graph(workspace, query).json()["data"] == [{"Count": 1}]
    workspace.http.post("/emulator/roles", json=[])
    assert graph(workspace, query).json()["data"] == [{"Count": 0}]


@pytest.mark.parametrize(
    ("condition", "expected"),
    {
        "name in~ ('ONE', 'two')": ["one", "two"],
        "name in ('ONE', 'two')": ["two"],
        "not (name == 'one') and properties.color =~ 'RED'": ["two"],
        "name == 'one' or tags.owner contains 'x | y'": ["one", "two"],
    }.items(),
)
def test_conditions_of_a_query(condition: str, expected: list[str]) -> None:
    two = {"name": "two", "properties": {"color": "red"}, "tags": {"owner": "x | y"}}
    rows = [{"name": "one", "properties": None}, two]
    assert [row["name"] for row in run(f"resources | where {condition}", rows)] == expected


@pytest.mark.parametrize(
    "query", ["things", "resources | where name", "resources | join x", "resources | where a ~ 'b'"]
)
def test_what_is_not_served_is_refused(query: str) -> None:
    with pytest.raises(BadQuery):
        run(query, [])


def test_usages_in_pages_and_in_another_order(workspace: Workspace) -> None:
    path = f"/subscriptions/{workspace.settings.subscription_id}/providers/Microsoft.MachineLearningServices"
    url = f"{workspace.settings.url('management')}{path}/locations/eastus/usages?api-version=2024-10-01"
    whole = workspace.follow(url).json()
    assert "nextLink" not in whole
    workspace.policy(usages_page_size="10", usages_order="totals_last")
    found: list[Any] = []
    while url:
        page = workspace.follow(url).json()
        found += page["value"]
        url = page.get("nextLink")
    assert len(found) == len(whole["value"]) > 10
    assert found[-1]["name"]["value"] == "TotalDedicatedCores"
