# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: newest_version
short_description: Newest version of an asset
version_added: 0.1.0
description:
  - Returns the reference to the newest version of each name, for templates that need it as text.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.connection
options:
  _terms:
    description:
      - Names of assets, such as V(digits), or references without version, such as V(azureml:digits).
    type: list
    elements: str
    required: true
  kind:
    description:
      - Type of the assets.
    type: str
    choices: [model, environment, data, code, component]
    default: model
notes:
  - The variable C(azureml_connection) gives the options of the connection that the task leaves out.
"""

EXAMPLES = r"""
- name: Show the newest version
  ansible.builtin.debug:
    msg: "{{ lookup('mlops.azureml.newest_version', 'digits') }}"

- name: Use the newest environment of another workspace
  ansible.builtin.debug:
    msg: "{{ lookup('mlops.azureml.newest_version', 'digits-env', kind='environment', workspace_name='ws-test') }}"
"""

RETURN = r"""
_raw:
  description: A reference for each name, such as V(azureml:digits:3).
  type: list
  elements: str
"""

import typing as t

from ansible_collections.mlops.azureml.plugins.module_utils._engine.reference_lookup import full_id
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import parse
from ansible_collections.mlops.azureml.plugins.module_utils._service.workspace import Workspace
from ansible_collections.mlops.azureml.plugins.plugin_utils._azureml_lookup import AzureMLLookup

COLLECTIONS = {
    "model": "models",
    "environment": "environments",
    "data": "data",
    "code": "codes",
    "component": "components",
}


class LookupModule(AzureMLLookup):
    """See DOCUMENTATION."""

    what = "Looking the newest version up"

    def find(self, workspace: Workspace, term: str) -> str:
        own: t.Any = self  # the base class is untyped
        name, collection = term.removeprefix("azureml:"), COLLECTIONS[own.get_option("kind")]
        found = parse(full_id(f"{name}@latest", collection, "name", workspace))
        return f"azureml:{name}:{found.version if found else ''}"
