#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workspace_info
short_description: Read an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Reads the workspace that the task names. A workspace that is not there fails the task.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.attributes.info_module
  - mlops.azureml.connection
  - mlops.azureml.query
seealso:
  - module: mlops.azureml.datastore_info
"""

EXAMPLES = r"""
- name: Read the workspace
  mlops.azureml.workspace_info:
  register: found

- name: Read only its region
  mlops.azureml.workspace_info:
    query: "[0].location"
"""

RETURN = r"""
workspaces:
  description: A list with the one workspace, or what O(query) makes of it.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1
    name:
      description: Name of the workspace.
      type: str
      returned: always
      sample: ws1
    location:
      description: Region of the workspace.
      type: str
      returned: always
      sample: eastus
    tags:
      description: Tags of the workspace.
      type: dict
      returned: always
      sample: {}
    display_name:
      description: Name for people.
      type: str
      returned: always
      sample: Vision team
    description:
      description: What the workspace is for. Null if it has none.
      type: str
      returned: always
      sample: Models of the vision team
    workspace_id:
      description: The GUID of the workspace.
      type: str
      returned: always
      sample: 11111111-1111-1111-1111-111111111111
    storage_account:
      description: ARM id of the storage account.
      type: str
      returned: always
      sample: /subscriptions/.../providers/Microsoft.Storage/storageAccounts/examplesa
    discovery_url:
      description: Where the addresses of the other services are found.
      type: str
      returned: always
      sample: https://eastus.api.azureml.ms/discovery
    public_network_access:
      description: Whether the workspace can be reached from the internet.
      type: str
      returned: always
      sample: Enabled
    system_datastores_auth_mode:
      description: How the datastores of the workspace are reached.
      type: str
      returned: always
      sample: accesskey
    provisioning_state:
      description: Provisioning state as Azure reports it.
      type: str
      returned: always
      sample: Succeeded
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.info import Info
from ansible_collections.mlops.azureml.plugins.module_utils._schema.map_values import TextMap
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import NameRule, Output, ResourceType

WORKSPACE = ResourceType(
    name="workspace",
    plural="workspaces",
    label="workspace",
    path="",
    name_rule=NameRule(r"[a-zA-Z0-9][a-zA-Z0-9_-]{2,32}", "3 to 33 letters, digits, dashes and underscores"),
    outputs=(
        Output("name", at="name"),
        Output("tags", at="tags", value_type=TextMap()),
        Output("display_name", at="properties.friendlyName"),
        Output("description", at="properties.description"),
        Output("workspace_id", at="properties.workspaceId"),
        Output("storage_account", at="properties.storageAccount"),
        Output("discovery_url", at="properties.discoveryUrl"),
        Output("public_network_access", at="properties.publicNetworkAccess"),
        Output("system_datastores_auth_mode", at="properties.systemDatastoresAuthMode"),
        Output("provisioning_state", at="properties.provisioningState"),
    ),
)

OPERATION = Info(WORKSPACE)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
