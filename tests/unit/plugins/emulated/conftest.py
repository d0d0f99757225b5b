# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules through their ``main()`` against the emulator in memory, under any of its policies."""

from __future__ import annotations

import asyncio
import functools
import json
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible.module_utils import basic
from ansible_collections.mlops.azureml.plugins.module_utils import _module
from ansible_collections.mlops.azureml.plugins.module_utils._service import credentials
from ansible_collections.mlops.azureml.plugins.module_utils._service import workspace as workspace_module
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import Cloud
from ansible_collections.mlops.azureml.plugins.module_utils._service.http_client import HttpClient
from ansible_collections.mlops.azureml.tests.unit.plugins.conftest import patch_module_args
from ansible_collections.mlops.azureml.tests.unit.plugins.fake_storage import FakeStorage, plug_in
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import CONNECTION, Outcome
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import opened, signing_key
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.emulator import entra
from tests.emulator.app import Emulator
from tests.emulator.settings import SURFACES, Settings
from tests.unit.emulator.conftest import StorageDouble

__all__ = ["opened", "signing_key"]  # fixtures

WRITES = ("PUT", "PATCH", "POST", "DELETE")


class Emulated:
    """One workspace in memory, and the modules that work on it."""

    def __init__(self, emulator: Emulator, run: Callable[..., Outcome]) -> None:
        self.emulator = emulator
        self.requests: list[httpx.Request] = []
        ports = emulator.state.settings.ports
        self._transports = {ports[name]: httpx.ASGITransport(app) for name, app in emulator.surfaces.items()}
        self._run = run

    def __call__(self, module: types.ModuleType, options: dict[str, Any], *, check: bool = False) -> Outcome:
        """Run a module; ``requests`` are those of this run."""
        self.requests = []
        return self._run(module, options, check)

    def policy(self, **answers: str) -> None:
        for name, value in answers.items():
            self.emulator.state.policies.set(name, value)

    @property
    def writes(self) -> list[str]:
        """Methods of the last run's writes."""
        return [request.method for request in self.requests if request.method in WRITES]

    def path(self, below: str) -> str:
        """The ARM path of what is below the workspace."""
        return f"{self.emulator.state.settings.workspace_path}/{below}"

    def put(self, below: str, body: dict[str, Any]) -> Any:
        """What another client writes; the JSON of the answer. ``requests`` are not touched."""
        return self._call("PUT", below, body)

    def get(self, below: str) -> Any:
        """What another client reads."""
        return self._call("GET", below, None)

    def _call(self, method: str, below: str, body: Any) -> Any:
        settings, state = self.emulator.state.settings, self.emulator.state
        url = f"{settings.url('management')}{self.path(below)}"
        headers = {"Authorization": f"Bearer {state.entra.issue(settings.url('management'))}"}
        request = httpx.Request(method, url, params={"api-version": "2024-10-01"}, json=body, headers=headers)
        kept = self.requests
        answer = self.answer(request)
        self.requests = [one for one in kept if one is not request]
        assert answer.status_code in (200, 201), answer.text
        state.clock.advance(60)
        return answer.json()

    def network(self, request: httpx.Request) -> httpx.Response:
        """What modules reach: a test may put another ``answer`` in place."""
        return self.answer(request)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)

        async def send() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transports[request.url.port or 0]) as client:
                answer = await client.request(
                    request.method, request.url, content=request.content, headers=request.headers
                )
                return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

        return asyncio.run(send())


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> FakeStorage:
    return plug_in(monkeypatch)


@pytest.fixture
def emulated(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    signing_key: rsa.RSAPrivateKey,
    storage: FakeStorage,
) -> Emulated:
    monkeypatch.setattr(entra.rsa, "generate_private_key", lambda **_options: signing_key)
    ports = {surface: 40000 + number for number, surface in enumerate(SURFACES)}
    emulator = Emulator(Settings(state_dir=tmp_path / "state", ports=ports), storage=StorageDouble())
    settings, clock = emulator.state.settings, emulator.state.clock
    url = settings.url("management")
    local = Cloud("local", url, url, "core.windows.net", url)
    monkeypatch.setattr(workspace_module, "find_cloud", lambda *_args, **_more: local)
    monkeypatch.setattr(credentials, "fetch_token", lambda *_args: (emulator.state.entra.issue(url), 4e9))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    clock.moves_clients = True
    of_the_service = types.SimpleNamespace(now=lambda: clock.now().timestamp(), sleep=clock.advance)
    monkeypatch.setattr(_module, "SystemClock", lambda: of_the_service)

    # Ansible keeps those of a whole process.
    warnings: list[str] = []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda _module, message: warnings.append(message))

    def run(module: types.ModuleType, options: dict[str, Any], check: bool) -> Outcome:
        warnings.clear()
        here = {
            "subscription_id": settings.subscription_id,
            "resource_group": settings.resource_group,
            "workspace_name": settings.workspace_name,
        }
        arguments = {**CONNECTION, **here, **options, "_ansible_check_mode": check, "_ansible_diff": True}
        with patch_module_args(arguments), pytest.raises(SystemExit):
            module.main()
        return Outcome(json.loads(capfd.readouterr().out), list(warnings))

    emulated = Emulated(emulator, run)
    transport = httpx.MockTransport(emulated.network)
    monkeypatch.setattr(workspace_module, "HttpClient", functools.partial(HttpClient, transport=transport))
    return emulated
