# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ConnectionFailed, Delivery, ServiceError
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import KNOWN
from ansible_collections.mlops.azureml.plugins.module_utils._service.scoring import Scoring

URI = "https://digits.eastus.inference.ml.azure.com/jobs"
JOB = {"name": "batchjob-1", "properties": {"status": "Preparing"}}
STARTED = httpx.Response(201, json=JOB)


class Identity:
    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []

    def token(self, audience: str, *, to: str, fresh: bool = False) -> str:
        assert to == URI
        self.asked.append((audience, fresh))
        return "planted-token"


def scoring(bench: Any, *replies: Any, cloud: str = "AzureCloud") -> tuple[Scoring, Any, Identity]:
    wired, identity = bench(*replies), Identity()
    return Scoring(wired.http, KNOWN[cloud], identity), wired, identity


def submit(host: Scoring, deployment: str | None = None) -> dict[str, Any]:
    return host.submit(URI, {"properties": {}}, deployment=deployment, request_id="id-1", what="start a job")


def test_the_token_is_for_the_audience_of_machine_learning(bench: Callable[..., Any]) -> None:
    host, wired, identity = scoring(bench, STARTED, cloud="AzureChinaCloud")
    assert submit(host) == JOB
    assert identity.asked == [("https://ml.azure.cn", False)]
    request = wired.network.requests[0]
    assert (request.method, str(request.url)) == ("POST", URI)
    assert request.headers["authorization"] == "Bearer planted-token"


def test_both_names_of_the_repeatability_header_are_sent(bench: Callable[..., Any]) -> None:
    host, wired, _identity = scoring(bench, STARTED)
    submit(host)
    headers = wired.network.requests[0].headers
    assert headers["repeatability-request-id"] == headers["repeatability_request-id"] == "id-1"


def test_the_deployment_of_one_request_is_not_in_the_next(bench: Callable[..., Any]) -> None:
    host, wired, _identity = scoring(bench, STARTED, httpx.Response(201, json=JOB))
    submit(host, "green")
    submit(host)
    first, second = wired.network.requests
    assert first.headers["azureml-model-deployment"] == "green"
    assert "azureml-model-deployment" not in second.headers


def test_a_request_that_was_not_sent_is_repeated(bench: Callable[..., Any]) -> None:
    host, _wired, _identity = scoring(bench, httpx.ConnectError("refused"), STARTED)
    assert submit(host) == JOB


def test_a_throttled_request_is_repeated_after_a_pause(bench: Callable[..., Any]) -> None:
    host, wired, _identity = scoring(bench, httpx.Response(429, headers={"Retry-After": "7"}), STARTED)
    assert submit(host) == JOB
    assert wired.clock.sleeps == [7]


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_after_an_uncertain_answer_the_request_is_not_repeated(bench: Callable[..., Any], status: int) -> None:
    host, _wired, _identity = scoring(bench, httpx.Response(status, json={"error": {"code": "ServiceError"}}))
    with pytest.raises(ServiceError) as caught:
        submit(host)
    assert caught.value.status == status


@pytest.mark.parametrize("lost", [httpx.ReadError("cut"), httpx.ReadTimeout("late"), httpx.RemoteProtocolError("?")])
def test_after_a_lost_answer_the_request_is_not_repeated(bench: Callable[..., Any], lost: Exception) -> None:
    host, _wired, _identity = scoring(bench, lost)
    with pytest.raises(ConnectionFailed) as caught:
        submit(host)
    assert caught.value.delivery is Delivery.UNKNOWN


@pytest.mark.parametrize(
    "answer", [httpx.Response(201, text="<html>"), httpx.Response(201, json={}), httpx.Response(200)]
)
def test_an_answer_without_a_job_is_an_error(bench: Callable[..., Any], answer: httpx.Response) -> None:
    host, _wired, _identity = scoring(bench, answer)
    with pytest.raises(ConnectionFailed) as caught:
        submit(host)
    assert caught.value.delivery is Delivery.ANSWERED


def test_an_expired_token_is_renewed_once(bench: Callable[..., Any]) -> None:
    host, _wired, identity = scoring(bench, httpx.Response(401, json={}), STARTED)
    assert submit(host) == JOB
    assert [fresh for _audience, fresh in identity.asked] == [False, True]
