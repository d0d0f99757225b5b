# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pause that one task was asked for is kept by all that share its memory."""

from __future__ import annotations

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._cache import Cache, NoCache
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ThrottledError
from ansible_collections.mlops.azureml.plugins.module_utils._service.http_client import HttpClient
from ansible_collections.mlops.azureml.plugins.module_utils._service.throttling import SPREAD
from ansible_collections.mlops.azureml.plugins.plugin_utils._shared_cache import SharedCache
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock

HOST = "https://management.azure.com"
ONE, OTHER = f"{HOST}/subscriptions/one/x", f"{HOST}/subscriptions/other/x"
PAUSE = 17


class Tasks:
    """Tasks one after the other, each with a clock of its own that begins at the same moment: they run at once."""

    def __init__(self, cache: Cache | None = None) -> None:
        self.clock = Clock()
        self.cache = cache or SharedCache(self.clock)

    def send(self, method: str, url: str, *answers: httpx.Response, within: float | None = None) -> list[float]:
        """How long a task sleeps that sends one request."""
        clock, replies = Clock(), iter(answers)
        client = HttpClient(
            register_secret=lambda _secret: None,
            clock=clock,
            cache=self.cache,
            transport=httpx.MockTransport(lambda _request: next(replies)),
        )
        client.send(method, url, within=within)
        return clock.sleeps


def throttled() -> httpx.Response:
    return httpx.Response(429, headers={"Retry-After": str(PAUSE)}, json={})


def fine() -> httpx.Response:
    return httpx.Response(200, json={})


@pytest.fixture
def tasks() -> Tasks:
    made = Tasks()
    made.send("GET", ONE, throttled(), fine())
    return made


def test_the_task_itself_pauses_once(tasks: Tasks) -> None:
    [pause] = Tasks().send("GET", ONE, throttled(), fine())
    assert PAUSE <= pause <= PAUSE * (1 + SPREAD)


def test_others_pause_before_they_are_refused(tasks: Tasks) -> None:
    [pause] = tasks.send("GET", ONE, fine())
    assert PAUSE <= pause <= PAUSE * (1 + SPREAD)


@pytest.mark.parametrize(("method", "url"), [("PUT", ONE), ("DELETE", ONE), ("GET", OTHER), ("GET", "https://x.y/z")])
def test_other_limits_are_not_concerned(tasks: Tasks, method: str, url: str) -> None:
    assert tasks.send(method, url, fine()) == []


def test_after_the_pause_nobody_waits(tasks: Tasks) -> None:
    tasks.clock.moment += PAUSE
    assert tasks.send("GET", ONE, fine()) == []


def test_a_pause_that_is_longer_than_a_task_has_time_is_not_kept(tasks: Tasks) -> None:
    with pytest.raises(ThrottledError):
        tasks.send("GET", ONE, throttled(), within=5.0)
    assert tasks.send("GET", ONE, fine(), within=5.0) == []


def test_without_shared_memory_each_task_is_asked_itself() -> None:
    tasks = Tasks(NoCache())
    tasks.send("GET", ONE, throttled(), fine())
    assert tasks.send("GET", ONE, fine()) == []
