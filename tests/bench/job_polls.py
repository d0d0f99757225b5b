# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How soon the end of a job is seen, and what that costs in reads: `python -m tests.bench.job_polls`.

On a virtual clock: jobs of 30 s to 26 h, each a few hundred times with other jitter and other moments of its states,
beside a look every 30 s. Needs the collection on the path, as the tests do.
"""

from __future__ import annotations

import random
import statistics
import types
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from ansible_collections.mlops.azureml.plugins.module_utils import _job_watch
from ansible_collections.mlops.azureml.plugins.module_utils._job_record import read_job

MINUTE, HOUR = 60.0, 3600.0
DURATIONS = (30.0, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 26 * HOUR)
ROUNDS = 200
DRAW = random.Random(1)  # noqa: S311


@dataclass
class Service:
    """A job that takes so many seconds and passes through `states` (name -> when it begins); counts the looks."""

    seconds: float
    states: list[tuple[float, str]]
    now: float = 1_700_000_000.0
    reads: int = 0
    begin: float = field(init=False)

    def __post_init__(self) -> None:
        self.begin = self.now

    @property
    def management(self) -> Service:
        return self

    def path(self, below: str) -> str:
        return below

    def look(self, _path: str) -> tuple[dict[str, Any], float]:
        self.reads += 1
        return self.body, 0.0

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    @property
    def body(self) -> dict[str, Any]:
        age = self.now - self.begin
        status = [name for begin, name in self.states if begin <= age][-1]
        return {"name": "j", "properties": {"status": "Completed" if age >= self.seconds else status}}

    @property
    def late(self) -> float:
        """Seconds from the end of the job to the end of the wait."""
        return self.now - self.begin - self.seconds


def watched(seconds: float, states: list[tuple[float, str]]) -> Service:
    """One wait for one job, by the code that waits in the module."""
    service = Service(seconds, states)
    options = {"wait_timeout": 100 * HOUR, "phase_timeouts": None}
    invocation: Any = types.SimpleNamespace(options=options, progress=lambda _message: None)
    clock = types.SimpleNamespace(time=service.time, sleep=service.sleep)
    with mock.patch.object(_job_watch, "time", clock):
        watch = _job_watch.Watch(service, invocation)  # type: ignore[arg-type]
        job = read_job(service.body)
        watch.note(job)
        watch.until_ended(job)
    return service


def drawn(seconds: float) -> list[tuple[float, str]]:
    """States as recorded (batch contract 6.2), the run beginning somewhere in the first half."""
    run = DRAW.uniform(0, min(seconds / 2, 20 * MINUTE))
    queue = DRAW.uniform(0, run)
    return [(0.0, "Preparing"), (queue, "Queued"), (run, "Running")]


def measured(seconds: float, rounds: int = ROUNDS) -> tuple[float, float, int]:
    """Median and longest delay in seconds, and most reads, of jobs that take about so long."""
    waits = [watched(seconds * DRAW.uniform(0.95, 1.05), drawn(seconds)) for _round in range(rounds)]
    late = [wait.late for wait in waits]
    return statistics.median(late), max(late), max(wait.reads for wait in waits)


def main() -> None:
    random.seed(1)
    print(
        f"{'job':>8}  {'late, median':>14}  {'allowed':>8}  {'late, worst':>12}  {'reads':>6}  every 30 s: late, reads"
    )
    for seconds in DURATIONS:
        late, worst, reads = measured(seconds)
        allowed = max(0.05 * seconds, 2.0)
        print(
            f"{seconds:>7.0f}s  {late:>8.1f} s {late / seconds:>4.1%}  {allowed:>6.1f} s  {worst:>10.1f} s  {reads:>6}"
            f"  {15.0:>10.1f} s  {seconds / 30:>6.0f}"
        )


if __name__ == "__main__":
    main()
