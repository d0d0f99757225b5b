# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How soon the end of a job is seen, and what that costs in reads: `python -m tests.bench.job_polls`.

On a virtual clock, by the code that waits in the module: jobs of 30 s to 26 h, each a few hundred times with other
jitter and other moments of its states, beside a look every 30 s. The end is to be seen within 5 % of the job's duration
or 2 s, or as soon as a service that asks for pauses allows, with at most 120 reads for a job of up to six hours. Exits
with status 1 when a line misses that. Needs the collection on the path, as the tests do.
"""

from __future__ import annotations

import contextlib
import random
import statistics
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from ansible_collections.mlops.azureml.plugins.module_utils._jobs import wait as wait_module
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.job import parse_job

MINUTE, HOUR = 60.0, 3600.0
DURATIONS = (
    30.0,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    26 * HOUR,
)
ASKED = (0.0, 5.0, 60.0)
ROUNDS = 200
SHARE, LEAST = 0.05, 2.0
MOST_READS = {seconds: 120 for seconds in DURATIONS if seconds <= 6 * HOUR}
FIXED = 30.0
DRAW = random.Random(1)  # noqa: S311 - the same draw each time

Pause = Callable[[float, float], float]


@dataclass
class Service:
    """A job that takes so many seconds and passes through `states` (name -> when it begins); notes the polls.

    With each answer it asks to be left alone for `asked` seconds, as by `Retry-After`.
    """

    seconds: float
    states: list[tuple[float, str]]
    asked: float = 0.0
    now: float = 1_700_000_000.0
    polls: list[float] = field(default_factory=list)
    begin: float = field(init=False)
    invocation: Any = None

    def __post_init__(self) -> None:
        self.begin = self.now

    @property
    def arm(self) -> Service:
        return self

    def path(self, below: str) -> str:
        return below

    def poll(self, _path: str, _within: float) -> tuple[dict[str, Any], float]:
        waited = self.now - self.polls[-1] if self.polls else self.asked
        assert waited >= self.asked, "polled before the time that the service asked for"
        self.polls.append(self.now)
        return self.body, self.asked

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


def watched(service: Service, pause: Pause | None = None) -> Service:
    """One wait for one job, with the pauses of the module or others."""
    invocation: Any = types.SimpleNamespace(
        options={"wait_timeout": 100 * HOUR, "phase_timeouts": None},
        progress=lambda _message: None,
        underway=lambda _note: contextlib.nullcontext(),
        is_watched=False,
        clock=types.SimpleNamespace(now=service.time, sleep=service.sleep),
    )
    own = {"pause_after": pause, "jittered": lambda seconds: seconds} if pause else {}
    with mock.patch.multiple(wait_module, **own) if own else contextlib.nullcontext():
        service.invocation = invocation
        watch = wait_module.JobWait(service)
        job = parse_job(service.body)
        watch.note(job)
        watch.until_ended(job)
    return service


def drawn(seconds: float, asked: float = 0.0) -> Service:
    """A job of about so long, its states as recorded (batch contract 6.2), the run beginning in its first half."""
    exactly = seconds * DRAW.uniform(0.95, 1.05)
    run = DRAW.uniform(0, min(seconds / 2, 20 * MINUTE))
    return Service(exactly, [(0.0, "Preparing"), (DRAW.uniform(0, run), "Queued"), (run, "Running")], asked)


@dataclass(frozen=True)
class Measured:
    """What waits for many jobs of about the same duration came to; `late` and `worst` in seconds."""

    late: float
    worst: float
    reads: int


def measured(seconds: float, *, asked: float = 0.0, rounds: int = ROUNDS, pause: Pause | None = None) -> Measured:
    waits = [watched(drawn(seconds, asked), pause) for _round in range(rounds)]
    late = [wait.late for wait in waits]
    return Measured(statistics.median(late), max(late), max(len(wait.polls) for wait in waits))


def allowed(seconds: float, asked: float = 0.0) -> float:
    """How late the end may be seen."""
    return max(SHARE * seconds, LEAST, asked)


def line(seconds: float, asked: float) -> bool:
    """Measure and print one line; did it pass?"""
    own, fixed = measured(seconds, asked=asked), measured(seconds, asked=asked, pause=lambda *_times: FIXED)
    passed = own.late <= allowed(seconds, asked) and own.reads <= MOST_READS.get(seconds, own.reads)
    found = (
        f"{seconds:>7.0f} s {asked:>5.0f} s",
        f"{own.late:>6.1f} s {own.late / seconds:>6.1%} {allowed(seconds, asked):>7.1f} s {own.worst:>7.1f} s",
        f"{own.reads:>5} {MOST_READS.get(seconds, '-'):>5}",
        f"{fixed.late:>5.1f} s {fixed.reads:>5}",
        "pass" if passed else "MISS",
    )
    print("  ".join(found))
    return passed


def main() -> int:
    random.seed(1)
    print("      job   asked     late, median    allowed     worst  reads, most  every 30 s: late, reads")
    missed = [(seconds, asked) for asked in ASKED for seconds in DURATIONS if not line(seconds, asked)]
    print(f"{len(missed)} of {len(ASKED) * len(DURATIONS)} lines missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
