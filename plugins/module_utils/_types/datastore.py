# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The datastore and its kinds: assets contract 4."""

from __future__ import annotations

import typing as t

from .._schema.credentials_values import Credentials
from .._schema.map_values import TextMap
from .._schema.resource_type import Change, Field, Kinds, NameRule, Output, ResourceType
from .._schema.scalar_values import Choice, Text
from .batch_deployment import BATCH_DEPLOYMENT

AT = "properties.credentials"
KIND_AT = "properties.datastoreType"
KINDS = Choice(azure_blob="AzureBlob", azure_file="AzureFile", azure_data_lake_gen2="AzureDataLakeGen2")
IDENTITIES = Choice(
    none="None",
    workspace_system_assigned_identity="WorkspaceSystemAssignedIdentity",
    workspace_user_assigned_identity="WorkspaceUserAssignedIdentity",
)
# Marked as only for a creation, with no refusal on record (assets contract 1.7).
PLACE = Change.REFUSABLE
# The service puts its own endpoint where it finds none (assets contract 14.33): an empty one could never be stored.
NOT_EMPTY = Text(pattern=r"(?s).+", rule="leave the option out for the value that the service chooses")

COMMON_FIELDS = (
    Field("description", at="properties.description"),
    Field("tags", at="properties.tags", value_type=TextMap(), change=Change.APPEND),
    Field("properties", at="properties.properties", value_type=TextMap(empty_values=True), change=Change.MERGE),
    Field("credentials", at=AT, value_type=Credentials(), left_out_means={"type": "none"}),
    Field("account_name", at="properties.accountName", needed=True, change=PLACE),
    Field("endpoint", at="properties.endpoint", value_type=NOT_EMPTY, change=PLACE),
    Field("protocol", at="properties.protocol", value_type=NOT_EMPTY, change=PLACE),
    Field(
        "service_data_access_auth_identity",
        at="properties.serviceDataAccessAuthIdentity",
        value_type=IDENTITIES,
        change=PLACE,
    ),
)
COMMON: dict[str, t.Any] = {
    "used_by": (BATCH_DEPLOYMENT,),
    "name": "datastore",
    "plural": "datastores",
    "label": "datastore",
    "path": "datastores/{name}",
    "name_rule": NameRule(
        r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}", "1 to 255 letters, digits, dashes and underscores, a letter or digit first"
    ),
    "outputs": (Output("is_default", at="properties.isDefault"),),
    "read_only": ("properties.isDefault",),
    # The first stable one that returns the storage's subscription and group, which an update has to repeat (1.3).
    "api_version": "2025-12-01",
    "switches": {"skip_validation": "skipValidation"},
    "secrets_at": AT,
    "secrets_go_to": ("account_name", "endpoint", "protocol"),
}


def _kind(word: str, option: str, key: str) -> ResourceType:
    return ResourceType(
        **COMMON,
        constants={KIND_AT: word, f"{AT}.credentialsType": "None"},
        fields=(Field(option, at=f"properties.{key}", needed=True, change=PLACE), *COMMON_FIELDS),
    )


DATASTORE = ResourceType(
    **COMMON,
    fields=COMMON_FIELDS,
    left_out={
        "azure_data_lake_gen1": "Azure has retired this storage",
        "one_lake": "what the service makes of it is not known",
    },
    kinds=Kinds(
        "type",
        at=KIND_AT,
        value_type=KINDS,
        default="azure_blob",
        tables={
            "azure_blob": _kind("AzureBlob", "container_name", "containerName"),
            "azure_file": _kind("AzureFile", "file_share_name", "fileShareName"),
            "azure_data_lake_gen2": _kind("AzureDataLakeGen2", "filesystem", "filesystem"),
        },
    ),
)
