#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: batch_job_info
short_description: Read scoring jobs of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Reads one scoring job, or lists those of an endpoint, a deployment or the workspace, newest first.
  - The jobs of an endpoint are read from the endpoint's own list. If that fails, as it is known to do, all jobs of the
    workspace are searched instead, with a warning.
  - With O(name) or O(key), the list is empty if there is no such job.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.attributes.info_module
  - mlops.azureml.connection
  - mlops.azureml.job_lookup
  - mlops.azureml.query
options:
  endpoint_name:
    description:
      - List only jobs of this batch endpoint, which may have been deleted.
      - With O(name) or O(key), required if jobs of several endpoints have it.
    type: str
  deployment_name:
    description:
      - List only jobs of this deployment.
    type: str
  status:
    description:
      - List only jobs in one of these states, for instance V(Running) or V(Failed). Case does not matter. An unknown
        state gives a warning.
    type: list
    elements: str
  created_after:
    description:
      - List only jobs that were created at this time or later, for instance V(2026-01-31T06:00:00+00:00).
      - A time without a zone is UTC.
    type: str
  created_before:
    description:
      - List only jobs that were created before this time, written like O(created_after).
    type: str
  list_view:
    description:
      - Which jobs to list; V(active) are those that are not archived.
      - The endpoint's own list does not show which jobs are archived, so for V(active) and V(archived) all jobs of the
        workspace are searched.
    type: str
    choices: [active, archived, all]
    default: all
seealso:
  - module: mlops.azureml.batch_job
"""

EXAMPLES = r"""
- name: List the jobs that failed this week
  mlops.azureml.batch_job_info:
    endpoint_name: digits-batch
    status: [Failed]
    created_after: "{{ '%Y-%m-%dT%H:%M:%S' | strftime(now(utc=true).timestamp() | int - 604800, utc=true) }}"
  register: failed

- name: List the jobs that have not ended
  mlops.azureml.batch_job_info:
    endpoint_name: digits-batch
    query: "[?!contains(['Completed', 'Failed', 'Canceled'], status)].name"
"""

RETURN = r"""
batch_jobs:
  description: The jobs, newest first, or the result of O(query).
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1/jobs/digits-20260131
    name:
      description: Name of the job.
      type: str
      returned: always
      sample: digits-20260131
    key:
      description: Name under which this collection started the job, the same for all its attempts.
      type: str
      returned: when the job has it
      sample: digits-20260131
    attempt:
      description: Number of the attempt.
      type: int
      returned: when the job has its key
      sample: 1
    display_name:
      description: Name that the studio shows.
      type: str
      returned: always
      sample: careful_bulb_plwyqfx0
    status:
      description: Status of the job as Azure reports it.
      type: str
      returned: always
      sample: Completed
    endpoint_name:
      description: Name of the batch endpoint.
      type: str
      returned: always
      sample: digits-batch
    deployment_name:
      description: Name of the deployment that scores.
      type: str
      returned: always
      sample: blue
    experiment_name:
      description: Experiment that the job belongs to. Null if the endpoint's own list does not show it.
      type: str
      returned: always
      sample: digits-batch
    inputs:
      description: What is scored, as far as the job has recorded it.
      type: dict
      returned: always
      sample: {images: {type: uri_folder, path: "azureml:digits-inbox:12"}}
    outputs:
      description: Where results are written, by output name, as far as it was chosen before the start.
      type: dict
      returned: always
      sample: {score: {path: "azureml://datastores/workspaceblobstore/paths/trials/7/predictions.csv"}}
    studio_url:
      description: URL of the job in the studio. Null if the service does not return one.
      type: str
      returned: always
      sample: https://ml.azure.com/runs/digits-20260131?wsid=/subscriptions/.../workspaces/ws1
    archived:
      description: Whether the job is hidden from lists.
      type: bool
      returned: when the list shows it
      sample: false
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
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.list_jobs import ListJobs

OPERATION = ListJobs()


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
