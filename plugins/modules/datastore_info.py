#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: datastore_info
short_description: Read datastores of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Reads one datastore, or lists those that the filters select. Secrets are never read.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.attributes.info_module
  - mlops.azureml.connection
  - mlops.azureml.query
options:
  name:
    description:
      - Name of a datastore. One that is not there gives an empty list.
    type: str
  is_default:
    description:
      - List only the default datastore (V(true)) or only the others (V(false)). Not together with O(name).
    type: bool
  search_text:
    description:
      - List only datastores that this text finds. Not together with O(name).
    type: str
seealso:
  - module: mlops.azureml.datastore
  - module: mlops.azureml.workspace_info
"""

EXAMPLES = r"""
- name: Where does the workspace keep its data?
  mlops.azureml.datastore_info:
    is_default: true
  register: found

- name: The names of all blob datastores
  mlops.azureml.datastore_info:
    query: "[?type=='azure_blob'].name"
"""

RETURN = r"""
datastores:
  description: The datastores, or what O(query) makes of them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1/datastores/workspaceblobstore
    name:
      description: Name of the datastore.
      type: str
      returned: always
      sample: workspaceblobstore
    type:
      description: Kind of storage.
      type: str
      returned: always
      sample: azure_blob
    description:
      description: What the datastore is for. Null if it has none.
      type: str
      returned: always
      sample: Pictures of the scanners
    tags:
      description: Tags of the datastore.
      type: dict
      returned: always
      sample: {team: vision}
    properties:
      description: Properties of the datastore.
      type: dict
      returned: always
      sample: {}
    account_name:
      description: Name of the storage account.
      type: str
      returned: always
      sample: examplesa
    container_name:
      description: Name of the blob container.
      type: str
      returned: for the type V(azure_blob)
      sample: scans
    file_share_name:
      description: Name of the file share.
      type: str
      returned: for the type V(azure_file)
      sample: scans
    filesystem:
      description: Name of the file system.
      type: str
      returned: for the type V(azure_data_lake_gen2)
      sample: landing
    endpoint:
      description: Domain of the storage service.
      type: str
      returned: always
      sample: core.windows.net
    protocol:
      description: Protocol of the storage service.
      type: str
      returned: always
      sample: https
    credentials:
      description:
        - How the datastore proves to storage who it is. The RV(ignore:type), and for an application its
          RV(ignore:tenant_id), RV(ignore:client_id) and addresses; never a secret.
      type: dict
      returned: always
      contains:
        type:
          description: Authentication mode for storage.
          type: str
          returned: always
          sample: account_key
        tenant_id:
          description: Tenant of the application. Missing for other types.
          type: str
          returned: always
          sample: 00000000-0000-0000-0000-000000000000
        client_id:
          description: Client id of the application. Missing for other types.
          type: str
          returned: always
          sample: 00000000-0000-0000-0000-000000000000
        authority_url:
          description: Sign-in host of the application. Missing for other types.
          type: str
          returned: always
          sample: https://login.microsoftonline.com
        resource_url:
          description: Audience of its tokens. Missing for other types.
          type: str
          returned: always
          sample: https://storage.azure.com/
        thumbprint:
          description: Thumbprint of its certificate. Missing for other types.
          type: str
          returned: always
          sample: DEADBEEF
    service_data_access_auth_identity:
      description: The identity with which the service itself reads the data. Null if the service does not return it.
      type: str
      returned: always
      sample: none
    is_default:
      description: Whether it is the default datastore of the workspace.
      type: bool
      returned: always
      sample: false
"""

from ansible_collections.mlops.azureml.plugins.module_utils._engine.list_filter import Filter
from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.info import Info
from ansible_collections.mlops.azureml.plugins.module_utils._schema.scalar_values import Boolean
from ansible_collections.mlops.azureml.plugins.module_utils._types.datastore import DATASTORE

FILTERS = (Filter("is_default", "isDefault", Boolean()), Filter("search_text", "searchText"))
OPERATION = Info(DATASTORE, FILTERS)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
