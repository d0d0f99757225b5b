#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: reference_info
short_description: Look up references to resources of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Turns references such as V(azureml:digits@latest) into full ids, and fails when one points at nothing.
  - Used early in a play it finds a wrong name before anything is written, and pins V(@latest) for the whole play.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.attributes.info_module
  - mlops.azureml.connection
options:
  computes:
    description:
      - Computes, by name, as V(azureml:name) or by full ARM id.
    type: list
    elements: str
    default: []
  codes:
    description:
      - Codes, as V(azureml:name:version), V(azureml:name@latest) or by full id.
    type: list
    elements: str
    default: []
  models:
    description:
      - Models, in the same forms.
    type: list
    elements: str
    default: []
  environments:
    description:
      - Environments, in the same forms.
    type: list
    elements: str
    default: []
  data:
    description:
      - Data assets, in the same forms.
    type: list
    elements: str
    default: []
  components:
    description:
      - Components, in the same forms.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Find a wrong name before anything is written
  mlops.azureml.reference_info:
    computes: [batch-cluster]
    models: ["azureml:digits@latest"]
  register: found

- name: Deploy what was the newest model when the play began
  mlops.azureml.batch_deployment:
    endpoint_name: digits-batch
    name: blue
    model: "{{ found.references.models['azureml:digits@latest'] }}"
"""

RETURN = r"""
references:
  description: For each option, its references and the full ids that they refer to.
  returned: success
  type: dict
  sample:
    computes:
      batch-cluster: /subscriptions/.../workspaces/ws1/computes/batch-cluster
    models:
      azureml:digits@latest: /subscriptions/.../workspaces/ws1/models/digits/versions/3
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.resolve import Resolve

KINDS = {kind: kind for kind in ("computes", "codes", "models", "environments", "data", "components")}
OPERATION = Resolve(KINDS)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
