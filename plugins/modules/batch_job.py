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
  - A job's key is its O(name), or the name that is derived from O(key). One key is one job, and is never two. Run
    again, the task finds the job of its key, goes on waiting for it, and returns it; a task without a key starts a job
    on each run.
  - When it cannot be known whether the job of a key was started, the task says so and starts none. The notes list every
    such doubt.
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
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With a O(name) or O(key). Without one, and with O(resubmit=always), each run may start a new job.
notes:
  - Each key is noted in a small file below C(batch-scoring/.jobs) in the default datastore before its job is started,
    see O(ledger). Besides, the call carries the key in all places that the service might keep, and the job is looked
    for by each of them.
  - When the answer to the start is lost, the job is looked for, for a minute, and taken up when it shows up. Otherwise
    the task fails. Run again, it takes up the job, or starts it when it has not shown up ten minutes after the start.
  - When the task is killed in the middle of a start, the next run does the same.
  - When several runs start the same key at once, one starts the job, and the others follow it. A run that finds
    another still at it, after a minute, fails.
  - When the ledger cannot be read or written the task fails before the start.
  - When the job of the key is in the service but was started with other options, the task fails. So it does when the
    O(name) is that of a job which another endpoint started.
  - When the output exists already the task fails before the start, see O(output_policy).
  - When the job of the key has ended it is returned, and a failed or canceled one fails the task, see O(resubmit).
    When it was deleted in the service the key is free, and the job is started.
  - When the task stops waiting, at a timeout or because it is ended, the job goes on, see O(on_timeout).
options:
  state:
    description:
      - With V(present) the job has been started; when the task waits, it has also ended well.
      - With V(canceled) the job, if there is one, is not running. A job that has ended stays as it is.
      - With V(archived) the job is hidden from lists, and with V(restored) it is not.
      - With V(absent) the job is deleted, with all tries of its key; one that runs is canceled first. The key is free
        then.
    type: str
    choices: [present, canceled, archived, restored, absent]
    default: present
  name:
    description:
      - Name of the job, up to 190 letters, digits, dashes and underscores. A number after two dashes at the end is
        kept for later tries, see O(resubmit).
      - It is the key by which the job is found again, for instance the day it scores.
      - A name stands for one job of its endpoint, whatever became of it. With other options it is refused.
      - The service is asked to give the job this name. Where it does not, the job is known by its other marks.
      - Without a name or O(key) each run starts a new job. An empty one is refused.
    type: str
  key:
    description:
      - In place of O(name), any text that tells this run from others, for instance a ticket or a build.
      - The name is derived from it, the endpoint, the deployment, the inputs and the outputs, so the same key can be
        used for any number of endpoints and inputs. Local input counts with its content, other input as it is written,
        a URL without its signature.
      - A later task that is to find the job needs all of them, or as its O(name) what this one returned as
        RV(batch_job.key).
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
        V(azureml://datastores/name/paths/path), an https URL, a full id, or a local file or folder. The latest version
        of a data asset is looked up by the module, so that the result names the version that was scored.
      - A local file or folder is uploaded to the default datastore below the hash of its content, once, and used there.
        Paths are best given in full; C(.amlignore) and C(.gitignore) are obeyed.
      - Without C(type) it is the type of the data asset, else V(uri_folder).
      - Or an input has the C(type) V(literal) and a C(value).
      - The deployment of a model takes exactly one data input, whose name does not matter.
      - Without inputs the task follows the job of this O(name), whatever it was started with, and starts none.
    type: dict
  outputs:
    description:
      - Where results go, as a map of output names. An output has a C(path), V(azureml://datastores/name/paths/path) or
        the same below the full id of the datastore. It may have a C(type) (V(uri_file), which is the default,
        V(uri_folder), V(mltable), V(custom_model), V(mlflow_model) or V(triton_model)) and a C(mode) (V(rw_mount) or
        V(upload)).
      - What happens when something is there already is said by O(output_policy).
      - The deployment of a model has one output, a V(uri_file) or V(uri_folder), which the service calls C(score).
      - Without outputs, the job of a model that has a O(name) or O(key) writes to C(batch-scoring/endpoint/name) in the
        default datastore, and any other job where the service chooses. M(mlops.azureml.batch_job_results) finds both.
    type: dict
  output_policy:
    description:
      - The service lets a job fail, after minutes, when its output exists already. The module looks before it starts
        the job.
      - With V(fail) the task fails at once, and no job is started.
      - With V(overwrite) what is there is deleted when the job is started. For a folder that is all below it. An output
        that is, contains or lies in what the job reads is refused.
      - No output can be, or contain, the folders C(LocalUpload), C(batch-scoring/.jobs) and C(azureml) of a datastore,
        nor lie in the first two.
      - With V(unique) the name of the job is put into the path, as the folder of a V(uri_file) and below
        anything else, so that each job has a place of its own.
      - The default is V(fail) with O(outputs), and V(unique) without.
    type: str
    choices: [unique, fail, overwrite]
  delete_outputs:
    description:
      - Whether O(state=absent) deletes what the job wrote, too. Nothing that is older than the job is deleted.
    type: bool
    default: false
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
  ledger:
    description:
      - Whether keys are noted in the default datastore. It is what makes a job start once whatever the service keeps of
        a call, and however late its lists are. This identity needs to read and write there, as it does to upload data.
      - Without a ledger a job is looked for among all jobs of the workspace, which takes long where there are many, and
        two runs at the same time may start two jobs. All tasks that use a key have to agree on this.
    type: bool
    default: true
  resubmit:
    description:
      - What happens when the job of the key has ended already.
      - With V(never) it is returned as it is, and a failed one fails the task.
      - With V(on_failure) a job that failed or was canceled is tried again, also with other options.
      - With V(always) it is tried again, whatever became of it.
      - A job that goes on is never joined by another. A second try is named with C(--2) at the end, and so on, and has
        an output of its own where O(outputs) does not name one. The last try is the job of the key.
    type: str
    choices: [never, on_failure, always]
    default: never
  wait:
    description:
      - Whether to wait for the end of the job. The task fails when the job fails or is canceled.
      - With V(false) the task returns the job as it stands. A later task with the same O(name) can wait for it.
  wait_timeout:
    description:
      - How many seconds to wait at most. When they are over the task fails and the job goes on;
        run again with the same O(name), the task goes on waiting.
    default: 86400
  phase_timeouts:
    description:
      - How many seconds the job may spend in one phase at most; V(0) is no limit. The task ends as with
        O(wait_timeout).
    type: dict
    suboptions:
      queued:
        description:
          - Waiting for nodes of the compute cluster.
        type: int
      preparing:
        description:
          - Until the job is queued or runs, from its start on.
        type: int
      running:
        description:
          - Scoring.
        type: int
  progress_file:
    description:
      - File, where the task runs, that gets a line for each state of the job and, while it runs, for each change of its
        progress overview (how many mini batches are done). A person can follow it with C(tail -f).
      - When the task runs on the controller itself with verbosity C(-v) or more, the same lines are shown while it
        waits, and no file is needed. This needs a connection C(local) without C(become), and no C(async).
      - The states are also returned, as RV(batch_job.timeline).
    type: path
  on_timeout:
    description:
      - What becomes of the job when the time is up. With V(cancel) it is canceled; the task fails in any case, unless
        the job completes before it is canceled.
    type: str
    choices: [keep, cancel]
    default: keep
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

- name: Score local files, try again what failed before, and give up on a queue that does not move
  mlops.azureml.batch_job:
    key: "{{ awx_job_id | default('by-hand') }}"
    endpoint_name: digits-batch
    inputs:
      images:
        path: "{{ playbook_dir }}/files/january"
    resubmit: on_failure
    phase_timeouts:
      queued: 3600
    on_timeout: cancel

- name: Write to the same file again
  mlops.azureml.batch_job:
    endpoint_name: digits-batch
    inputs:
      images:
        path: azureml:digits-inbox@latest
    outputs:
      score:
        path: azureml://datastores/workspaceblobstore/paths/reports/digits.csv
    output_policy: overwrite

- name: Wait for it, in a later play
  mlops.azureml.batch_job:
    name: digits-trial-7
    endpoint_name: digits-batch

- name: Cancel it
  mlops.azureml.batch_job:
    name: digits-trial-7
    endpoint_name: digits-batch
    state: canceled

- name: Delete a job and what it wrote
  mlops.azureml.batch_job:
    endpoint_name: digits-batch
    name: digits-trial-7
    state: absent
    delete_outputs: true
"""

RETURN = r"""
batch_job:
  description:
    - The job as it stands after the task; also returned when the job failed.
    - Missing when there is no job, or no more. In check mode, what is known before the start.
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
      description:
        - The O(name) of the task, or the one derived from its O(key), by which later tasks find the job.
        - The key of a job without one.
      type: str
      returned: when started
      sample: digits-20260131
    attempt:
      description: The number of this try of the key.
      type: int
      returned: when started
      sample: 1
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
    experiment_name:
      description: Experiment that the job is shown under.
      type: str
      returned: when started
      sample: digits-batch
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
    archived:
      description: Whether the job is hidden from lists.
      type: bool
      returned: when started
      sample: false
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
  description:
    - Why the job failed. The meaning of a message that the service documents, else the last lines that tell anything.
    - Null when nothing does.
  returned: when the job failed
  type: str
  sample: The identity of the compute cluster may not read the storage that holds the input.
hint:
  description: What to do about it.
  returned: when the job failed
  type: str
  sample: Give that identity the role Storage Blob Data Reader on the storage account.
service_message:
  description: The message that RV(cause) was read from, as it stands in the job or its logs.
  returned: when the job failed
  type: str
  sample: ScriptExecutionException was caused by StreamAccessException.
failed_step:
  description: The run inside the job that failed. Null when it cannot be read.
  returned: when the job failed
  type: dict
  contains:
    name:
      description: Name of the step. The step of a model is called C(batchscoring).
      type: str
      returned: always
      sample: batchscoring
    run_id:
      description: Id of the run.
      type: str
      returned: always
      sample: 92a3c31d-f2de-44f9-b559-726ee2adb848
    status:
      description: How it ended.
      type: str
      returned: always
      sample: Failed
progress:
  description: The last lines of the job's progress overview.
  returned: when the job failed
  type: list
  elements: str
  sample: ["2026-01-31 06:05:40 The run failed."]
errors:
  description: The last lines of the errors of the scoring script.
  returned: when the job failed
  type: list
  elements: str
  sample: ["2026-01-31 06:05:38 10.0.0.4 process000: ValueError: no such digit"]
key:
  description: The key of a job of which it is not known whether it was started.
  returned: when the answer to its start was lost
  type: str
  sample: digits-20260131
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.run_job import RunJob


def main() -> None:
    run(RunJob())


if __name__ == "__main__":
    main()
