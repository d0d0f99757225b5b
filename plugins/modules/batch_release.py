#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: batch_release
short_description: Release a batch deployment as the default one of its endpoint
version_added: 0.1.0
description:
  - Tries a deployment on real data, compares it with the default deployment, makes it the default one, and verifies it
    through the endpoint. Whatever fails after the switch, the former default deployment is the default one again.
  - Each release has a record in the default datastore, below C(batch-scoring/ENDPOINT/.releases), which
    M(mlops.azureml.batch_release_info) reads. Without access to that storage nothing is changed.
  - A task that was killed is continued by running it again. No scoring job is started twice.
  - The role P(mlops.azureml.batch_release#role) also publishes the assets and creates the deployment.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
  - mlops.azureml.predicted
requirements:
  - azure-storage-blob
attributes:
  check_mode:
    support: full
    details:
      - Nothing is scored, so that a candidate that would fail counts as one that passes.
  diff_mode:
    support: full
    details:
      - Shows the default deployment and the record.
  idempotent:
    support: full
options:
  endpoint_name:
    description:
      - Name of the batch endpoint.
    type: str
    required: true
  deployment_name:
    description:
      - Name of the candidate. It has to be another one than the default deployment.
    type: str
    required: true
  content:
    description:
      - A text that identifies what the candidate is made of. A release belongs to a deployment with this content.
      - M(mlops.azureml.batch_deploy_check) returns it.
    type: str
    default: ""
  state:
    description:
      - V(started) writes the record, before the deployment is created. If the endpoint has as many deployments as the
        service allows, those that may be retired are deleted first.
      - V(candidate) scores O(smoke) with the candidate and with the default deployment, and checks the predictions. The
        candidate then waits for the switch, for instance for an approval.
      - V(released) makes the candidate the default deployment, scores through the endpoint, checks again, and retires
        old deployments. It refuses if the candidate, the result of its check, or the default deployment changed since
        V(candidate).
      - V(failed) ends a release that cannot be continued. If it was switched to, the former default deployment is the
        default one again.
    type: str
    choices: [started, candidate, released, failed]
    default: released
  smoke:
    description:
      - The scoring job with which the candidate is tried, with options of M(mlops.azureml.batch_job).
      - The deployment, the name of the job and whether to wait are chosen by the release.
    type: dict
  check:
    description:
      - Rules for the predictions, with options of M(mlops.azureml.batch_job_check). That the job has rows is a rule
        always.
      - C(compare_to) needs no job. It is that of the default deployment. Without C(compare_to) rows may differ, but
        none may be missing. There is no comparison if the endpoint has no default deployment.
    type: dict
    default: {}
  report:
    description:
      - Local path of an HTML page about the release, with its rules, what changed, distributions of predictions, and
        the timeline. The page needs nothing from outside. The folder must exist.
    type: path
  lease_timeout:
    description:
      - How many seconds this task may hold the lease of the endpoint, within which no other release or rollback of it
        begins. It should be longer than the scoring jobs take.
      - A task that ends gives the lease back. After one that was killed, the same release takes it over at once, and
        others when it has expired.
    type: int
    default: 7200
  wait_timeout:
    description:
      - How many seconds to wait at most for the endpoint and its deployments. O(smoke) has its own limit for jobs.
    type: int
    default: 1800
  compare:
    description:
      - Whether the predictions are compared with those of the default deployment. With V(false) it is not scored, for
        instance because it does not work.
    type: bool
    default: true
  keep:
    description:
      - How many releases are kept, at least 1. Older deployments that records name are deleted once a release has
        succeeded, but never the default one, the one to go back to, and one with a job under way.
    type: int
    default: 3
  on_failure:
    description:
      - Whether the deployment of a release that fails is kept, for instance to find the reason, or deleted. One that
        existed before the release is kept.
    type: str
    choices: [keep, delete]
    default: keep
  reason:
    description:
      - Why the release is ended. Required with O(state=failed).
    type: str
seealso:
  - module: mlops.azureml.batch_rollback
  - module: mlops.azureml.batch_release_info
  - module: mlops.azureml.batch_job_check
"""

EXAMPLES = r"""
- name: Try a new deployment beside the default one
  mlops.azureml.batch_release:
    endpoint_name: digits-batch
    deployment_name: green
    state: candidate
    smoke:
      inputs:
        images:
          path: azureml:digits-inbox@latest
    check: &check
      columns: [file, digit, probability]
      key_column: file
      compare_to:
        max_changed_share: 0.02
    report: "{{ playbook_dir }}/release.html"

- name: Make it the default one
  mlops.azureml.batch_release:
    endpoint_name: digits-batch
    deployment_name: green
    smoke:
      inputs:
        images:
          path: azureml:digits-inbox@latest
    check: *check
    keep: 2
"""

RETURN = r"""
batch_release:
  description: The record of the release. In check mode what it would be.
  returned: always
  type: dict
  contains:
    id:
      description:
        - Identifies the release among those of the endpoint. Empty for a default deployment without a record.
      type: str
      returned: always
      sample: 0007-3f9a2c1d
    kind:
      description: V(release) or V(rollback).
      type: str
      returned: not in a prediction
      sample: release
    endpoint_name:
      description: Name of the batch endpoint.
      type: str
      returned: always
      sample: digits-batch
    deployment_name:
      description: Name of the deployment that was, or is to be, made the default one.
      type: str
      returned: always
      sample: release-3f9a2c1d07
    content:
      description: What identifies the content of the deployment, as the task gave it.
      type: str
      returned: not in a prediction
      sample: 3f9a2c1d07
    former:
      description: The default deployment before. Null if there was none.
      type: str
      returned: always
      sample: release-77b0c4e912
    status:
      description:
        - V(started), V(candidate) (checked, waits for the switch), V(switching), V(released), V(undoing), V(failed)
          or V(rolled_back).
      type: str
      returned: always
      sample: released
    author:
      description: The identity that started it.
      type: str
      returned: not in a prediction
      sample: release-pipeline
    changes:
      description:
        - The options in which the deployment differs from the former one. The values of environment variables are not
          shown.
      type: list
      elements: dict
      returned: not in a prediction
      contains:
        option:
          description: Name of the option.
          type: str
          returned: always
          sample: model
        before:
          description: Value of the former deployment. Null without one.
          type: raw
          returned: always
          sample: /subscriptions/.../models/digits/versions/6
        after:
          description: Value of the deployment. Null without one.
          type: raw
          returned: always
          sample: /subscriptions/.../models/digits/versions/7
    jobs:
      description: The scoring jobs.
      type: list
      elements: dict
      returned: not in a prediction
      contains:
        phase:
          description:
            - V(candidate), V(former) (the default deployment on the same input) or V(endpoint) (after the switch).
          type: str
          returned: always
          sample: candidate
        key:
          description: Name by which M(mlops.azureml.batch_job_info) finds the job.
          type: str
          returned: always
          sample: digits-batch-release-0007-3f9a2c1d-candidate
    checks:
      description: What was found in the rows of the jobs.
      type: list
      elements: dict
      returned: not in a prediction
      contains:
        phase:
          description: V(candidate) or V(endpoint).
          type: str
          returned: always
          sample: candidate
        passed:
          description: Whether all rules are met.
          type: bool
          returned: always
          sample: true
        row_count:
          description: Number of rows.
          type: int
          returned: always
          sample: 1000
        rules:
          description: Each rule with its figures.
          type: list
          elements: dict
          returned: always
          contains:
            rule:
              description: Kind of the rule, as M(mlops.azureml.batch_job_check) returns it.
              type: str
              returned: always
              sample: changed_share
            column:
              description: Column that the rule is about. Null without one.
              type: str
              returned: always
              sample: digit
            against:
              description: The other rows that the rule is about, V(compare_to) or V(expected). Null without any.
              type: str
              returned: always
              sample: compare_to
            passed:
              description: Whether the rule is met.
              type: bool
              returned: always
              sample: true
            message:
              description: What was found, as a sentence.
              type: str
              returned: always
              sample: 3 of 1000 rows that both jobs have differ; at most a share of 0.02 may.
            checked:
              description: Number of rows that the rule is about. Null if it counts none.
              type: int
              returned: always
              sample: 1000
            failed:
              description: Number of rows that do not meet it. Null if it counts none.
              type: int
              returned: always
              sample: 3
            value:
              description: The number that was compared with a limit. Null without one.
              type: float
              returned: always
              sample: 0.003
    events:
      description: What happened, in its order.
      type: list
      elements: dict
      returned: not in a prediction
      contains:
        at:
          description: Time of the host that ran the task.
          type: str
          returned: always
          sample: "2026-01-31T06:00:12+00:00"
        event:
          description: What happened.
          type: str
          returned: always
          sample: release-3f9a2c1d07 is the default deployment
    retired:
      description: Deployments that were deleted because they are older than the releases to keep.
      type: list
      elements: str
      returned: always
      sample: [release-0a1b2c3d4e]
    reason:
      description: Why it failed. Null otherwise.
      type: str
      returned: not in a prediction
      sample: null
    report:
      description: Path of the report when the release began. Null without one.
      type: str
      returned: not in a prediction
      sample: /home/ops/release.html
steps:
  description: What was done, or in check mode would be done, in this order. Empty if nothing.
  returned: success
  type: list
  elements: str
  sample: [make digits-batch/release-3f9a2c1d07 the default deployment of digits-batch]
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.release import Release

OPERATION = Release()


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
