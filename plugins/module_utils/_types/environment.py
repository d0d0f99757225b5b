# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The environment: assets contract 7."""

from __future__ import annotations

from .._schema.asset_type import COMMON_OUTPUTS, STAGE, AssetType, Upload, about
from .._schema.asset_values import CondaFile, WithDefault
from .._schema.resource_type import Change, Field, NameRule
from .._schema.scalar_values import Choice, Integer, Text
from .._schema.storage_values import StorageUri
from .batch_deployment import BATCH_DEPLOYMENT

SYSTEMS = Choice(linux="Linux", windows="Windows")
REBUILDS = Choice(disabled="Disabled", on_base_image_update="OnBaseImageUpdate")
BUILD = "properties.build"
# Service fact: assets contract 1.2, 7.3.
NAME = NameRule(
    r"(?!(?i:AzureML-))[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}",
    "1 to 255 letters, digits, - and _, not - or _ first; AzureML- begins the names of the service's own",
)
FIXED = Change.NEW_VERSION


def _route(option: str, word: str) -> tuple[Field, Field]:
    """A route of the web server in the image: a path and a port, never one alone."""
    path, port = f"inference_config.{option}.path", f"inference_config.{option}.port"
    at, number = f"properties.inferenceConfig.{word}", Integer(minimum=1, maximum=65535)
    return (
        Field(path, at=f"{at}.path", change=FIXED, along_with=port),
        Field(port, at=f"{at}.port", value_type=number, change=FIXED, along_with=path),
    )


ENVIRONMENT = AssetType(
    name="environment",
    plural="environments",
    label="environment",
    path="environments/{name}/versions/{version}",
    name_rule=NAME,
    used_by=(BATCH_DEPLOYMENT,),
    fields=(
        Field("image", at="properties.image", change=FIXED),
        Field("conda_file", at="properties.condaFile", value_type=CondaFile(), change=FIXED),
        Field("build.path", at=f"{BUILD}.contextUri", value_type=StorageUri(), change=FIXED),
        Field(
            "build.dockerfile_path",
            at=f"{BUILD}.dockerfilePath",
            value_type=WithDefault(Text(), "Dockerfile"),
            change=FIXED,
        ),
        *_route("liveness_route", "livenessRoute"),
        *_route("readiness_route", "readinessRoute"),
        *_route("scoring_route", "scoringRoute"),
        Field("os_type", at="properties.osType", value_type=SYSTEMS, change=FIXED, default="linux"),
        Field("auto_rebuild", at="properties.autoRebuild", value_type=WithDefault(REBUILDS, "Disabled"), change=FIXED),
        STAGE,
        *about(hidden=("azureml.labels",)),
    ),
    outputs=COMMON_OUTPUTS,
    read_only=("properties.environmentType",),
    upload=Upload("build.path", to="context"),
    shown=("latest_version", "intellectual_property"),
    left_out={
        "channels": "this is a conda file; name it in conda_file, beside image",
        "dependencies": "this is a conda file; name it in conda_file, beside image",
        # Keys of the preview of 2021.
        "docker": "write image, or build",
        "path": "write build.path",
        "build.local_path": "write build.path",
        "build.dockerfile": "write build.dockerfile_path",
    },
    one_of=("image", "build.path"),
    exclusive=(("image", "build"), ("conda_file", "build")),
)
