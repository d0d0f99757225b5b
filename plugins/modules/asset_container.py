#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: asset_container
short_description: Manage all versions of an asset at once in an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Describes, tags, archives, restores and deletes the container of the versions of an asset, that is, its name with
    all versions of it.
  - The container comes with the first version, which the module of its type publishes; a name that is not there is an
    error.
  - Options that the task leaves out keep their current value.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
  - mlops.azureml.force
  - mlops.azureml.force.users
  - mlops.azureml.tags
  - mlops.azureml.read_back
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - Whether the name should be there and not be archived (V(present)), be there and be archived (V(archived)), or
        not be there (V(absent)).
      - An archived name is hidden from lists of names; its versions are archived each by itself, and work on.
      - V(absent) deletes the name with B(all) its versions; uploaded files stay in storage.
    type: str
    choices: [present, absent, archived]
    default: present
  type:
    description:
      - Type of the asset.
    type: str
    choices: [code, component, data, environment, model]
    required: true
  name:
    description:
      - Name of the asset.
    type: str
    required: true
  description:
    description:
      - What the asset is for, whatever the version.
    type: str
  properties:
    description:
      - Properties of the name, added to the current ones.
    type: dict
seealso:
  - module: mlops.azureml.model
  - module: mlops.azureml.environment
  - module: mlops.azureml.data
  - module: mlops.azureml.component
  - module: mlops.azureml.code
"""

EXAMPLES = r"""
- name: Say what a model is for, whatever its version
  mlops.azureml.asset_container:
    type: model
    name: digits
    description: Reads handwritten digits
    tags:
      team: vision

- name: Hide a model that is no longer developed
  mlops.azureml.asset_container:
    type: model
    name: letters
    state: archived

- name: Delete a data asset with all its versions
  mlops.azureml.asset_container:
    type: data
    name: digits-images
    state: absent
"""

RETURN = r"""
steps:
  description:
    - What the task did, or would do in check mode, in this order. Empty when nothing changed.
  returned: success
  type: list
  elements: str
  sample:
    - update model digits
asset_container:
  description: The container after the task, as predicted in check mode. Missing when it was deleted.
  returned: when O(state=present) or O(state=archived)
  type: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1/models/digits
    name:
      description: Name of the asset.
      type: str
      returned: always
      sample: digits
    description:
      description: What the asset is for.
      type: str
      returned: always
      sample: Reads handwritten digits
    tags:
      description: Tags of the name.
      type: dict
      returned: always
      sample: {team: vision}
    properties:
      description: Properties of the name.
      type: dict
      returned: always
      sample: {}
    latest_version:
      description: The version that was created last.
      type: str
      returned: always
      sample: "2"
    next_version:
      description: The version that the service proposes for the next one. Null if the service does not return it.
      type: str
      returned: always
      sample: "3"
    archived:
      description: Whether the name is archived, and hidden from lists.
      type: bool
      returned: always
      sample: false
    type:
      description: Kind of the data that the versions hold.
      type: str
      returned: when O(type=data)
      sample: uri_folder
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.asset_container import ManageAssetContainer
from ansible_collections.mlops.azureml.plugins.module_utils._types.code import CODE
from ansible_collections.mlops.azureml.plugins.module_utils._types.component import COMPONENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.data import DATA
from ansible_collections.mlops.azureml.plugins.module_utils._types.environment import ENVIRONMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.model import MODEL

ASSETS = {asset.name: asset for asset in (CODE, COMPONENT, DATA, ENVIRONMENT, MODEL)}
OPERATION = ManageAssetContainer(ASSETS)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
