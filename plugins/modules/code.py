#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: code
short_description: Publish code in an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Uploads a folder with a scoring script, or a single file, and registers it as a version of a code asset, unless a
    version with the same content exists.
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
  - mlops.azureml.force
  - mlops.azureml.force.users
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
      - V(absent) deletes only this version; uploaded files stay in storage.
    type: str
    choices: [present, absent, archived]
    default: present
  name:
    description:
      - Name of the code, 1 to 255 letters, digits, C(-) and C(_).
      - It is required, here or in O(definition).
    type: str
  version:
    description:
      - Version, any text without blanks, colons, C(@) and slashes.
      - Left out, it is found by content. If it exists with other content, the task fails.
    type: str
  path:
    description:
      - Local folder or file. A new version needs it.
      - From a folder, files are left out as its C(.amlignore) says, or else its C(.gitignore). Links are followed.
      - A C(https://) URL of a folder in storage is used as it is, and nothing is uploaded.
    type: str
  additional_includes:
    description:
      - Files and folders from elsewhere that are uploaded as if they were in the folder O(path), under their own
        names.
    type: list
    elements: str
  required_files:
    description:
      - Files that have to be among those that are uploaded, as paths below O(path), for example the scoring script of
        a deployment. The task fails before it uploads anything when one is missing or ignored.
    type: list
    elements: str
  ignore:
    description:
      - Patterns of further files to leave out of the folder O(path), in the language of C(.gitignore), after those of
        its ignore file.
      - C(__pycache__) is what C(az ml) leaves out of the code of a component, with which such code is shared then.
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
  - module: mlops.azureml.batch_deployment
  - name: Scoring scripts of batch deployments
    description: What the code of a batch deployment looks like.
    link: https://learn.microsoft.com/azure/machine-learning/how-to-batch-scoring-script
"""

EXAMPLES = r"""
- name: Publish the scoring code
  mlops.azureml.code:
    name: digits-score
    path: files/score
    required_files: [score.py]
  register: score

- name: Deploy what was published
  mlops.azureml.batch_deployment:
    endpoint_name: digits-batch
    name: blue
    code_configuration:
      code: "{{ score.code.reference }}"
      scoring_script: score.py

- name: Delete a version
  mlops.azureml.code:
    name: digits-trial
    version: "1"
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
    - upload 3 files of /data/code
    - publish code digits-batch, version 2
code:
  description: The version after the task; in check mode as far as it can be predicted. Missing when it was deleted.
  returned: when O(state=present)
  type: dict
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
      description: The version that holds the content.
      type: str
      returned: always
      sample: "2"
    reference:
      description: The version as other tasks refer to it.
      type: str
      returned: always
      sample: azureml:digits-score:2
    path:
      description: URI of the folder in storage. Unknown, and missing, when a new version is predicted in check mode.
      type: str
      returned: when known
      sample: https://examplesa.blob.core.windows.net:443/8e7dad76-jpx2rk1bxlhdpk0tg0ulr14vhl/scoring
    hash:
      description: SHA-256 of names and content of the files.
      type: str
      returned: when the version was uploaded by this collection or the official SDK
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

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish import Publish
from ansible_collections.mlops.azureml.plugins.module_utils._types.code import CODE

OPERATION = Publish(CODE)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
