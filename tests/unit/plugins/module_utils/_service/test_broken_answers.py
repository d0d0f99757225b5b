# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each surface with each answer that a broken service or a proxy in between may give: a result, or a named failure."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import AzureMLError, CredentialError
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._service.arm import Arm
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import KNOWN, find_cloud
from ansible_collections.mlops.azureml.plugins.module_utils._service.credential_sources import ClientSecret, fetch_token
from ansible_collections.mlops.azureml.plugins.module_utils._service.http_client import HttpClient
from ansible_collections.mlops.azureml.plugins.module_utils._service.jobs_data_plane import JobsDataPlane
from ansible_collections.mlops.azureml.plugins.module_utils._service.private_cache import PrivateCache
from ansible_collections.mlops.azureml.plugins.module_utils._service.run_history import RunHistory
from ansible_collections.mlops.azureml.plugins.module_utils._service.scoring import Scoring
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock

WORKSPACE = WorkspaceId("s0", "rg1", "ws1")
HOST = "https://eastus.api.azureml.ms"
SCORING = "https://digits.eastus.inference.ml.azure.com/jobs"
DEEP = b"[" * 100_000 + b"]" * 100_000
DEEP_ERROR = b'{"error":' * 5_000 + b"1" + b"}" * 5_000

BODIES: dict[str, bytes] = {
    "empty": b"",
    "blanks": b" \r\n ",
    "HTML": b"<html><body>Sign in</body></html>",
    "XML": b'<?xml version="1.0"?><Error><Code>X</Code></Error>',
    "bad UTF-8": b"\xff\xfe\x00{}",
    "UTF-16": "{}".encode("utf-16"),
    "half": b'{"value": [',
    "deep": DEEP,
    "deep error": DEEP_ERROR,
    "NaN": b'{"value": NaN, "error": NaN}',
    **{
        f"JSON {text}"[:60]: text.encode()
        for text in map(
            json.dumps,
            (
                None,
                True,
                5,
                "text",
                [],
                [5],
                [{}],
                {},
                {"value": 5},
                {"value": None},
                {"value": "text"},
                {"value": {}},
                {"value": [5]},
                {"value": [None]},
                {"value": [{}]},
                {"value": [[]]},
                {"value": [], "nextLink": 5},
                {"value": [], "nextLink": ["https://x"]},
                {"value": [], "nextLink": "https://[::1"},
                {"value": [], "nextLink": "https://evil.example/x"},
                {"value": [{"runId": 5, "name": [1], "status": {}, "error": 5}]},
                {"name": 5},
                {"name": ["a"], "properties": 5},
                {"name": "a", "properties": None},
                {"api": 5},
                {"api": {"x": 1}},
                {"api": "https://[::1"},
                {"api": "https://evil.example"},
                {"error": 5},
                {"error": "text"},
                {"error": None},
                {"error": {"code": [1], "message": {"a": 1}, "details": 5}},
                {"error": {"code": 5, "message": 5, "details": [5], "innerError": []}},
                {"error": {"details": [{"details": 5}], "additionalInfo": 5}},
                {"properties": {"provisioningState": 5, "provisioningErrors": 5}},
                {"status": 5, "error": []},
                {"status": ["Succeeded"]},
                {"runMetadata": 5, "runDefinition": "x"},
                {"runMetadata": {"outputs": 5}, "runDefinition": {"dataReferences": 5}},
                {"runMetadata": {"outputs": {"score": 5}}, "runDefinition": {"dataReferences": {"score": 5}}},
                {"runMetadata": {"outputs": {"score": {"assetId": 5}}}},
                {"runDefinition": {"dataReferences": {"score": {"dataStoreName": 5, "pathOnDataStore": 5}}}},
                {"values": 5},
                {"authentication": 5, "suffixes": 5, "portal": 5},
                {"portal": "https://portal.azure.example", "authentication": {"loginEndpoint": 5}, "suffixes": []},
                {"token_endpoint": 5, "authorization_endpoint": [], "issuer": 5},
                {"access_token": 5, "expires_in": "soon", "token_type": None},
            ),
        )
    },
}
HEADERS: dict[str, dict[str, str]] = {
    "plain": {"content-type": "application/json"},
    "odd": {
        "retry-after": "9" * 5000,
        "x-ms-retry-after-ms": "9" * 5000,
        "content-type": "text/html",
        "azure-asyncoperation": "https://[::1",
        "location": "not an address",
    },
    "dated": {"retry-after": "Thu, 99 Foo 99999 99:99:99 GMT", "date": "yesterday"},
}
# All of them with `make hostile`.
STATUSES = (200, 202, 204, 302, 400, 404, 409) if os.environ.get("HOSTILE") else (200, 404)


class Bench:
    """A service that gives one answer to every request."""

    def __init__(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.clock = Clock()
        transport = httpx.MockTransport(lambda _request: httpx.Response(status, content=body, headers=headers))
        self.http = HttpClient(register_secret=lambda _secret: None, clock=self.clock, transport=transport)


class Identity:
    def token(self, _audience: str, **_how: Any) -> str:
        return "planted-token"


def _metadata(bench: Any) -> Any:
    return find_cloud("https://management.example", bench.http, cache=PrivateCache(None, bench.clock))


def _arm(bench: Any) -> Arm:
    return Arm(bench.http, KNOWN["AzureCloud"], Identity(), clock=bench.clock)  # type: ignore[arg-type]  # a double


def _history(bench: Any) -> RunHistory:
    return RunHistory(bench.http, KNOWN["AzureCloud"], Identity(), WORKSPACE, f"{HOST}/discovery")  # type: ignore[arg-type]  # a double


def _known_history(bench: Any) -> RunHistory:
    history = _history(bench)
    history.__dict__["host"] = HOST
    return history


def _submit(bench: Any) -> Any:
    scoring = Scoring(bench.http, KNOWN["AzureCloud"], Identity())  # type: ignore[arg-type]  # a double
    return scoring.submit(SCORING, {}, deployment=None, request_id="i", what="start a scoring job")


def _jobs(bench: Any) -> Any:
    plane = JobsDataPlane(bench.http, KNOWN["AzureCloud"], Identity(), WORKSPACE, lambda: HOST)  # type: ignore[arg-type]  # a double
    return list(plane.jobs("digits", None))


def _written(bench: Any) -> Any:
    arm = _arm(bench)
    return arm.wait(arm.put(f"{WORKSPACE.path}/computes/cpu", {}), timeout=30, what="compute cpu")


SURFACES: dict[str, Callable[[Any], Any]] = {
    "metadata": _metadata,
    "a resource": lambda bench: _arm(bench).get(f"{WORKSPACE.path}/computes/cpu"),
    "a list": lambda bench: list(_arm(bench).list(f"{WORKSPACE.path}/computes")),
    "a write": _written,
    "a deletion": lambda bench: _arm(bench).delete(f"{WORKSPACE.path}/computes/cpu"),
    "scoring": _submit,
    "discovery": lambda bench: _history(bench).host,
    "the runs of a job": lambda bench: _known_history(bench).children("job"),
    "the output of a run": lambda bench: _known_history(bench).output_place("run", "score"),
    "jobs of an endpoint": _jobs,
}


@pytest.mark.parametrize("surface", SURFACES)
def test_each_answer_is_a_result_or_a_named_failure(surface: str) -> None:
    wrong = []
    for shape, body in BODIES.items():
        for name, headers in HEADERS.items():
            # A deep body is slow to parse, and its headers do not change that.
            for status in STATUSES if name == "plain" and "deep" not in shape else (200, 400):
                try:
                    SURFACES[surface](Bench(status, body, headers))
                except AzureMLError as error:
                    if len(error.message) < 20 or "planted" in error.message:
                        wrong.append(f"{shape}, {status}, {name}: {error.message}")
                except Exception as error:  # whatever it is, the test has to name it
                    wrong.append(f"{shape}, {status}, {name}: {type(error).__name__}: {str(error)[:200]}")
    assert wrong == []


@pytest.mark.parametrize("shape", [shape for shape in BODIES if "deep" not in shape])
def test_each_answer_of_the_authority_is_a_named_failure(monkeypatch: pytest.MonkeyPatch, shape: str) -> None:
    transport = pytest.importorskip("azure.core.pipeline.transport").RequestsTransport
    requests = pytest.importorskip("requests")

    def send(_transport: Any, request: Any, **_options: Any) -> Any:
        answer = requests.Response()
        answer.status_code, answer._content, answer.url = 200, BODIES[shape], request.url
        answer.headers["Content-Type"] = "application/json"
        wrapper = pytest.importorskip("azure.core.pipeline.transport").RequestsTransportResponse
        return wrapper(request, answer)

    monkeypatch.setattr(transport, "send", send)
    source = ClientSecret("tenant-1", "client-1", "planted-secret")
    settings = {"authority": "https://login.example", "disable_instance_discovery": True, "retry_total": 0}
    with pytest.raises(CredentialError, match=r"tenant-1.*login\.example") as caught:
        fetch_token(source, "https://ml.azure.com", "https://login.example", settings)
    assert "planted" not in caught.value.message
