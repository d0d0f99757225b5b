# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import datastore_info
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import WORKSPACE, Run, get

STORE = "workspaceblobstore"


def datastore(**properties: Any) -> dict[str, Any]:
    """The default datastore as the service answers a GET (assets contract 4.2)."""
    return {
        "id": f"{WORKSPACE}/datastores/{STORE}",
        "name": STORE,
        "properties": {
            "description": None,
            "tags": None,
            "isDefault": True,
            "credentials": {"credentialsType": "AccountKey"},
            "datastoreType": "AzureBlob",
            "accountName": "examplesa",
            "containerName": "azureml-blobstore-1",
            "endpoint": "core.windows.net",
            "protocol": "https",
            **properties,
        },
    }


def test_one_datastore_is_shown(run: Run) -> None:
    assert run(datastore_info, {"name": STORE}, get(f"datastores/{STORE}", datastore()))["datastores"] == [
        {
            "id": f"{WORKSPACE}/datastores/{STORE}",
            "name": STORE,
            "description": None,
            "tags": {},
            "type": "azure_blob",
            "is_default": True,
            "account_name": "examplesa",
            "container_name": "azureml-blobstore-1",
            "file_share_name": None,
            "filesystem": None,
            "endpoint": "core.windows.net",
            "protocol": "https",
            "credentials_type": "account_key",
        }
    ]


@pytest.mark.parametrize(
    ("credentials", "shown"),
    [({"credentialsType": "None"}, "none"), ({"credentialsType": "Sas"}, "sas"), (None, None)],
)
def test_how_a_datastore_proves_who_it_is(run: Run, credentials: Any, shown: str | None) -> None:
    found = run(datastore_info, {"name": STORE}, get(f"datastores/{STORE}", datastore(credentials=credentials)))
    assert found["datastores"][0]["credentials_type"] == shown


@pytest.mark.parametrize(("said", "asked"), [(True, "true"), (False, "false")])
def test_the_default_one_is_a_filter_of_the_service(run: Run, said: bool, asked: str) -> None:
    listed = get("datastores", {"value": [datastore()]}, isDefault=asked)
    assert len(run(datastore_info, {"is_default": said}, listed)["datastores"]) == 1


def test_the_example_with_a_query(run: Run) -> None:
    query = "[?type=='azure_blob'].name"
    assert run(datastore_info, {"query": query}, get("datastores", {"value": [datastore()]}))["datastores"] == [STORE]
