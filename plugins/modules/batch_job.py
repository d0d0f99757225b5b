#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: batch_job
short_description: Run a scoring job on a batch endpoint
version_added: 0.1.0
description:
  - Starts a scoring job on a batch endpoint and follows it to its end.
  - A job that has a O(name) is started once. Run again, the task finds the job, goes on waiting for it, and returns it.
  - When the answer to the call that starts a job is lost, the module looks for the job instead of starting another,
    and stops with a message when it cannot know.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
  - mlops.azureml.wait
requirements:
  - azure-storage-blob
attributes:
  check_mode:
    support: full
    details:
      - Whether the place of an output is free is not looked at in check mode.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With a O(name). Without one, each run starts a new job.
options:
  state:
    description:
      - With V(present) the job has been started; when the task waits, it has also ended well.
      - With V(canceled) the job of this O(name), if there is one, is not running. A job that has ended stays as it is.
    type: str
    choices: [present, canceled]
    default: present
  name:
    description:
      - Name of the job, up to 200 letters, digits, dashes and underscores.
      - It is the key by which the job is found again, for instance the day it scores.
      - A name stands for one job of its endpoint, whatever became of it.
        To score again after a failure, give a new name.
      - The service is asked to give the job this name. Where it does not, the job is known by its other marks.
      - Without a name each run starts a new job.
    type: str
  endpoint_name:
    description:
      - Name of the batch endpoint.
    type: str
    required: true
  deployment_name:
    description:
      - Name of the deployment that scores, in place of the default deployment of the endpoint.
    type: str
  inputs:
    description:
      - What to score, as a map of input names.
      - An input has a C(path), and may have a C(type) (V(uri_file), V(uri_folder), V(mltable), V(custom_model),
        V(mlflow_model) or V(triton_model)) and a C(mode) (V(ro_mount), V(rw_mount), V(download), V(direct),
        V(eval_mount) or V(eval_download)).
      - A C(path) is V(azureml:name:version) or V(azureml:name@latest) for a data asset,
        V(azureml://datastores/name/paths/path), an https URL, or a full id. The latest version of a data asset is
        looked up by the module, so that the result names the version that was scored.
      - Without C(type) it is the type of the data asset, else V(uri_folder).
      - Or an input has the C(type) V(literal) and a C(value).
      - The deployment of a model takes exactly one data input, whose name does not matter.
    type: dict
  outputs:
    description:
      - Where results go, as a map of output names. An output has a C(path), V(azureml://datastores/name/paths/path) or
        the same below the full id of the datastore, and may have a C(type) (V(uri_file), which is the default, or
        V(uri_folder)) and a C(mode) (V(rw_mount) or V(upload)).
      - The place must be free. The module looks before it starts the job.
      - The deployment of a model has one output, which the service calls C(score).
      - Without outputs, the job of a model that has a O(name) writes to C(batch-scoring/endpoint/name) in the default
        datastore, and any other job where the service chooses. M(mlops.azureml.batch_job_results) finds both.
    type: dict
  output_file_name:
    description:
      - Name of the file with the predictions.
    type: str
  mini_batch_size:
    description:
      - Number of files in one call of the scoring script.
    type: int
  instance_count:
    description:
      - Number of nodes.
    type: int
  max_concurrency_per_instance:
    description:
      - Number of processes on each node.
    type: int
  error_threshold:
    description:
      - Number of files that may fail; V(-1) means any number.
    type: int
  logging_level:
    description:
      - How much the job logs.
    type: str
    choices: [info, warning, debug]
  retry_settings:
    description:
      - What happens when a mini batch fails.
    type: dict
    suboptions:
      max_retries:
        description:
          - How often it is tried again.
        type: int
      timeout:
        description:
          - Seconds that one call of the scoring script may take.
        type: int
  experiment_name:
    description:
      - Experiment that the job is shown under, in place of one named like the endpoint.
    type: str
  api_generation:
    description:
      - How the call is written. V(2021) is the form with C(dataset), for endpoints that know no other.
    type: str
    choices: [current, "2021"]
    default: current
  wait:
    description:
      - Whether to wait for the end of the job. The task fails when the job fails or is canceled.
      - With V(false) the task returns the job as it stands. A later task with the same O(name) can wait for it.
  wait_timeout:
    description:
      - How many seconds to wait at most. When they are over the task fails and the job goes on;
        run again with the same O(name), the task goes on waiting.
    default: 86400
seealso:
  - module: mlops.azureml.batch_endpoint
  - module: mlops.azureml.batch_deployment
  - module: mlops.azureml.batch_job_results
  - name: Jobs of batch endpoints
    description: Inputs and outputs of scoring jobs.
    link: https://learn.microsoft.com/azure/machine-learning/how-to-access-data-batch-endpoints-jobs
"""

EXAMPLES = r"""
- name: Score a folder in the cloud, and wait for the end
  mlops.azureml.batch_job:
    endpoint_name: digits-batch
    inputs:
      images:
        type: uri_folder
        path: https://account.blob.core.windows.net/samples/digits

- name: Score the newest version of a data asset once a day, however often the play runs
  mlops.azureml.batch_job:
    name: "digits-{{ now(utc=true).strftime('%Y%m%d') }}"
    endpoint_name: digits-batch
    inputs:
      images:
        path: azureml:digits-inbox@latest
  register: today

- name: Use another deployment and another place, and do not wait
  mlops.azureml.batch_job:
    name: digits-trial-7
    endpoint_name: digits-batch
    deployment_name: green
    inputs:
      images:
        path: azureml:digits-inbox:12
    outputs:
      score:
        type: uri_file
        path: azureml://datastores/workspaceblobstore/paths/trials/7/predictions.csv
    mini_batch_size: 5
    retry_settings:
      max_retries: 1
      timeout: 120
    wait: false

- name: Cancel it
  mlops.azureml.batch_job:
    name: digits-trial-7
    endpoint_name: digits-batch
    state: canceled
"""

RETURN = r"""
batch_job:
  description:
    - The job as it stands after the task; also returned when the job failed.
    - Missing when a job to be canceled does not exist. In check mode, what is known before the start.
  returned: when there is a job
  type: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: when started
      sample: /subscriptions/.../workspaces/ws1/jobs/digits-20260131
    name:
      description: Name that the service gave the job.
      type: str
      returned: when started
      sample: digits-20260131
    key:
      description: The O(name) of the task, or the key of a job without one.
      type: str
      returned: when started
      sample: digits-20260131
    display_name:
      description: Name that the studio shows.
      type: str
      returned: when started
      sample: careful_bulb_plwyqfx0
    status:
      description: How far the job is.
      type: str
      returned: when started
      sample: Completed
    endpoint_name:
      description: Name of the batch endpoint.
      type: str
      returned: always
      sample: digits-batch
    deployment_name:
      description: Name of the deployment that scores.
      type: str
      returned: when started
      sample: blue
    inputs:
      description:
        - What is scored, with the versions that labels stood for. URLs are without their query.
        - For a job of an earlier run, as its record tells, else as the task names it.
      type: dict
      returned: always
      sample: {images: {type: uri_folder, path: "https://account.blob.core.windows.net/samples/digits"}}
    outputs:
      description: Where results go, by output name, as far as it was chosen before the start.
      type: dict
      returned: when started
      sample: {score: {path: "azureml://datastores/workspaceblobstore/paths/trials/7/predictions.csv"}}
    studio_url:
      description: The job in the studio.
      type: str
      returned: when started
      sample: https://ml.azure.com/runs/digits-20260131?wsid=/subscriptions/.../workspaces/ws1
    timeline:
      description: The states the job passed through while the task watched, with the time each was first seen.
      type: list
      elements: dict
      returned: when started
      contains:
        status:
          description: The state.
          type: str
          returned: always
          sample: Running
        at:
          description: When it was first seen.
          type: str
          returned: always
          sample: "2026-01-31T06:00:12+00:00"
    created:
      description: When the job was started.
      type: str
      returned: when the service tells it
      sample: "2026-01-31T06:00:01.80314+00:00"
    started:
      description: When it began to run.
      type: str
      returned: when the service tells it
      sample: "2026-01-31 06:02:29"
    ended:
      description: When it ended.
      type: str
      returned: when the service tells it
      sample: "2026-01-31 06:05:40"
cause:
  description: Why the job failed, from its record or the end of its logs. Null when neither tells.
  returned: when the job failed
  type: str
  sample: There is no succeeded mini batch item returned from run().
hint:
  description: What to do about it.
  returned: when the job failed
  type: str
  sample: See the job's logs in the studio, mend the cause, and start a new job under a new name.
key:
  description: The key of a job of which it is not known whether it was started.
  returned: when the answer to its start was lost
  type: str
  sample: digits-20260131
"""

from ansible_collections.mlops.azureml.plugins.module_utils._batch_jobs import Score
from ansible_collections.mlops.azureml.plugins.module_utils._module import run


def main() -> None:
    run(Score())


if __name__ == "__main__":
    main()
