# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replacing: nothing is lost when a run is killed on the way, and no endpoint is ever without a default."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.dotted_path import delete_at
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Bench, Open
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.subjects import (
    ENDPOINT,
    SUBJECTS,
    Subject,
    each_value,
)

CLUSTER, DEPLOYMENT = (
    next(one for one in SUBJECTS if one.title == title) for title in ("compute, amlcompute", "deployment, model")
)
ANSWERS = [
    {"deployment_changes": "settings", **changes}
    for changes in (
        {},
        {"delete_default": "refused"},
        {"default_after_delete": "kept"},
        {"deployment_delete": "at_once"},
    )
]


def default_of(bench: Bench) -> Any:
    endpoint = bench.emulator.state.resources.get(bench.path(f"batchEndpoints/{ENDPOINT}"))
    name = endpoint.properties["defaults"]["deploymentName"] if endpoint else None
    current = bench.emulator.state.resources.get(bench.path(f"batchEndpoints/{ENDPOINT}/deployments/{name}"))
    return name if current and current.provisioning_state != "Deleting" else None


def deployed(bench: Bench) -> tuple[dict[str, Any], dict[str, Any]]:
    """The default deployment blue, with green beside it; and the task that gives blue what the service refuses."""
    DEPLOYMENT.surround(bench)
    first = {**DEPLOYMENT.fullest, "set_default": True}
    assert bench.run(DEPLOYMENT.operation, {**DEPLOYMENT.smallest, "name": "green"}).changed
    assert bench.run(DEPLOYMENT.operation, first).changed
    desired = {**first, "model": "azureml:digits:2", "recreate": True, "stand_in": "green"}
    return first, desired


def settings_of(subject: Subject, bench: Bench) -> Any:
    """The current resource without its history."""
    found = bench.send("GET", subject.path)
    found.pop("systemData", None)
    for path in ("createdOn", "modifiedOn", "properties.allocationStateTransitionTime"):
        delete_at(found["properties"], path)
    return found


@pytest.mark.parametrize("answers", ANSWERS)
def test_the_endpoint_always_has_a_default_that_stands(opened: Open, answers: dict[str, str]) -> None:
    bench = opened(**answers)
    _first, desired = deployed(bench)
    seen = []
    bench.transport.around = lambda _answered: seen.append(default_of(bench))
    done = bench.run(DEPLOYMENT.operation, desired)
    assert done.message == ""
    assert set(seen) == {"Blue", "green"}
    assert default_of(bench) == "Blue"


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("number", range(1, 40))
def test_a_replaced_default_deployment_however_the_run_is_cut_off(opened: Open, number: int, answered: bool) -> None:
    bench = opened(deployment_changes="settings")
    _first, desired = deployed(bench)
    whole = not bench.killed(DEPLOYMENT.operation, desired, number, answered=answered)
    if whole:
        assert number > 20, "the way is longer than that"
    assert default_of(bench) is not None
    again = bench.run(DEPLOYMENT.operation, desired)
    assert again.message == ""
    assert default_of(bench) == "Blue"
    assert "digits/versions/2" in str(settings_of(DEPLOYMENT, bench)["properties"]["model"])
    assert not bench.run(DEPLOYMENT.operation, desired).changed


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("number", range(1, 12))
def test_a_replaced_cluster_however_the_run_is_cut_off(opened: Open, number: int, answered: bool) -> None:
    desired = {**CLUSTER.fullest, "size": "Standard_NC6", "recreate": True}
    left = []
    for cut in (False, True):
        bench = opened()
        bench.run(CLUSTER.operation, CLUSTER.fullest)
        if cut:
            bench.killed(CLUSTER.operation, desired, number, answered=answered)
        assert bench.run(CLUSTER.operation, desired).message == ""
        left.append(settings_of(CLUSTER, bench))
    assert left[0]["properties"]["properties"]["vmSize"] == "Standard_NC6"
    assert left[0] == left[1]


@pytest.mark.parametrize("answers", each_value(DEPLOYMENT.policies))
def test_the_default_is_deleted_only_with_a_stand_in(opened: Open, answers: dict[str, str]) -> None:
    """Whether the service would refuse is not known (batch contract, open question 4): the user sees the same."""
    bench = opened(**answers)
    deployed(bench)
    gone = {**DEPLOYMENT.task, "state": "absent"}
    refused = bench.run(DEPLOYMENT.operation, gone)
    assert "Write stand_in with the name of another that takes over" in refused.message
    assert refused.writes == []
    assert bench.run(DEPLOYMENT.operation, {**gone, "stand_in": "green"}).changed
    assert default_of(bench) == "green"
    assert not bench.run(DEPLOYMENT.operation, gone).changed
