# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shared by the unit tests: a scripted network, and a clock that moves only when somebody sleeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._service.http_client import HttpClient

Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


@dataclass
class Network:
    """Answers requests from a list, in order. A request after the end of the list fails the test."""

    replies: list[Reply]
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        assert self.replies, f"unexpected request: {request.method} {request.url}"
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, httpx.Response) else reply(request)

    @property
    def lines(self) -> list[str]:
        """Method and path with query of each request so far."""
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]


@dataclass
class Clock:
    """Moves when somebody sleeps, or when a test sets ``moment``."""

    moment: float = 1_700_000_000.0
    sleeps: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.moment += seconds


@dataclass
class Bench:
    """An HTTP client on a scripted network."""

    network: Network
    clock: Clock
    secrets: list[str]
    http: HttpClient


@pytest.fixture
def clock() -> Clock:
    """The clock of all that one test runs."""
    return Clock()


@pytest.fixture
def bench(clock: Clock) -> Iterator[Callable[..., Bench]]:
    """Make a bench from the replies of its network. All of them have to be requested before the test ends."""
    made: list[Bench] = []

    def make(*replies: Reply) -> Bench:
        network, secrets = Network(list(replies)), []
        http = HttpClient(
            register_secret=secrets.append,
            clock=clock,
            transport=httpx.MockTransport(network),
        )
        made.append(Bench(network, clock, secrets, http))
        return made[-1]

    yield make
    for item in made:
        assert item.network.replies == [], "some replies were never requested"
