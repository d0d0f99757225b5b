"""A workspace whose blobs lie in a folder, with one endpoint ready to score: what data-plane tests start from."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx

from tests.emulator.app import Emulator
from tests.emulator.entra import MACHINE_LEARNING
from tests.emulator.policies import Policies
from tests.emulator.settings import SURFACES, Settings
from tests.emulator.state import Resource
from tests.unit.emulator.folder_store import FolderStore

ECHO = """
import os
def init(): pass
def run(mini_batch):
    return [os.path.basename(path) for path in mini_batch]
"""
PREDICTIONS = "predictions.csv"


class FolderAccount(FolderStore):
    """A storage account in a folder."""

    account_name = "account"
    account_key = "a2V5"
    endpoint = "localhost:5"
    default_container = "home"

    def container_url(self, container: str) -> str:
        return f"https://{self.endpoint}/{self.account_name}/{container}"

    def container_sas(self, container: str, permissions: str) -> str:
        return f"sr=c&sp={permissions}&sig={container}"

    async def stop(self) -> None:
        """There is no server to stop."""


class DataPlane:
    """Calls the scoring and the regional host of an emulator that runs in the test's event loop."""

    def __init__(self, folder: Path, **policies: str) -> None:
        ports = {name: number for number, name in enumerate(SURFACES, 1)}
        settings = Settings(folder, ports, operation_seconds=0.0, policies=Policies(policies))
        self.blobs = FolderAccount(folder / "blobs")
        self.emulator = Emulator(settings, storage=self.blobs)
        self.state = self.emulator.state
        self.token = self.state.entra.issue(MACHINE_LEARNING)
        self.deploy("blue", ECHO)
        self.put("batchEndpoints/ep", {"defaults": {"deploymentName": "blue"}})
        for name in ("a.png", "b.png"):
            self.blobs.write("home", f"in/{name}", name)

    def put(self, below: str, properties: dict[str, Any], **more: Any) -> None:
        """Put a resource into the workspace."""
        self.state.resources.put(Resource(f"{self.state.settings.workspace_path}/{below}", properties, **more))

    def deploy(self, name: str, script: str, **changes: Any) -> None:
        """Put a deployment with this scoring script below the endpoint."""
        self.blobs.write("home", f"code/{name}/src/score.py", script)
        self.blobs.write("home", "models/weights.txt", "7")
        self.put(f"codes/{name}/versions/1", {"codeUri": f"{self.blobs.container_url('home')}/code/{name}/src"})
        self.put(
            "models/m/versions/1", {"modelUri": "azureml://datastores/workspaceblobstore/paths/models/weights.txt"}
        )
        workspace = self.state.settings.workspace_path
        properties = {
            "codeConfiguration": {"codeId": f"{workspace}/codes/{name}/versions/1", "scoringScript": "score.py"},
            "model": {"referenceType": "Id", "assetId": f"{workspace}/models/m/versions/1"},
            "compute": f"{workspace}/computes/cpu",
            "environmentId": None,
            "environmentVariables": {},
            "errorThreshold": -1,
            "retrySettings": {"maxRetries": 3, "timeout": "PT30S"},
            "miniBatchSize": 10,
            "loggingLevel": "Info",
            "maxConcurrencyPerInstance": 2,
            "outputAction": "AppendRow",
            "outputFileName": PREDICTIONS,
            "resources": {"instanceCount": 1, "instanceType": None, "properties": None},
        }
        self.put(f"batchEndpoints/ep/deployments/{name}", {**properties, **changes})

    def play(self, script: Callable[[DataPlane], Awaitable[None]]) -> None:
        """Run a test that waits, and end its jobs afterwards."""

        async def whole() -> None:
            try:
                await script(self)
            finally:
                await self.emulator.stop()

        asyncio.run(whole())

    async def call(self, surface: str, method: str, path: str, **options: Any) -> httpx.Response:
        """One request with a token for the data plane, unless `token` is another one (None: without)."""
        token = options.pop("token", self.token)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers.update(options.pop("headers", {}))
        transport = httpx.ASGITransport(app=self.emulator.surfaces[surface])
        async with httpx.AsyncClient(transport=transport, base_url=self.state.settings.url(surface)) as client:
            return await client.request(method, path, headers=headers, **options)

    async def manage(self, method: str, below: str, body: Any = None) -> httpx.Response:
        """One management call on something in the workspace."""
        token = self.state.entra.issue(self.state.settings.url("management"))
        path = f"{self.state.settings.workspace_path}/{below}?api-version=2024-10-01"
        return await self.call("management", method, path, token=token, json=body)

    async def invoke(self, properties: Any = None, **options: Any) -> httpx.Response:
        """An invoke of the endpoint, by default with the folder `in` as its input."""
        body = {"properties": properties if properties is not None else {"inputData": folder_input()}}
        return await self.call("scoring", "POST", "/ep/jobs", **{"json": body, **options})

    async def submit(self, properties: Any = None, **options: Any) -> str:
        """An invoke that is accepted; the job's name."""
        answer = await self.invoke(properties, **options)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["name"])

    async def end_of(self, name: str) -> str:
        """The status in which a job ends."""
        job = self.state.jobs.get(name)
        assert job is not None
        while not job.is_over:
            await asyncio.sleep(0.01)
        return job.status

    def blob(self, path: str) -> str:
        """Text of a blob in the default container."""
        return (self.blobs.root / "home" / path).read_text(encoding="utf-8")


def folder_input(path: str = "in", **more: Any) -> dict[str, Any]:
    """`inputData` with one folder of the default datastore."""
    uri = f"azureml://datastores/workspaceblobstore/paths/{path}"
    return {"input1": {"jobInputType": "UriFolder", "uri": uri, **more}}


def output(path: str, kind: str = "UriFile") -> dict[str, Any]:
    """`outputData` with one place in the default datastore."""
    return {"output": {"jobOutputType": kind, "uri": f"azureml://datastores/workspaceblobstore/paths/{path}"}}
