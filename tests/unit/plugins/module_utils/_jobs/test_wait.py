# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waits of hours, on a clock that moves only in a sleep."""

from __future__ import annotations

import contextlib
import random
import types
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    AzureMLError,
    ConnectionFailed,
    Delivery,
    ServiceError,
    WaitTimeout,
)
from ansible_collections.mlops.azureml.plugins.module_utils._jobs import wait
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.job import Job, parse_job
from ansible_collections.mlops.azureml.tests.bench.job_polls import allowed, drawn, measured
from ansible_collections.mlops.azureml.tests.bench.job_polls import watched as watched_by_bench
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock

HOUR = 3600.0


class Service:
    """A job that runs for so many seconds; ``reads`` are the times of its polls."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock = clock
        self.end = clock.now() + seconds
        self.reads: list[float] = []
        self.trouble: list[Exception] = []
        self.present = True
        self.invocation: Any = None

    def path(self, below: str) -> str:
        return below

    @property
    def arm(self) -> Service:
        return self

    def poll(self, path: str, within: float) -> tuple[dict[str, Any] | None, float]:
        assert path == "jobs/j"
        self.reads.append(self.clock.now())
        if self.trouble:
            raise self.trouble.pop()
        return (body("Running" if self.clock.now() < self.end else "Completed") if self.present else None), 0.0


def body(status: str) -> dict[str, Any]:
    return {"name": "j", "properties": {"status": status}}


class Slow(Service):
    """A job that is absent at its first two polls, the second of which is so many seconds after the begin."""

    def poll(self, path: str, within: float) -> tuple[dict[str, Any] | None, float]:
        self.reads.append(self.clock.now())
        second = self.end - self.clock.now()
        return (None, second) if len(self.reads) < 3 else (body("Completed"), 0.0)


class Stuck(Service):
    """A job that shows these states, one at each poll, and then the last one for ever."""

    def __init__(self, clock: Clock, *states: str) -> None:
        super().__init__(clock, HOUR)
        self.states = list(states)

    def poll(self, path: str, within: float) -> tuple[dict[str, Any] | None, float]:
        super().poll(path, within)
        return body(self.states.pop(0) if len(self.states) > 1 else self.states[0]), 0.0


def watched(service: Service, timeout: float, **phases: float) -> Job:
    invocation = types.SimpleNamespace(
        options={"wait_timeout": timeout, "phase_timeouts": phases},
        progress=lambda _message: None,
        underway=lambda _note: contextlib.nullcontext(),
        is_watched=False,
        clock=service.clock,
    )
    service.invocation = invocation
    job_wait: Any = wait.JobWait(service)
    job: Job = job_wait.until_ended(parse_job(body("Preparing")))
    return job


@pytest.mark.parametrize("asked", [0, 60])
@pytest.mark.parametrize("seconds", [30, 600, HOUR, 6 * HOUR])
def test_the_end_is_seen_soon_and_with_few_reads(seconds: float, asked: float) -> None:
    random.seed(seconds)
    found = measured(seconds, asked=asked, rounds=60)
    assert found.late <= allowed(seconds, asked)
    assert found.reads <= 120


def test_fifty_waits_that_begin_together_leave_reads_to_others() -> None:
    """What a subscription may read at once, and how much of it comes back each second (operations contract 2)."""
    random.seed(3)
    budget, each_second = 250.0, 25.0
    moments = sorted(moment for _job in range(50) for moment in watched_by_bench(drawn(600)).polls)
    left, last = budget, moments[0]
    for moment in moments:
        left = min(left + (moment - last) * each_second, budget) - 1
        last = moment
        assert left > 0.2 * budget


def test_a_job_of_26_hours_is_seen_to_its_end(clock: Clock) -> None:
    service = Service(clock, 26 * HOUR)
    assert watched(service, 30 * HOUR).status == "Completed"
    assert clock.now() - service.end <= 1.25 * wait.LONGEST_PAUSE
    assert len(service.reads) <= 210


def test_a_run_after_a_long_queue_is_polled_more_often() -> None:
    queued, fresh = (wait.pause_after(3 * HOUR, in_phase) for in_phase in (3 * HOUR, 10))
    assert fresh < 10 < queued


def test_a_wait_ends_at_its_timeout_by_the_wall_clock(clock: Clock) -> None:
    begin = clock.now()
    with pytest.raises(WaitTimeout, match="is Running after 7200 s"):
        watched(Service(clock, 26 * HOUR), 7200)
    assert clock.now() - begin == pytest.approx(7200)


@pytest.mark.parametrize("odd", ["", "NotResponding", "Paused", "SomethingNew"])
@pytest.mark.parametrize(("phase", "state"), [("queued", "Queued"), ("preparing", "Starting"), ("running", "Running")])
def test_each_phase_has_a_limit_and_other_states_are_part_of_it(clock: Clock, phase: str, state: str, odd: str) -> None:
    service = Stuck(clock, *filter(None, ("Preparing", state, odd)))
    limits = {"queued": HOUR, "preparing": HOUR, "running": HOUR, phase: 600}
    begin = clock.now()
    with pytest.raises(WaitTimeout, match=f"has been {phase} for 600 s, and phase_timeouts.{phase} is 600 s"):
        watched(service, 2 * HOUR, **limits)
    assert clock.now() - begin == pytest.approx(600, abs=2)


def test_a_host_that_was_suspended_does_not_wait_longer(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(clock, 26 * HOUR)
    naps = [HOUR]
    sleep = clock.sleep

    def doze(seconds: float) -> None:
        sleep(seconds + (naps.pop() if naps else 0))

    monkeypatch.setattr(clock, "sleep", doze)
    with pytest.raises(WaitTimeout):
        watched(service, HOUR)
    assert len(service.reads) == 1


def test_transient_errors_are_waited_through_and_reported_at_the_end(clock: Clock) -> None:
    service = Service(clock, HOUR)
    service.trouble = [ConnectionFailed("cut", delivery=Delivery.UNKNOWN) for _time in range(5)]
    assert watched(service, 2 * HOUR).status == "Completed"
    service.trouble = [ConnectionFailed("no route to host", delivery=Delivery.UNKNOWN) for _time in range(500)]
    service.end = clock.now() + HOUR
    with pytest.raises(WaitTimeout, match="no route to host"):
        watched(service, 60)


def test_a_job_that_was_deleted_ends_the_wait(clock: Clock) -> None:
    service = Service(clock, HOUR)
    service.present = False
    with pytest.raises(AzureMLError, match="is gone"):
        watched(service, HOUR)
    assert clock.now() - service.end + HOUR < 2 * wait.APPEARANCE


@pytest.mark.parametrize(
    ("waited", "in_phase", "pause"),
    [
        (0, 0, 0.5),
        (2, 2, 1.0),
        (6, 6, 2.0),
        (20, 20, 2.0),
        (100, 100, 8.5),
        (100, 2, 2.0),
        (100, 5, 4.0),
        (10_000, 10_000, 850),
        (1_000_000, 1_000_000, 900),
    ],
)
def test_the_pause_grows_with_the_wait_and_with_the_phase(waited: float, in_phase: float, pause: float) -> None:
    assert wait.pause_after(waited, in_phase) == pytest.approx(pause)


@pytest.mark.parametrize(("seconds", "ends"), [(60, True), (61, False)])
def test_a_job_that_was_just_started_may_be_absent_for_a_minute(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, seconds: float, ends: bool
) -> None:
    monkeypatch.setattr(wait, "jittered", lambda pause: pause)
    service = Slow(clock, seconds)
    if ends:
        assert watched(service, HOUR).status == "Completed"
        return
    with pytest.raises(AzureMLError, match="is gone"):
        watched(service, HOUR)
    assert clock.now() == service.end


@pytest.mark.parametrize(
    ("status", "transient"),
    [(400, False), (408, True), (409, False), (429, True), (499, False), (500, True), (501, False), (599, True)],
)
def test_statuses_that_are_waited_through(clock: Clock, status: int, transient: bool) -> None:
    service = Service(clock, 60)
    service.trouble = [ServiceError("no", status=status)]
    if transient:
        assert watched(service, HOUR).status == "Completed"
        return
    with pytest.raises(ServiceError):
        watched(service, HOUR)


@pytest.mark.parametrize(
    ("phase", "state"),
    [
        ("queued", "Queued"),
        *(("preparing", state) for state in ("NotStarted", "Starting", "Provisioning", "Preparing")),
        *(("running", state) for state in ("Running", "Finalizing")),
    ],
)
def test_each_state_of_a_phase_counts_against_its_limit(clock: Clock, phase: str, state: str) -> None:
    with pytest.raises(WaitTimeout, match=f"has been {phase} for 60 s"):
        watched(Stuck(clock, state), HOUR, **{phase: 60})
