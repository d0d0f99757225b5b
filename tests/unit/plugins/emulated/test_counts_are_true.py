# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Random failures of random mini batches: the counts that batch_job returns are what the script really did.

The script runs in the emulator's scoring runtime and keeps a journal of its own; the module reads the logs of the
run. A dozen cases by default; ``FAILURE_CASES`` and ``FAILURE_SEED`` in the environment choose more and others.
The name of a case has its seed.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.plugins.modules import batch_job
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import Run, get
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import Storage, absent, datastore, job

from tests.emulator.runtime.executor import Executor
from tests.emulator.runtime.plan import NOTHING_SUCCEEDED, Place, Plan, RunFailed
from tests.unit.emulator.folder_store import FolderStore

CASES = int(os.environ.get("FAILURE_CASES", "12"))
SEED = int(os.environ.get("FAILURE_SEED", "20260131"))
API = "https://eastus.api.azureml.ms"
OUTPUT = "azureml://datastores/workspaceblobstore/paths/scores/today.csv"
BEHAVIOURS = {"good": 12, "raises": 4, "short": 3, "nothing": 2, "exits": 2, "crashes": 1, "more": 1}
# Each call of run() first notes in the journal what it is about to do.
SCRIPT = """
import json, os, sys

def init():
    pass

def run(mini_batch):
    names = [os.path.basename(path) for path in mini_batch]
    with open(os.environ["JOURNAL"], "a+") as journal:
        journal.seek(0)
        attempt = sum(json.loads(line)["files"][0] == names[0] for line in journal)
        behaviour = json.loads(os.environ["BEHAVIOURS"])[names[0]][attempt]
        counts = {"good": len(names), "short": len(names) - 1, "more": len(names) + 2}
        returned = counts.get(behaviour, 0)
        journal.write(json.dumps({"files": names, "behaviour": behaviour, "returned": returned}) + "\\n")
    if behaviour == "raises":
        raise ValueError("cannot read " + names[0])
    if behaviour == "exits":
        sys.exit(3)
    if behaviour == "crashes":
        os._exit(3)
    return (names + ["extra"] * 2)[:returned]
"""


@dataclass(frozen=True)
class Case:
    """What is scored, and what the script does with the first file of each mini batch in each attempt."""

    number: int
    files: tuple[str, ...]
    mini_batch_size: int
    processes: int
    attempts: int
    threshold: int
    behaviours: dict[str, list[str]]
    limit: int | None

    @property
    def batches(self) -> int:
        return len(self.behaviours)


def random_case(number: int) -> Case:
    chance = random.Random(f"{SEED}-{number}")  # noqa: S311 - no secret depends on it
    files = tuple(f"{index:02}.txt" for index in range(chance.randint(1, 12)))
    size, attempts = chance.randint(1, 4), chance.randint(1, 3)
    threshold = (-1, 0, chance.randint(1, 4))[number % 3]
    weights = list(BEHAVIOURS.values())
    if chance.random() < 0.25:  # a script that always works
        weights = [1] + [0] * (len(weights) - 1)
    behaviours = {first: chance.choices(list(BEHAVIOURS), weights, k=attempts) for first in files[::size]}
    # With one process no mini batch is under way while the threshold ends the run.
    processes = chance.randint(1, 2) if threshold < 0 else 1
    return Case(
        number, files, size, processes, attempts, threshold, behaviours, chance.choice((None, 0, chance.randint(1, 6)))
    )


@dataclass(frozen=True)
class Truth:
    """What the script did, by its journal."""

    total: int
    batches: int
    done: list[tuple[int, int, int]]
    """Files, files with a result and attempts of each mini batch that was processed."""

    @property
    def succeeded(self) -> int:
        return sum(good for _files, good, _attempts in self.done)

    @property
    def failed(self) -> int:
        return sum(files - good for files, good, _attempts in self.done)

    @property
    def items(self) -> dict[str, int]:
        return {"total": self.total, "succeeded": self.succeeded, "failed": self.failed}

    @property
    def mini_batches(self) -> dict[str, int]:
        failed = sum(good == 0 for _files, good, _attempts in self.done)
        return {
            "total": self.batches,
            "succeeded": len(self.done) - failed,
            "failed": failed,
            "retried": sum(attempts > 1 for _files, _good, attempts in self.done),
        }


def truth_of(case: Case, journal: Path) -> Truth:
    attempts: dict[str, list[dict[str, Any]]] = {}
    for line in journal.read_text().splitlines():
        attempt = json.loads(line)
        attempts.setdefault(attempt["files"][0], []).append(attempt)
    done = [
        (len(each[-1]["files"]), min(each[-1]["returned"], len(each[-1]["files"])), len(each))
        for each in attempts.values()
    ]
    return Truth(len(case.files), case.batches, done)


def score(case: Case, folder: Path) -> tuple[str, str, FolderStore]:
    """Run the script: the status of the job, why it failed, and the storage."""
    store = FolderStore(folder / "store")
    store.write("code", "src/score.py", SCRIPT)
    for name in case.files:
        store.write("data", f"in/{name}", name)
    (folder / "journal").touch()
    plan = Plan(
        run_id="child-1",
        scoring_script="score.py",
        code=Place("code", "src"),
        model=None,
        inputs=Place("data", "in"),
        output=Place("out", "scores"),
        output_file_name="today.csv",
        logs=Place("logs", "ExperimentRun/dcid.child-1"),
        mini_batch_size=case.mini_batch_size,
        processes_per_instance=case.processes,
        max_tries=case.attempts,
        error_threshold=case.threshold,
        environment={"JOURNAL": str(folder / "journal"), "BEHAVIOURS": json.dumps(case.behaviours)},
    )
    try:
        asyncio.run(Executor(store, folder / "jobs", lambda: datetime.now(timezone.utc)).run(plan))
    except RunFailed as failed:
        return "Failed", str(failed), store
    return "Completed", "", store


def blobs(store: FolderStore) -> dict[str, bytes]:
    return {
        file.relative_to(store.root / container).as_posix(): file.read_bytes()
        for container in ("logs", "out")
        for file in sorted((store.root / container).rglob("*"))
        if file.is_file()
    }


def requests(case: Case, status: str) -> Iterator[Any]:
    """The job of the key, its runs, and where its logs and its output are."""
    parameters = {
        "append_row_file_name": "today.csv",
        "output_uri": OUTPUT,
        "error_threshold": str(case.threshold),
    }
    ended = job("today", status, key="today", properties={"azureml.parameters": json.dumps(parameters)})
    yield get("jobs/today", ended)
    yield absent("today--2")
    yield get("", {"properties": {"discoveryUrl": f"{API}/discovery"}})
    yield lambda _request: httpx.Response(200, json={"api": API})
    child = {"runId": "child-1", "name": "batchscoring", "status": status}
    yield lambda _request: httpx.Response(200, json={"value": [child]})
    yield datastore("workspaceartifactstore")
    if status == "Completed":
        yield datastore()


@pytest.mark.parametrize("number", range(CASES), ids=lambda number: f"seed {SEED}, case {number}")
def test_counts_are_what_the_script_did(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int) -> None:
    case = random_case(number)
    status, reason, store = score(case, tmp_path)
    truth = truth_of(case, tmp_path / "journal")
    storage = Storage(blobs(store))
    monkeypatch.setattr(datastore_storage, "_open", lambda _datastore: storage)
    task = {"endpoint_name": "digits", "name": "today", "max_failed_items": case.limit}
    out = run(batch_job, task, *requests(case, status))
    print(f"seed {SEED}, {case}")  # pytest shows it if the case fails
    assert out["batch_job"]["item_counts"] == truth.items
    assert out["batch_job"]["mini_batch_counts"] == truth.mini_batches
    if status == "Completed":
        require_completed(case, truth, out, storage)
    else:
        require_failed(case, truth, out, reason)


def require_completed(case: Case, truth: Truth, out: Any, storage: Storage) -> None:
    assert len(truth.done) == case.batches
    assert out["batch_job"]["row_count"] == storage.blobs["scores/today.csv"].count(b"\n")
    assert out.failed is (case.limit is not None and truth.failed > case.limit)
    if out.failed:
        assert f"{truth.failed} of {truth.total} items failed (max_failed_items: {case.limit})" in out["msg"]
    else:
        warned = " ".join(out.warnings)
        assert (f"{truth.failed} of {truth.total} items failed" in warned) is (truth.failed > 0 and case.limit is None)
        assert ("were retried" in warned) is (truth.mini_batches["retried"] > 0)


def require_failed(case: Case, truth: Truth, out: Any, reason: str) -> None:
    assert out.failed
    if reason == NOTHING_SUCCEEDED:
        assert truth.succeeded == 0
    else:
        assert truth.failed > case.threshold >= 0
        items = "1 item" if truth.failed == 1 else f"{truth.failed} items"
        assert out["cause"] == f"{items} failed, more than error_threshold {case.threshold} allows."


def test_the_cases_are_of_every_kind() -> None:
    cases = [random_case(number) for number in range(200)]
    assert {min(case.threshold, 1) for case in cases} == {-1, 0, 1}
    assert {behaviour for case in cases for each in case.behaviours.values() for behaviour in each} == set(BEHAVIOURS)
    assert {case.attempts for case in cases} == {1, 2, 3}
