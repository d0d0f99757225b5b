"""How stored versions of assets are answered, where that is more than what was stored."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

from ..state import Resource
from . import component_specs
from .call import Call


def plain(properties: dict[str, Any], _resource: Resource, _call: Call) -> dict[str, Any]:
    """A version as it is stored."""
    return properties


def environment(properties: dict[str, Any], resource: Resource, call: Call) -> dict[str, Any]:
    """The newest version carries a label. Service fact: asset contract 7.2."""
    if call.api_version < "2023-04-01":
        return properties
    container = call.state.resources.get(resource.path.rsplit("/", 2)[0])
    newest = container is not None and container.extra["latest"] == resource.name
    return {**properties, "properties": {**properties["properties"], "azureml.labels": "latest" if newest else ""}}


def component(properties: dict[str, Any], _resource: Resource, call: Call) -> dict[str, Any]:
    """A pipeline keeps its jobs for itself. Service fact: asset contract 14.24."""
    return {**properties, "componentSpec": component_specs.shown(properties["componentSpec"], call)}


def model(properties: dict[str, Any], resource: Resource, call: Call) -> dict[str, Any]:
    """The place of an MLflow model as the service may report it. (A 14.8)"""
    if call.state.policies["mlflow_model_uri"] == "kept" or properties["modelType"] != "mlflow_model":
        return properties
    copy = uuid.uuid5(uuid.NAMESPACE_URL, resource.path)
    uri = re.sub(r"(?<=/paths/)(?=LocalUpload/)", f"ServiceReplicated/{copy}/", properties["modelUri"])
    return {**properties, "modelUri": uri}


def note_archiving(resource: Resource, was_archived: bool, call: Call) -> None:
    """Remember from when on a GET shows that a version or container is archived or restored. (A 14.17)"""
    lag = call.state.policies.seconds("archive_lag")
    if lag and bool(resource.properties["isArchived"]) is not was_archived:
        resource.extra["archiving"] = (call.state.clock.now() + timedelta(seconds=lag), was_archived)


def archived_as_read(resource: Resource, call: Call) -> bool:
    """`isArchived` as this request shows it: the answer to a PUT is never late."""
    moment, was_archived = resource.extra.get("archiving", (None, False))
    late = moment is not None and call.method == "GET" and call.state.clock.now() < moment
    return was_archived if late else bool(resource.properties["isArchived"])
