#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: batch_deployment
short_description: Manage batch deployments of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Creates, updates and deletes a batch deployment, what does the work behind a batch endpoint. It is either a model
    with its scoring code, environment and compute, or a pipeline component with its settings.
  - Options that the task leaves out keep their current value, or the service's default in a new deployment.
  - An O(definition) may describe the model, the environment or the pipeline component in place of a reference to it,
    and name local code. They are published on the way, each as its own module would, under the name that it has there.
    Without one it gets a name that no other asset has, that of the endpoint with C(-inline-) and a hash after it. What
    the deployment already refers to stays when its content is the same.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
  - mlops.azureml.force
  - mlops.azureml.definition
  - mlops.azureml.recreate
  - mlops.azureml.tags
  - mlops.azureml.read_back
  - mlops.azureml.predicted
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
      - Whether the deployment should be there.
      - The default deployment of an endpoint is deleted only when O(stand_in) says which other becomes the default.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the deployment, letters, digits, dashes and underscores.
      - It is required, here or in O(definition).
    type: str
  endpoint_name:
    description:
      - Name of the batch endpoint. The endpoint has to exist.
      - It is required, here or in O(definition).
    type: str
  set_default:
    description:
      - With V(true) the endpoint sends jobs that name no deployment to this one.
      - With V(false), or left out, the default of the endpoint stays as it is.
    type: bool
  stand_in:
    description:
      - Name of another deployment of the endpoint that becomes the default before this one is deleted.
      - The default deployment is never deleted without, neither with O(state=absent) nor with O(recreate=true). To
        become the default again after that, the task has to say O(set_default=true), too. It needs O(wait=true).
    type: str
  type:
    description:
      - What the deployment is made of, a model or a pipeline component.
      - The default is the kind of the existing deployment, or V(model) for a new one.
      - One never becomes the other.
    type: str
    choices: [model, pipeline]
  description:
    description:
      - What the deployment is for.
    type: str
  properties:
    description:
      - Properties of the deployment. Those that are left out stay.
    type: dict
  model:
    description:
      - The registered model, as V(azureml:name:version), V(azureml:name@latest) or a full id.
      - A new deployment of a model needs it.
      - Whether the service changes it in place is not documented. Where it refuses, O(recreate=true) creates the
        deployment again. The same holds for O(code_configuration), O(environment), O(compute) and O(component).
    type: str
  code_configuration:
    description:
      - The scoring code, and its script. A model in the MLflow format does not need them.
    type: dict
    suboptions:
      code:
        description:
          - The registered code, as V(azureml:name:version) or a full id.
        type: str
      scoring_script:
        description:
          - Path, in the code, of the script with C(init) and C(run).
        type: str
  environment:
    description:
      - The registered environment, as V(azureml:name:version), V(azureml:name@latest) or a full id.
      - A model in the MLflow format does not need it.
    type: str
  environment_variables:
    description:
      - Environment variables of the scoring script. They replace the current ones.
    type: dict
  compute:
    description:
      - The compute cluster, by name, as V(azureml:name) or by its full ARM id.
      - A new deployment of a model needs it.
    type: str
  resources:
    description:
      - What a job takes.
    type: dict
    suboptions:
      instance_count:
        description:
          - Number of nodes of a job.
        type: int
      instance_type:
        description:
          - Type of the nodes, on a compute that has several.
        type: str
      properties:
        description:
          - More settings of the compute. They replace the current ones.
        type: dict
  mini_batch_size:
    description:
      - Number of files that one call of C(run) gets.
    type: int
  max_concurrency_per_instance:
    description:
      - Number of processes on each node.
    type: int
  retry_settings:
    description:
      - What happens when C(run) fails or takes too long.
    type: dict
    suboptions:
      max_retries:
        description:
          - How often a mini batch is tried again.
        type: int
      timeout:
        description:
          - Seconds that one call of C(run) may take.
        type: int
  error_threshold:
    description:
      - Number of files that may fail before the job fails; V(-1) means any number.
    type: int
  logging_level:
    description:
      - How much jobs log.
    type: str
    choices: [info, warning, debug]
  output_action:
    description:
      - Whether what C(run) returns is appended to one file (V(append_row)), or the script writes its own output
        (V(summary_only)).
    type: str
    choices: [append_row, summary_only]
  output_file_name:
    description:
      - Name of that file.
    type: str
  component:
    description:
      - The registered pipeline component, as V(azureml:name:version), V(azureml:name@latest) or a full id.
      - A new deployment of a pipeline needs it.
    type: str
  settings:
    description:
      - How the pipeline runs.
      - The service keeps them, but does not return them. So the task gives all of them, and they are sent with each
        update that writes the deployment as a whole; such an update fails if the task leaves O(settings) out, since it
        would reset them. V({}) means that there are none.
      - A change of O(description) and O(tags) alone leaves them as they are, in a task without O(settings).
      - Where the service does not return them, they are not compared (RV(not_compared)), and a change of them alone is
        not seen. Change O(tags) along with them.
    type: dict
    suboptions:
      default_compute:
        description:
          - The compute of steps that name none, by its name.
        type: str
      default_datastore:
        description:
          - The datastore of outputs that name none, by its name.
        type: str
      continue_on_step_failure:
        description:
          - Whether other steps go on when one fails. The service has been seen to ignore it in the settings of a
            deployment.
        type: bool
seealso:
  - module: mlops.azureml.batch_endpoint
  - module: mlops.azureml.batch_job
"""

EXAMPLES = r"""
- name: Put a model behind the endpoint and send all jobs to it
  mlops.azureml.batch_deployment:
    endpoint_name: digits-batch
    name: blue
    set_default: true
    model: azureml:digits:1
    code_configuration:
      code: azureml:digits-score:1
      scoring_script: score.py
    environment: azureml:digits-env:1
    compute: azureml:batch-cluster
    resources:
      instance_count: 2
    mini_batch_size: 20
    max_concurrency_per_instance: 2
    retry_settings:
      max_retries: 3
      timeout: 300
    output_action: append_row
    output_file_name: predictions.csv

- name: See what a smaller mini batch would change
  mlops.azureml.batch_deployment:
    endpoint_name: digits-batch
    name: blue
    mini_batch_size: 5
  check_mode: true
  diff: true

- name: Replace the default deployment if need be, while green does its work
  mlops.azureml.batch_deployment:
    endpoint_name: digits-batch
    name: blue
    model: azureml:digits@latest
    compute: batch-cluster
    recreate: true
    stand_in: green
    set_default: true

- name: A pipeline behind an endpoint
  mlops.azureml.batch_deployment:
    endpoint_name: digits-batch
    name: prepared
    type: pipeline
    component: azureml:prepare-and-score:1
    settings:
      default_compute: batch-cluster
      continue_on_step_failure: false

- name: Take the deployment away
  mlops.azureml.batch_deployment:
    endpoint_name: digits-batch
    name: green
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
    - make digits-batch/green the default deployment of digits-batch
    - delete batch deployment digits-batch/blue
    - create batch deployment digits-batch/blue
    - make digits-batch/blue the default deployment of digits-batch
published:
  description:
    - Ids of the versions that this task published or changed because the definition describes them inline.
    - In check mode those that the task would publish or change.
  returned: when O(definition) describes an asset inline
  type: list
  elements: str
  sample: [/subscriptions/.../workspaces/ws1/codes/digits-batch/versions/2]
not_compared:
  description:
    - Options whose current values the service does not return, so that nothing shows whether they differ.
  returned: when nothing changed and there are any
  type: list
  elements: str
  sample: [settings.default_compute]
batch_deployment:
  description: The deployment after the task; in check mode as far as it can be predicted. Missing when it was deleted.
  returned: when O(state=present)
  type: dict
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
from ansible_collections.mlops.azureml.plugins.module_utils._operations.manage import Manage
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_deployment import BATCH_DEPLOYMENT

OPERATION = Manage(BATCH_DEPLOYMENT)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
