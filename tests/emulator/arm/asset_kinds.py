"""The asset kinds as tables: fields, defaults, what may change, and how the service rewrites what it is sent."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

from ..settings import Settings
from ..yaml_text import parse_yaml
from .shapes import Choice, Field, Flag, Json, Listed, Named, Number, Object, Shape, Text, TextMap, body, shape
from .versions import FIRST, Span

_STATE = Span("2023-04-01", "2022-10-01-preview")
_STAGE = Span("2023-04-01", "2023-04-01-preview")
_PREVIEW = Span(None, "2023-04-01-preview", "2024-04-01")
_REQUIRED = "must not be empty."

STAGE = Field("stage", default="Development", versions=_STAGE)
PROVISIONING = Field("provisioningState", read_only=True, versions=_STATE)
AUTO_DELETE = Field("autoDeleteSetting", Object(shape(Field("condition"), Field("value"))), versions=_PREVIEW)
INTELLECTUAL = Field(
    "intellectualProperty", Object(shape(Field("protectionLevel"), Field("publisher"))), versions=_PREVIEW
)
_ROUTE = Object(shape(Field("path", required=_REQUIRED), Field("port", Number(), required=_REQUIRED)))
_INFERENCE = shape(
    *(
        Field(name, _ROUTE, hide_null=True)
        for name in ("livenessRoute", "readinessRoute", "scoringRoute", "startupRoute")
    )
)


@dataclass(frozen=True)
class AssetKind:
    """One collection of assets. `rewrite` normalises what was sent; `immutable` may not change afterwards."""

    collection: str
    label: str
    version: Shape
    container: Shape
    immutable: tuple[str, ...]
    rewrite: Callable[[dict[str, Any], Settings], None]
    refusal: str = "Asset paths cannot be updated."
    refusal_status: int | None = None
    """None: an open question, answered by a policy."""
    archived_stage: bool = False
    list_of_unknown_is_empty: bool = False
    container_description: str | None = None
    newest_container_first: bool = True
    timed_versions: bool = False
    """The first back end proposed a time stamp as the next version. Service fact: asset contract 1.9."""


def _version(*fields: Field, null_maps: bool = False) -> Shape:
    maps: dict[str, str] | None = None if null_maps else {}
    return body(
        shape(
            Field("description"),
            Field("tags", TextMap(), default=maps),
            Field("properties", TextMap(stringify=True), default=maps),
            Field("isArchived", Flag(), default=False),
            Field("isAnonymous", Flag(), default=False),
            *fields,
        )
    )


def _container(*fields: Field, state: tuple[Field, ...] = (PROVISIONING,)) -> Shape:
    return body(
        shape(
            Field("description"),
            Field("tags", TextMap(), default={}),
            Field("properties", TextMap(stringify=True), default={}),
            Field("isArchived", Flag(), default=False),
            *fields,
            Field("latestVersion", read_only=True),
            Field("nextVersion", read_only=True),
            *state,
        )
    )


def _keep(_properties: dict[str, Any], _settings: Settings) -> None:
    """Code is answered byte for byte as sent (asset contract 5.2); of datasets nothing was recorded."""


_FORMATS = {"custom_model": "Custom", "mlflow_model": "MLFlow", "triton_model": "Triton"}


def _rewrite_model(properties: dict[str, Any], _settings: Settings) -> None:
    """Service fact: asset contract 6 (`resourcegroups` becomes `resourceGroups`), 1.3 (format before type)."""
    types = {shown: kind for kind, shown in _FORMATS.items()}
    if properties["modelFormat"]:
        properties["modelType"] = types.get(properties["modelFormat"], "custom_model")
    properties["modelFormat"] = _FORMATS.get(properties["modelType"], "Custom")
    uri = properties["modelUri"]
    properties["modelUri"] = re.sub(r"(?<=/)resourcegroups(?=/)", "resourceGroups", uri, flags=re.IGNORECASE)


def _rewrite_data(properties: dict[str, Any], settings: Settings) -> None:
    """Service fact: asset contract 8.1 (a short datastore URI becomes the long one, in lower case)."""
    short = "azureml://datastores/"
    if properties["dataUri"].startswith(short):
        properties["dataUri"] = (
            f"azureml://subscriptions/{settings.subscription_id}/resourcegroups/{settings.resource_group}"
            f"/workspaces/{settings.workspace_name}/datastores/{properties['dataUri'].removeprefix(short)}"
        )


class BadAsset(ValueError):
    """What was sent cannot be such an asset."""


def _rewrite_environment(properties: dict[str, Any], _settings: Settings) -> None:
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


_SPEC_ORDER = (
    "$schema",
    "name",
    "version",
    "display_name",
    "is_deterministic",
    "type",
    "description",
    "tags",
    "inputs",
    "outputs",
    "code",
    "environment",
    "resources",
    "command",
)


def _rewrite_component(properties: dict[str, Any], _settings: Settings) -> None:
    """Service fact: asset contract 9."""
    spec = {key: _text(value) for key, value in properties["componentSpec"].items() if key != "_source"}
    for port in (spec.get("inputs") or {}).values():
        port.setdefault("optional", "False")
    spec["resources"] = {"instance_count": "1", **(spec.get("resources") or {})}
    short = re.fullmatch(r"azureml:(AzureML-[^:]+):([^:]+)", str(spec.get("environment", "")))
    if short:
        spec["environment"] = f"azureml://registries/azureml/environments/{short[1]}/versions/{short[2]}"
    known = {key: spec.pop(key) for key in _SPEC_ORDER if key in spec}
    properties["componentSpec"] = known | spec
    properties["description"] = None


def _text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_text(item) for item in value]
    return str(value) if isinstance(value, (bool, int, float)) else value


CODE = AssetKind(
    "codes",
    "Code",
    _version(AUTO_DELETE, Field("codeUri", required=_REQUIRED), PROVISIONING),
    _container(),
    immutable=("codeUri",),
    rewrite=_keep,
    list_of_unknown_is_empty=True,
)
MODEL = AssetKind(
    "models",
    "Model",
    _version(
        AUTO_DELETE,
        Field("flavors", Named(shape(Field("data", TextMap()))), default={}),
        Field("modelFormat", Choice(("Custom", "MLFlow", "Triton", "OpenAI")), versions=FIRST),
        Field("modelType", default="custom_model", versions=Span("2022-05-01", "2022-01-01-preview")),
        Field("modelUri", required=_REQUIRED),
        Field("jobName"),
        Field(
            "datasets", Listed(Object(shape(Field("name"), Field("id")))), hide_null=True, versions=Span("2025-12-01")
        ),
        PROVISIONING,
        STAGE,
        INTELLECTUAL,
    ),
    _container(),
    immutable=("modelUri",),
    rewrite=_rewrite_model,
    archived_stage=True,
    newest_container_first=False,
)
ENVIRONMENT = AssetKind(
    "environments",
    "Environment",
    _version(
        AUTO_DELETE,
        Field("environmentType", read_only=True),
        Field("image", hide_null=True),
        Field("condaFile", default=""),
        Field(
            "build",
            Object(shape(Field("contextUri", required=_REQUIRED), Field("dockerfilePath", default="Dockerfile"))),
            hide_null=True,
        ),
        Field("osType", Choice(("Linux", "Windows")), default="Linux"),
        Field("inferenceConfig", Object(_INFERENCE), hide_null=True),
        Field(
            "autoRebuild",
            Choice(("Disabled", "OnBaseImageUpdate")),
            default="Disabled",
            versions=Span("2022-10-01", "2022-12-01-preview"),
        ),
        PROVISIONING,
        STAGE,
        INTELLECTUAL,
    ),
    _container(),
    immutable=("image", "condaFile", "build", "osType", "inferenceConfig"),
    rewrite=_rewrite_environment,
    refusal="Environment {name} with version {version} is already registered and cannot be changed.",
    refusal_status=409,
    archived_stage=True,
    container_description="",
    timed_versions=True,
)
DATA = AssetKind(
    "data",
    "Data",
    _version(
        AUTO_DELETE,
        Field("dataUri", required=_REQUIRED),
        Field("stage", versions=_PREVIEW),
        INTELLECTUAL,
        Field("dataType", Choice(("uri_file", "uri_folder", "mltable")), required=_REQUIRED),
        Field("referencedUris", Listed(Text()), hide_null=True),
        null_maps=True,
    ),
    _container(Field("dataType", Choice(("uri_file", "uri_folder", "mltable")), required=_REQUIRED), state=()),
    immutable=("dataUri", "dataType"),
    rewrite=_rewrite_data,
    refusal="The dataUri and dataType of data version {name}:{version} cannot be changed.",
)
DATASET = AssetKind(
    "datasets",
    "Dataset",
    _version(Field("paths", Listed(Object(shape(Field("file"), Field("folder")))), required=_REQUIRED)),
    _container(state=()),
    immutable=("paths",),
    rewrite=_keep,
)
COMPONENT = AssetKind(
    "components",
    "Component",
    _version(
        AUTO_DELETE,
        Field("componentSpec", Json(), required=_REQUIRED),
        PROVISIONING,
        Field("stage", default="Development", versions=_PREVIEW),
    ),
    _container(),
    immutable=(),
    rewrite=_rewrite_component,
    container_description="",
    timed_versions=True,
)
KINDS = {kind.collection: kind for kind in (CODE, MODEL, ENVIRONMENT, DATA, DATASET, COMPONENT)}
