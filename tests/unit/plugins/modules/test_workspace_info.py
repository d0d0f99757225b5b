# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.mlops.azureml.plugins.modules import workspace_info
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import WORKSPACE, Call, Run, error, get

STORAGE = "/subscriptions/s/resourceGroups/rg1/providers/Microsoft.Storage/storageAccounts/examplesa"
CURRENT = {
    "id": WORKSPACE,
    "name": "ws1",
    "location": "eastus2euap",
    "tags": {"k1": "v1"},
    "properties": {
        "friendlyName": "Vision",
        "description": None,
        "workspaceId": "a82fe7c7-4172-4859-be3e-553164aebcb0",
        "storageAccount": STORAGE,
        "discoveryUrl": "https://eastus2euap.api.azureml.ms/discovery",
        "publicNetworkAccess": "Disabled",
        "systemDatastoresAuthMode": "accesskey",
        "provisioningState": "Succeeded",
    },
}


def test_the_workspace_is_shown(run: Run) -> None:
    done = run(workspace_info, {}, get("", CURRENT))
    assert not done["changed"]
    assert done["workspaces"] == [
        {
            "id": WORKSPACE,
            "name": "ws1",
            "location": "eastus2euap",
            "tags": {"k1": "v1"},
            "display_name": "Vision",
            "description": None,
            "workspace_id": "a82fe7c7-4172-4859-be3e-553164aebcb0",
            "storage_account": STORAGE,
            "discovery_url": "https://eastus2euap.api.azureml.ms/discovery",
            "public_network_access": "Disabled",
            "system_datastores_auth_mode": "accesskey",
            "provisioning_state": "Succeeded",
        }
    ]


def test_a_query_is_applied(run: Run) -> None:
    assert run(workspace_info, {"query": "[0].location"}, get("", CURRENT))["workspaces"] == "eastus2euap"


def test_a_workspace_that_is_not_there_is_told(run: Run) -> None:
    absent = error("ResourceNotFound", "The Resource 'Microsoft.MachineLearningServices/workspaces/ws1' was not found.")
    done = run(workspace_info, {}, Call("GET", "", 404, absent, headers={"x-ms-failure-cause": "gateway"}))
    assert done["msg"].startswith("There is no workspace 'ws1' in resource group 'rg1'")
