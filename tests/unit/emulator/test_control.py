"""The emulator's own controls: journal, reset, policies, clock, state."""

from __future__ import annotations

import email.utils
import json
import time


def journal(workspace):
    return [json.loads(line) for line in workspace.http.get("/emulator/journal").text.splitlines()]


def test_the_journal_notes_requests_but_not_its_readers(workspace):
    workspace.headers = {**workspace.headers, "x-ms-client-request-id": "me-1"}
    answer = workspace.endpoint()
    workspace.http.get("/emulator/state")
    (entry,) = journal(workspace)
    assert list(entry) == [
        "time",
        "method",
        "host",
        "path",
        "query_keys",
        "status",
        "bytes_in",
        "bytes_out",
        "client_request_id",
        "workspace",
        "fault",
    ]
    assert (entry["method"], entry["status"], entry["client_request_id"]) == ("PUT", 201, "me-1")
    assert entry["path"] == workspace.path("batchEndpoints/digits-ep")
    assert entry["query_keys"] == ["api-version"]
    assert (entry["bytes_in"], entry["bytes_out"]) == (len(answer.request.content), len(answer.content))
    assert entry["host"] == workspace.settings.url("management").removeprefix("https://")


def test_the_journal_holds_no_signature_and_can_be_cleared(workspace):
    url = workspace.endpoint().headers["Azure-AsyncOperation"]
    workspace.follow(url)
    text = workspace.http.get("/emulator/journal").text
    assert url.partition("&s=")[2] not in text
    assert json.loads(text.splitlines()[-1])["query_keys"] == ["api-version", "t", "c", "s", "h"]
    assert workspace.http.delete("/emulator/journal").status_code == 204
    assert journal(workspace) == []


def test_all_surfaces_write_to_one_journal(workspace, surface):
    surface("login").get("/tenant/discovery/v2.0/keys")
    surface("scoring").get("/nobody/jobs/x")
    assert [entry["path"] for entry in journal(workspace)] == ["/tenant/discovery/v2.0/keys", "/nobody/jobs/x"]


def test_reset_empties_the_workspace_and_keeps_the_system_datastores(assets):
    assets.done(assets.endpoint())
    assert assets.http.post("/emulator/reset").status_code == 204
    for collection in ("batchEndpoints", "models", "computes", "environments"):
        assert assets.get(collection) == {"value": []}
    assert len(assets.get("datastores")["value"]) == 4
    assert assets.endpoint().status_code == 201


def test_policies_change_while_running(workspace):
    assert workspace.http.get("/emulator/policies").json()["list_lag"] == "0"
    answer = workspace.http.post("/emulator/policies", json={"list_lag": 5})
    assert answer.json()["list_lag"] == "5"
    for wrong in ({"no_such_policy": "x"}, {"generation": "G3"}, {"list_lag": -1}, ["list_lag"]):
        assert workspace.http.post("/emulator/policies", json=wrong).status_code == 400


def test_time_passes_on_demand(workspace):
    workspace.endpoint()
    assert workspace.http.post("/emulator/clock", json={"advance_seconds": 60}).status_code == 200
    assert workspace.get("batchEndpoints/digits-ep")["properties"]["provisioningState"] == "Succeeded"
    assert workspace.http.post("/emulator/clock", json={"advance_seconds": -1}).status_code == 400


def test_the_state_can_be_compared(workspace):
    workspace.done(workspace.endpoint())
    workspace.endpoint("second-ep")
    state = workspace.http.get("/emulator/state").json()
    assert list(state) == ["resources", "endpoint_names", "jobs", "running_operations", "blobs"]
    assert state["running_operations"] == 1
    assert state["resources"][workspace.path("batchEndpoints/digits-ep")]["provisioning_state"] == "Succeeded"
    assert state["jobs"] == []
    parts = workspace.http.get("/emulator/state?part=jobs&part=endpoint_names").json()
    assert parts == {part: state[part] for part in ("jobs", "endpoint_names")}


def test_the_date_of_answers_may_differ_from_the_wall(workspace):
    def ahead() -> float:
        date = workspace.http.get("/emulator/policies").headers["date"]
        return email.utils.parsedate_to_datetime(date).timestamp() - time.time()

    assert abs(ahead()) < 5
    assert workspace.http.post("/emulator/clock", json={"skew_seconds": 600}).status_code == 200
    assert abs(ahead() - 600) < 5
    assert workspace.http.post("/emulator/clock", json={"advance_seconds": 60}).status_code == 200
    assert abs(ahead() - 600) < 5
    for wrong in ({}, {"skew": 1}, [1], {"skew_seconds": "much"}):
        assert workspace.http.post("/emulator/clock", json=wrong).status_code == 400
