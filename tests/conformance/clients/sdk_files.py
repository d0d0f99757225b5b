"""Registers what the YAML files of a folder describe with the official SDK, in their order.

python sdk_files.py FOLDER SHOWN

SHOWN is a folder for the same resources in the shape of `az ml ... show`, under the same names of files.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from azure.ai.ml import (
    MLClient,
    load_batch_deployment,
    load_batch_endpoint,
    load_component,
    load_compute,
    load_data,
    load_datastore,
    load_environment,
    load_model,
    load_registry,
)
from azure.ai.ml.entities._load_functions import load_model_batch_deployment, load_pipeline_component_batch_deployment
from sdk import client


def _waiting(kind: str) -> Callable[[MLClient, Any], Any]:
    return lambda ml, made: getattr(ml, kind).begin_create_or_update(made).result()


def _at_once(kind: str) -> Callable[[MLClient, Any], Any]:
    return lambda ml, made: getattr(ml, kind).create_or_update(made)


def _create_registry(ml: MLClient, described: Any) -> Any:
    return ml.registries.begin_create(described).result()


def _load_deployment(source: Path) -> Any:
    """As the CLI does: by the type, without which it is one in the older, flat form."""
    load = {"model": load_model_batch_deployment, "pipeline": load_pipeline_component_batch_deployment}
    return load.get(yaml.safe_load(source.read_text()).get("type"), load_batch_deployment)(source=source)


# A file is called NUMBER-NAME.KIND.yml.
KINDS = {
    "compute": (load_compute, _waiting("compute")),
    "datastore": (load_datastore, _at_once("datastores")),
    "data": (load_data, _at_once("data")),
    "model": (load_model, _at_once("models")),
    "environment": (load_environment, _at_once("environments")),
    "component": (load_component, _at_once("components")),
    "registry": (load_registry, _create_registry),
    "batch_endpoint": (load_batch_endpoint, _waiting("batch_endpoints")),
    "batch_deployment": (_load_deployment, _waiting("batch_deployments")),
}


def main(folder: Path, shown: Path) -> None:
    ml = client()
    for file in sorted(folder.glob("*.yml")):
        load, make = KINDS[file.name.split(".")[1]]
        made = make(ml, load(source=file))
        plain = json.loads(json.dumps(made._to_dict(), default=str))
        (shown / file.name).write_text(yaml.safe_dump(plain))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
