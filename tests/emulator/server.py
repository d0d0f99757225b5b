"""The serving process: a TLS server per surface in one event loop, until a signal ends it."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import os
import shlex
import signal
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

import uvicorn

from . import tls
from .app import Emulator
from .connection import Connection
from .daemon import StartError, pid_file
from .settings import SURFACES, Settings


def run(
    state_dir: Path, port: int, report: int, settings_for: Callable[[Mapping[str, int]], Sequence[Settings]]
) -> None:
    """Serve until SIGTERM or SIGINT; write `ready`, or the reason why not, to the descriptor `report`.

    `port` (0: any free one) is that of the management surface; `settings_for` gives the workspaces for the port of
    each surface.
    """
    with os.fdopen(report, "w") as parent:
        try:
            with pid_file(state_dir):
                listeners = _bind(port)
                settings = settings_for({name: listener.getsockname()[1] for name, listener in listeners.items()})
                asyncio.run(_serve(settings, listeners, parent))
        except Exception as error:  # whatever it is, the parent waits for a line
            if not parent.closed:
                _report(parent, " ".join(str(error).split()) or type(error).__name__)
            raise


def _report(parent: TextIO, line: str) -> None:
    with contextlib.suppress(OSError):  # the parent has ended: nobody reads it
        print(line, file=parent, flush=True)
    parent.close()


def _bind(port: int) -> dict[str, socket.socket]:
    listeners = {}
    for surface in SURFACES:
        asked = port if surface == "management" else 0
        # The protocol is named because only then does asyncio switch off Nagle's algorithm (40 ms an answer).
        listener = socket.socket(proto=socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", asked))
        except OSError as error:
            raise StartError(f"cannot listen on port {asked} of 127.0.0.1: {error.strerror}") from error
        listeners[surface] = listener
    return listeners


class _Server(uvicorn.Server):
    """A server without signal handlers of its own: one process runs several, and ends them together."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(workspaces: Sequence[Settings], listeners: Mapping[str, socket.socket], parent: TextIO) -> None:
    settings = workspaces[0]
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    certificates = tls.create(settings.state_dir)
    emulator = Emulator(*workspaces)
    servers = {surface: server_of(emulator, surface, certificates) for surface in SURFACES}
    try:
        await emulator.start()
        running = [
            asyncio.create_task(server.serve(sockets=[listeners[surface]])) for surface, server in servers.items()
        ]
        while not all(server.started for server in servers.values()):
            await asyncio.sleep(0.01)
        write_environment(settings)
        _collect_garbage_seldom()
        _report(parent, "ready")
        await stopping.wait()
        for server in servers.values():
            server.should_exit = True
        await asyncio.gather(*running)
    finally:
        await emulator.stop()
        for secret in (settings.state_dir / "env", certificates.server):
            secret.unlink(missing_ok=True)


def _collect_garbage_seldom() -> None:
    """Resources of a workspace are no garbage: the more there are, the longer every search through them takes."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def server_of(emulator: Emulator, surface: str, certificates: tls.Certificates) -> uvicorn.Server:
    """What serves one surface."""
    policies = emulator.state.policies
    connection = functools.partial(Connection, spells=lambda: policies["header_names"] == "production")
    return _Server(
        uvicorn.Config(
            emulator.surfaces[surface],
            http=connection,  # type: ignore[arg-type]  # uvicorn calls it as it calls a class
            ssl_certfile=str(certificates.server),
            access_log=False,
            server_header=False,
            date_header=False,
            lifespan="off",
            log_level="warning",
            timeout_graceful_shutdown=3,
        )
    )


def write_environment(settings: Settings) -> None:
    """Write the shell file that leads clients here, readable by the owner only."""
    management = settings.url("management")
    authority = str(settings.state_dir / "ca.pem")
    values = {
        "AZURE_CLOUD_ENVIRONMENT": management,
        "AZURE_SUBSCRIPTION_ID": settings.subscription_id,
        "AZURE_TENANT": settings.tenant_id,
        "AZURE_CLIENT_ID": settings.client_id,
        "AZURE_SECRET": settings.client_secret,
        "AZURE_TENANT_ID": settings.tenant_id,
        "AZURE_CLIENT_SECRET": settings.client_secret,
        "AZURE_AUTHORITY_HOST": settings.url("login"),
        "AZUREML_RESOURCE_GROUP": settings.resource_group,
        "AZUREML_WORKSPACE": settings.workspace_name,
        "SSL_CERT_FILE": authority,
        "REQUESTS_CA_BUNDLE": authority,
        "ARM_CLOUD_METADATA_URL": f"{management}/metadata/endpoints?api-version=2022-09-01",
    }
    path = settings.state_dir / "env"
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items()))
