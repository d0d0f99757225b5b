#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: batch_job_logs
short_description: Read the logs of a scoring job
version_added: 0.1.0
description:
  - Returns the last lines of the logs of a scoring job, and downloads the logs; the job may run, or may have ended well
    or badly.
  - The logs are in the C(workspaceartifactstore) datastore of the workspace, where nothing is written.
  - Signed URLs, keys and tokens are masked in the result and in downloaded files, and so are the secrets of the task.
  - In check mode an absent job is a warning.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
  - mlops.azureml.dest_policy
  - mlops.azureml.job_lookup
requirements:
  - azure-storage-blob
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Lists the files whose content is new below O(dest), and those that O(dest_policy=clean) deletes.
  idempotent:
    support: full
options:
  kind:
    description:
      - Which logs to read.
      - V(overview) says how many mini batches are done. V(errors) are the errors of the scoring script, a summary and
        the tracebacks of each process.
      - V(stdout) and V(stderr) are what the script printed, a file for each process. The step of a pipeline writes both
        into one file, which is V(stdout).
      - V(system) are all others.
    type: list
    elements: str
    choices: [overview, errors, stdout, stderr, system]
    default: [overview, errors, stdout, stderr]
  lines:
    description:
      - Maximum number of lines to return of each log, from its end.
    type: int
    default: 200
  max_bytes:
    description:
      - Maximum number of bytes to read of all logs together. Of a log that would exceed it the end is read, with a
        warning; only those lines are returned, and only they are in O(dest). The default is 16 MiB.
    type: int
    default: 16777216
  dest:
    description:
      - Folder that the logs are downloaded to. It is created if it does not exist.
      - The path of a file below it is that of the log in the job. If several runs of a pipeline have logs, the id of
        the run comes first.
      - The task changes only if the content of a file does, which it does while a job runs. No file is written outside
        of the folder.
      - C(.batch_job_logs/manifest.json) below the folder lists what was downloaded.
    type: path
seealso:
  - module: mlops.azureml.batch_job
  - module: mlops.azureml.batch_job_results
"""

EXAMPLES = r"""
- name: Score, and wait for the end
  mlops.azureml.batch_job:
    endpoint_name: digits-batch
    inputs:
      images:
        path: azureml:digits-inbox@latest
  register: scored

- name: Read what the job logged
  mlops.azureml.batch_job_logs:
    name: "{{ scored.batch_job.name }}"
  register: logs

- name: Show the errors of the scoring script
  ansible.builtin.debug:
    msg: "{{ item.lines }}"
  loop: "{{ logs.batch_job_logs.logs | selectattr('kind', 'eq', 'errors') }}"
  loop_control:
    label: "{{ item.name }}"

- name: Keep all logs of its first attempt
  mlops.azureml.batch_job_logs:
    name: "{{ scored.batch_job.name }}"
    attempt: 1
    kind: [overview, errors, stdout, stderr, system]
    dest: /srv/logs
"""

RETURN = r"""
batch_job_logs:
  description: The job and its logs.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the job. Null in check mode if O(key) finds none.
      type: str
      returned: always
      sample: digits-20260131
    key:
      description: Name under which the job was started. Null if unknown.
      type: str
      returned: when there is a job
      sample: digits-20260131
    attempt:
      description: Number of the attempt. Null if unknown.
      type: int
      returned: when there is a job
      sample: 1
    status:
      description: Status of the job as Azure reports it.
      type: str
      returned: when there is a job
      sample: Failed
    logs:
      description: The logs, ordered by run, kind and name. Empty if nothing was logged yet.
      type: list
      elements: dict
      returned: always
      contains:
        name:
          description: Path of the log below the folder of its run.
          type: str
          returned: always
          sample: logs/user/stdout/10.0.0.4/process000.stdout.txt
        kind:
          description: Kind of the log, one of the choices of O(kind).
          type: str
          returned: always
          sample: stdout
        run:
          description: Name of the run inside the job. That of a model is called C(batchscoring).
          type: str
          returned: always
          sample: batchscoring
        run_id:
          description: Id of the run.
          type: str
          returned: always
          sample: 92a3c31d-f2de-44f9-b559-726ee2adb848
        node:
          description: Node that wrote the log. Null if the log is not that of a process.
          type: str
          returned: always
          sample: 10.0.0.4
        process:
          description: Process that wrote the log. Null if the log is not that of a process.
          type: str
          returned: always
          sample: process000
        size:
          description: Size in bytes.
          type: int
          returned: always
          sample: 26
        lines:
          description: The last lines, without secrets. Control characters are spelled out.
          type: list
          elements: str
          returned: always
          sample: ["scoring 0001.png", "scoring 0002.png"]
        truncated:
          description: Whether the log has more lines than were returned.
          type: bool
          returned: always
          sample: false
        file:
          description: Path of the local copy below RV(batch_job_logs.dest).
          type: str
          returned: when O(dest) is given
          sample: logs/user/stdout/10.0.0.4/process000.stdout.txt
    dest:
      description: Full path of the local folder.
      type: str
      returned: when O(dest) is given
      sample: /srv/logs
    manifest:
      description: Full path of the list of what was downloaded into the folder.
      type: str
      returned: when O(dest) is given
      sample: /srv/logs/.batch_job_logs/manifest.json
    deleted:
      description: Files of other jobs that were deleted from the folder, or would be in check mode.
      type: list
      elements: str
      returned: when O(dest) is given
      sample: []
    kept:
      description: Files of other jobs that are still in the folder.
      type: list
      elements: str
      returned: when O(dest) is given
      sample: []
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.fetch_logs import FetchLogs

OPERATION = FetchLogs()


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
