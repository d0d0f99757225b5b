# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Both sides of each limit of the module: its times, sizes and statuses as plain numbers, so that a change shows."""

from __future__ import annotations

import datetime
import json
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.modules import batch_job
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import Call, Run, error
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import (
    ANY,
    OUTPUTS,
    PLACE,
    TODAY,
    URL,
    Storage,
    Submit,
    absent,
    default_datastore,
    job,
    listed,
    ready,
    saw,
    unused,
)

CUT = httpx.ReadError("cut")
SEARCH_PAUSES = [1, 2, 4, 8, 15, 30]
SETTLED = 600
FIND = {**TODAY, "state": "canceled"}

# -- finding a job -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("created", "found"), [("05:00:00", True), ("04:59:59", False)])
def test_the_job_of_a_start_may_be_an_hour_older_than_its_announcement(
    run: Run, storage: Storage, created: str, found: bool
) -> None:
    """By the clock of the service that lists jobs: that of storage may differ. The announcement is of 06:00:00."""
    storage.note("today", definition="d")
    storage.age = SETTLED + 1
    run(batch_job, FIND, *unused(), absent(), listed(job(key="today", created=f"2026-01-31T{created}Z")))
    assert storage.recorded("today").get("job") == ("batchjob-1" if found else None)


@pytest.mark.parametrize(("seconds", "found"), [(3600, True), (3601, False)])
def test_the_job_of_a_lost_answer_may_be_an_hour_older_than_its_call(
    run: Run, clock: Clock, seconds: int, found: bool
) -> None:
    """By the clock of this host."""
    created = datetime.datetime.fromtimestamp(clock.now() - seconds, datetime.timezone.utc).isoformat()
    options = {**TODAY, "ledger": False, "wait": False}
    reads = [absent(), listed(job(key="today", created=created))] * (1 if found else len(SEARCH_PAUSES))
    out = run(batch_job, options, absent(), listed(), *ready(), default_datastore(), Submit(failure=CUT), *reads)
    assert out.failed is not found


def place_of(storage: Storage, run: Run) -> str:
    """What the ledger keeps of the output that the tests name."""
    options = {**TODAY, "name": "sample", "outputs": OUTPUTS, "wait": False}
    run(batch_job, options, *unused("sample"), *ready(), Submit("sample"))
    _text, metadata = storage.notes.popitem()[1]
    return metadata["places"]


@pytest.mark.parametrize(("created", "found"), [("05:59:50", True), ("05:59:49", False)])
def test_a_job_known_by_its_output_alone_may_be_10_seconds_older(
    run: Run, storage: Storage, created: str, found: bool
) -> None:
    storage.note("today", definition="d", places=place_of(storage, run))
    storage.age = SETTLED + 1
    known = job(output=PLACE, created=f"2026-01-31T{created}Z")
    run(batch_job, {**FIND, "outputs": OUTPUTS}, *unused(), absent(), listed(known))
    assert storage.recorded("today").get("job") == ("batchjob-1" if found else None)


@pytest.mark.parametrize(("age", "settled"), [(600, False), (601, True)])
def test_an_announced_start_without_job_is_in_doubt_for_10_minutes(
    run: Run, storage: Storage, clock: Clock, age: int, settled: bool
) -> None:
    storage.note("today", definition="d")
    storage.age = age
    reads = [absent(), listed()] * (1 if settled else len(SEARCH_PAUSES))
    out = run(batch_job, {**TODAY, "wait": False}, *unused(), *reads, *([*ready(), Submit()] if settled else []))
    assert out.failed is not settled
    assert clock.sleeps == ([] if settled else SEARCH_PAUSES)


def test_a_lost_answer_is_searched_for_a_minute(run: Run, clock: Clock) -> None:
    reads = [absent(), listed()] * len(SEARCH_PAUSES)
    assert run(batch_job, TODAY, *unused(), *ready(), Submit(failure=CUT), *reads).failed
    assert clock.sleeps == SEARCH_PAUSES


@pytest.mark.parametrize(("seconds", "starts"), [(300, True), (301, False)])
def test_a_start_may_be_held_up_for_5_minutes(
    run: Run, storage: Storage, clock: Clock, seconds: int, starts: bool
) -> None:
    write = storage.write_note

    def suspended(*arguments: Any, **how: Any) -> bool:
        clock.moment += seconds
        return write(*arguments, **how)

    storage.write_note = suspended
    out = run(batch_job, {**TODAY, "wait": False}, *unused(), *ready(), *([Submit()] if starts else []))
    assert out.failed is not starts


@pytest.mark.parametrize(
    ("status", "doubtful"),
    [(400, False), (408, True), (422, False), (499, False), (500, True), (501, False), (599, True)],
)
def test_statuses_after_which_a_job_may_have_been_started(
    run: Run, storage: Storage, status: int, doubtful: bool
) -> None:
    failure = httpx.Response(status, json=error("ServiceError", "x"))
    look = [saw("Preparing", "today", key="today")] if doubtful else []
    out = run(batch_job, {**TODAY, "wait": False}, *unused(), *ready(), Submit(failure=failure), *look)
    assert out.failed is not doubtful
    assert (storage.recorded("today") is not None) == doubtful


# -- the call ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "kept"), [(256, True), (257, False)])
def test_inputs_are_sent_as_a_property_of_at_most_256_characters(run: Run, length: int, kept: bool) -> None:
    shown = {"images": {"type": "uri_folder", "path": URL}}
    path = URL + "x" * (length - len(json.dumps(shown)))
    submit = Submit()
    run(batch_job, {**ANY, "inputs": {"images": {"path": path}}, "wait": False}, *ready(), submit)
    assert ("mlops.azureml.inputs" in submit.sent["properties"]) is kept


@pytest.mark.parametrize(("length", "kept"), [(100, 100), (101, 100)])
def test_a_name_has_at_most_100_characters_of_the_key(run: Run, length: int, kept: int) -> None:
    options = {**ANY, "key": "k" * length}
    reads = [lambda _request: httpx.Response(404, json=error("NotFound", "x")), *unused()[1:], *ready()]
    out = run(batch_job, options, *reads, check=True)
    assert out["batch_job"]["key"].rpartition("-")[0] == "k" * kept


# -- a job that does not end -------------------------------------------------------------------------------------------


def test_a_canceled_job_may_take_10_minutes_to_end(run: Run, clock: Clock) -> None:
    stuck = Call("GET", "jobs/today", 200, job("today", "CancelRequested", key="today"), headers={"Retry-After": "200"})
    out = run(batch_job, FIND, stuck, stuck, stuck, stuck, stuck, stuck)
    assert out.failed
    assert "is CancelRequested after 600 s" in out["msg"]
    assert sum(clock.sleeps) == 600
