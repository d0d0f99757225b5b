# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Storage requests on real connections to a server on loopback that is slow or silent."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._clock import SystemClock
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ConnectionFailed, InvalidOption, ServiceError
from ansible_collections.mlops.azureml.plugins.module_utils._service import (
    datastore_storage,
    proxies,
    storage_transport,
)
from ansible_collections.mlops.azureml.plugins.module_utils._service.blob_container import BlobContainer
from ansible_collections.mlops.azureml.plugins.module_utils._service.storage_transport import Limit
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock
from ansible_collections.mlops.azureml.tests.unit.plugins.module_utils._service.slow_server import dripping, silent

EMPTY = b'<?xml version="1.0"?><EnumerationResults><Blobs/><NextMarker/></EnumerationResults>'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nx-ms-version: 2021-12-02\r\n"


def listing(connection: Any) -> None:
    while connection.recv(65536):
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(EMPTY) + EMPTY)


@pytest.fixture
def opened(certificates: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setattr(storage_transport, "ANSWER_TIMEOUT", 0.4)
    monkeypatch.setattr(storage_transport, "BUDGET", 0.8)
    monkeypatch.setattr(storage_transport.StorageRetry, "get_backoff_time", lambda *_settings: 0.05)
    closers: list[Any] = []

    def make(server: Any, **options: Any) -> BlobContainer:
        workspace: Any = SimpleNamespace(
            invocation=SimpleNamespace(options={"ca_file": str(certificates.authority)}, clock=SystemClock()),
            on_close=closers.append,
        )
        url = f"https://localhost:{server.port}/acc/blobs"
        return datastore_storage._container(workspace, url, "sv=2026&sig=planted")

    yield make
    for close in closers:
        close()


@pytest.mark.parametrize(
    "slow",
    [silent, dripping(b"HTTP/1.1 200 OK"), dripping(HEAD), dripping(HEAD + b"Content-Length: 600\r\n\r\n")],
    ids=["no answer", "a slow status line", "slow headers", "a slow body"],
)
def test_a_request_ends_at_its_limit_and_so_do_its_repetitions(serve: Any, opened: Any, slow: Any) -> None:
    server = serve(slow)
    begin = time.monotonic()
    with pytest.raises(ConnectionFailed, match="took too long"):
        list(opened(server).list())
    assert time.monotonic() - begin < 5
    assert server.accepted <= 3


def test_a_handshake_that_stops_ends_at_the_limit(serve: Any, opened: Any) -> None:
    begin = time.monotonic()
    with pytest.raises(ConnectionFailed):
        list(opened(serve(silent, plain=True)).list())
    assert time.monotonic() - begin < 5


@pytest.mark.parametrize("way", ["read", "upload"])
def test_reading_and_uploading_end_too(serve: Any, opened: Any, tmp_path: Path, way: str) -> None:
    container = opened(serve(dripping(HEAD + b"Content-Length: 600\r\n\r\n")))
    (tmp_path / "file").write_bytes(b"content")
    begin = time.monotonic()
    steps = {
        "read": lambda: list(container.chunks("blob")),
        "upload": lambda: container.upload([(tmp_path / "file", "blob")]),
    }
    with pytest.raises(ConnectionFailed):
        steps[way]()
    assert time.monotonic() - begin < 8


def test_the_next_request_has_its_own_limit_and_the_same_connection(serve: Any, opened: Any) -> None:
    server = serve(listing)
    container = opened(server)
    for _request in range(3):
        assert list(container.list()) == []
        time.sleep(0.2)
    assert server.accepted == 1


def test_a_slow_attempt_is_repeated(serve: Any, opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage_transport, "BUDGET", 60.0)
    server = serve(dripping(HEAD), listing)
    assert list(opened(server).list()) == []
    assert server.accepted == 2


def test_after_late_requests_the_operation_ends_and_the_next_one_begins_again() -> None:
    clock = Clock()
    limit = Limit(clock)
    assert limit.begin(60)
    clock.sleep(60)
    with pytest.raises(TimeoutError):
        limit.left()
    assert not limit.begin(60)
    assert limit.begin(60)
    assert limit.left() == 60


# -- proxies ---------------------------------------------------------------------------------------------------------


def refusing(connection: Any) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://me:planted@localhost:{port}", "refuses the connection, 407"),
        ("http://me:planted@localhost:1", "cannot be reached"),
    ],
)
def test_a_proxy_that_fails_is_named_with_its_variable(
    serve: Any,
    opened: Any,
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    words: str,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address.format(port=serve(refusing, plain=True).port))
    with pytest.raises(ConnectionFailed) as caught:
        list(opened(SimpleNamespace(port=9)).list())
    assert "the proxy localhost:" in caught.value.message
    assert "environment variable HTTPS_PROXY" in caught.value.message
    assert words in caught.value.message
    assert "planted" not in caught.value.message


def test_a_socks_proxy_needs_its_package(opened: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://localhost:1080")
    monkeypatch.setattr(proxies.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(InvalidOption, match=r"HTTPS_PROXY.*PySocks is not installed"):
        list(opened(SimpleNamespace(port=9)).list())


# -- broken answers --------------------------------------------------------------------------------------------------


def answering(head: bytes, body: bytes) -> Any:
    def answer(connection: Any) -> None:
        while connection.recv(65536):
            connection.sendall(b"HTTP/1.1 %sContent-Length: %d\r\n\r\n%s" % (head, len(body), body))

    return answer


def listed(properties: bytes) -> bytes:
    return b"<EnumerationResults><Blobs><Blob><Name>a</Name>%s</Blob></Blobs></EnumerationResults>" % properties


JSON = b'{"error": {"code": [1], "details": 5}}'
OK = b"200 OK\r\nContent-Type: application/xml\r\n"
BROKEN = {
    "empty": (OK, b""),
    "empty, no type": (b"200 OK\r\n", b""),
    "another XML": (OK, b"<html><body>Sign in</body></html>"),
    "no XML": (OK, b"<EnumerationResults><Blobs>"),
    "HTML of a proxy": (b"200 OK\r\nContent-Type: text/html\r\n", b"<html>blocked</html>"),
    "bad UTF-8": (OK, b"\xff\xfe\x00<a/>"),
    "JSON": (b"200 OK\r\nContent-Type: application/json\r\n", b'{"value": 5}'),
    "bad numbers": (OK, listed(b"<Properties><Content-Length>x</Content-Length></Properties>")),
    "a blob without properties": (OK, listed(b"")),
    "a huge retry-after": (b"400 No\r\nRetry-After: " + b"9" * 5000 + b"\r\n", b""),
    "an error in HTML": (b"403 Forbidden\r\nContent-Type: text/html\r\n", b"<html>blocked</html>"),
    "an error in bad XML": (b"403 Forbidden\r\nContent-Type: application/xml\r\n", b"<Error><Code>"),
    "an error in bad UTF-8": (b"409 Conflict\r\nContent-Type: application/xml\r\n", b"\xff\xfe"),
    "an error in JSON": (
        b"404 Not Found\r\nContent-Type: application/json\r\n",
        b'{"error": {"code": [1], "details": 5}}',
    ),
    "a redirect": (b"302 Found\r\nLocation: https://evil.example/\r\n", b""),
    "not modified": (b"304 Not Modified\r\n", b""),
}
STEPS: dict[str, Any] = {
    "list": lambda container, _path: list(container.list("x")),
    "exists": lambda container, _path: container.exists("blob"),
    "chunks": lambda container, _path: list(container.chunks("blob")),
    "read_end": lambda container, _path: container.read_end("blob", 10),
    "read_note": lambda container, _path: container.read_note("blob"),
    "write_note": lambda container, _path: container.write_note("blob", "text", {}),
    "set_metadata": lambda container, _path: container.set_metadata("blob", {"a": "b"}),
    "delete": lambda container, _path: container.delete("blob"),
    "upload": lambda container, path: container.upload([(path, "blob")], overwrite=True),
}


@pytest.mark.parametrize("step", STEPS)
def test_each_broken_answer_is_a_named_failure_or_a_plain_success(
    serve: Any,
    opened: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    step: str,
) -> None:
    monkeypatch.setattr(storage_transport, "BUDGET", 0.0)
    (tmp_path / "file").write_bytes(b"content")
    wrong = {}
    for shape, (head, body) in BROKEN.items():
        container = opened(serve(answering(head, body)))
        try:
            STEPS[step](container, tmp_path / "file")
        except (ConnectionFailed, ServiceError) as error:
            if "localhost" not in error.message:
                wrong[shape] = error.message
        except Exception as error:  # whatever it is, the test has to name it
            wrong[shape] = repr(error)
        else:
            # Nothing in the answer to a deletion shows that it is one of a storage account.
            if step != "delete" and not shape.startswith("an error"):
                wrong[shape] = "taken for a success"
    assert wrong == {}
