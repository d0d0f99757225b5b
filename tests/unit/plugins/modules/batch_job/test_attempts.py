# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One name or key means one job: to every state of the module, whatever the service makes of names."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.modules import batch_job
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import Call, Run
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import (
    ANY,
    TODAY,
    Storage,
    Submit,
    absent,
    default_datastore,
    finished,
    ready,
    saw,
    unused,
)

FOLLOW = {"endpoint_name": "digits"}
STATES = ("present", "canceled", "archived", "restored")


def numbered(status: str = "Completed", name: str = "today--2", key: str = "today--2", **more: Any) -> Call:
    return saw(status, name, key=key, **more)


# -- a name that is listed is accepted -------------------------------------------------------------------------------


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    "options", [{"name": "today--2"}, {"name": "today", "attempt": 2}, {"name": "today", "try": 2}]
)
def test_an_attempt_is_found_by_its_own_name_or_number(run: Run, state: str, options: dict[str, Any]) -> None:
    current = numbered(isArchived=state == "archived")
    out = run(batch_job, {**FOLLOW, **options, "state": state}, current)
    assert (out["changed"], out["batch_job"]["name"]) == (False, "today--2")
    assert (out["batch_job"]["key"], out["batch_job"]["attempt"]) == ("today", 2)


@pytest.mark.parametrize("state", STATES)
def test_a_job_is_found_by_the_name_that_the_service_gave_it(run: Run, state: str) -> None:
    current = numbered(name="batchjob-7", isArchived=state == "archived")
    out = run(batch_job, {**FOLLOW, "name": "batchjob-7", "state": state}, current)
    assert (out["changed"], out["batch_job"]["name"]) == (False, "batchjob-7")
    assert (out["batch_job"]["key"], out["batch_job"]["attempt"]) == ("today", 2)


@pytest.mark.parametrize("name", ["foreign--7", "foreign--1", "x" * 255, "batchjob-1"])
def test_a_job_of_another_client_is_found_by_its_name(run: Run, name: str) -> None:
    running, ended = saw("Running", name), saw("Completed", name)
    out = run(batch_job, {**FOLLOW, "name": name}, running, ended)
    assert out["batch_job"]["name"] == name


def test_the_first_attempt_can_be_asked_for(run: Run) -> None:
    out = run(batch_job, {**FOLLOW, "name": "today", "attempt": 1}, saw("Completed", "today", key="today"))
    assert (out["batch_job"]["name"], out["batch_job"]["attempt"]) == ("today", 1)


@pytest.mark.parametrize("state", STATES)
def test_the_last_attempt_is_meant_without_a_number(run: Run, storage: Storage, state: str) -> None:
    storage.note("today", definition="d", job="batchjob-1")
    storage.note("today--2", definition="d", job="batchjob-2")
    first = saw("Failed", "batchjob-1", key="today")
    last = numbered(name="batchjob-2", isArchived=state == "archived")
    out = run(batch_job, {**FOLLOW, "name": "today", "state": state}, *unused(), first, absent("today--2"), last)
    assert (out["batch_job"]["name"], out["batch_job"]["attempt"]) == ("batchjob-2", 2)


def test_a_first_attempt_that_somebody_deleted_leaves_the_last_one(run: Run, storage: Storage) -> None:
    storage.note("today", definition="d", job="batchjob-1")
    storage.note("today--2", definition="d", job="batchjob-2")
    calls = [*unused(), absent("batchjob-1"), absent("today--2"), numbered(name="batchjob-2")]
    out = run(batch_job, {**FOLLOW, "name": "today"}, *calls)
    assert out["batch_job"]["name"] == "batchjob-2"


# -- starting and repeating ------------------------------------------------------------------------------------------


def test_an_attempt_that_does_not_exist_is_not_started(run: Run) -> None:
    out = run(batch_job, {**TODAY, "attempt": 2}, *unused("today--2"))
    assert "has no job today--2, and resubmit alone starts another attempt" in out["msg"]


def test_an_attempt_is_not_repeated(run: Run) -> None:
    out = run(batch_job, {**TODAY, "attempt": 2, "resubmit": "always"}, numbered())
    assert "resubmit: today--2 is one attempt" in out["msg"]


def test_an_attempt_is_compared_with_the_options_of_its_name(run: Run) -> None:
    submit = Submit("today--2")
    again = {**TODAY, "resubmit": "always", "wait": False}
    run(batch_job, again, *finished(), absent("today--2"), default_datastore(), *ready(), submit)
    current = numbered(definition=submit.sent["tags"]["mlops.azureml.definition"])
    assert not run(batch_job, {**TODAY, "name": "today--2"}, current).failed
    assert "other options" in run(batch_job, {**TODAY, "name": "today--2", "mini_batch_size": 3}, current)["msg"]


def test_the_services_own_name_starts_nothing(run: Run) -> None:
    out = run(batch_job, {**ANY, "name": "batchjob-7"}, numbered(name="batchjob-7"))
    assert "is the name that the service gave the job of key 'today--2'" in out["msg"]


# -- deleting --------------------------------------------------------------------------------------------------------

ABSENT = {**FOLLOW, "state": "absent"}


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"name": "today--2"}, "today--2"),
        ({"name": "today", "attempt": 2}, "today--2"),
        ({"name": "batchjob-7"}, "batchjob-7"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_the_last_attempt_alone_is_deleted_by_its_own_name(
    run: Run, storage: Storage, options: dict[str, Any], name: str, check: bool
) -> None:
    storage.note("today", definition="d", job="today")
    storage.note("today--2", definition="d", job=name)
    calls = [numbered(name=name), absent("today--3"), default_datastore()]
    gone = [] if check else [Call("DELETE", f"jobs/{name}", 204)]
    out = run(batch_job, {**ABSENT, **options}, *calls, *gone, check=check)
    assert out["diff"]["before"] == {"name": "today--2", "status": "Completed"}
    assert (storage.recorded("today--2") is None) is not check
    assert storage.recorded("today") is not None


@pytest.mark.parametrize("options", [{"name": "today", "attempt": 1}, {"name": "today--2"}])
def test_an_attempt_with_a_later_one_is_not_deleted(run: Run, options: dict[str, Any]) -> None:
    number = options.get("attempt", 2)
    current = saw("Completed", "today", key="today") if number == 1 else numbered()
    out = run(
        batch_job, {**ABSENT, **options}, current, numbered(name=f"today--{number + 1}", key=f"today--{number + 1}")
    )
    assert f"is attempt {number} of today, and not its last one" in out["msg"]


def test_a_later_attempt_is_found_by_the_ledger(run: Run, storage: Storage) -> None:
    storage.note("today--4", definition="d", job="batchjob-4")
    calls = [
        numbered(),
        absent("today--3"),
        default_datastore(),
        absent("today--3"),
        absent("today--4"),
        saw("Completed", "batchjob-4"),
    ]
    assert run(batch_job, {**ABSENT, "name": "today--2"}, *calls).failed


def test_a_name_that_nobody_used_is_absent_already(run: Run) -> None:
    assert not run(batch_job, {**ABSENT, "name": "today--2"}, *unused("today--2"))["changed"]


# -- by the key that the caller gave ---------------------------------------------------------------------------------


def started_with_key(run: Run, key: str = "build 7", **more: Any) -> str:
    """The name that is derived from a key, whose job was started."""
    unknown = [lambda _request: httpx.Response(404, json={})]
    out = run(
        batch_job, {**ANY, "key": key, "wait": False, **more}, *unknown, default_datastore(), *ready(), Submit("b-1")
    )
    return str(out["batch_job"]["key"])


@pytest.mark.parametrize("state", STATES)
def test_a_key_finds_its_job_without_the_inputs(run: Run, state: str) -> None:
    name = started_with_key(run)
    calls = [default_datastore(), absent(name), saw("Completed", "b-1", isArchived=state == "archived")]
    out = run(batch_job, {**FOLLOW, "key": "build 7", "state": state}, *calls)
    assert (out["batch_job"]["name"], out["batch_job"]["key"]) == ("b-1", name)


def test_another_key_with_the_same_name_in_front_is_another_one(run: Run) -> None:
    started_with_key(run)
    unknown = [lambda _request: httpx.Response(404, json={})]
    out = run(batch_job, {**FOLLOW, "key": "build-7", "state": "absent"}, default_datastore(), *unknown)
    assert not out["changed"]
    out = run(batch_job, {**FOLLOW, "key": "build-7"}, default_datastore(), *unknown, *ready())
    assert "has no job build-7. Correct the key, or give inputs to start it" in out["msg"]


def test_a_key_with_several_inputs_names_them(run: Run) -> None:
    names = [
        started_with_key(run),
        started_with_key(run, inputs={"images": {"path": "https://a.blob.core.windows.net/c/d"}}),
    ]
    out = run(batch_job, {**FOLLOW, "key": "build 7", "state": "absent"}, default_datastore())
    assert "2 jobs were started with key build 7" in out["msg"]
    assert all(name in out["msg"] for name in names)
