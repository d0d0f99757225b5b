# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every call of a release or rollback goes wrong, or is the last of a killed run: run again, it ends as undisturbed.

A slice runs with all tests: a kill before each write, and a lost answer to each switch and to each start of a job. With
RELEASE_MATRIX=all every call meets every fault.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._jobs import wait
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.ledger import SETTLED_AFTER
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.release_bench import (
    CANDIDATE,
    FAULTS,
    FORMER,
    KILL,
    LOST_AFTER,
    ReleaseBench,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Done, Open

ALL = os.environ.get("RELEASE_MATRIX") == "all"
MOST_RUNS = 4
Task = Callable[[ReleaseBench], Done]


@pytest.fixture
def new_bench(opened: Open, monkeypatch: pytest.MonkeyPatch) -> Callable[[], ReleaseBench]:
    def prepare(storage: Any) -> None:
        monkeypatch.setattr(datastore_storage, "_open", lambda _datastore: storage)
        monkeypatch.setattr(wait, "jittered", lambda seconds: seconds)

    return lambda: ReleaseBench.of(opened(job_course="Completed"), prepare)


def _release(bench: ReleaseBench) -> Done:
    return bench.release()


def _rollback(bench: ReleaseBench) -> Done:
    return bench.rollback()


def _released(bench: ReleaseBench) -> ReleaseBench:
    assert bench.release().message == ""
    return bench


SUBJECTS: dict[str, tuple[Callable[[ReleaseBench], ReleaseBench], Task, str]] = {
    "release": (lambda bench: bench, _release, CANDIDATE),
    "rollback": (_released, _rollback, FORMER),
}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_whatever_goes_wrong_a_later_run_ends_as_undisturbed(
    new_bench: Callable[[], ReleaseBench], subject: str, record_property: Callable[[str, object], None]
) -> None:
    prepared, task, end = SUBJECTS[subject]
    first = prepared(new_bench())
    calls = first.calls_of(lambda: task(first))
    tried: Counter[str] = Counter()
    for number, call in enumerate(calls, start=1):
        for fault in FAULTS:
            if not ALL and not _is_telling(call, fault):
                continue
            bench = prepared(new_bench())
            bench.struck(number, fault, lambda bench=bench: task(bench))  # type: ignore[misc]  # bound in the loop
            assert bench.default in (FORMER, CANDIDATE), (call, fault)
            _run_to_its_end(bench, task, (number, call, fault))
            assert bench.default == end, (call, fault)
            keys = Counter(job.tags["mlops.azureml.key"] for job in bench.jobs)
            assert set(keys.values()) == {1}, (call, fault, keys)
            ended = [one["status"] for one in bench.records.values()]
            assert set(ended) <= {"released", "failed", "rolled_back"}, (call, fault, ended)
            assert not task(bench).changed, (call, fault)
            tried[f"{subject}: {fault}"] += 1
    assert tried
    record_property("counts", dict(tried))


def _is_telling(call: str, fault: str) -> bool:
    """A kill before a write, and a switch or the start of a job whose answer is lost."""
    method, _blank, path = call.partition(" ")
    is_write = method in ("PUT", "POST", "DELETE") and not path.endswith("listSecrets")
    is_of_the_service = not path.startswith("batch-scoring/")
    return is_write and (fault == KILL or (fault == LOST_AFTER and is_of_the_service))


def _run_to_its_end(bench: ReleaseBench, task: Task, what: object) -> None:
    """Run again, as an operator does: a job whose start is in doubt is started when enough time has passed."""
    for _run in range(MOST_RUNS):
        done = task(bench)
        if not done.message:
            return
        bench.storage.age = SETTLED_AFTER + 1
    raise AssertionError((what, done.message))
