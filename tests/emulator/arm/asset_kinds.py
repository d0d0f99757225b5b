"""The asset kinds as tables: fields, defaults, what may change, and how the service rewrites what it is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..state import Resource
from . import component_specs, version_views
from .asset_rewrites import rewrite_code, rewrite_data, rewrite_dataset, rewrite_environment, rewrite_model
from .call import Call
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
    rewrite: Callable[[dict[str, Any], Call], None]
    refusal: str = "Asset paths cannot be updated."
    refusal_status: int | None = None
    """None: an open question, answered by a policy."""
    refusal_codes: tuple[str, ...] = ()
    view: Callable[[dict[str, Any], Resource, Call], dict[str, Any]] = version_views.plain
    """What is answered of a version's properties."""
    absent_container: str = "{label} container with name: {name} not found."
    absent_container_codes: tuple[str, ...] = ()
    """Codes of that answer, outermost first; none where it was not recorded."""
    archive_policy: str = ""
    """The switch that says whether `isArchived` counts beside a `stage`; empty for kinds without a stage."""
    list_of_unknown_is_empty: bool = False
    container_description: str | None = None
    newest_container_first: bool = True
    page_size: int = 50
    tokens: str = "shards"
    """The form of continuation tokens (`listing.TOKENS`)."""


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


CODE = AssetKind(
    "codes",
    "Code",
    _version(AUTO_DELETE, Field("codeUri", required=_REQUIRED), PROVISIONING),
    _container(),
    immutable=("codeUri",),
    rewrite=rewrite_code,
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
    rewrite=rewrite_model,
    view=version_views.model,
    archive_policy="model_archive_with_stage",
    newest_container_first=False,
    page_size=20,
    tokens="store",
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
    rewrite=rewrite_environment,
    view=version_views.environment,
    refusal="Environment {name} with version {version} is already registered and cannot be changed.",
    refusal_status=409,
    absent_container="No environment exists for name: {name}, version: , label: ",
    absent_container_codes=("NotFoundError",),
    archive_policy="archive_with_stage",
    container_description="",
    page_size=100,
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
    rewrite=rewrite_data,
    refusal="The dataUri and dataType of data version {name}:{version} cannot be changed.",
    absent_container="{name} container was not found.",
    absent_container_codes=("NotFoundError",),
    newest_container_first=False,
    tokens="numbers",
)
DATASET = AssetKind(
    "datasets",
    "Dataset",
    _version(Field("paths", Listed(Object(shape(Field("file"), Field("folder")))), required=_REQUIRED)),
    _container(state=()),
    immutable=("paths",),
    rewrite=rewrite_dataset,
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
    rewrite=component_specs.rewrite,
    refusal_codes=("BadArgument", "ArgumentInvalid", "UpdateComponentFailed"),
    view=version_views.component,
    refusal='Failed to update component {name} since field "{field}" is immutable, try specifying a new version.',
    absent_container="Not found component {name}.",
    absent_container_codes=("NotFound", "ComponentNotFound"),
    container_description="",
)
KINDS = {kind.collection: kind for kind in (CODE, MODEL, ENVIRONMENT, DATA, DATASET, COMPONENT)}
