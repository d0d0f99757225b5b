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
seealso:
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
    description:
      description: What the datastore is for.
      type: str
      returned: always
      sample: Pictures of the scanners
    tags:
      description: Tags of the datastore.
      type: dict
      returned: always
      sample: {}
    type:
      description: Kind of storage.
      type: str
      returned: always
      sample: azure_blob
    is_default:
      description: Whether it is the default datastore of the workspace.
      type: bool
      returned: always
      sample: true
    account_name:
      description: Name of the storage account.
      type: str
      returned: always
      sample: examplesa
    container_name:
      description: Name of the blob container.
      type: str
      returned: always
      sample: azureml-blobstore-11111111-1111-1111-1111-111111111111
    file_share_name:
      description: Name of the file share.
      type: str
      returned: always
      sample: code-391ff5ac-6576-460f-ba4d-7e03433c68b6
    filesystem:
      description: Name of the file system.
      type: str
      returned: always
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
    credentials_type:
      description: How the datastore proves who it is.
      type: str
      returned: always
      sample: account_key
"""

from ansible_collections.mlops.azureml.plugins.module_utils._info import Filter, Info
from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._types.datastore import DATASTORE
from ansible_collections.mlops.azureml.plugins.module_utils._wire import Boolean


def main() -> None:
    run(Info(DATASTORE, (Filter("is_default", "isDefault", Boolean()),)))


if __name__ == "__main__":
    main()
