"""Faults on demand: which requests a rule hits, and what then becomes of the request and of its answer."""

from __future__ import annotations

import json
import time
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.emulator.faults import BadRule, Faults
from tests.emulator.settings import PROVIDER

ENDPOINT = "batchEndpoints/digits-ep"


@pytest.fixture
def rule(workspace):
    """Puts a rule in force over the control surface."""

    def put(**given):
        answer = workspace.http.post("/emulator/faults", json=given)
        assert answer.status_code == 201, answer.text
        return answer.json()[0]["id"]

    return put


def test_a_rule_hits_the_requests_that_it_describes(workspace, rule):
    rule(fault="answer", status=503, surface="management", method="put", path="/batchEndpoints/[^/]+$", nth=2, count=2)
    statuses = [workspace.endpoint(f"ep-{number}").status_code for number in range(4)]
    assert statuses == [201, 503, 503, 201]
    assert workspace.get("batchEndpoints")["value"]
    (shown,) = workspace.http.get("/emulator/faults").json()
    assert (shown["seen"], shown["hits"]) == (4, 2)


def test_a_rule_may_hit_for_ever_and_be_removed(workspace, rule):
    number = rule(fault="answer", status=500, count=0)
    assert {workspace.send("GET", "").status_code for _time in range(3)} == {500}
    assert workspace.http.delete(f"/emulator/faults/{number}").status_code == 204
    assert workspace.http.delete(f"/emulator/faults/{number}").status_code == 404
    assert workspace.send("GET", "").status_code == 200
    rule(fault="answer", status=500, count=0)
    assert workspace.http.delete("/emulator/faults").status_code == 204
    assert workspace.send("GET", "").status_code == 200


def test_the_first_rule_wins_and_all_of_them_count():
    faults = Faults()
    faults.add([{"fault": "drop"}, {"fault": "garble", "nth": 2}])
    request = {"surface": "api", "host": "h", "method": "GET", "path": "/p", "query": ""}
    assert [found and found.fault for found in (faults.find(request) for _time in range(3))] == ["drop", "garble", None]


@pytest.mark.parametrize(
    "given",
    [
        "drop",
        {"fault": "explode"},
        {"fault": "drop", "status": 500},
        {"fault": "drop", "surface": "moon"},
        {"fault": "drop", "path": "("},
        {"fault": "drop", "path": 5},
        {"fault": "drop", "nth": 0},
        {"fault": "drop", "when": "sometimes"},
        {"fault": "delay", "seconds": -1},
        {"fault": "operation", "ends": "Succeeded"},
        {"fault": "answer", "status": 99},
        {"fault": "answer", "status": 503.5},
        {"fault": "answer", "code": 5},
        [{"fault": "drop"}, {"fault": "explode"}],
    ],
)
def test_a_rule_that_says_nothing_is_refused_whole(given):
    faults = Faults()
    with pytest.raises(BadRule):
        faults.add(given)
    assert not faults


def test_controls_are_spared_and_reset_ends_all_rules(workspace, rule):
    rule(fault="answer", status=500, count=0)
    assert workspace.http.get("/emulator/state").status_code == 200
    assert workspace.http.post("/emulator/reset").status_code == 204
    assert workspace.send("GET", "").status_code == 200


@pytest.mark.parametrize(("when", "is_applied"), [("before", False), ("after", True)])
def test_an_answer_is_lost_before_or_after_the_effect(workspace, rule, when, is_applied):
    rule(fault="drop", when=when, method="PUT")
    with pytest.raises(ConnectionResetError):
        workspace.endpoint()
    assert (workspace.send("GET", ENDPOINT).status_code == 200) is is_applied
    journal = workspace.http.get("/emulator/journal").text
    assert '"status": null' in journal
    assert '"fault": "drop"' in journal


@pytest.mark.parametrize(("surface_name", "path"), [("scoring", "/ep/jobs/j"), ("api", "/discovery"), ("blob", "/a/c")])
def test_every_surface_can_fail(surface, rule, surface_name, path):
    rule(fault="answer", status=503, surface=surface_name)
    assert surface(surface_name).get(path).status_code == 503


def test_throttling_tells_when_to_come_back_in_both_forms_or_not(workspace, rule):
    rule(fault="answer", status=429)
    rule(fault="answer", status=429, nth=2, retry_after=7)
    rule(fault="answer", status=429, nth=3, retry_after=90, form="date")
    silent, seconds, date = (workspace.send("GET", "") for _time in range(3))
    assert {silent.status_code, seconds.status_code, date.status_code} == {429}
    assert "Retry-After" not in silent.headers
    assert seconds.headers["Retry-After"] == "7"
    assert seconds.json()["error"]["message"].endswith("Please try again after '7' seconds.")
    assert 80 < parsedate_to_datetime(date.headers["Retry-After"]).timestamp() - time.time() <= 91


@pytest.mark.parametrize(("moves_clients", "ahead"), [(False, 600), (True, 600 + 86400)])
def test_a_date_to_come_back_goes_by_the_date_of_the_answer(workspace, rule, moves_clients, ahead):
    clock = workspace.emulator.state.clock
    clock.moves_clients = moves_clients
    clock.skew(600)
    clock.advance(86400)
    rule(fault="answer", status=429, retry_after=90, form="date")
    headers = workspace.send("GET", "").headers
    begin, end = (parsedate_to_datetime(headers[name]).timestamp() for name in ("Date", "Retry-After"))
    assert end - begin == pytest.approx(90, abs=1)
    assert begin - time.time() == pytest.approx(ahead, abs=5)


@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "AuthorizationPermissionMismatch"), (409, "BlobAlreadyExists"), (500, "InternalError"), (409, "LeaseLost")],
)
def test_storage_fails_in_its_own_words(surface, rule, status, code):
    extra = {"code": code} if code == "LeaseLost" else {}
    rule(fault="answer", status=status, surface="blob", query="comp=metadata", **extra)
    answer = surface("blob").put("/account/c/b?comp=metadata")
    assert (answer.status_code, answer.headers["x-ms-error-code"]) == (status, code)
    assert f"<Code>{code}</Code>" in answer.text


def test_an_expired_token_is_refused_once(workspace, rule):
    rule(fault="expired_token", surface="management")
    answer = workspace.send("GET", "")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "ExpiredAuthenticationToken")
    assert answer.json()["error"]["message"].startswith("The access token expiry UTC time '")
    assert answer.headers["www-authenticate"]
    assert workspace.send("GET", "").status_code == 200


def test_an_expired_token_of_the_scoring_host_is_plain_text(surface, rule):
    rule(fault="expired_token", surface="scoring")
    answer = surface("scoring").get("/ep/jobs/j")
    assert (answer.status_code, answer.text) == (401, "Jwt is expired")


@pytest.mark.parametrize(
    ("status", "code", "message", "cause"),
    [
        (
            502,
            "BadGatewayConnection",
            f"The network connectivity issue encountered for '{PROVIDER}'; cannot fulfill the request.",
            "service",
        ),
        (429, "SubscriptionRequestsThrottled", None, "gateway"),
        (500, "SystemError", "SystemError", None),
    ],
)
def test_management_fails_in_recorded_words(workspace, rule, status, code, message, cause):
    rule(fault="answer", status=status)
    answer = workspace.send("DELETE", ENDPOINT)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert message is None or error["message"] == message
    assert answer.headers.get("x-ms-failure-cause") == cause


def test_the_status_of_an_operation_fails_in_words_of_its_own(workspace, rule):
    url = workspace.endpoint().headers["Azure-AsyncOperation"]
    rule(fault="answer", status=500, path="mfeOperationsStatus/", count=2)
    for _read in range(2):
        answer = workspace.follow(url)
        assert answer.headers["x-ms-failure-cause"] == "service"
        assert (answer.status_code, answer.json()["error"]["code"]) == (500, "ServiceError")
    assert workspace.follow(url).status_code == 200


def test_a_body_comes_truncated_or_as_something_else(workspace, rule):
    whole = workspace.send("GET", "")
    rule(fault="truncate")
    rule(fault="garble", nth=2)
    truncated, garbled = workspace.send("GET", ""), workspace.send("GET", "")
    assert whole.content.startswith(truncated.content)
    assert len(truncated.content) == int(truncated.headers["content-length"]) == len(whole.content) // 2
    assert (garbled.status_code, garbled.headers["content-type"]) == (200, "text/html")
    for answer in (truncated, garbled):
        with pytest.raises(json.JSONDecodeError):
            answer.json()


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_answer_may_take_its_time(workspace, rule, when):
    rule(fault="delay", seconds=0.1, when=when)
    began = time.monotonic()
    assert workspace.send("GET", "").status_code == 200
    assert time.monotonic() - began >= 0.1


@pytest.mark.parametrize("ends", ["Failed", "Canceled"])
def test_an_operation_is_made_to_end_badly(workspace, rule, ends):
    rule(fault="operation", ends=ends, method="PUT")
    url = workspace.endpoint().headers["Azure-AsyncOperation"]
    assert workspace.follow(url).json()["status"] == "Updating"
    workspace.wait()
    assert workspace.follow(url).json()["status"] == ends
    assert workspace.get(ENDPOINT)["properties"]["provisioningState"] == ends
    cluster = {"computeType": "AmlCompute", "properties": {"scaleSettings": {"maxNodeCount": 2}}}
    rule(fault="operation", ends=ends, path="/computes/")
    url = workspace.send("PUT", "computes/cpu", {"location": "eastus", "properties": cluster}).headers[
        "Azure-AsyncOperation"
    ]
    workspace.wait()
    assert workspace.follow(url).json()["status"] == ends


def test_an_operation_is_made_to_go_on_for_ever(workspace, rule):
    rule(fault="operation", ends="never", method="PUT")
    url = workspace.endpoint().headers["Azure-AsyncOperation"]
    workspace.wait(3000)
    assert workspace.follow(url).json()["status"] == "Updating"
    assert workspace.get(ENDPOINT)["properties"]["provisioningState"] == "Creating"
    workspace.done(workspace.endpoint("other-ep"))


def test_a_reset_leaves_half_of_the_body(workspace, rule):
    rule(fault="reset", bytes=10)
    with pytest.raises((httpx.RemoteProtocolError, ConnectionResetError)):
        workspace.send("GET", "")
