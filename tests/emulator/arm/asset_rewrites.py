"""What the service makes of the properties of an asset version before it stores them."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from ..yaml_text import parse_yaml
from .call import Call

_FORMATS = {"custom_model": "Custom", "mlflow_model": "MLFlow", "triton_model": "Triton"}
_FROM_JOB = re.compile(r"(?:azureml://jobs/([^/]+)/outputs/artifacts|runs:/([^/]+))(?:/(.*))?")
_MANAGED_DATASTORE = "/datastores/workspacemanageddatastore/"


class BadAsset(ValueError):
    """What was sent cannot be such an asset."""


def rewrite_code(properties: dict[str, Any], call: Call) -> None:
    """Code is answered byte for byte as sent, but never as anonymous. Service fact: asset contract 5.2, 14.18."""
    _drop_anonymous(properties, call)


def rewrite_dataset(_properties: dict[str, Any], _call: Call) -> None:
    """Of datasets nothing was recorded."""


def rewrite_model(properties: dict[str, Any], call: Call) -> None:
    """Service fact: asset contract 6 (`resourcegroups` becomes `resourceGroups`), 1.3 (format before type), 14.15."""
    types = {shown: kind for kind, shown in _FORMATS.items()}
    if properties["modelFormat"]:
        properties["modelType"] = types.get(properties["modelFormat"], "custom_model")
    properties["modelFormat"] = _FORMATS.get(properties["modelType"], "Custom")
    uri = properties["modelUri"]
    properties["modelUri"] = re.sub(r"(?<=/)resourcegroups(?=/)", "resourceGroups", uri, flags=re.IGNORECASE)
    found = _FROM_JOB.fullmatch(uri)
    if found and call.state.policies["model_from_job"] == "rewritten":
        job, rest = found[1] or found[2], (found[3] or "").removeprefix("paths/")
        place = f"workspaceartifactstore/paths/ExperimentRun/dcid.{job}/{rest}"
        properties["modelUri"] = f"{_datastores(call, 'resourceGroups')}/{place}"
        properties["jobName"] = job


def rewrite_data(properties: dict[str, Any], call: Call) -> None:
    """Service fact: asset contract 8.1 (a short datastore URI becomes the long one, in lower case), 14.18, 14.29."""
    short = "azureml://datastores/"
    uri = properties["dataUri"]
    if uri.startswith(short):
        uri = f"{_datastores(call, 'resourcegroups')}/{uri.removeprefix(short)}"
    slashed = call.state.policies["data_folder_slash"]
    if properties["dataType"] != "uri_file" and not uri.endswith("/"):
        uri += "/" if slashed == "all" or (slashed == "datastore" and "/datastores/" in uri) else ""
    if properties["autoDeleteSetting"] and _MANAGED_DATASTORE not in uri:
        raise BadAsset("AutoDeleteSetting is only supported for assets in managed datastore.")
    properties["dataUri"] = uri
    _drop_anonymous(properties, call)


def rewrite_environment(properties: dict[str, Any], _call: Call) -> None:
    """Service fact: asset contract 7.2 (conda text comes back as indented JSON, an absent one as empty text)."""
    properties["properties"] = {
        key: value for key, value in properties["properties"].items() if key != "azureml.labels"
    }
    text = properties["condaFile"]
    if text:
        try:
            content = parse_yaml(text)
        except yaml.YAMLError as error:
            raise BadAsset("The conda file is not valid YAML.") from error
        if not isinstance(content, dict):
            raise BadAsset("The conda file must be a YAML or JSON object.")
        properties["condaFile"] = json.dumps(content, indent=2, ensure_ascii=False, default=str)
    if not properties["image"] and not properties["build"]:
        raise BadAsset("One of image and build must be given.")
    properties["environmentType"] = "UserCreated"


def _drop_anonymous(properties: dict[str, Any], call: Call) -> None:
    if call.state.policies["anonymous_flag"] == "dropped":
        properties["isAnonymous"] = False


def _datastores(call: Call, groups: str) -> str:
    """The long form of the address of the workspace's datastores; `groups` is spelled otherwise by models and data."""
    settings = call.state.settings
    return (
        f"azureml://subscriptions/{settings.subscription_id}/{groups}/{settings.resource_group}"
        f"/workspaces/{settings.workspace_name}/datastores"
    )
