# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks that change one resource at the same time, each in a thread: nothing is lost.

Requests take a random time to the service and back. Time is simulated: one thread runs at a time, the one whose moment
comes first. So a race is the same each time that it is run with its seed, whatever the host does meanwhile.
"""

from __future__ import annotations

import heapq
import itertools
import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.modules import asset_container, batch_endpoint, compute, datastore, model
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Bench, Done, InMemory

# How many races of each kind; more on request.
RACES = int(os.environ.get("RACES", "2"))
TASKS = 3
SEED = os.environ.get("RACE_SEED", str(time.time_ns() % 10**6))
# Seconds. There and back is less than tasks wait before they read back what they wrote.
LONGEST_WAY = 0.2

MODEL = {"name": "m", "version": "1", "path": "azureml://datastores/workspaceblobstore/paths/m"}
# Module, path, and what creates the resource.
SUBJECTS: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "endpoint": (batch_endpoint, "batchEndpoints/digits", {"name": "digits"}),
    "cluster": (compute, "computes/cpu", {"name": "cpu", "size": "Standard_DS3_v2", "max_instances": 1}),
    "datastore": (datastore, "datastores/s", {"name": "s", "account_name": "acc", "container_name": "c"}),
    "model": (model, "models/m/versions/1", MODEL),
    "models": (asset_container, "models/m", {"name": "m", "type": "model"}),
}


class Turns:
    """Simulated time of several threads. ``advance`` is called with the seconds that pass."""

    def __init__(self, threads: int, advance: Callable[[float], None]) -> None:
        self._advance = advance
        self._changed = threading.Condition()
        self._running = threads
        self._now = 0.0
        self._numbers = itertools.count()
        self._waiting: list[tuple[float, int]] = []
        self._turn: tuple[float, int] | None = None

    def wait(self, seconds: float) -> None:
        """Return after so many seconds, once all others wait for a later moment."""
        with self._changed:
            mine = (self._now + seconds, next(self._numbers))
            heapq.heappush(self._waiting, mine)
            self._rest()
            self._changed.wait_for(lambda: self._turn == mine)

    def leave(self) -> None:
        """The thread waits no more."""
        with self._changed:
            self._rest()

    def _rest(self) -> None:
        self._running -= 1
        if self._running or not self._waiting:
            return
        self._turn = heapq.heappop(self._waiting)
        self._advance(self._turn[0] - self._now)
        self._now = self._turn[0]
        self._running = 1
        self._changed.notify_all()


class Crowd(Bench):
    """A workspace in which several tasks run at the same time."""

    def __init__(self, state_dir: Path, seed: str) -> None:
        super().__init__(state_dir, model_path_check="none")
        self.transport = Distant(self.emulator, self.transport.loop)
        self._ways = random.Random(seed)  # noqa: S311 - a delay is no secret
        self._turns: Turns | None = None

    def sleep(self, seconds: float) -> None:
        if self._turns is None:
            super().sleep(seconds)
        else:
            self._turns.wait(seconds)

    def at_once(self, run: Callable[[int], Done]) -> list[Done]:
        turns = self._turns = Turns(TASKS, super().sleep)
        self.transport.travel = lambda: turns.wait(self._ways.uniform(0, LONGEST_WAY))

        def one(number: int) -> Done:
            try:
                turns.wait(0)
                return run(number)
            finally:
                turns.leave()

        with ThreadPoolExecutor(TASKS) as pool:
            done = list(pool.map(one, range(TASKS)))
        self._turns, self.transport.travel = None, lambda: None
        return done


class Distant(InMemory):
    """A service to which requests take some time."""

    travel: Callable[[], None] = staticmethod(lambda: None)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.travel()
        answer = super().handle_request(request)
        self.travel()
        return answer


@pytest.mark.parametrize("race", range(RACES))
@pytest.mark.parametrize("subject", SUBJECTS)
def test_tags_that_several_tasks_add_are_all_there(tmp_path: Path, subject: str, race: int) -> None:
    crowd = Crowd(tmp_path, f"{SEED} {subject} {race}")
    module, below, created = SUBJECTS[subject]
    if module is asset_container:
        assert not crowd.run(model.OPERATION, MODEL).message
    assert not crowd.run(module.OPERATION, created).message

    done = crowd.at_once(lambda number: crowd.run(module.OPERATION, {**created, "tags": {f"t{number}": "1"}}))

    assert [one.message for one in done] == [""] * TASKS, f"RACE_SEED={SEED}"
    current = crowd.send("GET", below)
    tags = current.get("tags") or current["properties"].get("tags")
    assert tags == {f"t{number}": "1" for number in range(TASKS)}, f"RACE_SEED={SEED}"
