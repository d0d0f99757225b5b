# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    AzureMLError,
    ConflictError,
    ConnectionFailed,
    NotFoundError,
    OperationFailed,
    ParentNotFoundError,
    ServiceError,
    WaitTimeout,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service.arm import Accepted, Arm, describe
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import KNOWN

ARM = "https://management.azure.com"
W = "/subscriptions/s0/resourceGroups/rg1/providers/Microsoft.MachineLearningServices/workspaces/ws1"
ENDPOINT = f"{W}/batchEndpoints/be"
COMPUTE = f"{W}/computes/cpu"
STATUS = "/subscriptions/s0/providers/Microsoft.MachineLearningServices/locations/eastus/mfeOperationsStatus/bebes:1:2"
SIGNED = f"{STATUS}?api-version=2024-10-01&t=1&c=PLANTEDCERT&s=PLANTED-_sig%3D&h=PLANTEDHASH"
RESULT = SIGNED.replace("mfeOperationsStatus", "mfeOperationResults")
VERSION = "api-version=2024-10-01"


class Identity:
    """Stands in for the credentials of a task."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []

    def token(self, audience: str, *, fresh: bool = False) -> str:
        self.asked.append((audience, fresh))
        return "planted-token"


@dataclass
class Bench:
    """Management on a scripted network."""

    bench: Any
    arm: Arm
    identity: Identity
    progress: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        lines: list[str] = self.bench.network.lines
        return lines


@pytest.fixture
def arm(bench: Any) -> Callable[..., Bench]:
    def make(*replies: Any) -> Bench:
        b, identity, progress = bench(*replies), Identity(), []
        arm = Arm(b.http, KNOWN["AzureCloud"], identity, clock=b.clock, progress=progress.append)
        return Bench(b, arm, identity, progress)

    return make


def reply(status: int, body: Any = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, **({} if body is None else {"json": body}))


def refusal(status: int, code: str, message: str = "", **headers: str) -> httpx.Response:
    return reply(status, {"error": {"code": code, "message": message}}, **headers)


def state(word: str | None, **more: Any) -> httpx.Response:
    return reply(200, {"properties": {"provisioningState": word, **more}})


def operation(status: str, **more: Any) -> httpx.Response:
    return reply(200, {"status": status, **more})


def accepted(method: str = "PUT", path: str = ENDPOINT, **how: Any) -> Accepted:
    how = {
        "status": 202 if method in ("DELETE", "POST") else 201,
        "body": None,
        "operation_url": None,
        "location": None,
        **how,
    }
    return Accepted(path=path, method=method, **how)


# -- verbs -----------------------------------------------------------------------------------------------------------


def test_each_verb_sends_one_request_with_the_management_token(arm: Any) -> None:
    a = arm(*[reply(200, {})] * 5)
    a.arm.get(ENDPOINT)
    a.arm.put(ENDPOINT, {"location": "eastus"})
    a.arm.patch(ENDPOINT, {"tags": {}}, api_version="2022-05-01")
    a.arm.delete(COMPUTE, underlyingResourceAction="Delete")
    a.arm.post(f"{ENDPOINT}/listkeys")
    assert a.lines == [
        f"GET {ENDPOINT}?{VERSION}",
        f"PUT {ENDPOINT}?{VERSION}",
        f"PATCH {ENDPOINT}?api-version=2022-05-01",
        f"DELETE {COMPUTE}?{VERSION}&underlyingResourceAction=Delete",
        f"POST {ENDPOINT}/listkeys?{VERSION}",
    ]
    bodies = [json.loads(request.content or "null") for request in a.bench.network.requests]
    assert bodies == [None, {"location": "eastus"}, {"tags": {}}, None, None]
    assert set(a.identity.asked) == {("https://management.azure.com", False)}


def test_queries_are_spelled_as_the_service_spells_them(arm: Any) -> None:
    a = arm(reply(200, {"value": []}))
    query = {"$orderBy": "createdtime desc", "$top": 1}
    assert list(a.arm.list(f"{W}/models/m/versions", query=query, isDefault=True, tag=None)) == []
    assert a.lines == [f"GET {W}/models/m/versions?{VERSION}&$orderBy=createdtime%20desc&$top=1&isDefault=true"]


def test_odd_names_are_encoded(arm: Any) -> None:
    a = arm(reply(200, {}))
    a.arm.get(f"{W}/models/grün 1%/versions/a?b#c")
    assert a.lines == [f"GET {W}/models/gr%C3%BCn%201%25/versions/a%3Fb%23c?{VERSION}"]


def test_what_a_write_starts_is_told_and_its_secrets_too(arm: Any) -> None:
    headers = {"azure_asyncoperation": ARM + SIGNED, "Location": f"{ARM}{ENDPOINT}?{VERSION}"}
    a = arm(reply(201, {"name": "be"}, **headers))
    started = a.arm.put(ENDPOINT, {})
    assert started == Accepted(201, {"name": "be"}, ARM + SIGNED, f"{ARM}{ENDPOINT}?{VERSION}", ENDPOINT, "PUT")
    assert a.bench.secrets == ["planted-token", ARM + SIGNED]
    assert "PLANTED" not in repr(started)


@pytest.mark.parametrize("failure", [httpx.ReadTimeout("x"), reply(500), reply(503)])
@pytest.mark.parametrize("verb", ["post", "patch"])
def test_an_ambiguous_write_is_sent_once(arm: Any, verb: str, failure: Any) -> None:
    a = arm(failure)
    with pytest.raises(AzureMLError):
        getattr(a.arm, verb)(ENDPOINT, {})
    assert len(a.lines) == 1


def test_a_post_that_is_safe_is_repeated(arm: Any) -> None:
    a = arm(httpx.ReadTimeout("x"), reply(200, {"key": "k"}))
    assert a.arm.post(f"{ENDPOINT}/listkeys", safe_to_repeat=True).body == {"key": "k"}


def test_a_get_must_answer_an_object(arm: Any) -> None:
    with pytest.raises(ConnectionFailed, match="not a JSON object"):
        arm(reply(200, [])).arm.get(ENDPOINT)


# -- absent, or in an absent place -----------------------------------------------------------------------------------

GATEWAY = {"x_ms_failure_cause": "gateway"}
NO_PARENT = "Can not perform requested operation on nested resource. Parent resource '{}' not found."
NO_RESOURCE = "The Resource 'Microsoft.MachineLearningServices/workspaces/{}' under resource group 'rg1' was not found."
NO_WORKSPACE = refusal(404, "ResourceNotFound", NO_RESOURCE.format("ws1"), **GATEWAY)
NO_GROUP = refusal(404, "ResourceGroupNotFound", "Resource group 'rg1' could not be found.", **GATEWAY)
ABSENT_SURROUNDINGS = [
    NO_WORKSPACE,
    NO_GROUP,
    refusal(404, "ParentResourceNotFound", NO_PARENT.format("ws1"), **GATEWAY),
    refusal(404, "SubscriptionNotFound", "The subscription 's0' could not be found.", **GATEWAY),
    refusal(400, "InvalidSubscriptionId", "The provided subscription identifier 's0' is malformed or invalid."),
    refusal(404, "SomethingElse", "", **GATEWAY),
]
ABSENT_RESOURCES = [
    refusal(404, "UserError", "An endpoint with the name 'be' does not exist in the workspace 'ws1'."),
    reply(404, {"error": {"code": "NotFound", "message": "", "details": [{"code": "NoSuchEndpoint", "message": "x"}]}}),
    refusal(404, "ResourceNotFound", NO_RESOURCE.format("ws1/batchEndpoints/be"), **GATEWAY),
    refusal(404, "ParentResourceNotFound", NO_PARENT.format("ws1/be"), **GATEWAY),
    reply(404),
]


@pytest.mark.parametrize("answer", ABSENT_SURROUNDINGS)
@pytest.mark.parametrize("verb", ["get", "delete", "put", "list"])
def test_a_wrong_place_never_looks_like_an_absent_resource(arm: Any, verb: str, answer: httpx.Response) -> None:
    arm = arm(answer).arm
    calls = {
        "get": lambda: arm.get(ENDPOINT),
        "delete": lambda: arm.delete(ENDPOINT),
        "put": lambda: arm.put(ENDPOINT, {}),
        "list": lambda: list(arm.list(f"{W}/batchEndpoints")),
    }
    with pytest.raises(ParentNotFoundError) as caught:
        calls[verb]()
    assert "workspace ws1 (resource group rg1)" in caught.value.message


@pytest.mark.parametrize("answer", ABSENT_RESOURCES)
def test_an_absent_resource_is_none_to_read_and_fine_to_delete(arm: Any, answer: httpx.Response) -> None:
    assert arm(answer).arm.get(f"{ENDPOINT}/deployments/blue") is None
    a = arm(answer)
    gone = a.arm.delete(ENDPOINT)
    assert (gone.status, gone.body) == (404, None)
    a.arm.wait(gone, timeout=1, what="endpoint be")


@pytest.mark.parametrize("answer", ABSENT_RESOURCES)
def test_an_absent_resource_is_an_error_for_other_verbs(arm: Any, answer: httpx.Response) -> None:
    for call in (
        lambda m: m.put(ENDPOINT, {}),
        lambda m: m.patch(ENDPOINT, {}),
        lambda m: m.post(ENDPOINT),
        lambda m: next(m.list(ENDPOINT)),
    ):
        with pytest.raises(NotFoundError):
            call(arm(answer).arm)


def test_an_absent_workspace_is_none_when_it_is_what_was_asked_for(arm: Any) -> None:
    assert arm(NO_WORKSPACE).arm.get(W) is None
    with pytest.raises(ParentNotFoundError):
        arm(NO_GROUP).arm.get(W)


def test_a_conflict_names_the_action_and_the_resource(arm: Any) -> None:
    message = r"Could not delete batchEndpoints/be in workspace ws1 \(resource group rg1\): status 409, Busy: Later\."
    with pytest.raises(ConflictError, match=message):
        arm(refusal(409, "Busy", "Later")).arm.delete(ENDPOINT)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (COMPUTE, "computes/cpu in workspace ws1 (resource group rg1)"),
        (W, "workspace ws1 (resource group rg1)"),
        ("/subscriptions/s0", "/subscriptions/s0"),
    ],
)
def test_paths_in_words(path: str, words: str) -> None:
    assert describe(path) == words


# -- pages -----------------------------------------------------------------------------------------------------------


def test_pages_are_followed_as_they_are_linked_and_only_when_wanted(arm: Any) -> None:
    link = f"{W}/models?{VERSION}&listViewType=All&$skipToken=H4sIA_-a+b%2F=="
    a = arm(
        reply(200, {"value": [{"name": "a"}, {"name": "b"}], "nextLink": ARM + link}),
        reply(200, {"value": [{"name": "c"}], "nextLink": None}),
    )
    items = a.arm.list(f"{W}/models", listViewType="All")
    assert [next(items)["name"], next(items)["name"]] == ["a", "b"]
    assert len(a.lines) == 1
    assert [item["name"] for item in items] == ["c"]
    assert a.lines == [f"GET {W}/models?{VERSION}&listViewType=All", f"GET {link}"]


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/models",
        "http://management.azure.com/x",
        "https://management.azure.com.evil.example/",
        f"{ARM}{W}/models?{VERSION}",
    ],
)
def test_a_link_to_elsewhere_or_in_a_circle_is_not_followed(arm: Any, link: str) -> None:
    a = arm(reply(200, {"value": [{}], "nextLink": link}))
    with pytest.raises(ServiceError, match="next page"):
        list(a.arm.list(f"{W}/models"))
    assert len(a.lines) == 1


# -- waiting for an operation ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
@pytest.mark.parametrize("words", [["Updating", "Updating", "Succeeded"], ["InProgress", "Succeeded"], ["completed"]])
def test_an_operation_is_followed_to_its_end(arm: Any, method: str, words: list[str]) -> None:
    a = arm(*[operation(word) for word in words])
    a.arm.wait(accepted(method, operation_url=ARM + SIGNED, location=ARM + RESULT), timeout=60, what="endpoint be")
    assert a.lines == [f"GET {SIGNED}"] * len(words)


def test_progress_tells_each_new_state_once(arm: Any) -> None:
    a = arm(operation("Updating"), operation("Updating"), operation("Succeeded"))
    a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=60, what="endpoint be")
    assert a.progress == ["endpoint be: Updating", "endpoint be: Succeeded"]


def test_a_failed_operation_gives_the_innermost_reason(arm: Any) -> None:
    """As recorded from the older back end: no code, the reason nested (batch contract 2.2)."""
    error = {
        "message": "",
        "details": [],
        "additionalInfo": [
            {
                "type": "MmsOperation",
                "info": {"state": "Failed", "error": {"message": "InternalServerError: Internal error."}},
            }
        ],
    }
    a = arm(operation("Updating", percentComplete=0.0), operation("Failed", error=error))
    with pytest.raises(
        OperationFailed, match=r"endpoint be: the operation ended as Failed: InternalServerError"
    ) as caught:
        a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=60, what="endpoint be")
    assert caught.value.facts["error"] == {"code": None, "message": "InternalServerError: Internal error."}


@pytest.mark.parametrize("word", ["Failed", "Canceled"])
def test_a_failed_operation_may_give_no_reason(arm: Any, word: str) -> None:
    with pytest.raises(OperationFailed, match=f"{word}: the service gives no reason"):
        arm(operation(word)).arm.wait(accepted(operation_url=ARM + SIGNED), timeout=60, what="x")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_when_the_operation_is_lost_the_resource_is_watched(arm: Any, status: int) -> None:
    lost = [reply(status)] * (2 if status == 401 else 1)
    a = arm(operation("Updating"), *lost, state("Creating"), state("Succeeded"))
    a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=60, what="endpoint be")
    assert a.lines[-2:] == [f"GET {ENDPOINT}?{VERSION}"] * 2


def test_when_the_operation_of_a_delete_is_lost_the_wait_ends_with_the_resource(arm: Any) -> None:
    a = arm(reply(404), state("Succeeded"), state("Deleting"), refusal(404, "UserError"))
    a.arm.wait(accepted("DELETE", operation_url=ARM + SIGNED), timeout=60, what="endpoint be")


def test_when_the_operation_of_an_action_is_lost_the_caller_looks(arm: Any) -> None:
    arm(reply(404)).arm.wait(accepted("POST", operation_url=ARM + SIGNED), timeout=60, what="cancel")


def test_an_operation_elsewhere_never_sees_our_token(arm: Any) -> None:
    a = arm(state("Succeeded"))
    a.arm.wait(accepted(operation_url=f"https://evil.example{SIGNED}"), timeout=60, what="endpoint be")
    assert a.lines == [f"GET {ENDPOINT}?{VERSION}"]


@pytest.mark.parametrize("trouble", [httpx.ConnectError("x"), reply(503), reply(429), reply(200, [])])
def test_trouble_on_the_way_does_not_end_the_wait(arm: Any, trouble: Any) -> None:
    a = arm(*[trouble] * 6, operation("Succeeded")) if not _readable(trouble) else arm(trouble, operation("Succeeded"))
    a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=600, what="endpoint be")
    assert set(a.lines) == {f"GET {SIGNED}"}


def _readable(trouble: Any) -> bool:
    return isinstance(trouble, httpx.Response) and trouble.status_code == 200


# -- waiting for a result URL ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [200, 204])
def test_a_result_url_is_followed_while_it_says_202(arm: Any, end: int) -> None:
    """As recorded for the cancelling of a job: 202 with {}, then 200 without a body (batch contract 2.2)."""
    a = arm(reply(202, {}), reply(202, {}), reply(end))
    a.arm.wait(accepted("POST", location=ARM + RESULT), timeout=60, what="cancel job j")
    assert a.lines == [f"GET {RESULT}"] * 3


def test_a_result_url_may_answer_the_failure(arm: Any) -> None:
    a = arm(reply(202), refusal(409, "Busy", "Still in use"))
    with pytest.raises(OperationFailed, match="Busy: Still in use"):
        a.arm.wait(accepted("DELETE", location=ARM + RESULT), timeout=60, what="endpoint be")


def test_when_the_result_url_is_lost_the_resource_is_watched(arm: Any) -> None:
    a = arm(reply(202), reply(404), refusal(404, "UserError"))
    a.arm.wait(accepted("DELETE", location=ARM + RESULT), timeout=60, what="endpoint be")


def test_the_location_of_a_creation_is_no_operation(arm: Any) -> None:
    a = arm()
    created = accepted(location=f"{ARM}{ENDPOINT}?{VERSION}", body={"properties": {"provisioningState": "Succeeded"}})
    a.arm.wait(created, timeout=60, what="x")
    assert a.lines == []


# -- watching the resource ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [{}, {"properties": {}}, {"properties": {"provisioningState": None}}, None])
def test_a_synchronous_write_needs_no_wait(arm: Any, body: Any) -> None:
    a = arm()
    a.arm.wait(accepted(status=200, body=body), timeout=60, what="x")
    assert a.lines == []


@pytest.mark.parametrize("status", [200, 201, 202])
def test_without_an_operation_a_resource_under_way_is_watched(arm: Any, status: int) -> None:
    a = arm(state("Updating"), state("Succeeded"))
    body = {"properties": {"provisioningState": "Updating"}}
    a.arm.wait(accepted(status=status, body=body, api_version="2022-05-01"), timeout=60, what="x")
    assert a.lines == [f"GET {ENDPOINT}?api-version=2022-05-01"] * 2


def test_a_delete_without_an_operation_is_watched(arm: Any) -> None:
    a = arm(state("Deleting"), refusal(404, "UserError"))
    a.arm.wait(accepted("DELETE"), timeout=60, what="x")


@pytest.mark.parametrize("word", ["Succeeded", None])
def test_settling_ends_when_the_resource_stands(arm: Any, word: str | None) -> None:
    a = arm(state("Creating"), state("Updating"), state(word))
    a.arm.settle(ENDPOINT, timeout=60, what="endpoint be")
    assert a.lines == [f"GET {ENDPOINT}?{VERSION}"] * 3
    assert a.progress[:2] == ["endpoint be: Creating", "endpoint be: Updating"]


def test_settling_an_absent_resource_is_over_at_once(arm: Any) -> None:
    arm(refusal(404, "UserError")).arm.settle(ENDPOINT, timeout=60, what="x")


def test_settling_in_an_absent_workspace_is_an_error(arm: Any) -> None:
    with pytest.raises(ParentNotFoundError):
        arm(NO_WORKSPACE).arm.settle(ENDPOINT, timeout=60, what="x")


def test_a_failed_compute_gives_its_provisioning_error(arm: Any) -> None:
    error = {"error": {"code": "ClusterMinNodesExceedCoreQuota", "message": "Quota exceeded."}}
    with pytest.raises(OperationFailed, match=r"ended as Failed: ClusterMinNodesExceedCoreQuota: Quota exceeded\."):
        arm(state("Failed", provisioningErrors=[error])).arm.settle(COMPUTE, timeout=60, what="compute cpu")


def test_a_failed_resource_may_give_no_reason(arm: Any) -> None:
    with pytest.raises(OperationFailed, match="no reason"):
        arm(state("Failed", provisioningErrors=None)).arm.settle(COMPUTE, timeout=60, what="compute cpu")


# -- pace and end ------------------------------------------------------------------------------------------------------


def test_polls_are_quick_at_first_and_slow_down(arm: Any) -> None:
    a = arm(*[operation("Updating")] * 12, operation("Succeeded"))
    a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=600, what="x")
    for number, pause in enumerate(a.bench.clock.sleeps):
        planned = min(0.5 * 1.5**number, 15.0)
        assert 0.75 * planned <= pause <= 1.25 * planned


def test_the_service_may_ask_for_a_longer_pause(arm: Any) -> None:
    a = arm(reply(200, {"status": "Updating"}, Retry_After="40"), operation("Succeeded"))
    a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=600, what="x")
    assert a.bench.clock.sleeps == [40.0]


@pytest.mark.parametrize(("left", "longest"), [("49", True), ("50", False), ("odd", False)])
def test_polls_are_rare_when_few_reads_are_left(arm: Any, left: str, longest: bool) -> None:
    headers = {"x_ms_ratelimit_remaining_subscription_reads": left}
    a = arm(reply(200, {"status": "Updating"}, **headers), operation("Succeeded"))
    a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=600, what="x")
    assert (a.bench.clock.sleeps[0] >= 15.0) is longest


@pytest.mark.parametrize("timeout", [0, 10])
def test_a_wait_ends_at_its_time_and_says_how_to_go_on(arm: Any, timeout: int) -> None:
    polls = 1 if timeout == 0 else 7
    a = arm(*[operation("Updating")] * 20)
    start = a.bench.clock.now()
    with pytest.raises(WaitTimeout) as caught:
        a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=timeout, what="endpoint be")
    a.bench.network.replies.clear()
    assert a.bench.clock.now() - start == pytest.approx(timeout)
    assert abs(len(a.lines) - polls) <= 1
    assert f"endpoint be: not finished after {timeout} s, the last state was 'Updating'" in caught.value.message
    assert "run the task again to resume" in caught.value.message
    assert caught.value.facts == {"last_state": "Updating"}


def test_a_host_that_slept_does_not_wait_longer(arm: Any) -> None:
    def asleep(_request: httpx.Request) -> httpx.Response:
        a.bench.clock.moment += 7200
        return operation("Updating")

    a = arm(asleep)
    with pytest.raises(WaitTimeout):
        a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=3600, what="x")


def test_a_wait_that_ends_without_answers_says_why(arm: Any) -> None:
    a = arm(*[httpx.ConnectError("planted")] * 40)
    with pytest.raises(WaitTimeout, match=r"The last look failed: Could not follow x: no connection"):
        a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=30, what="x")
    a.bench.network.replies.clear()


# -- secrets -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "replies",
    [
        [refusal(404, "Gone", f"no {ARM}{SIGNED}"), refusal(403, "No", f"{ARM}{SIGNED} planted-token")],
        [operation("Failed", error={"message": f"{ARM}{SIGNED} with Bearer planted-token"})],
        [operation("Updating"), *[httpx.ReadError(f"{ARM}{SIGNED}")] * 40],
        [*[reply(503, {"error": {"message": f"{ARM}{SIGNED}"}})] * 40],
        [reply(404), state("Failed", provisioningErrors=[{"error": {"message": f"{ARM}{SIGNED}"}}])],
    ],
)
def test_no_wait_leaks(arm: Any, replies: list[Any]) -> None:
    a = arm(*replies)
    with pytest.raises(AzureMLError) as caught:
        a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=20, what="x")
    a.bench.network.replies.clear()
    told = "".join(traceback.format_exception(caught.value))
    for text in (told, repr(caught.value.facts), *a.progress):
        assert "planted" not in text.lower()
