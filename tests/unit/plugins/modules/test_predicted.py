# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check mode does not warn of what an earlier task of the play creates, and warns of all else; a run refuses both."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import batch_deployment, batch_job, component
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import WORKSPACE, Run, get
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import ready

ENDPOINT = f"{WORKSPACE}/batchEndpoints/digits"
MODEL = f"{WORKSPACE}/models/digits/versions/1"
CPU = f"{WORKSPACE}/computes/cpu"
DEPLOYMENT = {"endpoint_name": "digits", "name": "blue", "model": MODEL, "compute": "cpu"}
ABSENT = [get("batchEndpoints/digits/deployments/blue"), get("batchEndpoints/digits")]
REFERENCES = [get("models/digits/versions/1"), get("computes/cpu")]


@pytest.mark.parametrize(
    ("predicted", "warned"),
    [
        ([], ["endpoint", "model", "compute"]),
        ([ENDPOINT], ["model", "compute"]),
        ([ENDPOINT.upper(), CPU.upper()], ["model"]),
        ([ENDPOINT, MODEL, CPU], []),
        ([ENDPOINT, MODEL.replace("versions/1", "versions/2"), CPU], ["model"]),
    ],
)
def test_what_a_deployment_needs(run: Run, predicted: list[str], warned: list[str]) -> None:
    task = {**DEPLOYMENT, "predicted": predicted}
    calls = [*ABSENT, *REFERENCES]
    done = run(batch_deployment, task, *calls, check=True)
    assert [next(word for word in ("endpoint", "model", "compute") if word in text) for text in done.warnings] == warned
    assert "there is no batch endpoint digits" in run(batch_deployment, task, *ABSENT)["msg"]


@pytest.mark.parametrize("reference", ["azureml:python:1", "azureml:python@latest"])
@pytest.mark.parametrize("predicted", [[], [f"{WORKSPACE}/environments/python/versions/1"]])
def test_what_a_component_refers_to(run: Run, reference: str, predicted: list[str]) -> None:
    step = {"name": "step", "version": "1", "type": "command", "command": "ls", "environment": reference}
    latest = {"$orderBy": "createdtime desc", "$top": "1"}
    name = "environments/python/versions"
    look = get(name, **latest) if "@" in reference else get(f"{name}/1")
    read = (
        [get("components/step/versions/1"), look] if "@" not in reference else [look, get("components/step/versions/1")]
    )
    done = run(component, {"definition": step, "predicted": predicted}, *read, check=True)
    assert len(done.warnings) == 1 - len(predicted)


@pytest.mark.parametrize(("predicted", "warnings"), [([], 1), ([ENDPOINT], 0), ([f"{ENDPOINT}/deployments/blue"], 0)])
def test_the_endpoint_of_a_job(run: Run, predicted: list[str], warnings: int) -> None:
    pages = f"{WORKSPACE}/data/pages/versions/1"
    task = {"endpoint_name": "digits", "inputs": {"pages": {"path": pages}}, "predicted": [pages, *predicted]}
    done = run(batch_job, task, get("batchEndpoints/digits"), get("data/pages/versions/1"), check=True)
    assert len([text for text in done.warnings if "no batch endpoint" in text]) == len(done.warnings) == warnings


@pytest.mark.parametrize(
    ("path", "predicted", "warnings"),
    [
        ("azureml:pages@latest", [], 1),
        ("azureml:pages@latest", [f"{WORKSPACE}/data/pages/versions/1"], 0),
        ("azureml:pages@latest", [f"{WORKSPACE}/data/other/versions/1"], 1),
        ("azureml:pages:1", [f"{WORKSPACE}/data/pages/versions/1"], 0),
        ("azureml:pages:2", [f"{WORKSPACE}/data/pages/versions/1"], 1),
    ],
)
def test_what_a_job_reads(run: Run, path: str, predicted: list[str], warnings: int) -> None:
    task: dict[str, Any] = {"endpoint_name": "digits", "inputs": {"pages": {"path": path}}, "predicted": predicted}
    latest = {"$orderBy": "createdtime desc", "$top": "1"}
    version = path.rpartition(":")[2]
    look = get("data/pages/versions", **latest) if "@" in path else get(f"data/pages/versions/{version}")
    assert len(run(batch_job, task, *ready(), look, check=True).warnings) == warnings
