# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for a job: its states, the end of the wait, explained failures."""

from __future__ import annotations

import datetime
import itertools
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._jobs import wait as wait_module
from ansible_collections.mlops.azureml.plugins.module_utils._service import credentials
from ansible_collections.mlops.azureml.plugins.modules import batch_job
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import TOKEN, WORKSPACE, Call, Run, error, get
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import (
    ANY,
    STUDIO,
    TODAY,
    Storage,
    Submit,
    datastore,
    job,
    ready,
    saw,
)

LIMIT = 60


# -- following -------------------------------------------------------------------------------------------------------


# The states of the service, and an unknown one (batch contract 6.2).
PASSING = (
    *("NotStarted", "Starting", "Provisioning", "Preparing", "Queued", "Running", "Finalizing"),
    *("CancelRequested", "NotResponding", "Paused", "Unknown", "SomethingNew"),
)
COURSES = (
    ("Running",),  # as recorded
    ("Queued", "Preparing", "Running", "Finalizing"),
    ("Running", "NotResponding", "Running"),
    ("Queued", "Running", "Queued", "Running"),  # preempted
    ("Running", "Paused", "Running"),
    ("Running", "CancelRequested"),
    PASSING,
    *((state,) for state in PASSING),
)


@pytest.mark.parametrize("end", ["Completed", "Succeeded", "Failed", "Canceled"])
@pytest.mark.parametrize("course", COURSES, ids="-".join)
def test_every_course_of_states_is_followed_to_its_end(run: Run, course: tuple[str, ...], end: str) -> None:
    history = [Call("GET", "", 403, error("No", "no"))] if end == "Failed" else []
    out = run(batch_job, ANY, *ready(), Submit(), *map(saw, course), saw(end), *history)
    seen = [state for state, _again in itertools.groupby(("Preparing", *course, end))]
    assert [entry["status"] for entry in out["batch_job"]["timeline"]] == seen
    assert out.failed is (end in ("Failed", "Canceled"))


def test_trouble_while_waiting_does_not_end_the_wait(run: Run) -> None:
    broken = [
        Call("GET", "jobs/batchjob-1", 503, error("Busy", "later"), headers={"Retry-After": "50"}) for _time in range(2)
    ]
    out = run(batch_job, ANY, *ready(), Submit(), get("jobs/batchjob-1"), *broken, saw("Completed"))
    assert out["batch_job"]["status"] == "Completed"


def test_a_canceled_job_fails_the_task(run: Run) -> None:
    out = run(batch_job, ANY, *ready(), Submit(), saw("Canceled"))
    assert (out.failed, out["changed"]) == (True, True)
    assert "was canceled" in out["msg"]


def test_a_wait_ends_at_its_timeout_and_says_how_to_resume(run: Run, clock: Clock) -> None:
    seen = [saw("Running") for _time in range(5)]
    out = run(batch_job, {**ANY, "wait_timeout": 3}, *ready(), Submit(), *seen)
    assert (out.failed, out["batch_job"]["name"], out["changed"]) == (True, "batchjob-1", True)
    assert "is Running after 3 s" in out["msg"]
    assert out["batch_job"]["status"] == "Running"
    assert sum(clock.sleeps) == pytest.approx(3)


def test_a_refusal_while_waiting_still_returns_the_job(run: Run) -> None:
    refused = Call("GET", "jobs/batchjob-1", 403, error("AuthorizationFailed", "no"))
    out = run(batch_job, ANY, *ready(), Submit(), refused)
    assert (out.failed, out["batch_job"]["name"], out["changed"]) == (True, "batchjob-1", True)


def limited(run: Run, status: str, options: dict[str, Any], after: list[Any], **reported: Any) -> Any:
    """A job that stays in a state for ever, and what is asked when the task has had enough of it."""
    running = iter(lambda: saw(status, **reported), None)
    reads = 0
    seconds = 0.0
    while seconds < LIMIT:
        seconds += wait_module.pause_after(seconds, seconds)
        reads += 1
    return run(batch_job, {**ANY, **options}, *ready(), Submit(), *itertools.islice(running, reads), *after)


def test_a_phase_has_a_limit_of_its_own(run: Run, clock: Clock) -> None:
    begin = clock.now()
    out = limited(run, "Queued", {"phase_timeouts": {"queued": LIMIT, "running": 1}}, [])
    assert (out.failed, out["batch_job"]["status"]) == (True, "Queued")
    assert f"has been queued for {LIMIT} s, and phase_timeouts.queued is {LIMIT} s" in out["msg"]
    assert clock.now() - begin >= LIMIT


def ago(clock: Clock, seconds: float) -> str:
    """A time as jobs report when they began to run."""
    moment = datetime.datetime.fromtimestamp(clock.now() - seconds, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def test_a_phase_begins_at_the_time_that_the_service_reports(run: Run, clock: Clock) -> None:
    """So does the limit for a task that takes up a job of an earlier one."""
    running = saw("Running", "today", key="today", properties={"StartTimeUtc": ago(clock, LIMIT)})
    out = run(batch_job, {**TODAY, "phase_timeouts": {"running": LIMIT}}, running)
    assert f"has been running for {LIMIT} s" in out["msg"]


def test_preparing_after_the_queue_does_not_count_the_time_in_the_queue(run: Run, clock: Clock) -> None:
    created = ago(clock, 2 * LIMIT)
    states = [saw(status, "today", key="today", created=created) for status in ("Queued", "Preparing", "Completed")]
    assert not run(batch_job, {**TODAY, "phase_timeouts": {"preparing": LIMIT}}, *states).failed
    out = run(batch_job, {**TODAY, "phase_timeouts": {"preparing": LIMIT}}, states[1])
    assert "has been preparing for" in out["msg"]


def test_a_job_that_takes_too_long_is_canceled_if_the_task_asks(run: Run) -> None:
    options = {"phase_timeouts": {"running": LIMIT}, "on_timeout": "cancel"}
    end = [Call("POST", "jobs/batchjob-1/cancel", 200), saw("CancelRequested"), saw("Canceled")]
    out = limited(run, "Running", options, end)
    assert out.failed
    assert "It was canceled (on_timeout), and is Canceled" in out["msg"]
    assert "goes on" not in out["msg"]
    assert out["batch_job"]["status"] == "Canceled"


def test_a_job_that_completes_before_it_is_canceled_succeeds(run: Run) -> None:
    options = {"phase_timeouts": {"running": LIMIT}, "on_timeout": "cancel"}
    end = [Call("POST", "jobs/batchjob-1/cancel", 200), saw("Completed")]
    out = limited(run, "Running", options, end)
    assert (out.failed, out["batch_job"]["status"]) == (False, "Completed")


def test_a_long_wait_renews_its_token(run: Run, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Six times in one wait; the answer to an old token is a refusal."""
    issued: list[str] = []

    def issue(*_args: Any) -> tuple[str, float]:
        issued.append(f"planted-token-{len(issued):04}")
        return issued[-1], clock.now() + 3600

    def look(status: str) -> Any:
        def answer(request: httpx.Request) -> httpx.Response:
            assert request.headers["authorization"] == f"Bearer {issued[-1]}"
            return httpx.Response(200, json=job(status=status, key="batchjob-1"))

        return answer

    monkeypatch.setattr(credentials, "fetch_token", issue)
    running, seconds = [], 0.0
    while seconds < 6.5 * 3600:
        running.append(look("Running"))
        seconds += wait_module.pause_after(seconds, seconds)
    out = run(batch_job, {**TODAY, "name": "batchjob-1"}, *running, look("Completed"))
    assert out["batch_job"]["status"] == "Completed"
    assert len(issued) >= 6


def test_both_tokens_are_renewed_when_waits_of_one_play_outlast_them(
    run: Run, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six jobs of an hour and more, one after the other: each call carries the newest token of its own audience."""
    issued: dict[str, list[tuple[str, float]]] = {"https://ml.azure.com": [], "https://management.azure.com": []}

    def issue(_source: Any, audience: str, *_settings: Any) -> tuple[str, float]:
        tokens = issued[audience.rstrip("/")]
        tokens.append((f"planted-token-{audience[8:12]}-{len(tokens)}", clock.now() + 3600))
        return tokens[-1]

    def valid(call: Any, audience: str) -> Any:
        def answer(request: httpx.Request) -> httpx.Response:
            token, expires = issued[audience][-1]
            assert request.headers["authorization"] == f"Bearer {token}"
            assert clock.now() < expires
            request.headers["authorization"] = f"Bearer {TOKEN}"
            return call(request)

        return answer

    for _round in range(6):
        monkeypatch.setattr(credentials, "fetch_token", issue)
        reads, seconds = [], 0.0
        while seconds < 3900:
            reads.append(saw("Running"))
            seconds += wait_module.pause_after(seconds, seconds)
        calls = [valid(call, "https://management.azure.com") for call in (*ready(), *reads, saw("Completed"))]
        calls.insert(2, valid(Submit(), "https://ml.azure.com"))
        assert not run(batch_job, ANY, *calls).failed
    assert all(len(tokens) >= 6 for tokens in issued.values())


def test_the_service_may_ask_for_longer_pauses(run: Run, clock: Clock) -> None:
    slow = Call("GET", "jobs/batchjob-1", 200, job(status="Running"), headers={"Retry-After": "17"})
    busy = Call("GET", "jobs/batchjob-1", 429, error("TooManyRequests", "x"), headers={"Retry-After": "300"})
    run(batch_job, ANY, *ready(), Submit(), slow, busy, saw("Completed"))
    assert clock.sleeps[-2:] == [17, 300]


# -- a failure explains itself ---------------------------------------------------------------------------------------

API = "https://eastus.api.azureml.ms"
LOGS = "ExperimentRun/dcid.child-1"


def history(error: dict[str, Any] | None = None) -> list[Any]:
    """The workspace, its discovery, the runs inside the job, and the store of their logs."""

    def discover(request: httpx.Request) -> httpx.Response:
        assert str(request.url) == f"{API}/discovery"
        return httpx.Response(200, json={"api": API})

    def children(request: httpx.Request) -> httpx.Response:
        assert request.url.path == f"/history/v1.0{WORKSPACE}/runs/batchjob-1/children"
        failed = {"runId": "child-1", "name": "batchscoring", "status": "Failed", "error": error}
        return httpx.Response(200, json={"value": [{"runId": "child-0", "status": "Completed"}, failed]})

    workspace = get("", {"properties": {"discoveryUrl": f"{API}/discovery"}})
    return [workspace, discover, children, datastore("workspaceartifactstore")]


@pytest.mark.parametrize("hourly", ["logs/job_progress_overview.2026013106.txt", "logs/job_progress_overview.txt"])
@pytest.mark.parametrize("errors", ["logs/user/error/10.0.0.4/process000.txt", "logs/user/error.txt"])
def test_logs_may_be_kept_by_the_hour_and_the_process(run: Run, storage: Storage, hourly: str, errors: str) -> None:
    storage.blobs = {f"{LOGS}/{hourly}": b"12:00 the end\n", f"{LOGS}/{errors}": b"no such digit\n"}
    storage.blobs[f"{LOGS}/logs/job_progress_overview.2026013105.txt"] = b"11:00 the begin\n"
    out = run(batch_job, ANY, *ready(), Submit(), saw("Failed"), *history())
    assert (out["progress"], out["errors"]) == (["12:00 the end"], ["no such digit"])


def test_an_unknown_failure_is_shown_as_it_is(run: Run, storage: Storage) -> None:
    storage.blobs["ExperimentRun/dcid.child-0/logs/user/error.txt"] = b"passed over"
    storage.blobs[f"{LOGS}/logs/user/error.txt"] = b"line 1\n\nRuntimeError: no such digit\n"
    storage.blobs[f"{LOGS}/logs/job_progress_overview.txt"] = b"".join(b"batch %d\n" % n for n in range(20))
    out = run(batch_job, ANY, *ready(), Submit(), saw("Failed"), *history())
    assert out["cause"] == out["service_message"] == "line 1 | RuntimeError: no such digit"
    assert "RuntimeError: no such digit" in out["msg"]
    assert out["errors"] == ["line 1", "RuntimeError: no such digit"]
    assert out["progress"] == [f"batch {number}" for number in range(10, 20)]
    assert out["failed_step"] == {"name": "batchscoring", "run_id": "child-1", "status": "Failed"}
    assert out["batch_job"]["studio_url"] == STUDIO.format("batchjob-1")
    assert "batch_job_logs" in out["hint"]


def test_a_documented_failure_has_its_cause_and_remedy(run: Run, storage: Storage) -> None:
    storage.blobs[f"{LOGS}/logs/job_progress_overview.txt"] = (
        b"12:00 started\n12:01 No progress update in 30 seconds. No progress update in this check.\n"
    )
    reported = {"error": {"code": "UserError", "message": "User program failed with Exception: Run failed"}}
    out = run(batch_job, ANY, *ready(), Submit(), saw("Failed"), *history(reported))
    assert "took longer than the deployment allows" in out["cause"]
    assert "retry_settings.timeout" in out["hint"]
    assert out["service_message"].startswith("12:01 No progress update in 30 seconds")
    assert out["service_message"] in out["msg"]


@pytest.mark.parametrize(("after", "is_read"), [(0, True), (1, False)])
def test_the_last_64_kib_of_a_log_are_read(run: Run, storage: Storage, after: int, is_read: bool) -> None:
    message = b"No module named 'torch'\n"
    rest = b"x" * ((64 << 10) - len(message) + after)
    storage.blobs[f"{LOGS}/logs/user/error.txt"] = b"begin\n" + message + rest
    out = run(batch_job, ANY, *ready(), Submit(), saw("Failed"), *history())
    assert ("conda file" in out["hint"]) is is_read


def test_the_last_three_lines_of_the_errors_are_the_cause(run: Run, storage: Storage) -> None:
    storage.blobs[f"{LOGS}/logs/user/error.txt"] = b"a\nb\nc\nd\n"
    out = run(batch_job, ANY, *ready(), Submit(), saw("Failed"), *history())
    assert out["cause"] == "b | c | d"


def test_500_characters_of_a_line_and_1000_of_a_cause_are_shown(run: Run, storage: Storage) -> None:
    storage.blobs[f"{LOGS}/logs/user/error.txt"] = b"".join(letter * 501 + b"\n" for letter in (b"a", b"b", b"c"))
    out = run(batch_job, ANY, *ready(), Submit(), saw("Failed"), *history())
    assert out["errors"] == ["a" * 500, "b" * 500, "c" * 500]
    assert out["cause"] == f"{'b' * 497} | {'c' * 500}"


def test_secrets_in_logs_are_not_shown(run: Run, storage: Storage) -> None:
    storage.blobs[f"{LOGS}/logs/user/error.txt"] = b"cannot open https://a/b?sig=planted-in-a-log\n"
    out = run(batch_job, ANY, *ready(), Submit(), saw("Failed"), *history())
    assert "planted-in-a-log" not in str(out.result)
    assert out["cause"] == "cannot open https://a/b"


def test_a_failed_job_without_readable_logs_still_explains_itself(run: Run) -> None:
    out = run(batch_job, ANY, *ready(), Submit(), saw("Failed"), Call("GET", "", 403, error("No", "no")))
    assert out.failed
    assert out["cause"] is None
    assert (out["errors"], out["progress"], out["failed_step"]) == ([], [], None)
    assert "batch_job_logs" in out["hint"]


# -- progress --------------------------------------------------------------------------------------------------------


def test_progress_reports_states_and_counts(run: Run, storage: Storage, tmp_path: Path) -> None:
    """Each once, and the log of the run while it runs."""
    file = tmp_path / "progress"

    def counts(done: int) -> Any:
        def answer(request: httpx.Request) -> httpx.Response:
            storage.blobs[f"{LOGS}/logs/job_progress_overview.txt"] = b"Mini batches: %d of 3.\n" % done
            return httpx.Response(200, json=job(status="Running", key="batchjob-1"))

        return answer

    discovery, children, store = history()[:2], history()[2], history()[3]
    reads = [saw("Queued"), counts(1), *discovery, children, store, counts(1), counts(2), saw("Completed")]
    run(batch_job, {**ANY, "progress_file": str(file)}, *ready(), Submit(), *reads)
    assert file.read_text().splitlines() == [
        "job batchjob-1 is Preparing",
        "job batchjob-1 is Queued",
        "job batchjob-1 is Running",
        "job batchjob-1: Mini batches: 1 of 3.",
        "job batchjob-1: Mini batches: 2 of 3.",
        "job batchjob-1 is Completed",
    ]
    assert file.stat().st_mode & 0o077 == 0


def test_progress_reports_states_alone_if_runs_cannot_be_read(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "progress"
    refused = Call("GET", "", 403, error("AuthorizationFailed", "no"))
    out = run(
        batch_job,
        {**ANY, "progress_file": str(file)},
        *(*ready(), Submit(), saw("Running"), refused, saw("Running"), saw("Completed")),
    )
    assert not out.failed
    assert len(file.read_text().splitlines()) == 3


def test_a_progress_file_that_cannot_be_written_gives_one_warning(run: Run, tmp_path: Path) -> None:
    options = {**ANY, "progress_file": str(tmp_path / "no" / "folder" / "file")}
    out = run(batch_job, options, *ready(), Submit(), saw("Queued"), saw("Completed"))
    assert not out.failed
    assert len(out.warnings) == 1
    assert "progress_file: cannot write" in out.warnings[0]
