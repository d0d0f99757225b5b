"""Diagnosis of a workspace: an operation whose URL answers the findings."""

from __future__ import annotations


def test_the_result_is_behind_the_location(workspace):
    answer = workspace.send("POST", "diagnose", {"value": {"applicationInsights": {}}})
    assert (answer.status_code, answer.content) == (202, b"")
    assert "Azure-AsyncOperation" not in answer.headers
    url = answer.headers["Location"]
    running = workspace.follow(url)
    assert (running.status_code, running.content, running.headers["Location"]) == (202, b"", url)
    assert workspace.follow(running.headers["Azure-AsyncOperation"]).json() == {"status": "InProgress"}
    workspace.wait()
    assert workspace.follow(url).json() == {"value": {"applicationInsightsResults": []}}


def test_an_empty_request_asks_for_everything(workspace):
    workspace.policy(diagnose_findings="containerRegistry=ImageBuildComputeNotValid:Error,udr=Slow:Warning")
    for body in ({"value": {}}, None):
        url = workspace.send("POST", "diagnose", body).headers["Location"]
        workspace.wait()
        found = workspace.follow(url).json()["value"]
        assert len(found) == 10
        assert found["9"] == []
        (finding,) = found["containerRegistryResults"]
        assert (finding["code"], finding["level"]) == ("ImageBuildComputeNotValid", "Error")
        assert found["userDefinedRouteResults"][0]["level"] == "Warning"


def test_it_counts_as_a_read(workspace):
    workspace.policy(read_budget="2")
    assert (
        workspace.send("POST", "diagnose", {"value": {}}).headers["x-ms-ratelimit-remaining-subscription-reads"] == "1"
    )
    workspace.send("GET", "")
    assert workspace.send("POST", "diagnose", {"value": {}}).status_code == 429
