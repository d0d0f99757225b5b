# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The datastore: assets contract 4."""

from __future__ import annotations

from .._resource import NameRule, Output, ResourceType
from .._wire import Choice, TextMap

KINDS = Choice(
    azure_blob="AzureBlob",
    azure_file="AzureFile",
    azure_data_lake_gen1="AzureDataLakeGen1",
    azure_data_lake_gen2="AzureDataLakeGen2",
    one_lake="OneLake",
)
CREDENTIALS = Choice(
    account_key="AccountKey",
    certificate="Certificate",
    none="None",
    sas="Sas",
    service_principal="ServicePrincipal",
)

DATASTORE = ResourceType(
    name="datastore",
    plural="datastores",
    label="datastore",
    path="datastores/{name}",
    name_rule=NameRule(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,254}", "letters, digits, dashes and underscores"),
    outputs=(
        Output("description", at="properties.description"),
        Output("tags", at="properties.tags", wire=TextMap()),
        Output("type", at="properties.datastoreType", wire=KINDS),
        Output("is_default", at="properties.isDefault"),
        Output("account_name", at="properties.accountName"),
        Output("container_name", at="properties.containerName"),
        Output("file_share_name", at="properties.fileShareName"),
        Output("filesystem", at="properties.filesystem"),
        Output("endpoint", at="properties.endpoint"),
        Output("protocol", at="properties.protocol"),
        Output("credentials_type", at="properties.credentials.credentialsType", wire=CREDENTIALS),
    ),
)
