"""One key, one job: whatever call of submitting, waiting and fetching goes wrong or is the last of a killed controller.

Every call x every fault, under every set of policies on which finding a job again depends; and the same with a
`kill -9` before each call and after its effect. Then the task runs again: there is exactly one job, its rows are
right, nothing is left half-written. Where it cannot be known whether a job was started the task may stop, once, and
start it when enough time has passed.

A representative slice runs with all tests; `make matrix` runs all of it, and prints at its end how much that was.
"""

from __future__ import annotations

import json
import os
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._jobs import ledger
from ansible_collections.mlops.azureml.plugins.module_utils._operations.fetch_results import FetchResults
from ansible_collections.mlops.azureml.plugins.module_utils._operations.run_job import RunJob

from .engine import AFTER, BEFORE, COUNTS, Done, Engine
from .local_workspace import LocalWorkspace
from .stories import BLUE_ROWS, ENDPOINT

ALL = os.environ.get("JOB_MATRIX") == "all"
# What is counted, and printed at the end.
FAULT, KILL, RACE = "calls that went wrong", "controllers killed", "races of three controllers"
STOP, UNSEEN = "clear stops, no job started", "clear stops, the one job not listed yet"
ONE = "keys, one job each"
STOPS = ("not known whether", "Another run announced", "Other runs are starting")

FAULTS: dict[str, dict[str, Any]] = {
    "lost before": {"fault": "drop", "when": "before"},
    "lost after the effect": {"fault": "drop", "when": "after"},
    "429": {"fault": "answer", "status": 429, "retry_after": 1},
    "500": {"fault": "answer", "status": 500},
    "500 after the effect": {"fault": "answer", "status": 500, "when": "after"},
    "503": {"fault": "answer", "status": 503},
    "reset": {"fault": "reset"},
    "truncated": {"fault": "truncate"},
    "garbage": {"fault": "garble"},
    "401": {"fault": "expired_token"},
}
# What the service may keep of a call (batch contract, open questions 11, 12, 14).
NOTHING_KEPT = {"job_name": "ignored", "job_marks": "ignored", "repeatability": "ignored"}
POLICIES: dict[str, dict[str, str]] = {
    "all kept": {},
    "nothing kept": NOTHING_KEPT,
    "name kept": {**NOTHING_KEPT, "job_name": "honoured"},
    "marks kept": {**NOTHING_KEPT, "job_marks": "honoured"},
    "repetitions known": {**NOTHING_KEPT, "repeatability": "deduplicated"},
    "name not kept": {"job_name": "ignored"},
    "marks not kept": {"job_marks": "ignored"},
    "repetitions not known": {"repeatability": "ignored"},
    "dashes only": {**NOTHING_KEPT, "repeatability": "deduplicated", "repeatability_header": "dash"},
    "underscore only": {**NOTHING_KEPT, "repeatability": "deduplicated", "repeatability_header": "underscore"},
    "a taken name is refused with 400": {"job_name_clash": "400"},
    "a taken name gives the job that has it": {"job_name_clash": "existing", "repeatability": "ignored"},
    "a taken name gives another": {"job_name_clash": "renamed", "repeatability": "ignored"},
    "first generation, nothing kept": {"generation": "G1", **NOTHING_KEPT},
    "repetitions are answered with 200": {**NOTHING_KEPT, "repeatability": "deduplicated", "repeat_status": "200"},
    "repetitions known for a second": {
        **NOTHING_KEPT,
        "repeatability": "deduplicated",
        "repeatability_lifetime": "1",
    },
    "small pages, nothing kept": {"page_size": "3", **NOTHING_KEPT},
    "lists lag by minutes, nothing kept": {"list_lag": "300", **NOTHING_KEPT},
}
SLICE = ("nothing kept",)
# In the slice, the calls that decide about a second job meet the faults that leave it open.
DECIDING = re.compile(rf"/{ENDPOINT}/jobs$|/\.jobs/")
DOUBTFUL = ("lost before", "lost after the effect", "500 after the effect", "garbage")


@dataclass(frozen=True)
class Call:
    """One request of an undisturbed run, as a fault can name it."""

    method: str
    path: str
    nth: int

    def rule(self, fault: dict[str, Any], key: str) -> dict[str, Any]:
        path = re.escape(self.path).replace("KEY", re.escape(key))
        return {**fault, "method": self.method, "path": f"^{path}$", "nth": self.nth}


@dataclass
class Bench:
    """A workspace, an engine without memory, and what has happened so far."""

    workspace: LocalWorkspace
    engine: Engine
    folder: Path
    pages: str
    counts: Counter[str] = field(default_factory=Counter)
    keys: list[str] = field(default_factory=list)

    def policies(self, values: dict[str, str]) -> None:
        self.workspace.control.post("/emulator/policies", json=values).raise_for_status()

    def score(self, key: str, **options: Any) -> Done:
        desired = {"max_concurrency_per_instance": 1, "mini_batch_size": 10, "wait": False, **options}
        inputs = {"pages": {"type": "uri_folder", "path": self.pages}}
        return self.engine.run(RunJob(), endpoint_name=ENDPOINT, name=key, inputs=inputs, **desired)

    def fetch(self, job: str, dest: Path) -> Done:
        return self.engine.run(FetchResults(), name=job, dest=str(dest), rows=True, columns=["page", "words"])

    def new_key(self) -> str:
        """A key that nobody used, and a controller that has never been here."""
        self.keys.append(f"key-{uuid.uuid4().hex[:12]}")
        self.engine.cache = self.folder / self.keys[-1]
        return self.keys[-1]

    def calls(self, task: Callable[[], Done], key: str) -> list[Call]:
        """What a task asks, each kind of request at most twice."""
        self.workspace.forget()
        done = task()
        assert not done.failed, done.message
        asked: Counter[tuple[str, str]] = Counter()
        calls = []
        for request in self.workspace.journal:
            kind = request.method, request.path.replace(key, "KEY")
            asked[kind] += 1
            if asked[kind] <= 2:
                calls.append(Call(*kind, asked[kind]))
        return calls

    def struck(self, call: Call, fault: str, key: str, task: Callable[[], Done]) -> Done:
        """A task, one of whose calls goes wrong."""
        rule = call.rule(FAULTS[fault], key)
        self.workspace.control.post("/emulator/faults", json=rule).raise_for_status()
        try:
            return task()
        finally:
            self.workspace.control.delete("/emulator/faults").raise_for_status()

    def jobs_of(self, key: str) -> int:
        """How many jobs write to the place of the key, which every job shows."""
        parameters = (json.loads(job["properties"]["properties"]["azureml.parameters"]) for job in self.workspace.jobs)
        return sum(f"/{key}/" in one.get("output_uri", "") for one in parameters)

    def settled(self, key: str) -> None:
        """Run again, until the job is started."""
        again = self.score(key)
        if again.failed:
            assert any(stop in again.message for stop in STOPS), again.message
            self.counts[UNSEEN if self.jobs_of(key) else STOP] += 1
            self.workspace.let_pass(ledger.SETTLED_AFTER)
            with mock.patch.object(ledger, "SETTLED_AFTER", -1.0):
                again = self.score(key)
        assert not again.failed, again.message
        assert self.jobs_of(key) == 1, key

    def rows_are_right(self, key: str) -> None:
        """The job of the key ends well and gives its rows; then it is forgotten."""
        done = self.score(key, wait=True)
        assert not done.failed, done.message
        assert not done.changed
        assert self.jobs_of(key) == 1
        dest = self.folder / "rows" / key
        fetched = self.fetch(done["batch_job"]["name"], dest)
        assert not fetched.failed, fetched.message
        right(fetched, dest)
        self.counts[ONE] += 1
        assert not self.score(key, state="absent", delete_outputs=True).failed


def right(fetched: Done, dest: Path) -> None:
    """All rows, and nothing half-written beside them."""
    rows = {row["page"]: row["words"] for row in fetched["batch_job_results"]["rows"]}
    assert rows == BLUE_ROWS
    files = sorted(path.relative_to(dest).as_posix() for path in dest.rglob("*") if path.is_file())
    assert files == [".batch_job_results/manifest.json", "words.csv"]
    assert (dest / "words.csv").read_text().count("\n") == len(BLUE_ROWS)


@pytest.fixture
def bench(deployed: LocalWorkspace, tmp_path: Path, record_property: Callable[[str, object], None]) -> Iterator[Bench]:
    before = deployed.control.get("/emulator/policies").raise_for_status().json()
    made = Bench(deployed, Engine(deployed.settings, tmp_path / "cache"), tmp_path, deployed.pages)
    yield made
    made.policies(before)
    record_property(COUNTS, dict(made.counts))


def some(policy: str) -> list[str]:
    return [policy] if ALL or policy in SLICE else []


@pytest.mark.parametrize("policy", [name for policy in POLICIES for name in some(policy)])
def test_a_call_that_goes_wrong_starts_no_second_job(bench: Bench, policy: str) -> None:
    bench.policies(POLICIES[policy])
    first = bench.new_key()
    calls = bench.calls(lambda: bench.score(first), first)
    chosen = [(call, fault) for call in calls for fault in FAULTS if ALL or _is_telling(call, fault)]
    keys = [first]
    for call, fault in chosen:
        key = bench.new_key()
        keys.append(key)
        bench.struck(call, fault, key, lambda key=key: bench.score(key))
        assert bench.jobs_of(key) <= 1, (call, fault)
        bench.settled(key)
        bench.counts[FAULT] += 1
        if len(keys) >= 20:
            while keys:
                bench.rows_are_right(keys.pop())
    for key in keys:
        bench.rows_are_right(key)


@pytest.mark.parametrize("policy", [name for policy in POLICIES for name in some(policy)])
def test_a_controller_that_is_killed_starts_no_second_job(bench: Bench, policy: str) -> None:
    bench.policies(POLICIES[policy])
    first = bench.new_key()
    keys = [first]
    number = bench.engine.requests_of(lambda: bench.score(first))
    for point in ((at, moment) for at in range(1, number + 1) for moment in (BEFORE, AFTER)):
        if not ALL and point[0] <= number - 5:
            continue  # nothing is written before that
        key = bench.new_key()
        keys.append(key)
        assert bench.engine.killed(lambda key=key: bench.score(key), point), point
        assert bench.jobs_of(key) <= 1, point
        bench.settled(key)
        bench.counts[KILL] += 1
    for key in keys:
        bench.rows_are_right(key)


@pytest.mark.parametrize("policy", [name for policy in POLICIES for name in some(policy)])
def test_of_controllers_that_start_at_once_one_starts_the_job(bench: Bench, policy: str) -> None:
    bench.policies(POLICIES[policy])
    for _round in range(3 if ALL else 1):
        key = bench.new_key()
        outcomes = bench.engine.together(lambda key=key: bench.score(key), 3)
        assert sorted(outcomes) == [(False, False), (False, False), (True, False)]
        assert bench.jobs_of(key) == 1
        bench.rows_are_right(key)
        bench.counts[RACE] += 1


def test_a_wait_is_not_ended_by_trouble_on_its_way(bench: Bench) -> None:
    first = bench.new_key()
    polls = [call for call in bench.calls(lambda: bench.score(first, wait=True), first) if call.path.endswith("/KEY")]
    for call in polls:
        for fault in FAULTS if ALL else DOUBTFUL:
            key = bench.new_key()
            done = bench.struck(call, fault, key, lambda key=key: bench.score(key, wait=True))
            assert not done.failed, (call, fault, done.message)
            bench.rows_are_right(key)
            bench.counts[FAULT] += 1


def test_a_wait_is_gone_on_with_after_a_controller_was_killed(bench: Bench) -> None:
    first = bench.new_key()
    started = bench.engine.requests_of(lambda: bench.score(first))
    for point in ((started + look, moment) for look in (1, 2) for moment in (BEFORE, AFTER)):
        key = bench.new_key()
        assert bench.engine.killed(lambda key=key: bench.score(key, wait=True), point), point
        assert bench.jobs_of(key) == 1, point
        bench.rows_are_right(key)
        bench.counts[KILL] += 1


def test_results_are_whole_whatever_goes_wrong_on_their_way(bench: Bench) -> None:
    key = bench.new_key()
    job = bench.score(key, wait=True)["batch_job"]["name"]
    calls = bench.calls(lambda: bench.fetch(job, bench.folder / "first"), key)
    for number, (call, fault) in enumerate((call, fault) for call in calls for fault in (FAULTS if ALL else DOUBTFUL)):
        dest = bench.folder / f"fault{number}"
        bench.engine.cache = bench.folder / f"cache{number}"
        bench.struck(call, fault, key, lambda dest=dest: bench.fetch(job, dest))
        again = bench.fetch(job, dest)
        assert not again.failed, (call, fault, again.message)
        right(again, dest)
        assert not bench.fetch(job, dest).changed
        bench.counts[FAULT] += 1


def test_results_are_whole_whenever_the_controller_is_killed(bench: Bench) -> None:
    key = bench.new_key()
    job = bench.score(key, wait=True)["batch_job"]["name"]
    number = bench.engine.requests_of(lambda: bench.fetch(job, bench.folder / "first"))
    for point in ((at, moment) for at in range(1, number + 1) for moment in (BEFORE, AFTER)):
        dest = bench.folder / f"kill{point[0]}{point[1]}"
        assert bench.engine.killed(lambda dest=dest: bench.fetch(job, dest), point), point
        again = bench.fetch(job, dest)
        assert not again.failed, again.message
        right(again, dest)
        bench.counts[KILL] += 1


def _is_telling(call: Call, fault: str) -> bool:
    return bool(DECIDING.search(call.path)) and fault in DOUBTFUL
