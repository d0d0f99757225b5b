# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server on loopback that behaves badly on each connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.mlops.azureml.tests.emulator import tls

Behaviour = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
SMALL = HEAD + b"Content-Length: 2\r\n\r\n{}"


class Server:
    """Accepts connections. The first one gets the first of `behaviours`, and so on; the last one is repeated."""

    def __init__(self, context: ssl.SSLContext | None, *behaviours: Behaviour) -> None:
        self._context = context
        self._behaviours = list(behaviours)
        self.accepted = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                connection, _address = self._listener.accept()
                behaviour = self._behaviours[min(self.accepted, len(self._behaviours) - 1)]
                self.accepted += 1
                threading.Thread(target=self._behave, args=(connection, behaviour), daemon=True).start()

    def _behave(self, connection: socket.socket, behaviour: Behaviour) -> None:
        with contextlib.suppress(OSError):  # the client has gone
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            with connection:
                behaviour(connection)


def dripping(head: bytes) -> Behaviour:
    def drip(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(head)
        for _second in range(600):
            connection.sendall(b" ")
            time.sleep(0.05)

    return drip


def silent(connection: socket.socket) -> None:
    connection.recv(65536)
    time.sleep(30)


def quick(connection: socket.socket) -> None:
    while connection.recv(65536):
        connection.sendall(SMALL)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tls.create(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def serve(certificates: Any) -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def start(*behaviours: Behaviour, plain: bool = False) -> Server:
        context = None
        if not plain:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificates.server)
        servers.append(Server(context, *behaviours))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
