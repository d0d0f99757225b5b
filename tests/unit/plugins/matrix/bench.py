# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The engine and the local workspace in one process: no sockets, no waiting, each request seen."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.mlops.azureml.plugins.module_utils._cache import Cache, NoCache
from ansible_collections.mlops.azureml.plugins.module_utils._clock import Clock
from ansible_collections.mlops.azureml.plugins.module_utils._engine.argument_spec import connection_options
from ansible_collections.mlops.azureml.plugins.module_utils._errors import AzureMLError
from ansible_collections.mlops.azureml.plugins.module_utils._operations.operation import Operation
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.plugins.module_utils._service.arm import Arm
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import Cloud
from ansible_collections.mlops.azureml.plugins.module_utils._service.http_client import HttpClient
from ansible_collections.mlops.azureml.plugins.module_utils._service.workspace import Workspace
from ansible_collections.mlops.azureml.tests.unit.plugins.fake_storage import FakeStorage
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.emulator import entra
from tests.emulator.app import Emulator
from tests.emulator.places import Place
from tests.emulator.settings import SURFACES, Settings
from tests.unit.emulator.conftest import StorageDouble

WRITES = frozenset({"PUT", "PATCH", "POST", "DELETE"})
SECRETS = "/listSecrets"
THROTTLED = 429
# The same in every workspace, so that the resources of two of them can be compared.
GUIDS = {
    name: f"{number:08}-0000-0000-0000-000000000000"
    for number, name in enumerate(("subscription_id", "tenant_id", "client_id", "workspace_guid"))
}


@dataclass(frozen=True)
class Request:
    """One request, by its path below the workspace; query and body as they were sent."""

    method: str
    path: str
    query: str
    body: bytes


@dataclass
class InMemory(httpx.BaseTransport):
    """Takes the requests of a synchronous client to the applications of an emulator.

    What was throttled had no effect, and does not count among those ``seen``.
    ``around`` is called before each request is sent (False) and after it was answered (True).
    """

    emulator: Emulator
    loop: asyncio.AbstractEventLoop
    seen: list[Request] = field(default_factory=list)
    around: Callable[[bool], None] = lambda _answered: None

    def __post_init__(self) -> None:
        ports = self.emulator.state.settings.ports
        self._surfaces = {ports[name]: httpx.ASGITransport(app) for name, app in self.emulator.surfaces.items()}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        below = request.url.path.removeprefix(self.emulator.state.settings.workspace_path).strip("/")
        self.seen.append(Request(request.method, below, request.url.query.decode(), request.content))
        self.around(False)
        answer = self.loop.run_until_complete(self._answer(request))
        if answer.status_code == THROTTLED:
            self.seen.pop()
        self.around(True)
        return answer

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._surfaces[request.url.port or 0].handle_async_request(request)
        content = await answer.aread()
        return httpx.Response(answer.status_code, headers=answer.headers, content=content, request=request)


class KilledError(BaseException):
    """The process of a task was killed."""


class Tokens:
    """Credentials that the emulator accepts."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._issued: dict[str, str] = {}

    def token(self, audience: str, *, to: str = "", fresh: bool = False) -> str:
        if audience not in self._issued:
            self._issued[audience] = self._emulator.state.entra.issue(audience)
        return self._issued[audience]


@dataclass
class Invocation:
    """One task, as an entry point offers it."""

    options: dict[str, Any]
    check_mode: bool
    clock: Clock
    cache: Cache = field(default_factory=NoCache)
    is_watched: bool = False
    warnings: list[str] = field(default_factory=list)

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def progress(self, _message: str) -> None:
        """Progress is not tested here."""

    def underway(self, _note: str) -> contextlib.AbstractContextManager[None]:
        """Nothing interrupts it."""
        return contextlib.nullcontext()

    def register_secret(self, _secret: str) -> None:
        """Secrets are not tested here."""


@dataclass(frozen=True)
class Done:
    """The outcome of a task: its result, or why it failed; and its requests."""

    changed: bool
    values: dict[str, Any]
    diff: tuple[dict[str, Any], dict[str, Any]]
    message: str
    warnings: list[str]
    requests: list[Request]

    @property
    def writes(self) -> list[Request]:
        """What changes something: reading secrets is a POST, and changes nothing."""
        return [one for one in self.requests if one.method in WRITES and not one.path.endswith(SECRETS)]

    @property
    def steps(self) -> list[str]:
        """What the task did or would do, in words."""
        return list(self.values.get("steps", ()))

    @property
    def was_refused(self) -> bool:
        """True if an update was refused, so that the resource was replaced."""
        methods = [one.method for one in self.writes]
        return methods[:1] == ["PUT"] and "DELETE" in methods

    @property
    def lines(self) -> list[str]:
        """Method and path of each request that does not follow an operation."""
        return [f"{one.method} {one.path}".strip() for one in self.requests if "Operation" not in one.path]


def read_task(operation: Operation, task: dict[str, Any]) -> dict[str, Any]:
    """The options of a task, read and completed as an entry point does. Raises InvalidOption for its definition."""
    spec = operation.spec()
    asked = spec.opened()
    read = ArgumentSpecValidator({**connection_options(), **asked.arguments}).validate(task)
    assert not read.error_messages, read.error_messages
    return dict(spec.completed(read.validated_parameters, lambda _secret: None))


class SeenStorage(StorageDouble):
    """Shows the service what the tasks have uploaded."""

    def __init__(self, uploaded: FakeStorage) -> None:
        super().__init__()
        self._uploaded = uploaded

    async def names(self, place: Place) -> list[str]:
        below = (name[len(place.path) :] for name in self._blobs(place) if name.startswith(place.path))
        return sorted(rest.lstrip("/") for rest in below if not rest or rest.startswith("/"))

    async def exists(self, place: Place) -> bool:
        return bool(await self.names(place))

    async def download(self, place: Place, target: Path) -> None:
        target.write_bytes(self._blobs(place)[place.path])

    def lay(self, *names: str) -> None:
        """Blobs of another client in the default container."""
        self._uploaded[self.container_url(self.default_container)].blobs |= dict.fromkeys(names, b"")

    def _blobs(self, place: Place) -> dict[str, bytes]:
        return self._uploaded[self.container_url(place.container)].blobs


class Bench:
    """A workspace of its own for tasks to run in; ``policies`` are the answers to open questions that hold in it."""

    def __init__(self, state_dir: Path, **policies: str) -> None:
        ports = {surface: 40000 + number for number, surface in enumerate(SURFACES)}
        self.storage: Any = FakeStorage()
        self._seen = SeenStorage(self.storage)
        self.emulator = Emulator(Settings(state_dir=state_dir, ports=ports, **GUIDS), storage=self._seen)
        self.emulator.state.clock.moves_clients = True
        for name, value in policies.items():
            self.emulator.state.policies.set(name, value)
        self.settings = self.emulator.state.settings
        self.transport = InMemory(self.emulator, asyncio.new_event_loop())
        self.tokens = Tokens(self.emulator)
        arm = self.settings.url("management")
        self._client = httpx.Client(transport=self.transport)
        self._cloud = Cloud("local", arm, self.settings.url("login"), "localhost", entra.MACHINE_LEARNING)

    def close(self) -> None:
        self.transport.loop.close()

    # -- tasks of the collection ---------------------------------------------------------------------------------

    def run(self, operation: Operation, task: dict[str, Any], *, check: bool = False) -> Done:
        """One task to its end."""
        invocation = Invocation({}, check, self)
        before = len(self.transport.seen)
        changed, values, diff, message = False, {}, ({}, {}), ""
        try:
            invocation.options = self._read(operation, task)
            result = operation.run(self._workspace(invocation))
            changed, values, diff = result.changed, result.values, (result.before, result.after)
        except AzureMLError as error:
            message = error.message
        return Done(changed, values, diff, message, invocation.warnings, self.transport.seen[before:])

    def _read(self, operation: Operation, task: dict[str, Any]) -> dict[str, Any]:
        here = {
            "subscription_id": self.settings.subscription_id,
            "resource_group": self.settings.resource_group,
            "workspace_name": self.settings.workspace_name,
        }
        return read_task(operation, {**here, **task})

    def _workspace(self, invocation: Invocation) -> Workspace:
        workspace = Workspace(invocation)
        opened: Any = workspace
        opened.http = HttpClient(transport=self.transport, register_secret=invocation.register_secret, clock=self)
        opened.cloud, opened.credentials = self._cloud, self.tokens
        opened.arm = Arm(workspace.http, self._cloud, self.tokens, clock=self)
        return workspace

    def now(self) -> float:
        return self.emulator.state.clock.now().timestamp()

    def sleep(self, seconds: float) -> None:
        self.emulator.state.clock.advance(seconds)

    def killed(self, operation: Operation, task: dict[str, Any], number: int, *, answered: bool) -> bool:
        """Run a task that is killed at its n-th request, before it is sent or when it was answered.

        False when it came to its end before that.
        """
        start = len(self.transport.seen)

        def strike(after: bool) -> None:
            if len(self.transport.seen) - start == number and after is answered:
                raise KilledError

        self.transport.around = strike
        try:
            self.run(operation, task)
        except KilledError:
            return True
        finally:
            self.transport.around = lambda _answered: None
        return False

    # -- other clients -------------------------------------------------------------------------------------------

    def send(self, method: str, below: str, body: Any = None, version: str = "2024-10-01", **query: str) -> Any:
        """One call of another client; its operation ends at once. The JSON of the answer, None for a 404."""
        url = f"{self.settings.url('management')}{self.path(below)}"
        headers = {"Authorization": f"Bearer {self.tokens.token(self._cloud.resource_manager)}"}
        params = {"api-version": version, **query}
        answer = self._client.request(method, url, params=params, json=body, headers=headers)
        while answer.status_code == THROTTLED:
            self.sleep(60)
            answer = self._client.request(method, url, params=params, json=body, headers=headers)
        assert answer.status_code in (200, 201, 202, 204, 404), answer.text
        self.sleep(self.settings.operation_seconds)
        return answer.json() if answer.content and answer.status_code != 404 else None

    def lay_blobs(self, *names: str) -> None:
        """Blobs of another client in the default datastore."""
        self._seen.lay(*names)

    def path(self, below: str) -> str:
        return f"{self.settings.workspace_path}/{below}".rstrip("/")


Open = Callable[..., Bench]
# To be called for each random pair that is tried.
Tried = Callable[[], None]


@pytest.fixture(scope="session")
def signing_key() -> rsa.RSAPrivateKey:
    """One key for all workspaces: making one takes longer than most tests."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signing_key: rsa.RSAPrivateKey) -> Iterator[Open]:
    """``opened(**policies)``: a new workspace."""
    monkeypatch.setattr(entra.rsa, "generate_private_key", lambda **_options: signing_key)
    made: list[Bench] = []

    def open_one(**policies: str) -> Bench:
        made.append(Bench(tmp_path, **policies))
        storage = made[-1].storage
        monkeypatch.setattr(datastore_storage, "_container", storage.open)
        monkeypatch.setattr(datastore_storage, "_open", lambda datastore: storage[datastore.container_url])
        return made[-1]

    yield open_one
    for bench in made:
        bench.close()
