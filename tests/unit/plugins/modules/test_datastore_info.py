# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import datastore_info
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import WORKSPACE, Call, Run

STORE = "workspaceblobstore"


def get(path: str, body: Any, **query: str) -> Call:
    return Call("GET", path, 200, body, query, version="2025-12-01")


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
            "properties": {},
            "endpoint": "core.windows.net",
            "protocol": "https",
            "service_data_access_auth_identity": None,
            "credentials": {"type": "account_key"},
        }
    ]


@pytest.mark.parametrize(
    ("credentials", "shown"),
    [
        ({"credentialsType": "None"}, {"type": "none"}),
        ({"credentialsType": "Sas"}, {"type": "sas"}),
        (None, {"type": "none"}),
        (
            {"credentialsType": "ServicePrincipal", "clientId": "c", "tenantId": "t", "authorityUrl": None},
            {"type": "service_principal", "client_id": "c", "tenant_id": "t"},
        ),
    ],
)
def test_how_a_datastore_proves_who_it_is(run: Run, credentials: Any, shown: dict[str, str]) -> None:
    found = run(datastore_info, {"name": STORE}, get(f"datastores/{STORE}", datastore(credentials=credentials)))
    assert found["datastores"][0]["credentials"] == shown


@pytest.mark.parametrize(("said", "asked"), [(True, "true"), (False, "false")])
def test_the_default_one_is_a_filter_of_the_service(run: Run, said: bool, asked: str) -> None:
    listed = get("datastores", {"value": [datastore()]}, isDefault=asked)
    assert len(run(datastore_info, {"is_default": said}, listed)["datastores"]) == 1


def test_the_example_with_a_query(run: Run) -> None:
    query = "[?type=='azure_blob'].name"
    assert run(datastore_info, {"query": query}, get("datastores", {"value": [datastore()]}))["datastores"] == [STORE]


def test_a_search_is_a_filter_of_the_service(run: Run) -> None:
    listed = get("datastores", {"value": []}, searchText="work")
    assert run(datastore_info, {"search_text": "work"}, listed)["datastores"] == []


def test_a_kind_that_is_not_managed_here_is_shown_with_what_all_have(run: Run) -> None:
    lake = datastore(datastoreType="AzureDataLakeGen1", storeName="lake")
    found = run(datastore_info, {"name": STORE}, get(f"datastores/{STORE}", lake))["datastores"][0]
    assert found["type"] == "AzureDataLakeGen1"
    assert "container_name" not in found
