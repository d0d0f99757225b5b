# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Releases in one process: the service and its storage in memory, and jobs whose rows are written in the test."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from ansible_collections.mlops.azureml.plugins.module_utils._errors import (
    AzureMLError,
    ConnectionFailed,
    Delivery,
    ServiceError,
)
from ansible_collections.mlops.azureml.plugins.module_utils._operations.operation import Operation
from ansible_collections.mlops.azureml.plugins.module_utils._operations.release import Release
from ansible_collections.mlops.azureml.plugins.module_utils._operations.rollback import Rollback
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Bench, Done, InMemory, KilledError
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.effects import PLACE, endpoint_with_default
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.subjects import ENDPOINT
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import Storage

from tests.emulator.scoring_plan import output_uri

FORMER, CANDIDATE = "green", "red"
SMOKE = {"inputs": {"pages": {"type": "uri_folder", "path": f"{PLACE}/pages"}}}
CHECK = {"columns": ["page", "words"], "key_column": "page"}
RECORDS = f"batch-scoring/{ENDPOINT.lower()}/.releases/"
Rows = Mapping[str, int]
GOOD: Rows = {"one": 1, "two": 2, "three": 3, "four": 4}

LOST_BEFORE, LOST_AFTER, ERROR, THROTTLED, KILL = "lost before", "lost after", "500", "429", "kill"
FAULTS = (LOST_BEFORE, LOST_AFTER, ERROR, THROTTLED, KILL)


@dataclass
class Strike:
    """The n-th call of a task goes wrong; ``calls`` are those seen so far, as method and path."""

    number: int = 0
    fault: str = ""
    calls: list[str] = field(default_factory=list)

    def around(self, call: str, perform: Callable[[], Any], fail: Callable[[str], Any]) -> Any:
        """Perform a call, or let it go wrong. ``fail`` returns or raises what the caller sees of a fault."""
        self.calls.append(call)
        if len(self.calls) != self.number:
            return perform()
        if self.fault == KILL:
            raise KilledError
        if self.fault == LOST_AFTER:
            perform()
        return fail(self.fault)


class StruckTransport(httpx.BaseTransport):
    """The requests of a task, one of which goes wrong."""

    def __init__(self, inner: InMemory, bench: ReleaseBench) -> None:
        self._inner = inner
        self._bench = bench

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        def fail(fault: str) -> httpx.Response:
            if fault in (ERROR, THROTTLED):
                return httpx.Response(int(fault), json={"error": {"code": "Trouble", "message": "x"}}, request=request)
            raise httpx.ReadError("lost", request=request)

        below = request.url.path.removeprefix(self._bench.bench.settings.workspace_path).strip("/")
        call = f"{request.method} {below}"
        return self._bench.strike.around(call, lambda: self._inner.handle_request(request), fail)


class StruckStorage(Storage):
    """Storage in memory, one of whose calls goes wrong, with the rows of the jobs that have been started."""

    bench: ReleaseBench

    def list(self, prefix: str = "") -> Any:
        return iter(self._struck(f"LIST {prefix}", lambda: list(super(StruckStorage, self).list(prefix))))

    def read_note(self, name: str) -> Any:
        return self._struck(f"GET {name}", lambda: super(StruckStorage, self).read_note(name))

    def write_note(self, name: str, text: str, marks: Any, *, over: Any = None) -> bool:
        if name.endswith("/lease.json"):
            self.bench.taken[name] = (text, marks)
        return bool(
            self._struck(f"PUT {name}", lambda: super(StruckStorage, self).write_note(name, text, marks, over=over))
        )

    def delete(self, name: str, *, over: Any = None) -> None:
        self._struck(f"DELETE {name}", lambda: super(StruckStorage, self).delete(name, over=over))

    def chunks(self, name: str) -> Any:
        return iter(self._struck(f"GET {name}", lambda: list(super(StruckStorage, self).chunks(name))))

    def _struck(self, call: str, perform: Callable[[], Any]) -> Any:
        def fail(fault: str) -> AzureMLError:
            if fault in (ERROR, THROTTLED):
                raise ServiceError("storage", status=int(fault), error={"code": "Trouble"})
            raise ConnectionFailed("storage", delivery=Delivery.UNKNOWN)

        self.bench.write_rows()
        return self.bench.strike.around(call, perform, fail)


@dataclass
class ReleaseBench:
    """An endpoint with a default deployment and a candidate. ``rows`` are what the script of each makes of the input.

    A deployment without rows fails its jobs. A list has the rows of one job after the other.
    """

    bench: Bench
    storage: StruckStorage
    rows: dict[str, Rows | list[Rows]] = field(default_factory=dict)
    strike: Strike = field(default_factory=Strike)
    seconds: dict[str, float] = field(default_factory=dict)
    """How long the jobs of a deployment run."""
    taken: dict[str, tuple[str, Any]] = field(default_factory=dict)
    """The lease as it was written last."""

    @classmethod
    def of(cls, bench: Bench, prepare: Callable[[Any], None]) -> ReleaseBench:
        """``prepare`` makes the storage the one that the tasks open."""
        storage = StruckStorage({"pages/1.txt": b"words"})
        endpoint_with_default(bench)
        made = cls(bench, storage, {FORMER: GOOD, CANDIDATE: GOOD})
        storage.bench = made
        prepare(storage)
        bench.transport = StruckTransport(bench.transport, made)  # type: ignore[assignment]  # it delegates to it
        return made

    # -- tasks -----------------------------------------------------------------------------------------------------

    def task(self, state: str, **options: Any) -> Done:
        """One state of the release of the candidate."""
        own = {"deployment_name": CANDIDATE, "content": "abcdef", "state": state}
        return self.run(Release(), **{**own, **options})

    def release(self, **options: Any) -> Done:
        """What the role does in one run: all states, up to the first that fails."""
        for state in ("started", "candidate"):
            done = self.task(state, **options)
            if done.message:
                return done
        return self.task("released", **options)

    def rollback(self, **options: Any) -> Done:
        return self.run(Rollback(), **options)

    def run(self, operation: Operation, *, check_mode: bool = False, **options: Any) -> Done:
        task = {"endpoint_name": ENDPOINT, "smoke": SMOKE, "check": CHECK, **options}
        return self.bench.run(operation, task, check=check_mode)

    def calls_of(self, task: Callable[[], Done]) -> list[str]:
        """The calls that a task makes."""
        self.strike = Strike()
        done = task()
        assert not done.message, done.message
        return self.strike.calls

    def struck(self, number: int, fault: str, task: Callable[[], Done]) -> Done | None:
        """A task whose n-th call goes wrong; None if it was killed there."""
        self.strike = Strike(number, fault)
        try:
            return task()
        except KilledError:
            return None
        finally:
            self.strike = Strike()

    # -- the service -----------------------------------------------------------------------------------------------

    def deploy(self, name: str, **settings: Any) -> None:
        """Another deployment like the candidate, by another client."""
        found = self.bench.send("GET", f"batchEndpoints/{ENDPOINT}/deployments/{CANDIDATE}")
        properties = {**found["properties"], **settings}
        properties.pop("provisioningState", None)
        body = {"location": "eastus", "properties": properties}
        self.bench.send("PUT", f"batchEndpoints/{ENDPOINT}/deployments/{name}", body)
        self.rows.setdefault(name, GOOD)

    @property
    def deployments(self) -> set[str]:
        """The names of the deployments."""
        listed = self.bench.send("GET", f"batchEndpoints/{ENDPOINT}/deployments")
        return {one["name"] for one in listed["value"]}

    def write_rows(self) -> None:
        """Write the rows of the jobs that have been started."""
        counts: Counter[str] = Counter()
        for job in self.jobs:
            folder = (output_uri(job) or "").partition("/paths/")[2].rstrip("/")
            rows = self.rows.get(job.deployment)
            counts[job.deployment] += 1
            if isinstance(rows, list):
                rows = rows[min(counts[job.deployment], len(rows)) - 1]
            if job.started and job.deployment in self.seconds:
                job.ended = job.started + timedelta(seconds=self.seconds[job.deployment])
            if rows is None:
                job.status, job.error = "Failed", "The script failed."
            elif folder:
                text = "".join(f"{page},{words}\n" for page, words in rows.items())
                name = folder if folder.endswith(".csv") else f"{folder}/predictions.csv"
                self.storage.blobs.setdefault(name, text.encode())

    @property
    def jobs(self) -> list[Any]:
        """The jobs of the workspace, in the order in which they were started."""
        return sorted(self.bench.emulator.state.jobs.list(), key=lambda job: (job.created, job.name))

    @property
    def default(self) -> str | None:
        found = self.bench.send("GET", f"batchEndpoints/{ENDPOINT}")
        return found["properties"]["defaults"]["deploymentName"]  # type: ignore[no-any-return]  # from JSON

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        """The records by their id."""
        return {
            name.removeprefix(RECORDS).removesuffix(".json"): json.loads(text)
            for name, (text, _marks) in sorted(self.storage.notes.items())
            if name.startswith(RECORDS) and not name.endswith("/lease.json")
        }
