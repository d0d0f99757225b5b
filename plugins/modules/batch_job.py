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
  - Starts a scoring job on a batch endpoint and waits for its end.
  - The key of a job is its O(name), or the name that is derived from O(key). A key never has two jobs. Run again, the
    task finds the job of its key, continues waiting for it, and returns it. A task without a key starts a job on each
    run.
  - When it cannot be known whether the job of a key was started, the task fails, says so, and starts none. The notes
    list these cases.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
  - mlops.azureml.predicted
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
  - Each key is recorded in a small file below C(batch-scoring/.jobs) in the default datastore before its job is
    started, see O(ledger). The call also carries the key as name, tag and property of the job, and the module searches
    for each of them, because the service may keep only some.
  - When the answer to the start is lost, the module searches the job for a minute and continues with it once it
    appears. Otherwise the task fails. Run again, it finds the job, or starts it if it has not appeared ten minutes
    after the start.
  - When the task is killed during a start, the next run does the same.
  - When several runs start the same key at the same time, one starts the job, and the others wait for it. A run that
    finds another one still starting it fails after a minute.
  - When the ledger cannot be read or written, the task fails before the start.
  - When the job of the key exists but was started with other options, the task fails. It also fails when O(name) is the
    name of a job that another endpoint started.
  - When the output exists already, the task fails before the start, see O(output_policy).
  - When the job of the key has ended, it is returned; if it failed or was canceled, the task fails, see O(resubmit).
    When all its attempts were deleted in the service, the key is free, and the job is started.
  - When the task stops waiting, because of a timeout or because it is interrupted, the job goes on, see O(on_timeout).
options:
  state:
    description:
      - V(present) starts the job, and waits until it has completed, see O(wait).
      - V(canceled) cancels the job, if there is one. A job that has ended is not changed.
      - V(archived) hides the job from lists, V(restored) shows it again.
      - V(absent) deletes the job and all other attempts of its key; an active one is canceled first. The key is free
        after that. If the task asks for one attempt, that one is deleted, and the previous one is the job of the key
        then; an attempt that is not the last one is refused.
    type: str
    choices: [present, canceled, archived, restored, absent]
    default: present
  name:
    description:
      - Name of the job, up to 190 letters, digits, dashes and underscores. Names that end in two dashes and a number
        are reserved for later attempts, see O(resubmit).
      - To wait for a job, or to change its O(state), any name that M(mlops.azureml.batch_job_info) lists is accepted.
        The name of a later attempt, as V(nightly--2), and a name that the service assigned mean that one attempt. Any
        other name means the last attempt.
      - It is the key by which later runs find the job, for instance the day it scores.
      - A name belongs to one job of its endpoint, even after that has ended. The task fails if the name is used again
        with other options.
      - The service is asked to give the job this name. If Azure assigns another name, the job is found through the
        ledger, its tags or its output.
      - Without a name or O(key) each run starts a new job. An empty name is refused.
    type: str
  key:
    description:
      - In place of O(name), any text that identifies this run, for instance the number of a ticket or a build.
      - The name is derived from it, the endpoint, the deployment, the inputs and the outputs, so the same key can be
        used for any number of endpoints and inputs. Local input is identified by its content, other input by its path
        as it is written, a URL without its signature.
      - A later task finds the job by all of them, or by the same key without O(inputs), for which the O(ledger) has to
        be kept, or by giving as its O(name) what this task returned as RV(batch_job.key). A key without inputs is
        refused if several jobs were started with it.
    type: str
  attempt:
    description:
      - Number of the attempt of the O(name) or O(key) that the task is about, in place of the last one; V(1) is the
        first. No attempt is started by its number, see O(resubmit).
    type: int
    aliases: [try]
  endpoint_name:
    description:
      - Name of the batch endpoint.
    type: str
    required: true
  definition:
    description:
      - The data and settings of the job as the file of C(az ml batch-endpoint invoke --file) describes them, a mapping
        or the path of such a file. Its keys are O(inputs), O(outputs), O(deployment_name), O(experiment_name) and the
        settings from O(output_file_name) to O(retry_settings). An option that the task gives itself wins.
      - An input with the C(type) V(string), V(number), V(integer) or V(boolean) has its value as C(default); a number
        or a boolean in place of a map is a value, and an address is a path. An output without C(type) is a
        V(uri_folder), as for C(az ml).
      - Keys that are not supported are an error that names all of them, and what to write instead. C($schema) is
        ignored. A file serves any number of jobs, so O(name), O(key) and O(endpoint_name) are options of the task.
      - Relative paths in a file are meant from its folder.
    type: raw
  deployment_name:
    description:
      - Name of the deployment that scores, in place of the default deployment of the endpoint.
    type: str
  inputs:
    description:
      - What to score, as a dict of input names.
      - An input has a C(path), and may have a C(type) (V(uri_file), V(uri_folder), V(mltable), V(custom_model),
        V(mlflow_model) or V(triton_model)) and a C(mode) (V(ro_mount), V(rw_mount), V(download), V(direct),
        V(eval_mount) or V(eval_download)).
      - A C(path) is V(azureml:name:version) or V(azureml:name@latest) for a data asset, or a model if the C(type) is
        one of a model, V(azureml://datastores/name/paths/path), an https URL, a full id, or a local file or folder. The
        module looks up the latest version of an asset, so the result names the version that was scored.
      - A local file or folder is uploaded to the default datastore once, below the hash of its content. Give an
        absolute path. Files that C(.amlignore) or else C(.gitignore) excludes are left out.
      - The default C(type) is that of the data asset or of the local path, or the one that a pipeline component
        declares, else V(uri_folder).
      - An input with the C(type) V(literal) has a C(value) and no C(path).
      - The deployment of a model takes exactly one data input, whose name does not matter. Those of a pipeline are
        compared with the inputs that its component declares, by name, type of value, and whether they are required.
      - Without inputs the task waits for the job of this O(name) or O(key), whatever options it was started with, and
        fails if there is none. A pipeline whose component needs no inputs is started without any.
    type: dict
  missing_input:
    description:
      - What happens if there is no data at the path of an input. The job would fail once its cluster runs, so the
        module checks before the start where it can.
      - It checks the blob datastores of the workspace, also for data assets and models that are stored there, and
        asks the host of an https URL of the C(type) V(uri_file). A path that it may not read counts as one with data.
      - V(fail) fails the task, V(warn) starts the job with a warning. In check mode both are a warning.
    type: str
    choices: [fail, warn]
    default: fail
  outputs:
    description:
      - Where results are written, as a dict of output names. An output has a C(path),
        V(azureml://datastores/name/paths/path) or the same below the full id of the datastore.
      - It may have a C(type) (V(uri_file), which is the default, V(uri_folder), V(mltable), V(custom_model),
        V(mlflow_model) or V(triton_model)) and a C(mode) (V(rw_mount) or V(upload)).
      - O(output_policy) decides what happens if the output exists already.
      - The deployment of a model has one output, a V(uri_file), which the service calls C(score). Another C(type) is
        refused before the start, and so is any output of a C(summary_only) deployment, whose script writes its own
        files into a folder that the service chooses.
      - Outputs of a pipeline must be declared by its component.
      - Without outputs, the job of a model that has a O(name) or O(key) writes to C(batch-scoring/endpoint/name) in the
        default datastore, and any other job to a place that the service chooses.
        M(mlops.azureml.batch_job_results) finds both.
    type: dict
  output_policy:
    description:
      - What happens if an output exists already. In the service the job would fail minutes after its start, or leave
        the output as it is, so the module checks before the start.
      - V(fail) fails the task, and starts no job.
      - V(overwrite) deletes the existing file, or all that is in the folder, when the job is started. An output that
        is, contains or is inside the input of the job is refused.
      - V(unique) inserts the name of the job into the path, as the folder of a V(uri_file) and at the end of any other
        path, so each job has an output of its own.
      - The default is V(fail) with O(outputs), and V(unique) without.
      - With any policy an output is refused that is or contains one of the folders C(LocalUpload),
        C(batch-scoring/.jobs) and C(azureml) of a datastore, or is inside one of the first two.
    type: str
    choices: [unique, fail, overwrite]
  delete_outputs:
    description:
      - Whether O(state=absent) also deletes the outputs of the job. Files that are older than the job are not deleted.
    type: bool
    default: false
  output_file_name:
    description:
      - Name of the file with the predictions. Refused for a C(summary_only) deployment, which has none.
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
      - Level of the job's logs.
    type: str
    choices: [info, warning, debug]
  retry_settings:
    description:
      - What happens when a mini batch fails.
    type: dict
    suboptions:
      max_retries:
        description:
          - Number of retries.
        type: int
      timeout:
        description:
          - Seconds that one call of the scoring script may take.
        type: int
  experiment_name:
    description:
      - Experiment that the job belongs to, in place of one named like the endpoint.
    type: str
  api_generation:
    description:
      - The form of the call. V(2021) is the form with C(dataset), for endpoints that accept no other.
    type: str
    choices: [current, "2021"]
    default: current
  ledger:
    description:
      - Whether keys are recorded in the default datastore. The ledger makes sure that a key starts one job, even if the
        service drops the name and tags of a call, or lists new jobs late. The identity of the task needs to read and
        write there, as it does to upload data.
      - Without a ledger the job is searched among all jobs of the workspace, which takes long if there are many, and
        two runs at the same time may start two jobs. All tasks that use a key have to give the same value.
    type: bool
    default: true
  max_failed_items:
    description:
      - Maximum number of items that may fail in a job that completes. Unless O(error_threshold) is 0 or more, the
        service completes a job whatever fails; with this option the task fails. With V(0), every item has to succeed.
      - V(error_threshold) is the number that the job itself accepts, O(error_threshold) or else that of its deployment,
        if that is 0 or more. A job that accepts any number may then have no failed item.
      - A job over the limit fails each task with its key, and counts as failed for O(resubmit=on_failure). Its results
        can be fetched. Without the option, failed items are a warning.
      - Only jobs with mini batches have items; the option has no effect on those of pipeline deployments.
    type: str
  on_unknown_counts:
    description:
      - What happens with O(max_failed_items) if the logs of a completed job do not say how many items failed.
    type: str
    choices: [fail, warn]
    default: fail
  resubmit:
    description:
      - What happens if the job of the key has ended already.
      - V(never) returns it; the task fails if it failed or was canceled.
      - V(on_failure) starts another attempt if it failed or was canceled, also with other options. It also does if a
        completed job has more failed items than O(max_failed_items), but not if their number is unknown.
      - V(always) starts another attempt in any case.
      - While a job is active no other attempt is started. The name of the second attempt ends in C(--2), and so on;
        it has an output of its own unless O(outputs) names one. The last attempt is the job of the key.
    type: str
    choices: [never, on_failure, always]
    default: never
  wait:
    description:
      - Whether to wait for the end of the job. The task fails when the job fails or is canceled.
      - With V(false) the task returns the job in its current state. A later task with the same O(name) can wait for it.
  wait_for_deployment:
    description:
      - Whether to wait, before the start and up to O(wait_timeout), while the deployment is created or updated. Without
        it the task fails if the deployment is still being created.
    type: bool
    default: false
  wait_timeout:
    description:
      - Maximum number of seconds to wait. After that the task fails, and the job goes on unless O(on_timeout=cancel).
        Run again with the same O(name), the task continues waiting.
    default: 86400
  phase_timeouts:
    description:
      - Maximum number of seconds in each phase of the job; V(0) means no limit. The task fails as with
        O(wait_timeout).
    type: dict
    suboptions:
      queued:
        description:
          - Waiting for nodes of the compute cluster.
        type: int
      preparing:
        description:
          - From the start of the job until it is queued or runs.
        type: int
      running:
        description:
          - Scoring.
        type: int
  progress_file:
    description:
      - File on the host where the task runs. It gets a line for each state of the job and, while that runs, for each
        change of its progress overview (how many mini batches are done). Show it with C(tail -f).
      - If the task runs on the controller with verbosity C(-v) or more, the same lines are shown while it waits, and no
        file is needed. This needs a C(local) connection without C(become), and no C(async).
      - The states are also returned, as RV(batch_job.timeline).
    type: path
  on_timeout:
    description:
      - What happens to the job at a timeout. V(keep) lets it go on; V(cancel) cancels it. The task fails in either
        case, unless the job completes before it is canceled.
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
- name: Score a folder in the cloud, and wait until it is done
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

- name: Take inputs and outputs from the file that az ml batch-endpoint invoke --file takes
  mlops.azureml.batch_job:
    key: "{{ awx_job_id | default('from-a-file') }}"
    endpoint_name: digits-batch
    definition: "{{ playbook_dir }}/files/inputs.yml"

- name: Use another deployment and another output, and do not wait
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

- name: Score local files, start again what failed before, and cancel after an hour in the queue
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

- name: Overwrite the output of the last run
  mlops.azureml.batch_job:
    endpoint_name: digits-batch
    inputs:
      images:
        path: azureml:digits-inbox@latest
    outputs:
      score:
        path: azureml://datastores/workspaceblobstore/paths/reports/digits.csv
    output_policy: overwrite

- name: Wait for a job that an earlier play started
  mlops.azureml.batch_job:
    name: digits-trial-7
    endpoint_name: digits-batch

- name: Cancel a job
  mlops.azureml.batch_job:
    name: digits-trial-7
    endpoint_name: digits-batch
    state: canceled

- name: Delete a job and its outputs
  mlops.azureml.batch_job:
    endpoint_name: digits-batch
    name: digits-trial-7
    state: absent
    delete_outputs: true
"""

RETURN = r"""
batch_job:
  description:
    - The job after the task; also returned if the job failed.
    - Absent if there is no job, or it was deleted. In check mode, what is known before the start.
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
        - For a task without either, a key that the module made up for this job.
      type: str
      returned: when started
      sample: digits-20260131
    attempt:
      description: Number of this attempt of the key.
      type: int
      returned: when started
      sample: 1
    display_name:
      description: Name that the studio shows.
      type: str
      returned: when started
      sample: careful_bulb_plwyqfx0
    status:
      description: Status of the job as Azure reports it.
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
      description: Experiment that the job is shown under. Null if the service does not return one.
      type: str
      returned: when started
      sample: digits-batch
    inputs:
      description:
        - What is scored, with the version in place of a label. URLs have no query.
        - For a job of an earlier run, as that run recorded it, else as this task gives it.
      type: dict
      returned: always
      sample: {images: {type: uri_folder, path: "https://account.blob.core.windows.net/samples/digits"}}
    outputs:
      description: Where results are written, by output name, as far as it was chosen before the start.
      type: dict
      returned: when started
      sample: {score: {path: "azureml://datastores/workspaceblobstore/paths/trials/7/predictions.csv"}}
    studio_url:
      description: URL of the job in the studio. Null if the service does not return one.
      type: str
      returned: when started
      sample: https://ml.azure.com/runs/digits-20260131?wsid=/subscriptions/.../workspaces/ws1
    archived:
      description: Whether the job is hidden from lists.
      type: bool
      returned: when started
      sample: false
    item_counts:
      description:
        - Numbers of items, as the logs of the job count them. Null if they do not say.
        - Of a failed job, V(succeeded) and V(failed) are those of the mini batches that were processed.
      type: dict
      returned: when completed or failed with mini batches
      contains:
        total:
          description: Files, or rows of a table. Null if unknown.
          type: int
          returned: always
          sample: 150
        succeeded:
          description: Items that the script returned a prediction for. Null if unknown.
          type: int
          returned: always
          sample: 100
        failed:
          description: Items without a prediction. Null if unknown.
          type: int
          returned: always
          sample: 50
    mini_batch_counts:
      description:
        - Numbers of mini batches, as the logs of the job count them. Null if they do not say.
        - Of a failed job, all but V(total) are those of the mini batches that were processed.
      type: dict
      returned: when completed or failed with mini batches
      contains:
        total:
          description: All mini batches. Null if unknown.
          type: int
          returned: always
          sample: 6
        succeeded:
          description: Mini batches with at least one prediction. Null if unknown.
          type: int
          returned: always
          sample: 4
        failed:
          description: Mini batches without any. Null if unknown.
          type: int
          returned: always
          sample: 2
        retried:
          description: Mini batches that took more than one attempt, however they ended. Null if unknown.
          type: int
          returned: always
          sample: 0
    row_count:
      description:
        - Number of rows in the file that the deployment appends rows to, as M(mlops.azureml.batch_job_results) reads
          them by default.
        - Null if the file is larger than 4 MiB, if its rows can be read in several ways, if the job has no O(name),
          O(key) or O(outputs) by which its file is named, or if the file cannot be read.
      type: int
      returned: when completed with mini batches
      sample: 100
    timeline:
      description: The states of the job while the task waited, with the time when each was first seen.
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
      description: Time when the job was created.
      type: str
      returned: when the service reports it
      sample: "2026-01-31T06:00:01.80314+00:00"
    started:
      description: Time when it began to run.
      type: str
      returned: when the service reports it
      sample: "2026-01-31 06:02:29"
    ended:
      description: Time when it ended.
      type: str
      returned: when the service reports it
      sample: "2026-01-31 06:05:40"
cause:
  description:
    - Why the job failed; the meaning of a message that the service documents, else the last lines of the errors.
    - Null when no log could be read.
  returned: when the job failed
  type: str
  sample: The identity of the compute cluster may not read the storage that holds the input.
hint:
  description: What to do about it.
  returned: when the job failed
  type: str
  sample: Give that identity the role Storage Blob Data Reader on the storage account.
service_message:
  description: The message that RV(cause) was derived from, as the job or its logs have it. Null when RV(cause) is.
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
      description: Status of the run.
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
script_error:
  description: The first error of the scoring script, with file and line. Null if its logs have none.
  returned: when the job failed
  type: str
  sample: "ValueError: no such digit (score.py, line 12, in run)"
traceback:
  description: The traceback of the first error of the scoring script. Empty if its logs have none.
  returned: when the job failed
  type: list
  elements: str
  sample: ["Traceback (most recent call last):", '  File "score.py", line 12, in run', "ValueError: no such digit"]
key:
  description: Key of a job of which it is unknown whether it was started.
  returned: when the answer to its start was lost
  type: str
  sample: digits-20260131
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.run_job import RunJob

OPERATION = RunJob()


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
