"""Requests that are odd: names with signs in them, bodies that are no objects, methods that a kind does not have."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.unit.emulator.data_plane import DataPlane

CLUSTER = {"computeType": "AmlCompute", "properties": {"scaleSettings": {"maxNodeCount": 2}}}
INSTANCE = {"computeType": "ComputeInstance", "properties": {"vmSize": "Standard_DS3_v2"}}
KUBERNETES = {"computeType": "Kubernetes", "resourceId": "/x", "properties": {}}
MODEL = {"properties": {"modelUri": "https://a/c/x"}}
SCALE = {"properties": {"properties": {"scaleSettings": {"maxNodeCount": 8}}}}
PUTS = (
    "batchEndpoints/abc",
    "computes/abc",
    "models/m/versions/1",
    "models/m",
    "environments/e/versions/1",
    "data/d/versions/1",
    "data/d",
    "codes/c/versions/1",
    "components/c/versions/1",
    "datastores/ds",
    "jobs/j",
)


@pytest.mark.parametrize("version", ["1.0+b 2", "a#b", "x?y", "100%", "\u00fc", "\u65e5\u672c"])
def test_a_version_may_hold_any_sign_but_a_slash(workspace, version):
    url = f"{workspace.path('models/m/versions')}/{quote(version, safe='')}?api-version=2024-10-01"
    created = workspace.http.put(url, json=MODEL, headers=workspace.headers)
    assert (created.status_code, created.json()["name"]) == (201, version)
    shown = workspace.follow(created.headers["Location"])
    assert (shown.status_code, shown.json()["id"]) == (200, f"{workspace.path('models/m/versions')}/{version}")


def test_a_name_cannot_hold_a_slash(workspace):
    url = f"{workspace.path('models/m/versions')}/a%2Fb?api-version=2024-10-01"
    assert workspace.http.put(url, json=MODEL, headers=workspace.headers).status_code == 400


@pytest.mark.parametrize("body", ["", "null", "[]", '"x"', "1", "{", '{"location": "eastus",}'])
@pytest.mark.parametrize("below", PUTS)
def test_a_body_that_is_no_object_is_refused(workspace, below, body):
    answer = workspace.http.put(
        f"{workspace.path(below)}?api-version=2024-10-01", content=body, headers=workspace.headers
    )
    assert (answer.status_code, answer.json()["error"]["code"] != "") == (400, True)


@pytest.mark.parametrize("properties", [INSTANCE, KUBERNETES])
def test_only_clusters_are_scaled(workspace, properties):
    workspace.done(workspace.send("PUT", "computes/one", {"location": "eastus", "properties": properties}))
    assert workspace.send("PATCH", "computes/one", SCALE).status_code == 400


@pytest.mark.parametrize(
    ("action", "answered"),
    [("listNodes", {"computeType": "AmlCompute", "nodes": []}), ("listKeys", {"computeType": "AmlCompute"})],
)
def test_computes_tell_their_nodes_and_keys(workspace, action, answered):
    assert workspace.send("POST", f"computes/cpu/{action}").status_code == 404
    workspace.done(workspace.send("PUT", "computes/cpu", {"location": "eastus", "properties": CLUSTER}))
    answer = workspace.send("POST", f"computes/cpu/{action}")
    assert (answer.status_code, answer.json()) == (200, answered)


@pytest.mark.parametrize(("idle", "status"), [("PT90S", 201), ("90", 400), (90, 400)])
def test_idle_time_is_a_duration(workspace, idle, status):
    scale = {"maxNodeCount": 1, "nodeIdleTimeBeforeScaleDown": idle}
    body = {"properties": {"computeType": "AmlCompute", "properties": {"scaleSettings": scale}}}
    assert workspace.send("PUT", "computes/cpu", body).status_code == status


@pytest.mark.parametrize(("collection", "reported"), [("models", True), ("data", False)])
def test_containers_of_data_have_no_provisioning_state(workspace, collection, reported):
    properties = {"modelUri": "https://a"} if reported else {"dataUri": "https://a", "dataType": "uri_file"}
    workspace.send("PUT", f"{collection}/x/versions/1", {"properties": properties})
    assert ("provisioningState" in workspace.get(f"{collection}/x")["properties"]) is reported


def test_lists_never_lag_behind_the_systems_own_datastores(workspace):
    workspace.policy(list_lag="30")
    for _time in range(2):
        assert len(workspace.get("datastores")["value"]) == 4
        assert len(workspace.get("datastores", isDefault="true")["value"]) == 1
        workspace.http.post("/emulator/reset")


def test_policies_are_set_together_or_not_at_all(workspace):
    answer = workspace.http.post("/emulator/policies", json={"page_size": "7", "job_name": "perhaps"})
    assert answer.status_code == 400
    assert workspace.http.get("/emulator/policies").json()["page_size"] == "0"


def test_time_does_not_leap_for_ever(workspace):
    assert workspace.http.post("/emulator/clock", content=b'{"advance_seconds": 1e300}').status_code == 400


def test_jobs_of_both_kinds_are_listed_together(tmp_path: Path) -> None:
    async def script(plane: DataPlane) -> None:
        first = await plane.submit()
        body = {"properties": {"jobType": "Command", "command": "x", "environmentId": "e"}}
        assert (await plane.manage("PUT", "jobs/command", body)).status_code == 201
        last = await plane.submit()

        async def names(query: str = "") -> list[str]:
            token = plane.state.entra.issue(plane.state.settings.url("management"))
            path = f"{plane.state.workspace('jobs')}?api-version=2024-10-01{query}"
            answer = await plane.call("management", "GET", path, token=token)
            return [job["name"] for job in answer.json()["value"]]

        assert await names() == [last, "command", first]
        assert await names("&jobType=Pipeline") == [last, first]
        assert await names("&jobType=Command") == ["command"]
        assert await names("&tag=azureml.batchrun") == [last, first]
        assert await names("&jobType=Sweep") == []

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"{"])
def test_run_data_is_asked_for_by_run(tmp_path: Path, content: bytes) -> None:
    async def script(plane: DataPlane) -> None:
        path = f"/history/v1.0{plane.state.settings.workspace_path}/rundata"
        assert (await plane.call("api", "POST", path, content=content)).status_code == 400

    DataPlane(tmp_path).play(script)


@pytest.mark.parametrize(
    ("kind", "status"), [("application/json", 201), ("application/json; charset=utf-8", 201), ("text/plain", 415)]
)
def test_an_invoke_says_that_it_is_json(tmp_path: Path, kind: str, status: int) -> None:
    async def script(plane: DataPlane) -> None:
        assert (await plane.invoke(headers={"Content-Type": kind})).status_code == status
        form: dict[str, Any] = {"json": None, "content": b"{}"}
        assert (await plane.invoke(**form)).status_code == 415

    DataPlane(tmp_path).play(script)
