# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The model: assets contract 6."""

from __future__ import annotations

from .._schema.asset_type import ASSET_NAME, COMMON_OUTPUTS, STAGE, AssetType, Upload, about
from .._schema.asset_values import Flavors
from .._schema.resource_type import Change, Field, Output
from .._schema.scalar_values import Choice
from .._schema.storage_values import StorageUri, UploadHash
from .batch_deployment import BATCH_DEPLOYMENT

TYPES = Choice(custom_model="custom_model", mlflow_model="mlflow_model", triton_model="triton_model")

MODEL = AssetType(
    name="model",
    plural="models",
    label="model",
    path="models/{name}/versions/{version}",
    name_rule=ASSET_NAME,
    used_by=(BATCH_DEPLOYMENT,),
    fields=(
        Field("path", at="properties.modelUri", value_type=StorageUri(), change=Change.NEW_VERSION, needed=True),
        Field("type", at="properties.modelType", value_type=TYPES, change=Change.NEW_VERSION, default="custom_model"),
        Field("flavors", at="properties.flavors", value_type=Flavors(), change=Change.MERGE),
        Field("job_name", at="properties.jobName"),
        STAGE,
        *about(),
    ),
    outputs=(*COMMON_OUTPUTS, Output("hash", at="properties.modelUri", value_type=UploadHash())),
    upload=Upload("path", to="datastore", shapes={"mlflow_model": "folder"}),
    shown=("latest_version", "utc_time_created", "intellectual_property", "job_name"),
    # Keys of the preview of 2021.
    left_out={
        "local_path": "write path",
        "model_uri": "write path",
        "model_format": "write type: custom_model, mlflow_model or triton_model",
    },
)
