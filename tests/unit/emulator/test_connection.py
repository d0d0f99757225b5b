"""Faults on a real connection: how it ends as a client sees it over TLS."""

from __future__ import annotations

import asyncio
import socket
import ssl

import pytest

from tests.emulator import tls
from tests.emulator.server import server_of

HEAD = b"GET /metadata/endpoints?api-version=2022-09-01 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


async def answer_to(emulator, state_dir):
    """What arrives on a connection to the management surface until it ends, and the error that ends it, if any."""
    files = tls.create(state_dir)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = server_of(emulator, "management", files)
    serving = asyncio.create_task(server._serve(sockets=[listener]))
    trust = ssl.create_default_context(cafile=str(files.authority))
    while not server.started:
        await asyncio.sleep(0.01)
    reader, writer = await asyncio.open_connection("localhost", listener.getsockname()[1], ssl=trust)
    received, error = b"", None
    try:
        writer.write(HEAD)
        while chunk := await reader.read(65536):
            received += chunk
    except OSError as ended:
        error = ended
    finally:
        writer.close()
        server.should_exit = True
        await serving
    return received, error


@pytest.mark.parametrize(
    ("rule", "expected", "error"),
    [
        ({"fault": "drop", "when": "before"}, b"", type(None)),
        ({"fault": "drop", "when": "after"}, b"", type(None)),
        ({"fault": "reset", "bytes": 9}, b'{"name":"', ConnectionResetError),
    ],
)
def test_a_connection_ends_as_the_rule_says(emulator, tmp_path, capfd, rule, expected, error):
    emulator.faults.add(rule)
    received, ended = asyncio.run(answer_to(emulator, tmp_path))
    assert isinstance(ended, error)
    assert received.partition(b"\r\n\r\n")[2] == expected
    assert "Exception" not in capfd.readouterr().err


def test_without_a_fault_the_answer_is_whole(emulator, tmp_path):
    received, ended = asyncio.run(answer_to(emulator, tmp_path))
    assert ended is None
    assert received.startswith(b"HTTP/1.1 200")
    assert received.endswith(b"}")


@pytest.mark.parametrize(("policy", "name"), [("production", b"Content-Type"), ("lower", b"content-type")])
def test_header_names_are_spelled_as_in_production_or_in_lower_case(emulator, tmp_path, policy, name):
    emulator.state.policies.set("header_names", policy)
    received, _ended = asyncio.run(answer_to(emulator, tmp_path))
    assert b"\r\n" + name + b": application/json" in received
