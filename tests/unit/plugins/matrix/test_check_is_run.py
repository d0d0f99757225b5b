# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What check mode says is what the run does, for any pair of a current and a desired state."""

from __future__ import annotations

import os
from typing import Any

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.mlops.azureml.plugins.module_utils._clock import SystemClock
from ansible_collections.mlops.azureml.plugins.module_utils._engine.argument_spec import connection_options
from ansible_collections.mlops.azureml.plugins.module_utils._engine.body import merged_body
from ansible_collections.mlops.azureml.plugins.module_utils._engine.validate import check_options
from ansible_collections.mlops.azureml.plugins.module_utils._errors import AzureMLError
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._schema.map_values import TextMap
from ansible_collections.mlops.azureml.plugins.module_utils._schema.reference_values import ChildName
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import Field
from ansible_collections.mlops.azureml.plugins.module_utils._schema.scalar_values import Text
from ansible_collections.mlops.azureml.plugins.module_utils._service.workspace import Workspace
from ansible_collections.mlops.azureml.plugins.modules.asset_container import ASSETS
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Invocation, Open, Tried
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.double import Double
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.samples import EXISTING, OTHERS, samples
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.subjects import SUBJECTS, Subject, values_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

# `make matrix` asks for 10,000.
PAIRS = int(os.environ.get("MATRIX_PAIRS", "300"))
# Of each kind of resource, each type of asset, and each type of container.
EACH = PAIRS // (len(SUBJECTS) + 2 * len(ASSETS)) + 1
WS = WorkspaceId("00000000-0000-0000-0000-000000000000", "rg1", "ws1")
HERE = {"subscription_id": WS.subscription_id, "resource_group": WS.resource_group, "workspace_name": WS.name}
BY_TITLE = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.title)
QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


# -- any two ---------------------------------------------------------------------------------------------------------


def values(field: Field) -> some.SearchStrategy[Any]:
    """What a task may say of an option: its samples, and what empties it."""
    empty: list[Any] = [{}] if isinstance(field.value_type, TextMap) else []
    if (
        field.value_type.__class__ is Text
        and not field.needed
        and field.initial is None
        and not field.along_with
        and field.value_type.pattern is None
    ):
        empty.append("")
    return some.sampled_from([*samples(field), *OTHERS.get(field.option, ()), *empty])


def options(subject: Subject, *, whole: bool) -> some.SearchStrategy[dict[str, Any]]:
    """Some options with values; a ``whole`` task says what a creation needs."""
    fields = [field for field in subject.table.fields if not isinstance(field.value_type, ChildName)]
    needed = {field.option: values(field) for field in fields if whole and field.needed}
    others = {field.option: values(field) for field in fields if field.option not in needed}
    return some.fixed_dictionaries(needed, optional=others)


def tasks(subject: Subject) -> some.SearchStrategy[dict[str, Any]]:
    """Tasks of all sorts: sparse and full ones, deletions, with and without leave to replace."""
    operation = subject.operation.spec().arguments
    switches: dict[str, some.SearchStrategy[Any]] = {
        "state": some.sampled_from(["present"] * 4 + operation["state"]["choices"]),
        "append_tags": some.booleans(),
    }
    for switch in ("recreate", "set_default"):
        if switch in operation:
            switches[switch] = some.booleans()
    if "stand_in" in operation:
        switches["stand_in"] = some.none() | some.just("green")
    return some.builds(
        lambda said, switched: subject.with_options(said, {**subject.task, **switched}),
        options(subject, whole=True) | options(subject, whole=False),
        some.fixed_dictionaries({}, optional=switches),
    )


def bodies(subject: Subject) -> some.SearchStrategy[dict[str, Any]]:
    """What another client may have sent."""

    def body(said: dict[str, Any]) -> dict[str, Any]:
        task = subject.with_options(said)
        for field in subject.table.fields:
            task.setdefault(field.option.partition(".")[0], None)
        desired = check_options(subject.table, task, WS)
        made = merged_body(subject.table, {}, {**subject.table.constants, **subject.table.filled(desired), **desired})
        return {"location": "eastus", **made} if subject.table.regional else made

    return options(subject, whole=True).map(body)


# -- against the double ------------------------------------------------------------------------------------------------


def ran(subject: Subject, double: Double, task: dict[str, Any], *, check: bool) -> dict[str, Any]:
    """The task's outcome in a comparable form; ``writes`` are those it made."""
    read = ArgumentSpecValidator({**connection_options(), **subject.operation.spec().arguments}).validate(
        {**HERE, **task}
    )
    assert not read.error_messages, read.error_messages
    invocation = Invocation(read.validated_parameters, check, SystemClock())
    workspace = Workspace(invocation)
    opened: Any = workspace
    opened.arm = double
    double.writes.clear()
    outcome: dict[str, Any] = {"changed": False, "diff": ({}, {}), "message": "", "steps": []}
    try:
        result = subject.operation.run(workspace)
        outcome |= {"changed": result.changed, "diff": (result.before, result.after), "steps": result.values["steps"]}
    except AzureMLError as error:
        outcome["message"] = error.message
    return {"outcome": outcome, "writes": list(double.writes), "warnings": invocation.warnings}


def surrounded(subject: Subject) -> Double:
    double = Double(WS.path)
    for kind in ("models", "codes", "environments", "components"):
        for reference in EXISTING[kind]:
            _prefix, name, version = reference.split(":")
            double.place(WS.child(kind, name, "versions", version), {})
    for kind in ("computes", "datastores"):
        for name in EXISTING[kind]:
            double.place(WS.child(kind, name), {"properties": {"computeType": "Kubernetes", "properties": {}}})
    if subject.parent_path:
        endpoint = {"properties": {"authMode": "AADToken", "defaults": {"deploymentName": subject.task["name"]}}}
        double.place(WS.child(subject.parent_path), {"location": "eastus", **endpoint})
        double.place(WS.child(f"{subject.parent_path}/deployments/green"), {"properties": {}})
    return double


@BY_TITLE
def test_check_is_run_and_the_run_is_a_fixed_point(subject: Subject, tried: Tried) -> None:
    @settings(max_examples=EACH, deadline=None, suppress_health_check=QUIET, database=None)
    @given(
        current=some.none() | bodies(subject),
        state=some.sampled_from(["Succeeded"] * 4 + ["Failed", "Canceled"]),
        task=tasks(subject),
    )
    def any_two(current: dict[str, Any] | None, state: str, task: dict[str, Any]) -> None:
        tried()
        double = surrounded(subject)
        if current is not None:
            double.place(WS.child(subject.path), current, state=state)
        check = ran(subject, double, task, check=True)
        assert check["writes"] == []
        done = ran(subject, double, task, check=False)
        assert done["outcome"] == check["outcome"]
        assert bool(done["writes"]) is done["outcome"]["changed"]
        if done["outcome"]["message"] or done["warnings"]:
            return
        again = ran(subject, double, task, check=False)
        unchanged = {"changed": False, "diff": ({}, {}), "message": "", "steps": []}
        assert again == {"outcome": unchanged, "writes": [], "warnings": []}

    any_two()


# -- against the local workspace ---------------------------------------------------------------------------------------


@BY_TITLE
def test_check_is_run_in_the_local_workspace(subject: Subject, opened: Open, tried: Tried) -> None:
    """The same under any answers to the open questions. A service may refuse what check mode predicts, not undo it."""
    answers = some.fixed_dictionaries({policy: some.sampled_from(values_of(policy)) for policy in subject.policies})

    @settings(max_examples=max(PAIRS // 50, 6), deadline=None, suppress_health_check=QUIET, database=None)
    @given(answers=answers, current=some.none() | bodies(subject), task=tasks(subject))
    def any_two(answers: dict[str, str], current: dict[str, Any] | None, task: dict[str, Any]) -> None:
        tried()
        bench = opened(**answers)
        subject.surround(bench)
        if current is not None:
            located = bench_body(current, bench.path(""))
            bench.send("PUT", subject.path, located, version=subject.table.api_version)
        check = bench.run(subject.operation, task, check=True)
        assert check.writes == []
        done = bench.run(subject.operation, task)
        if done.message and not check.message:
            assert "could not be changed" in done.message or "cannot be changed" in done.message
            return
        assert (done.message, done.changed, done.diff) == (check.message, check.changed, check.diff)
        assert done.steps == check.steps or done.was_refused
        assert bool(done.steps) is done.changed
        if done.message or done.warnings:
            return
        again = bench.run(subject.operation, task)
        assert (again.message, again.changed, again.writes) == ("", False, [])

    any_two()


def bench_body(body: Any, workspace: str) -> Any:
    """The body with its ids in the workspace of a bench."""
    if isinstance(body, dict):
        return {key: bench_body(item, workspace) for key, item in body.items()}
    return body.replace(WS.path, workspace) if isinstance(body, str) else body
