# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Code: assets contract 5."""

from __future__ import annotations

from .._schema.asset_type import ASSET_NAME, COMMON_OUTPUTS, AssetType, Upload, about
from .._schema.resource_type import Change, Field, Output
from .._schema.storage_values import StorageUri
from .batch_deployment import BATCH_DEPLOYMENT

CODE = AssetType(
    name="code",
    plural="codes",
    label="code",
    path="codes/{name}/versions/{version}",
    name_rule=ASSET_NAME,
    used_by=(BATCH_DEPLOYMENT,),
    fields=(
        Field("path", at="properties.codeUri", value_type=StorageUri(), change=Change.NEW_VERSION, needed=True),
        *about(hidden=("hash_sha256", "hash_version")),
    ),
    outputs=(*COMMON_OUTPUTS, Output("hash", at="properties.properties.hash_sha256")),
    upload=Upload("path", to="pending"),
)
