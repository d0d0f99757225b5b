#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: component_info
short_description: Read components of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Lists components, the versions of a component, or reads one version.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.attributes.info_module
  - mlops.azureml.connection
  - mlops.azureml.asset_info
  - mlops.azureml.asset_info.list_view
  - mlops.azureml.query
seealso:
  - module: mlops.azureml.component
"""

EXAMPLES = r"""
- name: The names of all components
  mlops.azureml.component_info:

- name: What does the newest version run?
  mlops.azureml.component_info:
    name: digits-prepare
    label: latest
    query: "[0].definition.command"
"""

RETURN = r"""
components:
  description: The versions or, without O(name), the names; or what O(query) makes of them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1/components/digits-prepare/versions/2
    name:
      description: Name of the component.
      type: str
      returned: always
      sample: digits-prepare
    version:
      description: The version.
      type: str
      returned: with O(name)
      sample: "2"
    latest_version:
      description: The version that was created last, null when there is none.
      type: str
      returned: without O(name)
      sample: "2"
    next_version:
      description: The version that the service proposes for the next one. Null if the service does not return it.
      type: str
      returned: without O(name)
      sample: "3"
    reference:
      description: The version as other tasks refer to it.
      type: str
      returned: with O(name)
      sample: azureml:digits-prepare:2
    definition:
      description: The component as the service keeps it, numbers and truth values as text, references as full ids.
      type: dict
      returned: with O(name)
      sample: {type: command, command: python prepare.py}
    display_name:
      description: Name for people.
      type: str
      returned: with O(name)
      sample: Prepare images
    description:
      description: What the component is for. Null if it has none.
      type: str
      returned: always
      sample: Cleans the images
    tags:
      description: Tags of the version.
      type: dict
      returned: always
      sample: {team: vision}
    properties:
      description: Properties of the version.
      type: dict
      returned: always
      sample: {}
    archived:
      description: Whether the version is archived, and hidden from lists. Null if the service does not return it.
      type: bool
      returned: always
      sample: false
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.asset_info import AssetInfo
from ansible_collections.mlops.azureml.plugins.module_utils._types.component import COMPONENT

OPERATION = AssetInfo(COMPONENT)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
