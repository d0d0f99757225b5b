#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: code_info
short_description: Read code of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Lists codes, the versions of a code, or reads one version.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.attributes.info_module
  - mlops.azureml.connection
  - mlops.azureml.asset_info
  - mlops.azureml.query
options:
  hash:
    description:
      - List only versions of O(name) whose files have this hash, as RV(codes[].hash) returns it.
    type: str
seealso:
  - module: mlops.azureml.code
"""

EXAMPLES = r"""
- name: The names of all codes
  mlops.azureml.code_info:

- name: Is this content registered, and under which version?
  mlops.azureml.code_info:
    name: digits-score
    hash: 2489ebf04f58ea0e37d7e4e4faf1e2d33ce57c8454e5eb101c4c9a534b51d2c8
    query: "[].version"
"""

RETURN = r"""
codes:
  description: The versions or, without O(name), the names; or what O(query) makes of them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1/codes/digits-score/versions/2
    name:
      description: Name of the code.
      type: str
      returned: always
      sample: digits-score
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
      sample: azureml:digits-score:2
    path:
      description: URI of the folder in storage. Unknown, and missing, when a new version is predicted in check mode.
      type: str
      returned: with O(name)
      sample: https://examplesa.blob.core.windows.net:443/8e7dad76-jpx2rk1bxlhdpk0tg0ulr14vhl/scoring
    hash:
      description: SHA-256 of names and content of the files.
      type: str
      returned: with O(name)
      sample: 2489ebf04f58ea0e37d7e4e4faf1e2d33ce57c8454e5eb101c4c9a534b51d2c8
    description:
      description: What the version is for. Null if it has none.
      type: str
      returned: always
      sample: Scoring script of the digits models
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

from ansible_collections.mlops.azureml.plugins.module_utils._engine.list_filter import Filter
from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.asset_info import AssetInfo
from ansible_collections.mlops.azureml.plugins.module_utils._types.code import CODE

OPERATION = AssetInfo(CODE, (Filter("hash", "hash"),), view=False)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
