#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: data
short_description: Publish data assets in an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Uploads a local folder or file into a datastore and registers it as a data asset, or registers data that is in the
    cloud already, unless a version with the same content exists.
  - Versions cannot be changed, so the content decides. Without O(version) the task means the version that holds the
    content that it gives, or the next one.
  - What is said about a version (O(description), O(tags), O(properties)) can be changed later; options that the task
    leaves out keep their current value.
author:
  - mlops.azureml contributors (@mlops-azureml)
requirements:
  - azure-storage-blob, to upload files
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
  - mlops.azureml.definition
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
      - Whether the version should be there and not be archived (V(present)), be there and be archived (V(archived)), or
        not be there (V(absent)).
      - With V(archived) and V(absent) O(version) is required. An archived version is hidden from lists and from the
        search by content, and works on wherever it is referred to. V(present) with its O(version) restores it.
      - V(absent) deletes only this version; uploaded files stay in the datastore.
    type: str
    choices: [present, absent, archived]
    default: present
  name:
    description:
      - Name of the data asset, 1 to 255 letters, digits, C(-) and C(_).
      - It is required, here or in O(definition).
    type: str
  version:
    description:
      - Version, any text without blanks, colons, C(@) and slashes.
      - Left out, it is found by content. If it exists with other content, the task fails.
    type: str
  path:
    description:
      - Local folder or file, or a URI of data that is in the cloud already (C(azureml://), C(https://), C(wasbs://),
        C(abfss://)). A new version needs it.
      - From a folder, files are left out as its C(.amlignore) says, or else its C(.gitignore). Links are followed.
    type: str
  type:
    description:
      - Kind of data, V(uri_folder) when neither the task nor its O(definition) says. All versions of a data asset are
        of one kind, and it cannot be changed later.
    type: str
    choices: [uri_file, uri_folder, mltable]
  datastore:
    description:
      - Datastore that local files are uploaded to, by name, as V(azureml:name) or by full id.
      - Left out, the default datastore of the workspace is used.
    type: str
  referenced_uris:
    description:
      - For a table (O(type=mltable)), the places that its data come from. A version that is made of a local folder gets
        those that its file C(MLTable) names.
    type: list
    elements: str
  description:
    description:
      - What the version is for.
    type: str
  properties:
    description:
      - Properties of the version, added to the current ones.
    type: dict
seealso:
  - module: mlops.azureml.batch_job
  - module: mlops.azureml.datastore_info
  - name: Data assets in Azure Machine Learning
    description: Kinds of data and the forms of their paths.
    link: https://learn.microsoft.com/azure/machine-learning/how-to-create-data-assets
"""

EXAMPLES = r"""
- name: Publish a folder of images
  mlops.azureml.data:
    name: digits-images
    path: files/images

- name: Register a folder that is in a datastore already
  mlops.azureml.data:
    name: digits-images
    path: azureml://datastores/workspaceblobstore/paths/incoming/digits
  register: images

- name: Show how to refer to it
  ansible.builtin.debug:
    var: images.data.reference
"""

RETURN = r"""
steps:
  description:
    - What the task did, or would do in check mode, in this order. Empty when nothing changed.
  returned: success
  type: list
  elements: str
  sample:
    - publish data digits, version 2
data:
  description: The version after the task; in check mode as far as it can be predicted. Missing when it was deleted.
  returned: when O(state=present)
  type: dict
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
      description: The version that holds the content.
      type: str
      returned: always
      sample: "2"
    reference:
      description: The version as other tasks refer to it.
      type: str
      returned: always
      sample: azureml:digits-images:2
    path:
      description: URI of the data.
      type: str
      returned: always
      sample: azureml://subscriptions/.../workspaces/ws1/datastores/workspaceblobstore/paths/incoming/digits
    hash:
      description: Hash of the uploaded files, null for data that was not uploaded from local files.
      type: str
      returned: always
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
      returned: always
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

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish import Publish
from ansible_collections.mlops.azureml.plugins.module_utils._types.data import DATA

OPERATION = Publish(DATA)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
