#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: batch_retention
short_description: Delete or archive what is old and unused in an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Keeps the newest, the young and the tagged deployments, versions, jobs, outputs, logs and uploads, and deletes or
    archives the others.
  - Whatever the rules say, nothing is touched that is a default deployment, under way, younger than an hour, of
    unknown age, or referred to by something that stays. References count wherever Azure keeps them, in batch and
    online deployments, versions, components, schedules and jobs, also in those that have ended. What only refers to
    it and is itself deleted by the same task does not count.
  - All references are read before the first deletion. A reference that is made while the task runs, or that Azure's
    lists do not show yet, cannot be seen.
  - Deletions come in such an order that nothing ever refers to what is gone. After a failure, running the task again
    continues.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  rules:
    description:
      - What is kept. What no rule is about is not touched.
      - A thing is kept if any of the conditions of its rule holds. A rule with O(rules[].name) has precedence over one
        of the same kind without.
    type: list
    elements: dict
    required: true
    suboptions:
      kind:
        description:
          - What the rule is about.
          - V(job) means the scoring jobs of batch endpoints, each with all attempts of its key. V(job_output) and
            V(job_log) are the files of such jobs, which must have ended.
          - V(upload) means local files that this collection uploaded into a datastore, for assets and for inputs of
            jobs, and that carry its mark; uploads of other clients and of releases before the mark stay.
        type: str
        choices: [deployment, model, environment, data, code, component, job, job_output, job_log, upload]
        required: true
      name:
        description:
          - Name of the asset whose versions the rule is about, of the endpoint for V(deployment), V(job),
            V(job_output) and V(job_log), or of the datastore for V(upload).
          - Without it the rule is about all of them, for V(upload) about the default datastore.
        type: str
      keep_newest:
        description:
          - How many of each asset or endpoint are kept, the newest by their time of creation.
          - Archived ones count only for O(rules[].action=delete).
        type: int
      keep_younger_than:
        description:
          - The age below which things are kept, a number with one of the units w, d, h, m and s, such as V(30d).
          - Required for V(job), V(job_output) and V(job_log).
          - The age counts from the creation, of a job with several attempts from that of the last one.
        type: str
      keep_tags:
        description:
          - Tags of which one is enough to be kept. An empty value means any value.
          - The files of a job have the tags of the job.
        type: dict
      action:
        description:
          - What becomes of the others. By default assets and jobs are archived; all other kinds can only be deleted.
          - A job that is deleted loses its outputs and logs as well, whatever Azure itself does with them, and its key
            is free again. A rule for V(job_output) or V(job_log) that keeps the files keeps the job.
        type: str
        choices: [delete, archive]
  min_age:
    description:
      - The age below which uploads are kept in any case, in the form of O(rules[].keep_younger_than). The files of an
        upload exist before the version or the job that refers to them.
    type: str
    default: 7d
  max_deletions:
    description:
      - How many things may be deleted. If there are more, the task fails before the first one.
    type: int
    default: 100
  shared_storage:
    description:
      - Whether files are deleted in storage that another workspace may use. Versions and jobs of other workspaces are
        not read.
      - By default files are deleted only in the containers that Azure made for this workspace, and only if no other
        workspace of the subscription has the same storage account.
    type: bool
    default: false
  hidden_references:
    description:
      - What to think of references that Azure does not show, those from the steps of a pipeline component, and those
        from the inputs of a job under way that another client started.
      - V(keep) keeps everything that such a component (components, models, data) or job (data, outputs, logs, uploads)
        may refer to. V(ignore) takes it that they refer to nothing.
    type: str
    choices: [keep, ignore]
    default: keep
  wait_timeout:
    description:
      - How many seconds to wait for each deletion.
      - When they are over the task fails and the service goes on; running the task again continues.
    type: int
    default: 1800
seealso:
  - module: mlops.azureml.asset_container
  - module: mlops.azureml.batch_job
"""

EXAMPLES = r"""
- name: Keep the five newest versions of a model, and all that are in use
  mlops.azureml.batch_retention:
    rules:
      - kind: model
        name: digits
        keep_newest: 5

- name: See what would be deleted, and why everything else is kept
  mlops.azureml.batch_retention:
    rules:
      - kind: deployment
        keep_newest: 3
        keep_younger_than: 30d
      - kind: job
        keep_younger_than: 90d
        keep_tags:
          audit: ""
        action: delete
      - kind: upload
  check_mode: true
  register: retention
"""

RETURN = r"""
batch_retention:
  description: Everything that a rule is about. In check mode, what would become of it.
  returned: success
  type: dict
  contains:
    deleted:
      description: What was deleted, in this order.
      returned: always
      type: list
      elements: dict
      contains:
        kind:
          description: Its kind, as in O(rules[].kind).
          returned: always
          type: str
          sample: model
        title:
          description: What it is.
          returned: always
          type: str
          sample: model digits:3
        id:
          description: Its id; of files the URI of their folder, or several URIs separated by a blank.
          returned: always
          type: str
          sample: azureml://datastores/workspaceblobstore/paths/LocalUpload/5d3f0d6b4d6f1e7a
        created:
          description:
            - When it was created, of an upload when its last file was written. It is null if Azure does not return it.
          returned: always
          type: str
          sample: "2026-01-31T06:00:12+00:00"
        reason:
          description: Why it was deleted.
          returned: always
          type: str
          sample: not one of the 5 newest, nothing that is kept refers to it
    archived:
      description: What was archived.
      returned: always
      type: list
      elements: dict
      contains:
        kind:
          description: Its kind, as in O(rules[].kind).
          returned: always
          type: str
          sample: model
        title:
          description: What it is.
          returned: always
          type: str
          sample: model digits:3
        id:
          description: Its id; of files the URI of their folder, or several URIs separated by a blank.
          returned: always
          type: str
          sample: azureml://datastores/workspaceblobstore/paths/LocalUpload/5d3f0d6b4d6f1e7a
        created:
          description:
            - When it was created, of an upload when its last file was written. It is null if Azure does not return it.
          returned: always
          type: str
          sample: "2026-01-31T06:00:12+00:00"
        reason:
          description: Why it was archived.
          returned: always
          type: str
          sample: not one of the 5 newest, nothing that is kept refers to it
    kept:
      description: What was kept.
      returned: always
      type: list
      elements: dict
      contains:
        kind:
          description: Its kind, as in O(rules[].kind).
          returned: always
          type: str
          sample: model
        title:
          description: What it is.
          returned: always
          type: str
          sample: model digits:3
        id:
          description: Its id; of files the URI of their folder, or several URIs separated by a blank.
          returned: always
          type: str
          sample: azureml://datastores/workspaceblobstore/paths/LocalUpload/5d3f0d6b4d6f1e7a
        created:
          description:
            - When it was created, of an upload when its last file was written. It is null if Azure does not return it.
          returned: always
          type: str
          sample: "2026-01-31T06:00:12+00:00"
        reason:
          description: Why it was kept.
          returned: always
          type: str
          sample: referred to by batch deployment digits-batch/blue
steps:
  description: What was done, in this order. In check mode, what would be done.
  returned: success
  type: list
  elements: str
  sample: [delete batch deployment digits-batch/blue, "archive model digits:3"]
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.apply_retention import ApplyRetention

OPERATION = ApplyRetention()


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
