# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ARM on a scripted network, with its answers: shared by the tests of its requests and of its waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._service.arm import Accepted, Arm
from ansible_collections.mlops.azureml.plugins.module_utils._service.clouds import KNOWN

ARM = "https://management.azure.com"
W = "/subscriptions/s0/resourceGroups/rg1/providers/Microsoft.MachineLearningServices/workspaces/ws1"
ENDPOINT = f"{W}/batchEndpoints/be"
COMPUTE = f"{W}/computes/cpu"
STATUS = "/subscriptions/s0/providers/Microsoft.MachineLearningServices/locations/eastus/mfeOperationsStatus/bebes:1:2"
SIGNED = f"{STATUS}?api-version=2024-10-01&t=1&c=PLANTEDCERT&s=PLANTED-_sig%3D&h=PLANTEDHASH"
RESULT = SIGNED.replace("mfeOperationsStatus", "mfeOperationResults")
VERSION = "api-version=2024-10-01"


class Identity:
    """The credentials of a task, without a network."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []

    def token(self, audience: str, *, to: str, fresh: bool = False) -> str:
        self.asked.append((audience, fresh))
        return "planted-token"


@dataclass
class Bench:
    """ARM on a scripted network."""

    bench: Any
    arm: Arm
    identity: Identity
    progress: list[str] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        lines: list[str] = self.bench.network.lines
        return lines


@pytest.fixture
def arm(bench: Any) -> Callable[..., Bench]:
    def make(*replies: Any) -> Bench:
        b, identity, progress = bench(*replies), Identity(), []
        arm = Arm(b.http, KNOWN["AzureCloud"], identity, clock=b.clock, progress=progress.append)
        return Bench(b, arm, identity, progress)

    return make


def reply(status: int, body: Any = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, headers=named, **({} if body is None else {"json": body}))


def refusal(status: int, code: str, message: str = "", **headers: str) -> httpx.Response:
    return reply(status, {"error": {"code": code, "message": message}}, **headers)


def state(word: str | None, **more: Any) -> httpx.Response:
    return reply(200, {"properties": {"provisioningState": word, **more}})


def operation(status: str, **more: Any) -> httpx.Response:
    return reply(200, {"status": status, **more})


def accepted(method: str = "PUT", path: str = ENDPOINT, **how: Any) -> Accepted:
    how = {
        "status": 202 if method in ("DELETE", "POST") else 201,
        "body": None,
        "operation_url": None,
        "location": None,
        **how,
    }
    return Accepted(path=path, method=method, **how)


GATEWAY = {"x_ms_failure_cause": "gateway"}
NO_PARENT = "Can not perform requested operation on nested resource. Parent resource '{}' not found."
NO_RESOURCE = "The Resource 'Microsoft.MachineLearningServices/workspaces/{}' under resource group 'rg1' was not found."
NO_WORKSPACE = refusal(404, "ResourceNotFound", NO_RESOURCE.format("ws1"), **GATEWAY)
