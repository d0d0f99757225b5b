# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: scoring_uri
short_description: URL to which a batch endpoint takes calls
version_added: 0.1.0
description:
  - Reads batch endpoints, and fails for one that is absent or has no scoring URI yet.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.connection
options:
  _terms:
    description:
      - Names of batch endpoints.
    type: list
    elements: str
    required: true
notes:
  - The variable C(azureml_connection) gives the options of the connection that the task leaves out.
"""

EXAMPLES = r"""
- name: Show it
  ansible.builtin.debug:
    msg: "{{ lookup('mlops.azureml.scoring_uri', 'digits-batch') }}"
"""

RETURN = r"""
_raw:
  description: Scoring URIs of batch endpoints, such as V(https://digits.eastus.inference.ml.azure.com/jobs).
  type: list
  elements: str
"""

from ansible.errors import AnsibleError
from ansible_collections.mlops.azureml.plugins.module_utils._names.dotted_path import get_at
from ansible_collections.mlops.azureml.plugins.module_utils._service.workspace import Workspace
from ansible_collections.mlops.azureml.plugins.plugin_utils._azureml_lookup import AzureMLLookup, read_endpoint


class LookupModule(AzureMLLookup):
    """See DOCUMENTATION."""

    what = "Looking the scoring URI up"

    def find(self, workspace: Workspace, term: str) -> str:
        found = get_at(read_endpoint(workspace, term), "properties.scoringUri")
        if not found:
            raise AnsibleError(f"{self.what} failed: endpoint {term} has no scoring URI yet.")
        return str(found)
