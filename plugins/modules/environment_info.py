#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: environment_info
short_description: Read environments of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Lists environments, the versions of an environment, or reads one version.
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
  - module: mlops.azureml.environment
"""

EXAMPLES = r"""
- name: Which image does the newest version begin with?
  mlops.azureml.environment_info:
    name: digits-env
    label: latest
    query: "[0].image"

- name: What has been archived
  mlops.azureml.environment_info:
    list_view: archived
"""

RETURN = r"""
environments:
  description: The versions or, without O(name), the names; or what O(query) makes of them.
  returned: success
  type: list
  elements: dict
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
      sample: azureml:digits-env:2
    image:
      description: Container image that the environment begins with. Null if it is built from a context or not returned.
      type: str
      returned: with O(name)
      sample: mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu22.04
    conda_file:
      description: Conda specification, null when there is none.
      type: dict
      returned: with O(name)
      sample: {channels: [conda-forge], dependencies: [python=3.11, numpy, pillow]}
    build:
      description: What the image is built from, the URL RV(ignore:path) of a folder and its RV(ignore:dockerfile_path).
      type: dict
      returned: with O(name)
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
      returned: with O(name)
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
      returned: with O(name)
      sample: disabled
    os_type:
      description: Operating system of the image. Null if the service does not return it.
      type: str
      returned: with O(name)
      sample: linux
    stage:
      description: Stage of the version. Null if the service does not return it.
      type: str
      returned: with O(name)
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
from ansible_collections.mlops.azureml.plugins.module_utils._operations.asset_info import AssetInfo
from ansible_collections.mlops.azureml.plugins.module_utils._types.environment import ENVIRONMENT

OPERATION = AssetInfo(ENVIRONMENT)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
