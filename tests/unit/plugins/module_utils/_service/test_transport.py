# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real connections to a server on loopback that is slow, huge or behind a proxy."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._clock import SystemClock
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ConnectionFailed, InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._service import http_client
from ansible_collections.mlops.azureml.plugins.module_utils._service.http_client import HttpClient
from ansible_collections.mlops.azureml.plugins.module_utils._service.proxies import find_proxy
from ansible_collections.mlops.azureml.tests.unit.plugins.module_utils._service.slow_server import (
    HEAD,
    Behaviour,
    Server,
    dripping,
    quick,
    silent,
)


@pytest.fixture
def client(certificates: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpClient]:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    http = HttpClient(ca_file=str(certificates.authority), register_secret=lambda _text: None, clock=SystemClock())
    yield http
    http.close()


def url_of(server: Server) -> str:
    return f"https://localhost:{server.port}/things/one"


# -- the limit of a request ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "slow",
    [silent, dripping(b"HTTP/1.1 200 OK"), dripping(HEAD), dripping(HEAD + b"Content-Length: 600\r\n\r\n")],
    ids=["no answer", "a slow status line", "slow headers", "a slow body"],
)
def test_a_request_ends_at_its_limit(serve: Any, client: HttpClient, slow: Behaviour) -> None:
    server = serve(slow)
    begin = time.monotonic()
    with pytest.raises(ConnectionFailed, match="it took too long") as raised:
        client.send("POST", url_of(server), timeout=0.5)
    assert time.monotonic() - begin < 2
    assert "may have been processed" in raised.value.message


def test_a_handshake_that_stops_ends_at_the_limit(serve: Any, client: HttpClient) -> None:
    server = serve(silent, plain=True)
    begin = time.monotonic()
    with pytest.raises(ConnectionFailed, match="it took too long"):
        client.send("GET", url_of(server), timeout=0.3, within=0.3)
    assert time.monotonic() - begin < 3


def test_all_attempts_of_a_poll_end_with_the_wait(serve: Any, client: HttpClient) -> None:
    server = serve(dripping(HEAD))
    begin = time.monotonic()
    with pytest.raises(ConnectionFailed):
        client.send("GET", url_of(server), within=1.5)
    assert time.monotonic() - begin < 4
    assert server.accepted <= 2


def test_the_next_request_has_its_own_limit_and_the_same_connection(serve: Any, client: HttpClient) -> None:
    server = serve(quick)
    for _request in range(3):
        assert client.send("GET", url_of(server), timeout=0.4).json() == {}
        time.sleep(0.2)
    assert server.accepted == 1


def test_a_slow_attempt_is_repeated(serve: Any, client: HttpClient) -> None:
    server = serve(dripping(HEAD), quick)
    assert client.send("GET", url_of(server), timeout=0.5).json() == {}
    assert server.accepted == 2


# -- the size of an answer -------------------------------------------------------------------------------------------


def huge(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(HEAD + b"Content-Length: 10000000000\r\n\r\n")
    while True:
        connection.sendall(b" " * 65536)


def bomb(connection: socket.socket) -> None:
    connection.recv(65536)
    body = gzip.compress(b" " * (8 << 20))
    connection.sendall(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    connection.recv(65536)


@pytest.mark.parametrize("behaviour", [huge, bomb])
def test_an_absurdly_large_answer_is_refused(
    serve: Any, client: HttpClient, monkeypatch: pytest.MonkeyPatch, behaviour: Behaviour
) -> None:
    monkeypatch.setattr(http_client, "LARGEST_ANSWER", 4 << 20)
    server = serve(behaviour)
    with pytest.raises(ConnectionFailed, match="is larger than 4 MiB"):
        client.send("GET", url_of(server))
    assert server.accepted == 1


# -- proxies ---------------------------------------------------------------------------------------------------------

TARGET = "https://management.azure.com/x"


def refusing(status: bytes) -> Behaviour:
    def refuse(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % status)

    return refuse


@pytest.mark.parametrize(
    ("excluded", "host", "is_direct"),
    [
        *(("[::1]", host, direct) for host, direct in (("[::1]", True), ("[::2]", False), ("localhost", False))),
        *(("fd00::/8", host, direct) for host, direct in (("[fd12::1]", True), ("[fe80::1]", False), ("fd00", False))),
        *(("::1", host, direct) for host, direct in (("[::1]", True), ("[::1]:8443", True))),
        *(("10.0.0.0/8", host, direct) for host, direct in (("10.1.2.3", True), ("11.1.2.3", False), ("10", False))),
        *(("example.com", host, direct) for host, direct in (("a.example.com", True), ("notexample.com", False))),
        *((" *", "anything", True), (".svc, .cluster.local", "a.b.svc", True), ("", "anything", False)),
        ("[::1],fd00::/8,host:8443", "host:8443", True),
    ],
)
def test_no_proxy_may_name_addresses_and_networks(
    monkeypatch: pytest.MonkeyPatch, client: HttpClient, excluded: str, host: str, is_direct: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", excluded)
    assert (find_proxy(f"https://{host}/x") is None) == is_direct


def test_odd_entries_of_no_proxy_hinder_no_request(
    serve: Any, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "[::1],fd00::/8,::1,10.0.0.0/8,a b,[,*.x,:99")
    assert client.send("GET", url_of(serve(quick))).json() == {}


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_closed_proxy_is_named(monkeypatch: pytest.MonkeyPatch, client: HttpClient, variable: str) -> None:
    monkeypatch.setenv(variable, "http://me:planted-password@127.0.0.1:1")
    with pytest.raises(ConnectionFailed) as raised:
        client.send("GET", TARGET, within=0.1)
    assert f"the proxy 127.0.0.1:1 (environment variable {variable.upper()})" in raised.value.message
    assert "planted-password" not in raised.value.message


@pytest.mark.parametrize(
    ("status", "attempts"), [(b"407 Proxy Authentication Required", 1), (b"403 Forbidden", 1), (b"502 Bad Gateway", 2)]
)
def test_a_proxy_that_refuses_is_named(
    serve: Any, client: HttpClient, monkeypatch: pytest.MonkeyPatch, status: bytes, attempts: int
) -> None:
    proxy = serve(refusing(status), plain=True)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    with pytest.raises(ConnectionFailed, match=f"HTTPS_PROXY.*refuses the connection, {status.decode()}"):
        client.send("GET", TARGET, within=0.8)
    assert proxy.accepted == attempts


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("socks5://127.0.0.1:1080", "the Python package socksio is not installed"),
        ("ftp://127.0.0.1:21", "HTTPS_PROXY names no usable proxy"),
        ("http://[::1", "HTTPS_PROXY names no usable proxy"),
        ("http://:3128", "HTTPS_PROXY names no usable proxy"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, client: HttpClient, address: str, words: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(InvalidOption, match=words):
        client.send("GET", TARGET)
