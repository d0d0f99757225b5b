# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whole files as ``az ml`` takes them: ours, with every key that is met in public ones, and on request those.

``AZUREML_EXAMPLES`` is the ``cli`` folder of a copy of the public examples of Azure Machine Learning.
"""

from __future__ import annotations

import os
import shutil
import types
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.mlops.azureml.plugins.modules import (
    batch_deployment,
    batch_endpoint,
    component,
    compute,
    data,
    datastore,
    environment,
    model,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated

FILES = Path(__file__).parent / "described"
WHOLE = sorted(file.name for file in (FILES / "whole").glob("*.yml"))
MODULES = {
    module.__name__.rpartition(".")[2]: module
    for module in (batch_deployment, batch_endpoint, component, compute, data, datastore, environment, model)
}

EXAMPLES = os.environ.get("AZUREML_EXAMPLES")
FOLDERS = ("endpoints/batch", "assets", "resources/compute", "resources/datastore")
SCHEMAS = {
    "BatchDeployment.": "batch_deployment",
    "batchEndpoint.": "batch_endpoint",
    "Component.": "component",
    "environment.": "environment",
    "model.": "model",
    "data.": "data",
    "DataImport.": "data",
}
# What is refused, and why.
REFUSED = {
    "vm-attach.yml": "definition.type: 'virtualmachine' is not supported: no scoring job runs on it",
    "attached-spark": "definition.type: 'synapsespark' is not supported: no scoring job runs on it",
    "adls-gen1": "definition.type: 'azure_data_lake_gen1' is not supported: Azure has retired this storage",
    "deployment-from-job.yml": "definition.job_definition: this key is not supported: a job is no component",
    "import": "definition.source: this key is not supported: bringing data in is a job of its own",
    # These are to be completed by hand: an id, the images.
    "cluster-user-identity.yml": "identity: 'identity_resource_id' is no full ARM id",
    "imagenet-sample-unlabeled.yml": "path: cannot read",
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_file(emulated: Emulated, tmp_path: Path, name: str) -> None:
    files = shutil.copytree(FILES, tmp_path / "files")
    module = MODULES[name.removesuffix(".yml").partition("-")[0]]
    task = {"definition": f"{files}/whole/{name}"}

    predicted = emulated(module, task, check=True)
    assert not predicted.failed, predicted.result
    assert emulated.writes == []
    made = emulated(module, task)
    assert made["diff"] == predicted["diff"]
    assert "not-a-real-one" not in str(made.result)
    again = emulated(module, task)
    assert (again["changed"], emulated.writes) == (False, [])


def module_of(file: Path) -> types.ModuleType | None:
    """Which of our modules a public file is for; None for what we do not manage, and for what only lies there."""
    tree = yaml.safe_load(file.read_text())
    schema = str(tree.get("$schema")) if isinstance(tree, dict) else ""
    for part, name in SCHEMAS.items():
        if part in schema:
            return MODULES[name]
    # Computes and datastores have a schema for each of their kinds.
    return MODULES[file.parent.name] if file.parent.name in ("compute", "datastore") else None


def public_files() -> list[Any]:
    root = Path(EXAMPLES or "/nowhere")
    files = sorted(file for folder in FOLDERS for file in (root / folder).rglob("*.y*ml") if module_of(file))
    return [pytest.param(file, id=str(file.relative_to(root))) for file in files]


@pytest.mark.on_request
@pytest.mark.skipif(EXAMPLES is None, reason="AZUREML_EXAMPLES names no folder")
@pytest.mark.parametrize("file", public_files())
def test_a_public_file(emulated: Emulated, file: Path) -> None:
    module = module_of(file)
    assert module is not None
    out = emulated(module, {"definition": str(file)}, check=True)
    (reason,) = [why for name, why in REFUSED.items() if name in file.name] or [None]
    assert out.failed is (reason is not None), out.result
    assert str(out.result.get("msg", "")).startswith(reason or "")
