# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast the local workspace starts and answers: `python -m tests.bench.emulator_speed`.

Prints each figure beside its limit, and exits with status 1 when one is missed: how long a start takes besides
Azurite's own; management GETs a second; how much slower they are with 1,000 batch jobs and 5,000 model versions than
with a few. Rates are per second of one core's time that the emulator spends, so that they do not depend on what else
the machine does. Linux; needs an environment with tests/emulator/requirements.txt.
"""

from __future__ import annotations

import asyncio
import dataclasses
import http.client
import itertools
import json
import math
import os
import shlex
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.emulator.azurite import Azurite

ROOT = Path(__file__).parents[2]
JOBS, VERSIONS = 1_000, 5_000
A_FEW = 60
"""More than a page of a list, so that a page is as long with few things as with many."""
CLIENTS, SECONDS, STARTS = 4, 6.0, 3
START_SECONDS, GETS, SLOWER = 2.0, 300.0, 0.2
"""The limits: seconds of a start besides Azurite, GETs in a second of a core, what a crowd may cost."""
VERSION = "api-version=2024-10-01"


class Emulator:
    """A running emulator, asked over connections that stay open."""

    def __init__(self, folder: Path) -> None:
        lines = (folder / "env").read_text().splitlines()
        self.env = dict(shlex.split(line.removeprefix("export "))[0].split("=", 1) for line in lines)
        self.pid = int((folder / "pid").read_text())
        self._trust = ssl.create_default_context(cafile=self.env["SSL_CERT_FILE"])
        self.host = self.env["AZURE_CLOUD_ENVIRONMENT"]
        self.workspace = (
            f"/subscriptions/{self.env['AZURE_SUBSCRIPTION_ID']}/resourceGroups/{self.env['AZUREML_RESOURCE_GROUP']}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{self.env['AZUREML_WORKSPACE']}"
        )
        self.tokens = {audience: self._token(audience) for audience in (self.host, "https://ml.azure.com")}

    def connect(self, address: str) -> http.client.HTTPSConnection:
        parts = urllib.parse.urlsplit(address)
        return http.client.HTTPSConnection(parts.hostname or "", parts.port, context=self._trust)

    def ask(self, connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, **more: str) -> Any:
        """One request; the answer's JSON."""
        audience = more.get("audience", self.host)
        headers = {"Authorization": f"Bearer {self.tokens[audience]}", "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status < 300, (method, path, answer.status, content)
        return json.loads(content) if content else None

    def manage(self, connection: http.client.HTTPConnection, method: str, below: str, body: Any = None) -> Any:
        return self.ask(connection, method, f"{self.workspace}/{below}{'&' if '?' in below else '?'}{VERSION}", body)

    def control(self, what: str, body: Any) -> None:
        self.ask(self.connect(self.host), "POST", f"/emulator/{what}", body)

    def _token(self, audience: str) -> str:
        connection = self.connect(self.env["AZURE_AUTHORITY_HOST"])
        form = {
            "grant_type": "client_credentials",
            "client_id": self.env["AZURE_CLIENT_ID"],
            "client_secret": self.env["AZURE_SECRET"],
            "scope": f"{audience}/.default",
        }
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        path = f"/{self.env['AZURE_TENANT']}/oauth2/v2.0/token"
        connection.request("POST", path, urllib.parse.urlencode(form), kind)
        return str(json.loads(connection.getresponse().read())["access_token"])


def timed(work: Callable[[], Any]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def start_of_azurite(folder: Path) -> float:
    """Seconds until Azurite alone answers."""

    async def alone() -> float:
        azurite = Azurite(folder / "azurite.log")
        azurite.add_account("account", "a2V5")
        began = time.monotonic()
        await azurite.start()
        took = time.monotonic() - began
        await azurite.stop()
        return took

    return asyncio.run(alone())


def command(what: str, folder: Path) -> None:
    order = [sys.executable, "-m", "tests.emulator", what, "--state-dir", str(folder)]
    subprocess.run(order, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def core_seconds(pid: int) -> float:
    """Time that a process has spent on a core so far; Linux has it in /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rate(emulator: Emulator, below: str) -> float:
    """GETs of one address that the emulator answers in a second of one core's time, whatever else the machine does."""
    counts = [0] * CLIENTS
    path = f"{emulator.workspace}/{below}{'&' if '?' in below else '?'}{VERSION}"

    def ask_on(client: int, until: float) -> None:
        connection = emulator.connect(emulator.host)
        while time.monotonic() < until:
            emulator.ask(connection, "GET", path)
            counts[client] += 1

    spent, until = core_seconds(emulator.pid), time.monotonic() + SECONDS
    threads = [threading.Thread(target=ask_on, args=(client, until)) for client in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (core_seconds(emulator.pid) - spent)


def furnish(emulator: Emulator) -> None:
    """An endpoint with a deployment whose jobs end at once, and a few jobs and model versions."""
    emulator.control("policies", {"missing_reference": "accepted", "job_course": "Preparing:0,Completed"})
    connection = emulator.connect(emulator.host)
    register(emulator, range(A_FEW))
    endpoint = {"location": "eastus", "properties": {"authMode": "AADToken"}}
    emulator.manage(connection, "PUT", "batchEndpoints/bench-ep", endpoint)
    emulator.control("clock", {"advance_seconds": 60})
    asset = {"referenceType": "Id", "assetId": f"{emulator.workspace}/models/m/versions/0"}
    deployment = {"location": "eastus", "properties": {"model": asset}}
    emulator.manage(connection, "PUT", "batchEndpoints/bench-ep/deployments/blue", deployment)
    emulator.control("clock", {"advance_seconds": 60})
    invoke(emulator, A_FEW)


def register(emulator: Emulator, numbers: range) -> None:
    connection = emulator.connect(emulator.host)
    for number in numbers:
        emulator.manage(connection, "PUT", f"models/m/versions/{number}", {"properties": {"modelUri": "https://a/c/x"}})


def invoke(emulator: Emulator, count: int) -> None:
    shown = emulator.manage(emulator.connect(emulator.host), "GET", "batchEndpoints/bench-ep")
    address = shown["properties"]["scoringUri"]
    connection = emulator.connect(address)
    connection.connect()
    source = {"in": {"jobInputType": "UriFolder", "uri": "azureml://datastores/workspaceblobstore/paths/in"}}
    for number in range(count):
        body = {"properties": {"inputData": source, "name": f"job-{count}-{number}"}}
        path = urllib.parse.urlsplit(address).path
        headers = {
            "Authorization": f"Bearer {emulator.tokens['https://ml.azure.com']}",
            "Content-Type": "application/json",
            "azureml-model-deployment": "blue",
        }
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status == 201, content


def crowd(emulator: Emulator) -> None:
    """1,000 jobs and 5,000 model versions."""
    invoke(emulator, JOBS - A_FEW)
    register(emulator, range(A_FEW, VERSIONS))


ADDRESSES = {
    "a model version": "models/m/versions/0",
    "an endpoint": "batchEndpoints/bench-ep",
    "a job": f"jobs/job-{A_FEW}-0",
    "the newest version": "models/m/versions?$orderBy=createdtime%20desc&$top=1",
    "a page of versions": "models/m/versions?listViewType=ActiveOnly",
    "a page of jobs": "jobs?listViewType=ActiveOnly",
}


@dataclasses.dataclass(frozen=True)
class Figure:
    """A measured value, how it is written, and the limit that it must keep."""

    what: str
    value: float
    limit: float
    form: str
    at_most: bool

    @property
    def passes(self) -> bool:
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    def line(self) -> str:
        bound = f"at {'most' if self.at_most else 'least'} {self.form.format(self.limit)}"
        return f"{self.what:<50} {self.form.format(self.value):>10}   {bound:<18} {'pass' if self.passes else 'MISS'}"


def start(folder: Path) -> Iterator[Figure]:
    """Start an emulator in `folder`; the best of a few times, for the machine may be busy."""
    azurite, whole = math.inf, math.inf
    for _time in range(STARTS):
        command("down", folder)
        azurite = min(azurite, start_of_azurite(folder))
        whole = min(whole, timed(lambda: command("up", folder)))
    own = core_seconds(int((folder / "pid").read_text()))
    yield Figure("start, in time of a core", own, START_SECONDS, "{:.2f} s", True)
    yield Figure(f"start, besides {azurite:.2f} s of Azurite", whole - azurite, START_SECONDS, "{:.2f} s", True)


def gets(folder: Path) -> Iterator[Figure]:
    """GETs of each kind in a workspace with a few things, then in one with many."""
    emulator = Emulator(folder)
    furnish(emulator)
    few = {what: rate(emulator, below) for what, below in ADDRESSES.items()}
    for what, found in few.items():
        yield Figure(f"GETs of {what} in a second of a core", found, GETS, "{:.0f}", False)
    crowd(emulator)
    for what, below in ADDRESSES.items():
        many = rate(emulator, below)
        yield Figure(f"GETs of {what}, many standing", many, GETS, "{:.0f}", False)
        yield Figure("  slower than with a few", 1 - many / few[what], SLOWER, "{:.0%}", True)


def main() -> int:
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            for figure in itertools.chain(start(folder), gets(folder)):
                print(figure.line(), flush=True)
                missed += not figure.passes
        finally:
            command("down", folder)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
