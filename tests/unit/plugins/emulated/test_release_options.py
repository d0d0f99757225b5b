# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No option of the modules for releases is ignored: two values of each come out differently."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._jobs import wait
from ansible_collections.mlops.azureml.plugins.module_utils._operations.operation import Operation
from ansible_collections.mlops.azureml.plugins.module_utils._operations.release import Release
from ansible_collections.mlops.azureml.plugins.module_utils._operations.release_info import ReleaseInfo
from ansible_collections.mlops.azureml.plugins.module_utils._operations.rollback import Rollback
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.release_bench import (
    CANDIDATE,
    CHECK,
    FORMER,
    RECORDS,
    SMOKE,
    ReleaseBench,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Open
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.subjects import ENDPOINT

LEFT_OUT: Any = None


@dataclasses.dataclass(frozen=True)
class Effect:
    """Two values of an option, what else the task says, and the states of the release before it."""

    option: str
    one: Any
    other: Any
    also: dict[str, Any] = dataclasses.field(default_factory=dict)
    first: tuple[str, ...] = ()


STRICT = {**CHECK, "min_rows": 99}
FAILING = {"check": STRICT, "state": "candidate"}
ALL = ("candidate", "released")
OF_RELEASE = (
    Effect("endpoint_name", ENDPOINT, "other-ep", {"state": "candidate"}),
    Effect("deployment_name", CANDIDATE, "none", {"state": "candidate"}),
    Effect("content", "one", "two", {"state": "started"}),
    Effect("state", "started", "candidate"),
    Effect("smoke", SMOKE, {**SMOKE, "mini_batch_size": 3}, {"state": "candidate"}),
    Effect("check", CHECK, STRICT, {"state": "candidate"}),
    Effect("report", "tmp/one.html", "tmp/two.html", {"state": "candidate"}),
    Effect("lease_timeout", 7200, 60, {"state": "candidate"}),
    Effect("wait_timeout", 1800, 0, {"state": "released"}, ("candidate",)),
    Effect("compare", True, False, {"state": "candidate"}),
    Effect("keep", 1, 0, {"state": "started"}),
    Effect("on_failure", "keep", "delete", FAILING, ("new",)),
    Effect("reason", "one", "two", {"state": "failed"}, ("started",)),
)
OF_ROLLBACK = (
    Effect("endpoint_name", ENDPOINT, "other-ep", {}, ALL),
    Effect("to", FORMER, "none", {}, ALL),
    Effect("smoke", SMOKE, {**SMOKE, "mini_batch_size": 3}, {}, ALL),
    Effect("check", CHECK, STRICT, {}, ALL),
    Effect("report", "tmp/one.html", "tmp/two.html", {}, ALL),
    Effect("lease_timeout", 7200, 60, {}, ALL),
    Effect("wait_timeout", 1800, 0, {}, ALL),
)
OF_INFO = (
    Effect("endpoint_name", ENDPOINT, "other-ep", {}, ALL),
    Effect("name", LEFT_OUT, "none", {}, ALL),
    Effect("deployment_name", CANDIDATE, FORMER, {}, ALL),
    Effect("status", ["released"], ["failed"], {}, ALL),
    Effect("last", 1, 0, {}, ALL),
    Effect("query", LEFT_OUT, "[].id", {}, ALL),
)
MODULES: tuple[tuple[Operation, tuple[Effect, ...]], ...] = (
    (Release(), OF_RELEASE),
    (Rollback(), OF_ROLLBACK),
    (ReleaseInfo(), OF_INFO),
)
# Only of check mode; tests/integration/test_release.py runs the role in it.
ELSEWHERE = {"predicted"}


def cases() -> Iterator[Any]:
    for operation, effects in MODULES:
        for effect in effects:
            yield pytest.param(operation, effect, id=f"{type(operation).__name__}: {effect.option}")


@pytest.mark.parametrize(("operation", "effect"), list(cases()))
def test_an_option_makes_a_difference(
    opened: Open,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    operation: Operation,
    effect: Effect,
) -> None:
    def prepare(storage: Any) -> None:
        monkeypatch.setattr(datastore_storage, "_open", lambda _datastore: storage)
        monkeypatch.setattr(wait, "jittered", lambda seconds: seconds)

    (tmp_path / "tmp").mkdir()
    monkeypatch.chdir(tmp_path)
    outcomes = [
        outcome(ReleaseBench.of(opened(job_course="Completed"), prepare), operation, effect, value)
        for value in (effect.one, effect.other)
    ]
    assert outcomes[0] != outcomes[1]


def outcome(bench: ReleaseBench, operation: Operation, effect: Effect, value: Any) -> str:
    name = CANDIDATE
    for state in effect.first:
        if state == "new":
            name = "new"
            assert bench.task("started", deployment_name=name).message == ""
            bench.deploy(name)
        else:
            assert bench.task(state).message == ""
    own = {"deployment_name": name, "content": "abcdef"} if isinstance(operation, Release) else {}
    task = {**own, **effect.also} | ({} if value is LEFT_OUT else {effect.option: value})
    if isinstance(operation, ReleaseInfo):
        done = bench.bench.run(operation, {"endpoint_name": ENDPOINT, **task})
    else:
        done = bench.run(operation, **task)
    leases = [json.loads(text)["seconds"] for at, (text, _marks) in bench.taken.items() if at.startswith(RECORDS)]
    records = [{key: value for key, value in one.items() if key != "events"} for one in bench.records.values()]
    files = sorted(str(file) for file in Path("tmp").iterdir())
    jobs = [(job.deployment, job.request.get("miniBatchSize")) for job in bench.jobs]
    for file in Path("tmp").iterdir():
        file.unlink()
    return repr(
        (done.message, done.values.get("batch_releases"), records, leases, sorted(bench.deployments), files, jobs)
    )


@pytest.mark.parametrize(("operation", "effects"), MODULES, ids=lambda one: type(one).__name__)
def test_no_option_is_without_an_effect(operation: Operation, effects: tuple[Effect, ...]) -> None:
    assert set(operation.spec().arguments) - ELSEWHERE == {effect.option for effect in effects}
