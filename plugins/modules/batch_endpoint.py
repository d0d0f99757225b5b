#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: batch_endpoint
short_description: Manage batch endpoints of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Creates, updates and deletes a batch endpoint, the stable address that scoring jobs are sent to.
  - Options that the task leaves out keep their current value.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
  - mlops.azureml.force
  - mlops.azureml.definition
  - mlops.azureml.identity
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
      - Whether the endpoint should be there.
      - Deleting it deletes its deployments, too.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the endpoint, 3 to 32 letters, digits and single dashes, beginning with a letter and ending with a
        letter or digit. It has to be unique in the region, over all workspaces and customers.
      - It is required, here or in O(definition).
    type: str
  description:
    description:
      - What the endpoint is for. It is set when the endpoint is created.
      - Whether the service changes it later is not certain, an older one keeps the old text. So another description is
        sent along with any other change, and once by itself. From then on it counts as no difference, and the task
        names it in RV(not_updatable), until the service has changed it after all.
      - That it was sent is kept in a property of the endpoint that no result shows, C(description_sent_in_place_of_)
        with a hash of the text that was to be replaced.
    type: str
  properties:
    description:
      - Properties of the endpoint. They can be added; the service keeps those that are left out, and may refuse to
        alter one, or keep it as it is, of which the task then warns.
    type: dict
  auth_mode:
    description:
      - How callers prove who they are. A new endpoint takes V(aad_token) when the task does not say.
      - Azure documents only V(aad_token) for batch endpoints; it may accept another and then fail to set it up.
    type: str
    choices: [aad_token, key, aml_token]
  defaults:
    description:
      - Where jobs go that do not name a deployment.
    type: dict
    suboptions:
      deployment_name:
        description:
          - Name of the default deployment.
        type: str
seealso:
  - module: mlops.azureml.batch_deployment
  - name: Batch endpoints
    description: What endpoints and deployments are.
    link: https://learn.microsoft.com/azure/machine-learning/concept-endpoints-batch
"""

EXAMPLES = r"""
- name: An endpoint for the digits models
  mlops.azureml.batch_endpoint:
    name: digits-batch
    description: Reads handwritten digits
    tags:
      team: vision

- name: Send jobs to the green deployment from now on
  mlops.azureml.batch_endpoint:
    name: digits-batch
    defaults:
      deployment_name: green

- name: As a file describes it that az ml knows, too, with other tags
  mlops.azureml.batch_endpoint:
    definition: files/endpoint.yml
    tags:
      stage: test

- name: Delete the endpoint with all its deployments
  mlops.azureml.batch_endpoint:
    name: digits-batch
    state: absent
"""

RETURN = r"""
steps:
  description:
    - What the task did, or would do in check mode, in this order. Empty when nothing changed.
  returned: success
  type: list
  elements: str
  sample:
    - create batch endpoint digits-batch
not_updatable:
  description:
    - Options with another value in the task, which the service keeps as it is.
    - Delete the endpoint and create it again to change them.
  returned: when there are any
  type: list
  elements: str
  sample: [description]
batch_endpoint:
  description: The endpoint after the task; in check mode as far as it can be predicted. Missing when it was deleted.
  returned: when O(state=present)
  type: dict
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
from ansible_collections.mlops.azureml.plugins.module_utils._operations.manage import Manage
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_endpoint import BATCH_ENDPOINT

OPERATION = Manage(BATCH_ENDPOINT)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
