# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The data asset: assets contract 8."""

from __future__ import annotations

from .._local.files import Content
from .._local.mltable import referenced_uris
from .._names.json_types import Json
from .._schema.asset_type import ASSET_NAME, COMMON_OUTPUTS, AssetType, Upload, about
from .._schema.asset_values import TextList
from .._schema.resource_type import Change, Field, Output
from .._schema.scalar_values import Choice
from .._schema.storage_values import StorageUri, UploadHash

TYPES = Choice(uri_file="uri_file", uri_folder="uri_folder", mltable="mltable")

REFERENCED_AT = "properties.referencedUris"


def _read_in(kind: str, files: Content) -> dict[str, Json]:
    return {REFERENCED_AT: referenced_uris(files)} if kind == "mltable" else {}


DATA = AssetType(
    name="data",
    plural="data",
    label="data asset",
    path="data/{name}/versions/{version}",
    name_rule=ASSET_NAME,
    fields=(
        Field("path", at="properties.dataUri", value_type=StorageUri(), change=Change.NEW_VERSION, needed=True),
        Field("type", at="properties.dataType", value_type=TYPES, change=Change.NEW_VERSION, default="uri_folder"),
        Field("referenced_uris", at=REFERENCED_AT, value_type=TextList()),
        *about(),
    ),
    outputs=(*COMMON_OUTPUTS, Output("hash", at="properties.dataUri", value_type=UploadHash())),
    upload=Upload(
        "path",
        to="datastore",
        shapes={"uri_file": "file", "uri_folder": "folder", "mltable": "folder"},
        describe=_read_in,
    ),
    shown=("latest_version", "intellectual_property"),
    left_out={
        "source": "bringing data in is a job of its own",
        "auto_delete_setting": "no stable version of the service's interface knows it",
        # Keys of the preview of 2021.
        "local_path": "write path and type",
        "paths": "write path and type: one file or one folder",
        "datastore_path": "write path",
    },
    container_outputs=(Output("type", at="properties.dataType", value_type=TYPES),),
)
