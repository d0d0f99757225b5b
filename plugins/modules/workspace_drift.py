#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: workspace_drift
short_description: Compare an Azure Machine Learning workspace with files or variables
version_added: 0.1.0
description:
  - Finds what is absent or different in a workspace, field by field, and what exists there that nothing names.
  - A field differs if the module of the resource would change it; options that an entry leaves out are not compared,
    nor are tags that an entry does not name, unless it has C(append_tags=false).
  - Changes nothing in the workspace; it only writes O(report).
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
  computes:
    description:
      - Desired computes, with options of M(mlops.azureml.compute).
    type: list
    elements: dict
  datastores:
    description:
      - Desired datastores, with options of M(mlops.azureml.datastore).
    type: list
    elements: dict
  codes:
    description:
      - Desired codes, with options of M(mlops.azureml.code).
    type: list
    elements: dict
  models:
    description:
      - Desired models, with options of M(mlops.azureml.model).
    type: list
    elements: dict
  environments:
    description:
      - Desired environments, with options of M(mlops.azureml.environment).
    type: list
    elements: dict
  data:
    description:
      - Desired data assets, with options of M(mlops.azureml.data).
    type: list
    elements: dict
  components:
    description:
      - Desired components, with options of M(mlops.azureml.component).
    type: list
    elements: dict
  endpoints:
    description:
      - Desired batch endpoints, with options of M(mlops.azureml.batch_endpoint).
    type: list
    elements: dict
  deployments:
    description:
      - Desired deployments of any endpoint, with options of M(mlops.azureml.batch_deployment).
    type: list
    elements: dict
  unnamed:
    description:
      - Whether to find what exists and is named by no entry, of the kinds whose lists are given; an empty list names
        nothing. Assets are found by name, whatever their versions.
      - The datastores of the workspace itself and the environments of Azure are left out.
    type: bool
    default: true
  fail_on:
    description:
      - Findings on which the task fails. By default it never does.
    type: list
    elements: str
    choices: [absent, different, unnamed]
    default: []
  report:
    description:
      - File to which the findings are written, as JSON if its name ends with C(.json), else as an HTML page that loads
        nothing from other hosts.
    type: path
seealso:
  - module: mlops.azureml.batch_deploy_check
"""

EXAMPLES = r"""
- name: Fail if what a playbook deploys has changed or is gone
  mlops.azureml.workspace_drift:
    endpoints:
      - name: digits-batch
    computes:
      - name: batch-cluster
        size: Standard_DS3_v2
        max_instances: 2
    fail_on: [absent, different]
    report: "{{ playbook_dir }}/drift.html"

- name: Compare an endpoint with its file for az ml
  mlops.azureml.workspace_drift:
    endpoints:
      - definition: "{{ playbook_dir }}/files/endpoint.yml"
"""

RETURN = r"""
workspace_drift:
  description: What was found.
  returned: success, and if O(fail_on) fails the task
  type: dict
  contains:
    compared:
      description: How many entries were compared.
      returned: always
      type: int
      sample: 4
    findings:
      description: The differences.
      returned: always
      type: list
      elements: dict
      contains:
        kind:
          description: The option that lists such resources.
          returned: always
          type: str
          sample: endpoints
        name:
          description: The resource, a deployment as C(endpoint/name), an asset with the version that its entry gives.
          returned: always
          type: str
          sample: digits-batch
        finding:
          description: C(absent), C(different) or C(unnamed).
          returned: always
          type: str
          sample: different
        path:
          description: The option that differs; empty if the whole resource does.
          returned: always
          type: str
          sample: tags.team
        desired:
          description: The value of the entry, null for a whole resource or no value. Secrets are masked.
          returned: always
          type: raw
          sample: vision
        current:
          description: The value in the workspace, null for a whole resource or no value. Secrets are masked.
          returned: always
          type: raw
          sample: text
        reason:
          description: What the module of the resource would do, or why it would fail; may be empty.
          returned: always
          type: str
          sample: create batch endpoint digits-batch
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.find_drift import FindDrift
from ansible_collections.mlops.azureml.plugins.module_utils._operations.manage import Manage
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish import Publish
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish_component import PublishComponent
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_deployment import BATCH_DEPLOYMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_endpoint import BATCH_ENDPOINT
from ansible_collections.mlops.azureml.plugins.module_utils._types.code import CODE
from ansible_collections.mlops.azureml.plugins.module_utils._types.compute import COMPUTE
from ansible_collections.mlops.azureml.plugins.module_utils._types.data import DATA
from ansible_collections.mlops.azureml.plugins.module_utils._types.datastore import DATASTORE
from ansible_collections.mlops.azureml.plugins.module_utils._types.environment import ENVIRONMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.model import MODEL

LISTS: dict[str, Manage | Publish] = {
    "computes": Manage(COMPUTE),
    "datastores": Manage(DATASTORE),
    "codes": Publish(CODE),
    "models": Publish(MODEL),
    "environments": Publish(ENVIRONMENT),
    "data": Publish(DATA),
    "components": PublishComponent(),
    "endpoints": Manage(BATCH_ENDPOINT),
    "deployments": Manage(BATCH_DEPLOYMENT),
}
OPERATION = FindDrift(LISTS)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
