# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The component: assets contract 9."""

from __future__ import annotations

from .._schema.asset_type import ASSET_NAME, COMMON_OUTPUTS, AssetType
from .._schema.component_values import ComponentSpec
from .._schema.map_values import TextMap
from .._schema.resource_type import Change, Field
from .batch_deployment import BATCH_DEPLOYMENT

SPEC = "properties.componentSpec"

COMPONENT = AssetType(
    name="component",
    plural="components",
    label="component",
    path="components/{name}/versions/{version}",
    name_rule=ASSET_NAME,
    used_by=(BATCH_DEPLOYMENT,),
    fields=(
        Field("definition", at=SPEC, value_type=ComponentSpec(), change=Change.NEW_VERSION, needed=True),
        # The service keeps these in the specification alone (assets contract 9).
        Field("display_name", at=f"{SPEC}.display_name"),
        Field("description", at=f"{SPEC}.description"),
        Field("tags", at="properties.tags", value_type=TextMap(), change=Change.APPEND),
        Field(
            "properties",
            at="properties.properties",
            value_type=TextMap(empty_values=True, hidden={"client_component_hash", "component_content_hash"}),
            change=Change.MERGE,
        ),
    ),
    outputs=COMMON_OUTPUTS,
    shown=("latest_version", "intellectual_property"),
    newest_label="azureml_default",  # assets contract 14.27
    spec_at=SPEC,
)
