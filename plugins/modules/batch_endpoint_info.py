#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: batch_endpoint_info
short_description: Read batch endpoints of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Reads one batch endpoint, or lists all of the workspace.
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
      - Name of a batch endpoint. One that is not there gives an empty list.
    type: str
seealso:
  - module: mlops.azureml.batch_endpoint
"""

EXAMPLES = r"""
- name: Which deployment gets the jobs that name none?
  mlops.azureml.batch_endpoint_info:
    name: digits-batch
    query: "[0].defaults.deployment_name"
  register: standard

- name: The endpoints of a team
  mlops.azureml.batch_endpoint_info:
    query: "[?tags.team=='vision'].name"
"""

RETURN = r"""
batch_endpoints:
  description: The endpoints, or what O(query) makes of them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1/batchEndpoints/digits-batch
    name:
      description: Name of the endpoint.
      type: str
      returned: always
      sample: digits-batch
    location:
      description: Region of the endpoint.
      type: str
      returned: always
      sample: eastus
    description:
      description: What the endpoint is for. Null if it has none.
      type: str
      returned: always
      sample: Reads handwritten digits
    tags:
      description: Tags of the endpoint.
      type: dict
      returned: always
      sample: {team: vision}
    properties:
      description: Properties of the endpoint, those of the service among them.
      type: dict
      returned: always
      sample: {BatchEndpointCreationApiVersion: "2024-10-01"}
    defaults:
      description: Where jobs go that do not name a deployment.
      type: dict
      returned: always
      contains:
        deployment_name:
          description: Name of the default deployment, null when there is none.
          type: str
          returned: always
          sample: blue
    identity:
      description: As whom the endpoint acts.
      type: dict
      returned: always
      contains:
        type:
          description: Kind of identity.
          type: str
          returned: always
          sample: none
        user_assigned_identities:
          description: The identities that users created, each with its RV(ignore:resource_id).
          type: list
          elements: dict
          returned: always
          sample: []
    auth_mode:
      description: How callers prove who they are.
      type: str
      returned: always
      sample: aad_token
    scoring_uri:
      description: Where jobs are sent to. Null until the endpoint is provisioned.
      type: str
      returned: always
      sample: https://digits-batch.eastus.inference.ml.azure.com/jobs
    provisioning_state:
      description: Provisioning state as Azure reports it.
      type: str
      returned: always
      sample: Succeeded
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.info import Info
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_endpoint import BATCH_ENDPOINT

OPERATION = Info(BATCH_ENDPOINT)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
