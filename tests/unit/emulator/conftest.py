"""A control plane without a storage server: its surfaces are called in memory, its clock is turned by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.emulator import entra
from tests.emulator.app import Emulator
from tests.emulator.runtime.plan import Place
from tests.emulator.settings import SURFACES, Settings
from tests.emulator.state import State

ENDPOINT = {"location": "eastus", "properties": {"authMode": "aadToken"}}


class StorageDouble:
    """What the control plane asks of the storage account."""

    account_name = "account"
    account_key = "a2V5"
    endpoint = "localhost:10000"
    default_container = "azureml-blobstore-guid"

    def __init__(self) -> None:
        self.containers: list[str] = []
        self.empty: set[str] = set()
        """Paths without blobs; every other one holds a file that is no description of an MLflow model."""

    async def start(self) -> None:
        """There is no server to start."""

    async def stop(self) -> None:
        """There is no server to stop."""

    async def clear(self) -> None:
        self.containers.clear()

    async def inventory(self) -> dict[str, Any]:
        return {name: {} for name in self.containers}

    async def create_container(self, name: str) -> None:
        self.containers.append(name)

    async def delete_container(self, name: str) -> None:
        self.containers.remove(name)

    async def names(self, place: Place) -> list[str]:
        return [] if place.path in self.empty or place.name == "MLmodel" else ["file"]

    def container_url(self, container: str) -> str:
        return f"https://{self.endpoint}/{self.account_name}/{container}"

    def container_sas(self, container: str, permissions: str = "rcwl", hours: float = 16) -> str:
        return f"sr=c&sp={permissions}&sig=x"

    def account_sas(self, permissions: str, hours: float) -> str:
        return f"ss=bf&sp={permissions}&hours={hours:g}&sig=x"


class Http:
    """Calls one surface in memory."""

    def __init__(self, emulator: Emulator, surface: str) -> None:
        self._transport = httpx.ASGITransport(emulator.surfaces[surface])
        self._base_url = emulator.state.settings.url(surface)

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport, base_url=self._base_url) as client:
                return await client.request(method, url, **options)

        return asyncio.run(send())

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self.request("GET", url, **options)

    def put(self, url: str, **options: Any) -> httpx.Response:
        return self.request("PUT", url, **options)

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self.request("POST", url, **options)

    def delete(self, url: str, **options: Any) -> httpx.Response:
        return self.request("DELETE", url, **options)


class Workspace:
    """A client of the management surface, one level above HTTP."""

    version = "2024-10-01"

    def __init__(self, emulator: Emulator, state: State | None = None) -> None:
        """`state` is that of a workspace other than the first."""
        self.emulator = emulator
        self.state = state or emulator.state
        self.settings = self.state.settings
        self.http = Http(emulator, "management")
        self.headers = {"Authorization": f"Bearer {emulator.state.entra.issue(self.settings.url('management'))}"}

    def path(self, below: str) -> str:
        """Path of something in the workspace."""
        return f"{self.settings.workspace_path}/{below}".rstrip("/")

    def send(self, method: str, below: str, body: Any = None, **query: Any) -> Any:
        """One call; `query` may name another api_version."""
        version = query.pop("api_version", self.version)
        query = {key.replace("_", "$", 1) if key.startswith("_") else key: value for key, value in query.items()}
        params = {"api-version": version, **query}
        return self.http.request(method, self.path(below), params=params, json=body, headers=self.headers)

    def get(self, below: str, **query: Any) -> Any:
        """The body of a GET that succeeds."""
        answer = self.send("GET", below, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def follow(self, url: str) -> Any:
        """GET of an absolute URL, unchanged."""
        return self.http.get(url, headers=self.headers)

    def policy(self, **answers: str) -> None:
        for name, value in answers.items():
            self.emulator.state.policies.set(name, value)

    def wait(self, seconds: float = 2.0) -> None:
        """Let virtual time pass."""
        self.emulator.state.clock.advance(seconds)

    def endpoint(self, name: str = "digits-ep", **body: Any) -> Any:
        """PUT of a minimal endpoint, with these keys laid over its body."""
        return self.send("PUT", f"batchEndpoints/{name}", {**ENDPOINT, **body})

    def deployment(self, **changes: Any) -> dict[str, Any]:
        """Body of a deployment of what the `assets` fixture made, with these properties laid over it."""
        properties = {
            "model": {"referenceType": "Id", "assetId": self.path("models/digits/versions/1")},
            "codeConfiguration": {"codeId": self.path("codes/digits/versions/1"), "scoringScript": "score.py"},
            "environmentId": self.path("environments/digits/versions/1"),
            "compute": self.path("computes/cpu"),
            **changes,
        }
        return {"location": "eastus", "properties": properties}

    def done(self, answer: Any) -> Any:
        """`answer`, whose operation has ended well."""
        assert answer.status_code in (200, 201, 202), answer.text
        self.wait()
        assert self.follow(answer.headers["Azure-AsyncOperation"]).json()["status"] == "Succeeded"
        return answer


@pytest.fixture(scope="session")
def signing_key() -> rsa.RSAPrivateKey:
    """One key for all instances of a test run; making it takes a tenth of a second."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, signing_key: rsa.RSAPrivateKey) -> Emulator:
    monkeypatch.setattr(entra.rsa, "generate_private_key", lambda **_options: signing_key)
    ports = {surface: 40000 + number for number, surface in enumerate(SURFACES)}
    return Emulator(Settings(state_dir=tmp_path, ports=ports), storage=StorageDouble())


@pytest.fixture
def surface(emulator: Emulator) -> Callable[[str], Http]:
    """Gives the client of a surface by its name."""
    return lambda name: Http(emulator, name)


@pytest.fixture
def workspace(emulator: Emulator) -> Workspace:
    return Workspace(emulator)


@pytest.fixture
def assets(workspace: Workspace) -> Workspace:
    """A workspace with the compute `cpu` and version 1 of the code, model and environment `digits`."""
    cluster = {"computeType": "AmlCompute", "properties": {"scaleSettings": {"maxNodeCount": 2}}}
    workspace.done(workspace.send("PUT", "computes/cpu", {"location": "eastus", "properties": cluster}))
    bodies = {
        "codes": {"codeUri": "https://localhost:10000/account/c/src"},
        "models": {"modelUri": "azureml://datastores/workspaceblobstore/paths/model"},
        "environments": {"image": "library/python:latest"},
    }
    for collection, properties in bodies.items():
        answer = workspace.send("PUT", f"{collection}/digits/versions/1", {"properties": properties})
        assert answer.status_code == 201, answer.text
    return workspace
