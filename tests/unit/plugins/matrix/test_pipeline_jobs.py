# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs of pipeline deployments against the local workspace: inputs are those that the component declares."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._operations.run_job import RunJob
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Bench, Open
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.subjects import ENDPOINT, lay_endpoint
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import Storage

RATE = {"rate": {"type": "number"}}


def deployed(opened: Open, monkeypatch: pytest.MonkeyPatch, inputs: dict[str, Any] | None) -> Bench:
    """An endpoint whose deployment runs a component with these inputs."""
    bench = opened()
    lay_endpoint(bench)
    storage = Storage()
    monkeypatch.setattr(datastore_storage, "_open", lambda _datastore: storage)
    spec: dict[str, Any] = {"name": "hello", "version": "7", "type": "pipeline", "jobs": {}}
    if inputs is not None:
        spec["inputs"] = inputs
    bench.send("PUT", "components/hello/versions/7", {"properties": {"componentSpec": spec}})
    component = {"referenceType": "Id", "assetId": bench.path("components/hello/versions/7")}
    configuration = {"deploymentConfigurationType": "PipelineComponent", "componentId": component}
    body = {"location": "eastus", "properties": {"deploymentConfiguration": configuration}}
    bench.send("PUT", f"batchEndpoints/{ENDPOINT}/deployments/steps", body)
    return bench


def start(bench: Bench, **options: Any) -> Any:
    task = {"endpoint_name": ENDPOINT, "deployment_name": "steps", "wait": False, **options}
    return bench.run(RunJob(), task)


@pytest.mark.parametrize("declared", [None, {}, {"rate": {"type": "number", "default": "1.0"}}])
@pytest.mark.parametrize("named", [{}, {"name": "today"}, {"key": "build 7"}])
@pytest.mark.parametrize("inputs", [{}, {"inputs": {}}])
def test_a_component_that_needs_no_inputs_just_runs(
    opened: Open, monkeypatch: pytest.MonkeyPatch, declared: Any, named: dict[str, str], inputs: dict[str, Any]
) -> None:
    bench = deployed(opened, monkeypatch, declared)
    first, second = start(bench, **named, **inputs), start(bench, **named, **inputs)
    assert (first.message, first.changed) == ("", True)
    assert (second.message, second.changed) == ("", not named)


def test_inputs_are_those_of_the_component(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = deployed(opened, monkeypatch, RATE)
    assert "needs rate" in start(bench, inputs={}).message
    assert "declares no such input. It declares rate" in start(bench, inputs={"rat": {"value": 1}}).message
    assert "'fast' is no number" in start(bench, inputs={"rate": {"value": "fast"}}).message
    assert start(bench, inputs={"rate": {"value": 0.5}}).changed
