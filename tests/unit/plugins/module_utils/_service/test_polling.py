# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits for long-running operations, as ARM starts them."""

from __future__ import annotations

import traceback
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    AzureMLError,
    OperationFailed,
    ParentNotFoundError,
    WaitTimeout,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.module_utils._service.arm_bench import (
    ARM,
    COMPUTE,
    ENDPOINT,
    NO_WORKSPACE,
    RESULT,
    SIGNED,
    VERSION,
    accepted,
    operation,
    refusal,
    reply,
    state,
)

# -- waiting for an operation ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
@pytest.mark.parametrize("words", [["Updating", "Updating", "Succeeded"], ["InProgress", "Succeeded"], ["completed"]])
def test_an_operation_is_polled_to_its_end(arm: Any, method: str, words: list[str]) -> None:
    a = arm(*[operation(word) for word in words])
    a.arm.wait(accepted(method, operation_url=ARM + SIGNED, location=ARM + RESULT), timeout=60, what="endpoint be")
    assert a.lines == [f"GET {SIGNED}"] * len(words)


def test_progress_reports_each_new_state_once(arm: Any) -> None:
    a = arm(operation("Updating"), operation("Updating"), operation("Succeeded"))
    a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=60, what="endpoint be")
    assert a.progress == ["endpoint be: Updating", "endpoint be: Succeeded"]


def test_the_error_of_a_failed_operation_has_the_innermost_reason(arm: Any) -> None:
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
def test_a_failed_operation_may_have_no_reason(arm: Any, word: str) -> None:
    with pytest.raises(OperationFailed, match=f"{word}: the service gives no reason"):
        arm(operation(word)).arm.wait(accepted(operation_url=ARM + SIGNED), timeout=60, what="x")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_when_the_url_of_the_operation_has_expired_the_resource_is_polled(arm: Any, status: int) -> None:
    expired = [reply(status)] * (2 if status == 401 else 1)
    a = arm(operation("Updating"), *expired, state("Creating"), state("Succeeded"))
    a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=60, what="endpoint be")
    assert a.lines[-2:] == [f"GET {ENDPOINT}?{VERSION}"] * 2


def test_when_the_url_of_a_deletion_has_expired_the_resource_is_polled_until_it_is_absent(arm: Any) -> None:
    a = arm(reply(404), state("Succeeded"), state("Deleting"), refusal(404, "UserError"))
    a.arm.wait(accepted("DELETE", operation_url=ARM + SIGNED), timeout=60, what="endpoint be")


def test_when_the_url_of_an_action_has_expired_the_wait_ends(arm: Any) -> None:
    arm(reply(404)).arm.wait(accepted("POST", operation_url=ARM + SIGNED), timeout=60, what="cancel")


def test_the_token_is_never_sent_to_an_operation_on_another_host(arm: Any) -> None:
    a = arm(state("Succeeded"))
    a.arm.wait(accepted(operation_url=f"https://evil.example{SIGNED}"), timeout=60, what="endpoint be")
    assert a.lines == [f"GET {ENDPOINT}?{VERSION}"]


@pytest.mark.parametrize("failure", [httpx.ConnectError("x"), reply(503), reply(429), reply(200, [])])
def test_a_transient_error_does_not_end_the_wait(arm: Any, failure: Any) -> None:
    times = 1 if _is_success(failure) else 6  # the client repeats a failure six times before the wait sees it
    a = arm(*[failure] * times, operation("Succeeded"))
    a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=600, what="endpoint be")
    assert set(a.lines) == {f"GET {SIGNED}"}


def _is_success(failure: Any) -> bool:
    return isinstance(failure, httpx.Response) and failure.status_code == 200


# -- waiting for a result URL ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [200, 204])
def test_a_result_url_is_polled_while_it_answers_202(arm: Any, end: int) -> None:
    """As recorded for the cancelling of a job: 202 with {}, then 200 without a body (batch contract 2.2)."""
    a = arm(reply(202, {}), reply(202, {}), reply(end))
    a.arm.wait(accepted("POST", location=ARM + RESULT), timeout=60, what="cancel job j")
    assert a.lines == [f"GET {RESULT}"] * 3


def test_a_result_url_may_answer_with_the_failure(arm: Any) -> None:
    a = arm(reply(202), refusal(409, "Busy", "Still in use"))
    with pytest.raises(OperationFailed, match="Busy: Still in use"):
        a.arm.wait(accepted("DELETE", location=ARM + RESULT), timeout=60, what="endpoint be")


def test_when_the_result_url_has_expired_the_resource_is_polled(arm: Any) -> None:
    a = arm(reply(202), reply(404), refusal(404, "UserError"))
    a.arm.wait(accepted("DELETE", location=ARM + RESULT), timeout=60, what="endpoint be")


def test_the_location_of_a_creation_is_not_polled(arm: Any) -> None:
    a = arm()
    created = accepted(location=f"{ARM}{ENDPOINT}?{VERSION}", body={"properties": {"provisioningState": "Succeeded"}})
    a.arm.wait(created, timeout=60, what="x")
    assert a.lines == []


# -- polling the resource --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("body", [{}, {"properties": {}}, {"properties": {"provisioningState": None}}, None])
def test_a_synchronous_write_needs_no_wait(arm: Any, body: Any) -> None:
    a = arm()
    a.arm.wait(accepted(status=200, body=body), timeout=60, what="x")
    assert a.lines == []


@pytest.mark.parametrize("status", [200, 201, 202])
def test_without_an_operation_the_resource_is_polled_while_it_is_updated(arm: Any, status: int) -> None:
    a = arm(state("Updating"), state("Succeeded"))
    body = {"properties": {"provisioningState": "Updating"}}
    a.arm.wait(accepted(status=status, body=body, api_version="2022-05-01"), timeout=60, what="x")
    assert a.lines == [f"GET {ENDPOINT}?api-version=2022-05-01"] * 2


def test_after_a_delete_without_an_operation_the_resource_is_polled(arm: Any) -> None:
    a = arm(state("Deleting"), refusal(404, "UserError"))
    a.arm.wait(accepted("DELETE"), timeout=60, what="x")


@pytest.mark.parametrize("word", ["Succeeded", None])
def test_settling_ends_with_the_state_of_the_resource(arm: Any, word: str | None) -> None:
    a = arm(state("Creating"), state("Updating"), state(word))
    a.arm.settle(ENDPOINT, timeout=60, what="endpoint be")
    assert a.lines == [f"GET {ENDPOINT}?{VERSION}"] * 3
    assert a.progress[:2] == ["endpoint be: Creating", "endpoint be: Updating"]


def test_settling_an_absent_resource_ends_at_once(arm: Any) -> None:
    arm(refusal(404, "UserError")).arm.settle(ENDPOINT, timeout=60, what="x")


def test_settling_in_an_absent_workspace_is_an_error(arm: Any) -> None:
    with pytest.raises(ParentNotFoundError):
        arm(NO_WORKSPACE).arm.settle(ENDPOINT, timeout=60, what="x")


def test_the_error_of_a_failed_compute_has_its_provisioning_error(arm: Any) -> None:
    error = {"error": {"code": "ClusterMinNodesExceedCoreQuota", "message": "Quota exceeded."}}
    with pytest.raises(OperationFailed, match=r"ended as Failed: ClusterMinNodesExceedCoreQuota: Quota exceeded\."):
        arm(state("Failed", provisioningErrors=[error])).arm.settle(COMPUTE, timeout=60, what="compute cpu")


def test_a_failed_resource_may_have_no_reason(arm: Any) -> None:
    with pytest.raises(OperationFailed, match="no reason"):
        arm(state("Failed", provisioningErrors=None)).arm.settle(COMPUTE, timeout=60, what="compute cpu")


# -- pauses and timeout ----------------------------------------------------------------------------------------------


def test_pauses_are_short_at_first_and_grow(arm: Any) -> None:
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
def test_pauses_are_long_when_few_reads_are_left(arm: Any, left: str, longest: bool) -> None:
    headers = {"x_ms_ratelimit_remaining_subscription_reads": left}
    a = arm(reply(200, {"status": "Updating"}, **headers), operation("Succeeded"))
    a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=600, what="x")
    assert (a.bench.clock.sleeps[0] >= 15.0) is longest


@pytest.mark.parametrize("timeout", [0, 10])
def test_a_wait_ends_at_its_timeout_and_says_how_to_resume(arm: Any, timeout: int) -> None:
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


def test_a_host_that_was_suspended_does_not_wait_longer(arm: Any) -> None:
    def suspended(_request: httpx.Request) -> httpx.Response:
        a.bench.clock.moment += 7200
        return operation("Updating")

    a = arm(suspended)
    with pytest.raises(WaitTimeout):
        a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=3600, what="x")


def test_a_timeout_without_answers_has_the_last_error(arm: Any) -> None:
    a = arm(*[httpx.ConnectError("planted")] * 40)
    with pytest.raises(WaitTimeout, match=r"The last request failed: Could not follow x: no connection"):
        a.arm.wait(accepted(operation_url=ARM + SIGNED), timeout=30, what="x")
    a.bench.network.replies.clear()


# -- secrets ---------------------------------------------------------------------------------------------------------


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
    shown = "".join(traceback.format_exception(caught.value))
    for text in (shown, repr(caught.value.facts), *a.progress):
        assert "planted" not in text.lower()
