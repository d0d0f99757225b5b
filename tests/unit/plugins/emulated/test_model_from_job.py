# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A model that a job left behind: the service answers its path as the place in the workspace's storage."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import model
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated

PATHS = [
    "azureml://jobs/train-42/outputs/artifacts/paths/model",
    "azureml://jobs/train-42/outputs/artifacts/model/",
    "azureml://jobs/train-42/outputs/artifacts",
    "runs:/train-42/model",
    "azureml://jobs/train-42/outputs/trained",
]


@pytest.mark.parametrize("answer", ["rewritten", "kept"])
@pytest.mark.parametrize("kind", ["custom_model", "mlflow_model"])
@pytest.mark.parametrize("version", [None, "2026-01"])
@pytest.mark.parametrize("path", PATHS)
def test_the_second_run_finds_the_version(
    emulated: Emulated, path: str, version: str | None, kind: str, answer: str
) -> None:
    emulated.policy(model_from_job=answer)
    task = {"name": "digits", "path": path, "type": kind, **({"version": version} if version else {})}

    assert emulated(model, task)["model"]["version"] == (version or "1")
    for check in (True, False):
        again = emulated(model, task, check=check)
        assert (again["changed"], emulated.writes, again.warnings) == (False, [], [])


def test_other_output_is_another_version(emulated: Emulated) -> None:
    def versions(path: str) -> Any:
        return emulated(model, {"name": "digits", "path": path})["model"]["version"]

    assert [versions("runs:/train-42/model"), versions("runs:/train-43/model"), versions("runs:/train-42/model")] == [
        "1",
        "2",
        "1",
    ]


def test_a_model_of_nothing_is_refused_with_the_remedy(emulated: Emulated) -> None:
    emulated.emulator.state.storage.empty.add("models/digits")
    refused = emulated(model, {"name": "digits", "path": "azureml://datastores/workspaceblobstore/paths/models/digits"})
    assert refused.failed
    assert "No blobs found in storage at model asset path" in refused["msg"]
    assert "Correct path, or upload the model first." in refused["msg"]
