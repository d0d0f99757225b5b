#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: datastore
short_description: Manage datastores of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Creates, updates and deletes a datastore, a name in the workspace for a blob container, a file share or a file
    system of a storage account.
  - Options that the task leaves out keep their current value. An option that the kind of storage does not have is
    refused.
  - The storage itself is neither created nor deleted.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
  - mlops.azureml.force
  - mlops.azureml.force.users
  - mlops.azureml.definition
  - mlops.azureml.recreate
  - mlops.azureml.tags
  - mlops.azureml.read_back
  - mlops.azureml.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - Whether the datastore shall exist. Deleting it leaves the data alone.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the datastore, 1 to 255 letters, digits, C(-) and C(_).
      - It is required, here or in O(definition).
    type: str
  type:
    description:
      - Kind of storage.
      - The default is the kind of the existing datastore, or V(azure_blob) for a new one.
      - One kind never becomes another.
    type: str
    choices: [azure_blob, azure_file, azure_data_lake_gen2]
  description:
    description:
      - What the datastore is for.
    type: str
  properties:
    description:
      - Properties of the datastore, added to the current ones.
    type: dict
  account_name:
    description:
      - Name of the storage account. A new datastore needs it.
    type: str
  container_name:
    description:
      - Name of the blob container. A new datastore of the type V(azure_blob) needs it.
    type: str
  file_share_name:
    description:
      - Name of the file share. A new datastore of the type V(azure_file) needs it.
    type: str
  filesystem:
    description:
      - Name of the file system. A new datastore of the type V(azure_data_lake_gen2) needs it.
    type: str
  endpoint:
    description:
      - Domain of the storage service, which the service takes for V(core.windows.net) when a new datastore says none.
    type: str
  protocol:
    description:
      - Protocol of the storage service, which the service takes for V(https) when a new datastore says none.
    type: str
  service_data_access_auth_identity:
    description:
      - The identity with which the service itself reads the data, for example to show them.
    type: str
    choices: [none, workspace_system_assigned_identity, workspace_user_assigned_identity]
  credentials:
    description:
      - How the datastore authenticates to storage. A new datastore without them uses the identity of the caller.
      - Give O(credentials.account_key), O(credentials.sas_token), or O(credentials.client_secret) or
        O(credentials.certificate) with what belongs to an application.
      - They are required when O(account_name), O(endpoint) or O(protocol) of a datastore with a secret change; a stored
        secret is never sent to another account or endpoint.
      - A O(definition) of a whole datastore without credentials, or with empty ones as C(az ml datastore show) writes
        them in place of a secret, means V(none), as for C(az ml).
    type: dict
    suboptions:
      type:
        description:
          - What they are. The default follows from the given secret; only V(none), the identity of the caller,
            has to be written.
        type: str
        choices: [account_key, sas, service_principal, certificate, none]
      account_key:
        description:
          - Key of the storage account.
        type: str
      sas_token:
        description:
          - Shared access signature.
        type: str
      tenant_id:
        description:
          - Tenant of the application.
        type: str
      client_id:
        description:
          - Id of the application.
        type: str
      client_secret:
        description:
          - Secret of the application.
        type: str
      certificate:
        description:
          - Certificate of the application, in place of a secret.
        type: str
      thumbprint:
        description:
          - Thumbprint of that certificate.
        type: str
      authority_url:
        description:
          - Where the application signs in.
        type: str
      resource_url:
        description:
          - What the application asks for a token for.
        type: str
  update_credentials:
    description:
      - When the secret in O(credentials) counts. With V(on_create) only for a new datastore, or where credentials of
        the service has another type, tenant or application, or for another account or endpoint; a secret that was
        renewed by other means stays.
      - With V(always) it is compared with the current secret, which takes the permission to list secrets and counts
        as a write in the service's limits.
      - No secret is ever shown. An update for another reason repeats the current secret, and so reads it.
    type: str
    choices: [on_create, always]
    default: on_create
  skip_validation:
    description:
      - Whether to write a datastore without the service trying to reach the storage.
    type: bool
    default: false
seealso:
  - module: mlops.azureml.datastore_info
  - name: Datastores
    description: Kinds of datastores and their credentials.
    link: https://learn.microsoft.com/azure/machine-learning/how-to-datastore
"""

EXAMPLES = r"""
- name: A blob container, read with the identity of whoever asks
  mlops.azureml.datastore:
    name: scans
    account_name: examplesa
    container_name: scans

- name: A file share, with the key of its account, renewed whenever it is another one
  mlops.azureml.datastore:
    name: exports
    type: azure_file
    account_name: examplesa
    file_share_name: exports
    credentials:
      account_key: "{{ storage_account_key }}"
    update_credentials: always

- name: A file system, with an application
  mlops.azureml.datastore:
    name: landing
    type: azure_data_lake_gen2
    account_name: exampledatalake
    filesystem: landing
    credentials:
      tenant_id: 00000000-0000-0000-0000-000000000000
      client_id: 11111111-1111-1111-1111-111111111111
      client_secret: "{{ lake_secret }}"

- name: Forget the name; the data stay
  mlops.azureml.datastore:
    name: exports
    state: absent
"""

RETURN = r"""
steps:
  description:
    - What the task did, or would do in check mode, in this order. Empty when nothing changed.
    - The same in check mode and in the run, unless the service refuses an update that O(recreate) allows to replace.
  returned: success
  type: list
  elements: str
  sample:
    - create datastore scans
datastore:
  description: The datastore after the task; in check mode as far as it can be predicted. Missing when it was deleted.
  returned: when O(state=present)
  type: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1/datastores/scans
    name:
      description: Name of the datastore.
      type: str
      returned: always
      sample: scans
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

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.manage import Manage
from ansible_collections.mlops.azureml.plugins.module_utils._types.datastore import DATASTORE

OPERATION = Manage(DATASTORE)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
