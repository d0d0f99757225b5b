"""What deployments of a pipeline component answer otherwise than deployments of a model.

Service fact: batch contract 14.18, 14.28, 14.29 (`deployment_get_pipeline_component`,
`deployment_put_pipeline_component_update_lro`).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ..state import Resource, State

_EMPTY: dict[str, Any] = {
    "codeConfiguration": None,
    "environmentId": None,
    "environmentVariables": None,
    "compute": None,
    "errorThreshold": 0,
    "retrySettings": {"maxRetries": 0, "timeout": "PT0S"},
    "miniBatchSize": 0,
    "loggingLevel": "Info",
    "model": None,
    "maxConcurrencyPerInstance": 0,
    "outputAction": "SummaryOnly",
    "outputFileName": None,
}
"""How a pipeline deployment shows what only deployments of a model have, whatever was sent."""
_OWN = ("description", "properties", "deploymentConfiguration", "provisioningState")
_RENAMED = {"continue_on_step_failure": "ComponentDeployment.Settings.continue_on_step_failure"}


def is_pipeline(properties: Mapping[str, Any]) -> bool:
    """Whether these are the properties of a deployment that runs a pipeline component."""
    configuration = properties.get("deploymentConfiguration") or {}
    return (
        isinstance(configuration, Mapping) and configuration.get("deploymentConfigurationType") == "PipelineComponent"
    )


def without_zeros(body: Any) -> Any:
    """A request body less what it says about settings that only deployments of a model have. (B16)"""
    properties = body.get("properties") if isinstance(body, dict) else None
    if not isinstance(properties, dict) or not is_pipeline(properties):
        return body
    return {**body, "properties": {name: value for name, value in properties.items() if name not in _EMPTY}}


def shown(state: State, answer: dict[str, Any]) -> dict[str, Any]:
    """The properties of a pipeline deployment as answered, from what a deployment of a model would answer. (B16)

    The older api-versions, which do not know the configuration, show the name of an output file.
    """
    answer = copy.copy(answer)
    if answer.get("deploymentConfiguration"):
        answer["deploymentConfiguration"] = _configuration(state, answer["deploymentConfiguration"])
    match state.policies["pipeline_answer"]:
        case "own":
            return {name: value for name, value in answer.items() if name in _OWN}
        case "empty":
            answer |= copy.deepcopy(_EMPTY)
            answer["properties"] = answer["properties"] or None
            if "deploymentConfiguration" in answer:
                del answer["outputFileName"]
    return answer


def _configuration(state: State, configuration: dict[str, Any]) -> dict[str, Any]:
    match state.policies["pipeline_settings"]:
        case "null":
            return {**configuration, "description": None, "settings": None, "tags": None}
        case "renamed":
            settings = {_RENAMED.get(key, key): value for key, value in (configuration["settings"] or {}).items()}
            return {**configuration, "settings": settings}
    return configuration


def service_tags(state: State, resource: Resource) -> dict[str, str]:
    """The tag that the service adds to a pipeline deployment, under the name of its time."""
    name = state.policies["pipeline_tag"]
    if name == "none" or not is_pipeline(resource.properties):
        return {}
    component = resource.properties["deploymentConfiguration"].get("componentId") or {}
    return {name: component["assetId"]} if component.get("assetId") else {}
