# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import logging
import re
import socket
import ssl
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    AzureMLError,
    ConflictError,
    ConnectionFailed,
    Delivery,
    InvalidOption,
    MissingLibrary,
    NotFoundError,
    ServiceError,
    ThrottledError,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service import http_client
from ansible_collections.mlops.azureml.plugins.module_utils._service.http_client import (
    HttpClient,
)
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock

URL = "https://arm.example/things/one?api-version=1"
LINE = "/things/one?api-version=1"
ERROR = {"error": {"code": "Oops", "message": "No."}}

UNSENT = [httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x"), httpx.ProxyError("x")]
AMBIGUOUS = [
    httpx.ReadError("x"),
    httpx.ReadTimeout("x"),
    httpx.WriteError("x"),
    httpx.WriteTimeout("x"),
    httpx.CloseError("x"),
    httpx.RemoteProtocolError("x"),
]
ALL_METHODS = ["GET", "HEAD", "PUT", "DELETE", "POST", "PATCH"]
REPEATABLE = ALL_METHODS[:4]
NOT_REPEATABLE = ALL_METHODS[4:]


def ok(body: Any = None) -> httpx.Response:
    return httpx.Response(200, json={} if body is None else body)


def caused(outer: Exception, inner: Exception) -> Exception:
    outer.__cause__ = inner
    return outer


def untrusted(text: str) -> Exception:
    error = ssl.SSLCertVerificationError(1, text)
    error.verify_message = "self-signed certificate"
    return error


# -- requests --------------------------------------------------------------------------------------------------------


def test_a_request_keeps_its_body_and_headers_when_it_is_repeated(bench: Any) -> None:
    b = bench(httpx.Response(503), ok({"a": 1}), ok())
    answer = b.http.send("PUT", URL, json={"b": None}, headers={"x-extra": "1"})
    b.http.send("GET", URL)
    first, second, third = b.network.requests
    assert b.network.lines == [f"PUT {LINE}", f"PUT {LINE}", f"GET {LINE}"]
    assert first.content == second.content
    assert json.loads(first.content) == {"b": None}
    assert (first.headers["x-extra"], first.headers["accept"]) == ("1", "application/json")
    ids = [request.headers["x-ms-client-request-id"] for request in (first, second, third)]
    assert ids[0] == ids[1] != ids[2]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", ids[0])
    assert (answer.status, answer.json(), answer.url) == (200, {"a": 1}, "https://arm.example/things/one")


def test_the_user_agent_names_the_version_of_the_collection(bench: Any) -> None:
    b = bench(ok())
    b.http.send("GET", URL)
    galaxy = yaml.safe_load((Path(__file__).parents[5] / "galaxy.yml").read_text())
    assert b.network.requests[0].headers["user-agent"] == f"mlops.azureml/{galaxy['version']}"


def test_a_post_without_body_has_a_content_length_of_0(bench: Any) -> None:
    b = bench(ok())
    b.http.send("POST", URL)
    assert b.network.requests[0].headers["content-length"] == "0"


def test_a_signed_url_is_sent_unchanged(bench: Any) -> None:
    target = "/sub/mfeOperationsStatus/bebes:1:2?api-version=1&t=6.38&c=MII%2bC/x+y&s=a-_b%3D%3D&h=q'(1)*~"
    b = bench(ok())
    b.http.send("GET", f"https://arm.example{target}")
    assert b.network.lines == [f"GET {target}"]


def test_each_part_of_a_request_has_a_timeout(bench: Any) -> None:
    b = bench(ok(), ok())
    b.http.send("GET", URL)
    b.http.send("GET", URL, timeout=5)
    limits = [request.extensions["timeout"] for request in b.network.requests]
    assert limits == [
        {"connect": 10.0, "read": 60.0, "write": 60.0, "pool": 60.0},
        {"connect": 5, "read": 5, "write": 5, "pool": 5},
    ]


@pytest.mark.parametrize(
    "url", ["http://arm.example/x", "ftp://arm.example", "/path", "https://", "https://arm.example:no/"]
)
def test_only_https_addresses_are_called(bench: Any, url: str) -> None:
    with pytest.raises(InvalidOption):
        bench().http.send("GET", url)


# -- repetition ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ALL_METHODS)
@pytest.mark.parametrize("failure", UNSENT, ids=lambda failure: type(failure).__name__)
def test_a_request_that_was_certainly_not_sent_is_sent_again(bench: Any, method: str, failure: Exception) -> None:
    b = bench(failure, failure, ok())
    assert b.http.send(method, URL).status == 200
    assert b.network.lines == [f"{method} {LINE}"] * 3


@pytest.mark.parametrize("method", REPEATABLE)
@pytest.mark.parametrize("failure", AMBIGUOUS, ids=lambda failure: type(failure).__name__)
def test_reads_and_full_writes_are_repeated_after_an_ambiguous_failure(
    bench: Any, method: str, failure: Exception
) -> None:
    b = bench(failure, ok())
    assert b.http.send(method, URL).status == 200
    assert b.network.lines == [f"{method} {LINE}"] * 2


@pytest.mark.parametrize("method", NOT_REPEATABLE)
@pytest.mark.parametrize("failure", AMBIGUOUS, ids=lambda failure: type(failure).__name__)
def test_no_other_write_is_repeated_after_an_ambiguous_failure(bench: Any, method: str, failure: Exception) -> None:
    b = bench(failure)
    with pytest.raises(ConnectionFailed, match="may have been processed") as caught:
        b.http.send(method, URL)
    assert b.network.lines == [f"{method} {LINE}"]
    assert caught.value.delivery is Delivery.UNKNOWN


@pytest.mark.parametrize("method", ALL_METHODS)
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_transient_error_is_repeated_where_that_does_no_harm(bench: Any, method: str, status: int) -> None:
    replies = [httpx.Response(status, json=ERROR)]
    b = bench(*replies, ok()) if method in REPEATABLE else bench(*replies)
    if method in REPEATABLE:
        assert b.http.send(method, URL).status == 200
    else:
        with pytest.raises(ServiceError):
            b.http.send(method, URL)


@pytest.mark.parametrize("reply", [httpx.ReadError("x"), httpx.Response(500), httpx.Response(200, content=b"{")])
def test_a_post_declared_safe_is_repeated(bench: Any, reply: Any) -> None:
    b = bench(reply, ok())
    assert b.http.send("POST", URL, safe_to_repeat=True).status == 200


@pytest.mark.parametrize("reply", [httpx.ReadError("x"), httpx.Response(500)])
def test_a_put_declared_unsafe_is_not_repeated(bench: Any, reply: Any) -> None:
    b = bench(reply)
    with pytest.raises(AzureMLError):
        b.http.send("PUT", URL, safe_to_repeat=False)
    assert len(b.network.lines) == 1


@pytest.mark.parametrize("method", ALL_METHODS)
def test_a_throttled_request_is_repeated_for_every_method(bench: Any, method: str) -> None:
    b = bench(httpx.Response(429, headers={"Retry-After": "17"}), ok())
    assert b.http.send(method, URL).status == 200
    assert b.clock.sleeps == [17.0]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412, 501])
def test_a_refusal_is_not_repeated(bench: Any, status: int) -> None:
    b = bench(httpx.Response(status, json=ERROR))
    with pytest.raises(ServiceError):
        b.http.send("GET", URL)


def test_repetition_ends_after_six_attempts_with_growing_pauses(bench: Any) -> None:
    b = bench(*[httpx.Response(503, json=ERROR)] * 6)
    with pytest.raises(ServiceError, match="status 503"):
        b.http.send("GET", URL)
    assert len(b.clock.sleeps) == 5
    for pause, planned in zip(b.clock.sleeps, [0.5, 1, 2, 4, 8], strict=True):
        assert 0.75 * planned <= pause <= 1.25 * planned


def test_repetition_ends_after_a_minute(bench: Any) -> None:
    def slow(_request: httpx.Request) -> httpx.Response:
        b.clock.moment += 29
        raise httpx.ReadTimeout("x")

    b = bench(slow, slow, slow)
    with pytest.raises(ConnectionFailed):
        b.http.send("GET", URL)
    assert len(b.network.lines) == 3


def test_a_pause_beyond_the_minute_is_left_to_the_caller(bench: Any) -> None:
    b = bench(httpx.Response(429, headers={"Retry-After": "61"}, json=ERROR))
    with pytest.raises(ThrottledError):
        b.http.send("GET", URL)
    assert b.clock.sleeps == []


def test_a_pause_that_the_service_asks_for_is_made_once(bench: Any) -> None:
    b = bench(httpx.Response(429, headers={"Retry-After": "20"}), httpx.Response(503), ok())
    b.http.send("GET", URL)
    assert b.clock.sleeps[0] == 20.0
    assert b.clock.sleeps[1] < 2.0


# -- tokens ----------------------------------------------------------------------------------------------------------


class Tokens:
    """Returns another token when a fresh one is requested."""

    def __init__(self) -> None:
        self.asked: list[bool] = []

    def __call__(self, fresh: bool) -> str:
        self.asked.append(fresh)
        return "planted-token-2" if fresh else "planted-token-1"


@pytest.mark.parametrize("method", ALL_METHODS)
def test_a_refused_token_is_renewed_once(bench: Any, method: str) -> None:
    sent = []

    def note(status: int) -> Callable[[httpx.Request], httpx.Response]:
        def reply(request: httpx.Request) -> httpx.Response:
            sent.append(request.headers["authorization"])
            return httpx.Response(status)

        return reply

    b, tokens = bench(note(401), note(200)), Tokens()
    assert b.http.send(method, URL, token=tokens).status == 200
    assert tokens.asked == [False, True]
    assert sent == ["Bearer planted-token-1", "Bearer planted-token-2"]
    assert b.secrets == ["planted-token-1", "planted-token-2"]


def test_a_token_refused_twice_is_an_error(bench: Any) -> None:
    b = bench(httpx.Response(401, json=ERROR), httpx.Response(401, json=ERROR))
    with pytest.raises(ServiceError, match="status 401") as caught:
        b.http.send("GET", URL, token=Tokens())
    assert caught.value.status == 401


def test_without_a_token_a_401_is_an_error(bench: Any) -> None:
    b = bench(httpx.Response(401))
    with pytest.raises(ServiceError):
        b.http.send("GET", URL)
    assert "authorization" not in b.network.requests[0].headers


def test_a_secret_is_registered_once(bench: Any) -> None:
    b = bench()
    b.http.register_secret("planted-secret")
    b.http.register_secret("planted-secret")
    assert b.secrets == ["planted-secret"]


# -- answers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b" \r\n"])
def test_an_empty_body_is_none(bench: Any, content: bytes) -> None:
    assert bench(httpx.Response(202, content=content)).http.send("DELETE", URL).json() is None


@pytest.mark.parametrize("content", [b'{"a":', b"<html>Sign in</html>", b"\xff\xfe"])
def test_a_broken_body_is_read_again(bench: Any, content: bytes) -> None:
    b = bench(httpx.Response(200, content=content), ok({"a": 1}))
    assert b.http.send("GET", URL).json() == {"a": 1}


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
def test_a_broken_body_of_a_write_is_an_error(bench: Any, method: str) -> None:
    b = bench(httpx.Response(201, content=b"<html>", headers={"Content-Type": "text/html; charset=utf-8"}))
    with pytest.raises(ConnectionFailed, match=r"status 201, text/html, 6 bytes") as caught:
        b.http.send(method, URL)
    assert caught.value.delivery is Delivery.ANSWERED


@pytest.mark.parametrize(
    ("status", "kind"), [(400, ServiceError), (404, NotFoundError), (409, ConflictError), (307, ServiceError)]
)
def test_a_refusal_becomes_an_error_with_its_facts(bench: Any, status: int, kind: type[ServiceError]) -> None:
    b = bench(httpx.Response(status, json=ERROR, headers={"x-ms-request-id": "r-1"}))
    with pytest.raises(ServiceError) as caught:
        b.http.send("POST", URL, what="call things/one")
    assert caught.type is kind
    assert caught.value.message.startswith(f"Could not call things/one: status {status}, Oops: No.")
    assert caught.value.facts == {
        "status": status,
        "error": {"code": "Oops", "message": "No."},
        "request_id": "r-1",
        "url": "https://arm.example/things/one",
    }


def test_accepted_statuses_are_returned(bench: Any) -> None:
    b = bench(httpx.Response(404, json=ERROR), *[httpx.Response(503)] * 6)
    assert b.http.send("GET", URL, accept={404}).fault.code == "Oops"
    assert b.http.send("GET", URL, accept={503}).status == 503


@pytest.mark.parametrize("kind", ["text/plain", "text/plain; charset=utf-8"])
def test_a_sentence_in_plain_text_is_quoted(bench: Any, kind: str) -> None:
    """As the gateway before the scoring host refuses a token for another audience: batch contract 14.10."""
    refusal = httpx.Response(403, content=b"Audiences in JWT are not allowed", headers={"Content-Type": kind})
    with pytest.raises(ServiceError, match=r"Audiences in JWT are not allowed.*check cloud_environment") as caught:
        bench(refusal).http.send("GET", URL)
    assert "role" not in caught.value.message


@pytest.mark.parametrize("text", ["x" * 201, "line\nline", "\x1b[31mred"])
def test_more_than_a_sentence_is_described(bench: Any, text: str) -> None:
    with pytest.raises(ServiceError, match=r"not JSON \(text/plain, \d+ bytes\)"):
        bench(httpx.Response(403, text=text)).http.send("GET", URL)


def test_an_error_page_is_described_not_quoted(bench: Any) -> None:
    b = bench(httpx.Response(403, content=b"<h1>planted</h1>", headers={"Content-Type": "text/html"}))
    with pytest.raises(ServiceError, match=r"not JSON \(text/html, 16 bytes\)") as caught:
        b.http.send("GET", URL)
    assert "planted" not in caught.value.message


# -- reasons ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (
            caused(httpx.ConnectError("x"), socket.gaierror(-2, "Name or service not known")),
            "Name or service not known",
        ),
        (caused(httpx.ConnectError("x"), ConnectionRefusedError(111, "Connection refused")), "Connection refused"),
        (httpx.ConnectTimeout("x"), "it took too long"),
        (
            caused(httpx.ReadError("x"), ConnectionResetError(104, "Connection reset by peer")),
            "Connection reset by peer",
        ),
        (httpx.ReadTimeout("x"), "it took too long"),
        (httpx.RemoteProtocolError("x"), "before the answer was complete"),
    ],
)
def test_a_failed_connection_says_why_and_where(bench: Any, failure: Exception, words: str) -> None:
    with pytest.raises(ConnectionFailed, match=words) as caught:
        bench(*[failure] * 6).http.send("GET", URL)
    assert "host arm.example" in caught.value.message
    assert caught.value.facts["url"] == "https://arm.example/things/one"


def test_after_an_untrusted_certificate_the_request_is_not_repeated(bench: Any) -> None:
    b = bench(caused(httpx.ConnectError("x"), untrusted("certificate verify failed")))
    with pytest.raises(ConnectionFailed, match=r"self-signed certificate; give its authority as ca_file") as caught:
        b.http.send("GET", URL)
    assert caught.value.delivery is Delivery.NOT_SENT


def test_after_a_malformed_header_the_request_is_not_repeated(bench: Any) -> None:
    b = bench(httpx.LocalProtocolError("x"))
    with pytest.raises(ConnectionFailed, match="headers is malformed"):
        b.http.send("GET", URL)
    assert len(b.network.lines) == 1


@pytest.mark.parametrize(("content", "words"), [(None, "there is no such file"), ("no pem", "no certificate")])
def test_an_unusable_ca_file_is_named(tmp_path: Path, content: str | None, words: str) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(InvalidOption, match=words):
        HttpClient(ca_file=str(file), register_secret=print, clock=Clock()).send("GET", URL)


def test_other_authorities_have_another_fingerprint(tmp_path: Path) -> None:
    fingerprints = set()
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
        fingerprints.add(
            HttpClient(ca_file=str(tmp_path / name), register_secret=print, clock=Clock()).trust_fingerprint()
        )
    for missing in (None, str(tmp_path / "none")):
        fingerprints.add(HttpClient(ca_file=missing, register_secret=print, clock=Clock()).trust_fingerprint())
    assert len(fingerprints) == 3


def test_a_missing_httpx_is_reported_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "HTTPX_IMPORT_ERROR", "Traceback ...")
    http = HttpClient(register_secret=print, clock=Clock())
    with pytest.raises(MissingLibrary) as caught:
        http.send("GET", URL)
    assert (caught.value.library, caught.value.traceback) == ("httpx", "Traceback ...")


def test_after_closing_the_next_request_opens_a_new_connection(bench: Any) -> None:
    b = bench(ok(), ok())
    b.http.close()
    b.http.send("GET", URL)
    first = b.http._client
    b.http.close()
    assert first.is_closed
    assert b.http.send("GET", URL).status == 200


# -- secrets ---------------------------------------------------------------------------------------------------------

SIGNED = "https://arm.example/op?api-version=1&t=1&c=PLANTEDCERT&s=PLANTEDSIGNATURE&h=PLANTEDHASH"
KEY = "PLANTEDKEY"
LEAKY = f"Bearer planted-token-1 or planted-token-1 at {SIGNED}, sas ?sv=1&sig=PLANTEDSAS, {KEY}"


# Service fact: assets contract 14.17 (the log of an image build), operations contract 2 (who called).
HEADERS = {
    "log-url": "https://account.blob.core.windows.net/azureml/ImageLogs/1?sv=1&sig=PLANTEDSAS",
    "x-ms-operation-identifier": "tenantId=PLANTEDTENANT,objectId=PLANTEDOBJECT/eastus/1",
    "Set-Cookie": "session=PLANTEDCOOKIE",
}


def leaky(status: int) -> Callable[[httpx.Request], httpx.Response]:
    def reply(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            status,
            headers=HEADERS,
            json={"error": {"code": "Leak", "message": LEAKY, "details": [{"message": LEAKY}]}},
            request=request,
        )

    return reply


@pytest.mark.parametrize(
    "reply",
    [
        *[leaky(status) for status in (307, 400, 401, 403, 404, 409, 418, 429, 500, 503)],
        httpx.Response(200, content=LEAKY.encode()),
        httpx.Response(400, content=LEAKY.encode()),
        httpx.Response(403, text=LEAKY, headers=HEADERS),
        *[type(failure)(LEAKY) for failure in [*UNSENT, *AMBIGUOUS]],
        httpx.LocalProtocolError(LEAKY),
        httpx.DecodingError(LEAKY),
        caused(httpx.ConnectError(LEAKY), untrusted(LEAKY)),
    ],
    ids=lambda reply: getattr(reply, "__name__", type(reply).__name__),
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_error_path_leaks(method: str, reply: Any, caplog: pytest.LogCaptureFixture) -> None:
    def network(request: httpx.Request) -> httpx.Response:
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, httpx.Response) else reply(request)

    caplog.set_level(logging.DEBUG)
    http = HttpClient(register_secret=lambda _: None, clock=Clock(), transport=httpx.MockTransport(network))
    http.register_secret(KEY)
    http.register_secret(SIGNED)
    with pytest.raises(AzureMLError) as caught:
        http.send(method, SIGNED, json={"key": KEY}, token=Tokens())
    shown = "".join(traceback.format_exception(caught.value))
    for text in (shown, repr(caught.value), repr(caught.value.facts), caplog.text):
        assert "planted" not in text.lower()


def test_an_answer_does_not_show_its_body_or_headers(bench: Any) -> None:
    headers = {"Azure-AsyncOperation": "https://x/?s=planted", **HEADERS}
    b = bench(httpx.Response(202, json={"key": "planted"}, headers=headers))
    assert "planted" not in repr(b.http.send("POST", SIGNED)).lower()
