# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The environment: assets contract 7."""

from __future__ import annotations

from .._asset_type import ASSET_NAME, COMMON_OUTPUTS, AssetType, about
from .._resource import Change, Field, Output
from .._wire import Choice, CondaFile

SYSTEMS = Choice(linux="Linux", windows="Windows")

ENVIRONMENT = AssetType(
    name="environment",
    plural="environments",
    label="environment",
    path="environments/{name}/versions/{version}",
    name_rule=ASSET_NAME,
    fields=(
        Field("image", at="properties.image", change=Change.NEW_VERSION, needed=True),
        Field("conda_file", at="properties.condaFile", wire=CondaFile(), change=Change.NEW_VERSION),
        Field("os_type", at="properties.osType", wire=SYSTEMS, change=Change.NEW_VERSION, default="linux"),
        *about(hidden=("azureml.labels",)),
    ),
    outputs=(*COMMON_OUTPUTS, Output("stage", at="properties.stage")),
    read_only=("properties.environmentType",),
)
