#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: data_info
short_description: Read data assets of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Lists data assets, the versions of a data asset, or reads one version.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.attributes.info_module
  - mlops.azureml.connection
  - mlops.azureml.asset_info
  - mlops.azureml.asset_info.list_view
  - mlops.azureml.asset_info.tag_filter
  - mlops.azureml.query
seealso:
  - module: mlops.azureml.data
"""

EXAMPLES = r"""
- name: The names of all data assets that are no tables
  mlops.azureml.data_info:
    query: "[?type!='mltable'].name"

- name: All versions of one, archived ones too
  mlops.azureml.data_info:
    name: digits-images
    list_view: all
"""

RETURN = r"""
data:
  description: The versions or, without O(name), the names; or what O(query) makes of them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1/data/digits-images/versions/2
    name:
      description: Name of the data asset.
      type: str
      returned: always
      sample: digits-images
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
      sample: azureml:digits-images:2
    path:
      description: URI of the data.
      type: str
      returned: with O(name)
      sample: azureml://subscriptions/.../workspaces/ws1/datastores/workspaceblobstore/paths/incoming/digits
    hash:
      description: Hash of the uploaded files, null for data that was not uploaded from local files.
      type: str
      returned: with O(name)
      sample: 2489ebf04f58ea0e37d7e4e4faf1e2d33ce57c8454e5eb101c4c9a534b51d2c8
    type:
      description: Kind of data.
      type: str
      returned: always
      sample: uri_folder
    referenced_uris:
      description: For a table, the places that its data come from.
      type: list
      elements: str
      returned: with O(name)
      sample: []
    description:
      description: What the version is for. Null if it has none.
      type: str
      returned: always
      sample: Images to score
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

from ansible_collections.mlops.azureml.plugins.module_utils._engine.list_filter import TagFilter
from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.asset_info import AssetInfo
from ansible_collections.mlops.azureml.plugins.module_utils._types.data import DATA

FILTERS = (TagFilter("tags", "$tags"),)
OPERATION = AssetInfo(DATA, FILTERS)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
