#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: environment
short_description: Publish environments in an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Registers an environment from a container image and, if given, a conda specification, or from a folder with a
    Dockerfile, unless a version with the same content exists. The image is built by the service when the
    environment is first used.
  - Versions cannot be changed, so the content decides. Without O(version) the task means the version that holds the
    content that it gives, or the next one.
  - What is said about a version (O(description), O(tags), O(properties)) can be changed later; options that the task
    leaves out keep their current value.
author:
  - mlops.azureml contributors (@mlops-azureml)
requirements:
  - PyYAML, for a O(conda_file) in YAML
  - azure-storage-blob, to upload a folder
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
      - V(absent) deletes only this version.
    type: str
    choices: [present, absent, archived]
    default: present
  name:
    description:
      - Name of the environment, 1 to 255 letters, digits, C(-) and C(_).
      - It is required, here or in O(definition).
    type: str
  version:
    description:
      - Version, any text without blanks, colons, C(@) and slashes.
      - Left out, it is found by content. If it exists with other content, the task fails.
    type: str
  image:
    description:
      - Container image that the environment begins with. A new version needs it or O(build).
    type: str
  conda_file:
    description:
      - Conda specification to install into the image, a mapping or the path of a YAML or JSON file that holds one.
    type: raw
  build:
    description:
      - What the service builds the image from, in place of O(image) and O(conda_file).
    type: dict
    suboptions:
      path:
        description:
          - Local folder with a Dockerfile and what it needs, or the C(https://) URL of such a folder in storage.
          - A local folder is uploaded into the default datastore. Files are left out as its C(.amlignore) says, or else
            its C(.gitignore).
        type: str
      dockerfile_path:
        description:
          - Path of the Dockerfile in the folder, V(Dockerfile) when left out.
        type: str
  inference_config:
    description:
      - Paths and ports at which the web server in the image answers.
    type: dict
    suboptions:
      liveness_route:
        description:
          - Answers whether the server is alive.
        type: dict
        suboptions: &route
          path:
            description:
              - Path of the route, for example V(/score).
            type: str
          port:
            description:
              - Port of the route.
            type: int
      readiness_route:
        description:
          - Answers whether the server is ready.
        type: dict
        suboptions: *route
      scoring_route:
        description:
          - Takes what is to be scored.
        type: dict
        suboptions: *route
  auto_rebuild:
    description:
      - Whether the image is built again when its base image was updated. By default it is not.
    type: str
    choices: [disabled, on_base_image_update]
  stage:
    description:
      - Stage of the version, a word of your own such as V(Production). New versions get V(Development).
    type: str
  os_type:
    description:
      - Operating system of the image, V(linux) when neither the task nor its O(definition) says. It cannot be changed
        later.
    type: str
    choices: [linux, windows]
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
  - name: Environments in Azure Machine Learning
    description: What an environment is and how it is built.
    link: https://learn.microsoft.com/azure/machine-learning/how-to-manage-environments-v2
"""

EXAMPLES = r"""
- name: Publish an environment from an image and a conda file
  mlops.azureml.environment:
    name: digits-env
    image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04
    conda_file: files/conda.yml

- name: The same with the specification in the task, and see what would change before it does
  mlops.azureml.environment:
    name: digits-env
    image: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04
    conda_file:
      channels: [conda-forge]
      dependencies: [python=3.11, numpy, pillow]
  check_mode: true
  diff: true

- name: As a file describes it that az ml knows, too
  mlops.azureml.environment:
    definition: files/environment.yml

- name: From a folder with a Dockerfile
  mlops.azureml.environment:
    name: digits-env
    build:
      path: files/image
"""

RETURN = r"""
steps:
  description:
    - What the task did, or would do in check mode, in this order. Empty when nothing changed.
  returned: success
  type: list
  elements: str
  sample:
    - publish environment digits, version 2
environment:
  description: The version after the task; in check mode as far as it can be predicted. Missing when it was deleted.
  returned: when O(state=present)
  type: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1/environments/digits-env/versions/2
    name:
      description: Name of the environment.
      type: str
      returned: always
      sample: digits-env
    version:
      description: The version that holds the content.
      type: str
      returned: always
      sample: "2"
    reference:
      description: The version as other tasks refer to it.
      type: str
      returned: always
      sample: azureml:digits-env:2
    image:
      description: Container image that the environment begins with. Null if it is built from a context or not returned.
      type: str
      returned: always
      sample: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04
    conda_file:
      description: Conda specification, null when there is none.
      type: dict
      returned: always
      sample: {channels: [conda-forge], dependencies: [python=3.11, numpy, pillow]}
    build:
      description: What the image is built from, the URL RV(ignore:path) of a folder and its RV(ignore:dockerfile_path).
      type: dict
      returned: always
      contains:
        path:
          description: Location of the build context. Null without one.
          type: str
          returned: always
          sample: https://account.blob.core.windows.net/container/LocalUpload/context/
        dockerfile_path:
          description: Path of the Dockerfile in it. Null without a build context.
          type: str
          returned: always
          sample: Dockerfile
    inference_config:
      description: The routes of the web server in the image, each with RV(ignore:path) and RV(ignore:port).
      type: dict
      returned: always
      contains:
        liveness_route:
          description: Route that shows whether the server runs. Null if the environment defines none.
          type: dict
          returned: always
          contains:
            path:
              description: Path of the route. Null if there is none.
              type: str
              returned: always
              sample: /
            port:
              description: Port of the route. Null if there is none.
              type: int
              returned: always
              sample: 5001
        readiness_route:
          description: Route that shows whether the server takes requests. Null if the environment defines none.
          type: dict
          returned: always
          contains:
            path:
              description: Path of the route. Null if there is none.
              type: str
              returned: always
              sample: /
            port:
              description: Port of the route. Null if there is none.
              type: int
              returned: always
              sample: 5001
        scoring_route:
          description: Route that takes scoring requests. Null if the environment defines none.
          type: dict
          returned: always
          contains:
            path:
              description: Path of the route. Null if there is none.
              type: str
              returned: always
              sample: /score
            port:
              description: Port of the route. Null if there is none.
              type: int
              returned: always
              sample: 5001
    auto_rebuild:
      description: Whether an updated base image starts a new build. Null if the service does not return it.
      type: str
      returned: always
      sample: disabled
    os_type:
      description: Operating system of the image. Null if the service does not return it.
      type: str
      returned: always
      sample: linux
    stage:
      description: Stage of the version. Null if the service does not return it.
      type: str
      returned: when known
      sample: Development
    description:
      description: What the version is for. Null if it has none.
      type: str
      returned: always
      sample: NumPy and Pillow
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
from ansible_collections.mlops.azureml.plugins.module_utils._types.environment import ENVIRONMENT

OPERATION = Publish(ENVIRONMENT)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
