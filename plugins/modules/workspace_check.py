#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workspace_check
short_description: Check what would keep a deployment or a scoring from working in a workspace
version_added: 0.1.0
description:
  - Finds out beforehand what a run of the roles C(mlops.azureml.batch_deploy) and C(mlops.azureml.batch_score) would
    fail for later, such as a quota that is used up, a role that is missing or a storage account that is closed.
  - Changes nothing. Without entries it checks the workspace itself.
  - What the caller is not allowed to read is neither a finding nor a success. RV(workspace_check.unknown) lists it,
    with the action that is needed to find it out.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.attributes.info_module
  - mlops.azureml.connection
requirements:
  - azure-storage-blob
options:
  endpoint:
    description:
      - The endpoint that is to be managed, with options of M(mlops.azureml.batch_endpoint).
    type: dict
  computes:
    description:
      - Computes that are to be managed, with options of M(mlops.azureml.compute).
    type: list
    elements: dict
    default: []
  codes:
    description:
      - Scoring code that is to be published, with options of M(mlops.azureml.code).
    type: list
    elements: dict
    default: []
  models:
    description:
      - Models that are to be published, with options of M(mlops.azureml.model).
    type: list
    elements: dict
    default: []
  environments:
    description:
      - Environments that are to be published, with options of M(mlops.azureml.environment).
    type: list
    elements: dict
    default: []
  components:
    description:
      - Components that are to be published, with options of M(mlops.azureml.component).
    type: list
    elements: dict
    default: []
  data:
    description:
      - Data that is to be registered, with options of M(mlops.azureml.data).
    type: list
    elements: dict
    default: []
  deployments:
    description:
      - Deployments of the endpoint, with options of M(mlops.azureml.batch_deployment).
    type: list
    elements: dict
    default: []
  default:
    description:
      - Name of the deployment that is to become the default. An empty name means none.
    type: str
  endpoint_name:
    description:
      - Name of the endpoint that O(jobs) go to. The default is the one in O(endpoint).
    type: str
  jobs:
    description:
      - Scoring jobs, with options of M(mlops.azureml.batch_job). The keys that the role C(mlops.azureml.batch_score)
        adds for their results are accepted.
    type: list
    elements: dict
    default: []
  diagnose:
    description:
      - Whether to run the service's own diagnosis of the workspace, which takes about half a minute.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait for the diagnosis. It is unknown if that takes longer.
    type: int
    default: 300
  max_clock_skew:
    description:
      - By how many seconds the clock of this host may differ from that of the service.
    type: int
    default: 300
  fail_on:
    description:
      - Findings that fail the task. V(error) are those that would fail a run, V(warning) are all, V(never) are none.
      - Findings that do not fail the task are warnings.
    type: str
    choices: [error, warning, never]
    default: error
seealso:
  - module: mlops.azureml.batch_deploy_check
"""

EXAMPLES = r"""
- name: Check the workspace itself
  mlops.azureml.workspace_check:

- name: Check that a deployment can work, and report without failing
  mlops.azureml.workspace_check:
    endpoint:
      name: digits-batch
    computes:
      - name: digits-cluster
        size: Standard_DS3_v2
        max_instances: 2
    models:
      - name: digits
        path: files/model/digits.npz
    deployments:
      - name: blue
        model: digits
        compute: digits-cluster
        resources:
          instance_count: 2
    fail_on: never
  register: checked

- name: Show what was found
  ansible.builtin.debug:
    msg: "{{ item.what }}. {{ item.remedy }}"
  loop: "{{ checked.workspace_check.findings }}"
  loop_control:
    label: "{{ item.id }}"
"""

RETURN = r"""
workspace_check:
  description: What was found. A task that fails for a finding returns it as well.
  returned: always
  type: dict
  contains:
    passed:
      description: Whether every check passed. False also if something is unknown.
      returned: always
      type: bool
      sample: false
    findings:
      description: What is wrong.
      returned: always
      type: list
      elements: dict
      contains:
        id:
          description:
            - Kind of the finding.
            - Of the entries V(options_invalid), V(name_invalid), V(name_taken), V(reference_absent), V(input_absent).
            - Of the workspace V(workspace_absent), V(workspace_unreachable), V(workspace_state), V(diagnosis).
            - Of the caller V(token_audience), V(clock_skew), V(permission_missing), V(scoring_unreachable).
            - Of sizes and quota V(vm_size_absent), V(vm_size_unsupported), V(vm_size_low_priority), V(quota_family),
              V(quota_region), V(quota_workspace), V(quota_computes), V(instance_count), V(cluster_limit).
            - Of limits V(endpoint_limit), V(deployment_limit), V(deployments_of_endpoint).
            - Of data V(datastore_absent), V(datastore_unreachable), V(shared_key_access), V(identity_absent),
              V(identity_rights).
            - Of networks V(private_endpoint_pending), V(storage_private_endpoint), V(storage_network),
              V(storage_absent), V(managed_network).
            - Of the container registry V(registry_absent), V(registry_quarantine), V(registry_customer_key),
              V(registry_network).
          returned: always
          type: str
          sample: quota_family
        severity:
          description: V(error) for what would fail a run, V(warning) for what may.
          returned: always
          type: str
          sample: error
        subject:
          description: What it is about, an entry of the task or an ARM id.
          returned: always
          type: str
          sample: computes.0
        what:
          description: What is wrong.
          returned: always
          type: str
          sample: digits-cluster needs 8 vCPUs more, and family standardDSv2Family in eastus has 2 left
        why:
          description: How that is known, or what it leads to.
          returned: always
          type: str
          sample: 4 of 6 vCPUs are in use. Clusters are not created, and jobs fail.
        remedy:
          description: What to do about it.
          returned: always
          type: str
          sample: Ask for more quota, take a smaller size or fewer nodes, or remove clusters that use it.
    unknown:
      description: What could not be found out.
      returned: always
      type: list
      elements: dict
      contains:
        check:
          description: Name of the check, as in RV(workspace_check.checks[].check).
          returned: always
          type: str
          sample: quota
        subject:
          description: What it is about, an entry of the task or an ARM id.
          returned: always
          type: str
          sample: /subscriptions/.../locations/eastus/usages
        what:
          description: What is not known.
          returned: always
          type: str
          sample: usages of the region eastus could not be read
        why:
          description: Why it is not known.
          returned: always
          type: str
          sample: "Could not list usages: status 403, AuthorizationFailed."
        action:
          description: The action that the caller needs to find it out.
          returned: always
          type: str
          sample: Microsoft.MachineLearningServices/locations/usages/read at the subscription
    checks:
      description: The result of each check.
      returned: always
      type: list
      elements: dict
      contains:
        check:
          description: Name of the check.
          returned: always
          type: str
          sample: quota
        result:
          description: V(passed), V(failed) if it has findings, or V(unknown).
          returned: always
          type: str
          sample: passed
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.check_workspace import CheckWorkspace
from ansible_collections.mlops.azureml.plugins.module_utils._operations.manage import Manage
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish import Publish
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish_component import PublishComponent
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_deployment import BATCH_DEPLOYMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_endpoint import BATCH_ENDPOINT
from ansible_collections.mlops.azureml.plugins.module_utils._types.code import CODE
from ansible_collections.mlops.azureml.plugins.module_utils._types.compute import COMPUTE
from ansible_collections.mlops.azureml.plugins.module_utils._types.data import DATA
from ansible_collections.mlops.azureml.plugins.module_utils._types.environment import ENVIRONMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.model import MODEL

LISTS: dict[str, Manage | Publish] = {
    "computes": Manage(COMPUTE),
    "codes": Publish(CODE),
    "models": Publish(MODEL),
    "environments": Publish(ENVIRONMENT),
    "components": PublishComponent(),
    "data": Publish(DATA),
}
OPERATION = CheckWorkspace(Manage(BATCH_ENDPOINT), Manage(BATCH_DEPLOYMENT), LISTS)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
