#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: batch_deployment_info
short_description: Read batch deployments of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Reads one batch deployment, or lists all of an endpoint.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.attributes.info_module
  - mlops.azureml.connection
  - mlops.azureml.query
options:
  endpoint_name:
    description:
      - Name of the batch endpoint. One that is not there gives an empty list.
    type: str
    required: true
  name:
    description:
      - Name of a deployment. One that is not there gives an empty list.
    type: str
seealso:
  - module: mlops.azureml.batch_deployment
"""

EXAMPLES = r"""
- name: Which deployments of the endpoint still use the first version of the model?
  mlops.azureml.batch_deployment_info:
    endpoint_name: digits-batch
    query: "[?ends_with(model, '/models/digits/versions/1')].name"
  register: outdated

- name: Read one deployment
  mlops.azureml.batch_deployment_info:
    endpoint_name: digits-batch
    name: blue
"""

RETURN = r"""
batch_deployments:
  description: The deployments, or what O(query) makes of them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1/batchEndpoints/digits-batch/deployments/blue
    name:
      description: Name of the deployment.
      type: str
      returned: always
      sample: blue
    endpoint_name:
      description: Name of the endpoint.
      type: str
      returned: always
      sample: digits-batch
    location:
      description: Region of the deployment.
      type: str
      returned: always
      sample: eastus
    description:
      description: What the deployment is for. Null if it has none.
      type: str
      returned: always
      sample: First model
    tags:
      description: Tags of the deployment.
      type: dict
      returned: always
      sample: {team: vision}
    properties:
      description: Properties of the deployment.
      type: dict
      returned: always
      sample: {}
    type:
      description: What the deployment is made of.
      type: str
      returned: always
      sample: model
    model:
      description: Full id of the model, or the path that another client gave.
      type: str
      returned: when the type is model
      sample: /subscriptions/.../workspaces/ws1/models/digits/versions/1
    code_configuration:
      description: The scoring code.
      type: dict
      returned: when the type is model
      contains:
        code:
          description: Full id of the code.
          type: str
          returned: always
          sample: /subscriptions/.../workspaces/ws1/codes/digits-score/versions/1
        scoring_script:
          description: Path of the script in the code.
          type: str
          returned: always
          sample: score.py
    environment:
      description: Id of the environment.
      type: str
      returned: when the type is model
      sample: /subscriptions/.../workspaces/ws1/environments/digits-env/versions/1
    environment_variables:
      description: Environment variables of the scoring script.
      type: dict
      returned: when the type is model
      sample: {}
    compute:
      description: Full ARM id of the compute.
      type: str
      returned: when the type is model
      sample: /subscriptions/.../workspaces/ws1/computes/batch-cluster
    resources:
      description: What a job takes.
      type: dict
      returned: when the type is model
      contains:
        instance_count:
          description: Number of nodes of a job.
          type: int
          returned: always
          sample: 2
        instance_type:
          description: Instance type on a Kubernetes compute. Null elsewhere.
          type: str
          returned: always
          sample: small
        properties:
          description: Properties that only the service interprets.
          type: dict
          returned: always
          sample: {}
    mini_batch_size:
      description: Files in one call of C(run).
      type: int
      returned: when the type is model
      sample: 20
    max_concurrency_per_instance:
      description: Processes on each node.
      type: int
      returned: when the type is model
      sample: 2
    retry_settings:
      description: What happens when C(run) fails, with RV(ignore:max_retries) and RV(ignore:timeout) in seconds.
      type: dict
      returned: when the type is model
      contains:
        max_retries:
          description: Number of retries of a failed mini batch.
          type: int
          returned: always
          sample: 3
        timeout:
          description: Seconds that one mini batch may take.
          type: int
          returned: always
          sample: 300
    error_threshold:
      description: Files that may fail.
      type: int
      returned: when the type is model
      sample: -1
    logging_level:
      description: How much jobs log.
      type: str
      returned: when the type is model
      sample: info
    output_action:
      description: What becomes of the values that C(run) returns.
      type: str
      returned: when the type is model
      sample: append_row
    output_file_name:
      description: Name of the output file.
      type: str
      returned: when the type is model
      sample: predictions.csv
    component:
      description: Full id of the pipeline component.
      type: str
      returned: when the type is pipeline
      sample: /subscriptions/.../workspaces/ws1/components/prepare-and-score/versions/1
    settings:
      description: How the pipeline runs.
      type: dict
      returned: when the type is pipeline
      contains:
        default_compute:
          description: Compute of the steps that name none. Null if Azure returns none.
          type: str
          returned: always
          sample: batch-cluster
        default_datastore:
          description: Datastore of the outputs that name none. Null if Azure returns none.
          type: str
          returned: always
          sample: workspaceblobstore
        continue_on_step_failure:
          description: Whether other steps go on after one has failed. Null if Azure returns none.
          type: bool
          returned: always
          sample: false
    provisioning_state:
      description: Provisioning state as Azure reports it.
      type: str
      returned: always
      sample: Succeeded
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.info import Info
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_deployment import BATCH_DEPLOYMENT

OPERATION = Info(BATCH_DEPLOYMENT)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
