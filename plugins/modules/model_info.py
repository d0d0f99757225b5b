#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: model_info
short_description: Read models of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Lists models, the versions of a model, or reads one version.
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
options:
  properties:
    description:
      - List only versions of O(name) with all of these properties, as V(name) or V(name=value).
    type: list
    elements: str
seealso:
  - module: mlops.azureml.model
"""

EXAMPLES = r"""
- name: The names of all models, with their latest versions
  mlops.azureml.model_info:

- name: All versions of one that the vision team has released
  mlops.azureml.model_info:
    name: digits
    tags: [team=vision, released]

- name: The version that was created last
  mlops.azureml.model_info:
    name: digits
    label: latest
    query: "[0].reference"
"""

RETURN = r"""
models:
  description: The versions or, without O(name), the names; or what O(query) makes of them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1/models/digits/versions/2
    name:
      description: Name of the model.
      type: str
      returned: always
      sample: digits
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
      sample: azureml:digits:2
    path:
      description: URI of the model.
      type: str
      returned: with O(name)
      sample: azureml://subscriptions/.../workspaces/ws1/datastores/workspaceblobstore/paths/LocalUpload/2489.../model
    hash:
      description: Hash of the uploaded files, null for a model that was not uploaded from local files.
      type: str
      returned: with O(name)
      sample: 2489ebf04f58ea0e37d7e4e4faf1e2d33ce57c8454e5eb101c4c9a534b51d2c8
    type:
      description: Format of the model.
      type: str
      returned: with O(name)
      sample: custom_model
    flavors:
      description: Formats that the model can be loaded in.
      type: dict
      returned: with O(name)
      sample: {python_function: {loader_module: mlflow.sklearn}}
    job_name:
      description: Name of the job that made the model. Null for any other model.
      type: str
      returned: with O(name)
      sample: train-42
    stage:
      description: Stage of the version.
      type: str
      returned: with O(name)
      sample: Development
    description:
      description: What the version is for. Null if it has none.
      type: str
      returned: always
      sample: Reads handwritten digits
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
from ansible_collections.mlops.azureml.plugins.module_utils._types.model import MODEL

FILTERS = (
    TagFilter("tags", "tags"),
    TagFilter("properties", "properties", at="properties.properties"),
)

OPERATION = AssetInfo(MODEL, FILTERS)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
