#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: model
short_description: Publish models in an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Uploads a model from a local folder or file into a datastore and registers it, or registers one that is in the cloud
    already, unless a version with the same content exists.
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
      - Whether the version shall exist and not be archived (V(present)), exist and be archived (V(archived)), or be
        absent (V(absent)).
      - With V(archived) and V(absent) O(version) is required. An archived version is hidden from lists and from the
        search by content, and works on wherever it is referred to. V(present) with its O(version) restores it.
      - V(absent) deletes only this version; uploaded files stay in the datastore.
    type: str
    choices: [present, absent, archived]
    default: present
  name:
    description:
      - Name of the model, 1 to 255 letters, digits, C(-) and C(_).
      - It is required, here or in O(definition).
    type: str
  version:
    description:
      - Version, any text without blanks, colons, C(@) and slashes.
      - Left out, it is found by content. Fails if the given version exists with other content.
    type: str
  path:
    description:
      - Local folder or file, or a URI of a model that is in the cloud already (C(azureml://), C(https://), C(runs:/)).
        A new version needs it. A place in a datastore must hold at least one blob.
      - The output of a job, as V(azureml://jobs/JOB/outputs/artifacts/paths/PATH) or V(runs:/JOB/PATH), is the same
        content as the place in storage that the service answers for it.
      - From a folder, files are left out as its C(.amlignore) says, or else its C(.gitignore). Links are followed.
    type: str
  type:
    description:
      - Format of the model, V(custom_model) when neither the task nor its O(definition) says. It cannot be changed
        later.
    type: str
    choices: [custom_model, mlflow_model, triton_model]
  datastore:
    description:
      - Datastore that local files are uploaded to, by name, as V(azureml:name) or by full id.
      - Left out, the default datastore of the workspace is used.
    type: str
  flavors:
    description:
      - Formats that the model can be loaded in, each with a map of texts. They are added to the current ones.
    type: dict
  job_name:
    description:
      - Name of the job that made the model. In a O(definition) it is ignored, as C(az ml) does.
    type: str
  stage:
    description:
      - Stage of the version, a word of your own such as V(Production). New versions get V(Development).
    type: str
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
  - module: mlops.azureml.datastore_info
  - name: Models in Azure Machine Learning
    description: Types of models and the forms of their paths.
    link: https://learn.microsoft.com/azure/machine-learning/how-to-manage-models
"""

EXAMPLES = r"""
- name: Publish a model, in a new version when its content is new
  mlops.azureml.model:
    name: digits
    path: files/model
    tags:
      team: vision
  register: digits

- name: Show the version that holds it
  ansible.builtin.debug:
    var: digits.model.reference

- name: Register what a training job left in the workspace, under a version of our own
  mlops.azureml.model:
    name: digits
    version: "2026-01"
    path: azureml://jobs/train-42/outputs/artifacts/paths/model
    type: mlflow_model

- name: Hide a version that nobody should take any more
  mlops.azureml.model:
    name: digits
    version: "1"
    state: archived
"""

RETURN = r"""
steps:
  description:
    - What the task did, or would do in check mode, in this order. Empty when nothing changed.
  returned: success
  type: list
  elements: str
  sample:
    - upload 3 files of /data/model into datastore workspaceblobstore
    - publish model digits, version 2
model:
  description: The version after the task; in check mode as far as it can be predicted. Missing when it was deleted.
  returned: when O(state=present)
  type: dict
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
      description: The version that holds the content.
      type: str
      returned: always
      sample: "2"
    reference:
      description: The version as other tasks refer to it.
      type: str
      returned: always
      sample: azureml:digits:2
    path:
      description: URI of the model.
      type: str
      returned: always
      sample: azureml://subscriptions/.../workspaces/ws1/datastores/workspaceblobstore/paths/LocalUpload/2489.../model
    hash:
      description: Hash of the uploaded files, null for a model that was not uploaded from local files.
      type: str
      returned: always
      sample: 2489ebf04f58ea0e37d7e4e4faf1e2d33ce57c8454e5eb101c4c9a534b51d2c8
    type:
      description: Format of the model.
      type: str
      returned: always
      sample: custom_model
    flavors:
      description: Formats that the model can be loaded in.
      type: dict
      returned: always
      sample: {python_function: {loader_module: mlflow.sklearn}}
    job_name:
      description: Name of the job that made the model. Null for any other model.
      type: str
      returned: always
      sample: train-42
    stage:
      description: Stage of the version.
      type: str
      returned: when known
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

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish import Publish
from ansible_collections.mlops.azureml.plugins.module_utils._types.model import MODEL

OPERATION = Publish(MODEL)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
