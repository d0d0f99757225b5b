#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: batch_deploy_check
short_description: Check a batch endpoint with its deployments and all that they need, before the first write
version_added: 0.1.0
description:
  - Checks what the role C(mlops.azureml.batch_deploy) is about to publish and manage, and changes nothing. It reads
    definitions and local files, checks every option as its own module does, and looks up what the deployments refer to.
  - Names all mistakes at once, each with the entry that has it.
  - A resource that exists is not read, unless its entry lacks an option that a new one needs.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.attributes.info_module
  - mlops.azureml.connection
options:
  endpoint:
    description:
      - The endpoint, with options of M(mlops.azureml.batch_endpoint). C(defaults) belongs into O(default).
    type: dict
    required: true
  computes:
    description:
      - Computes, with options of M(mlops.azureml.compute).
    type: list
    elements: dict
    default: []
  codes:
    description:
      - Scoring code, with options of M(mlops.azureml.code).
    type: list
    elements: dict
    default: []
  models:
    description:
      - Models, with options of M(mlops.azureml.model).
      - Several entries of one name are several versions of it, and each has to give its C(version). The same holds for
        O(codes), O(environments) and O(components).
    type: list
    elements: dict
    default: []
  environments:
    description:
      - Environments, with options of M(mlops.azureml.environment).
    type: list
    elements: dict
    default: []
  components:
    description:
      - Components, with options of M(mlops.azureml.component).
    type: list
    elements: dict
    default: []
  deployments:
    description:
      - Deployments of the endpoint, with options of M(mlops.azureml.batch_deployment).
      - They refer to an entry by its name, or by V(azureml:name:version) if there are several of that name, and to
        anything else in the forms that M(mlops.azureml.batch_deployment) takes. V(azureml:name@latest) is the version
        that an entry of this name is about to publish, or else the latest that exists.
    type: list
    elements: dict
    default: []
  default:
    description:
      - Name of one of the O(deployments), which becomes the default deployment. An empty name means none.
    type: str
  content_names:
    description:
      - Whether the content of each deployment is computed, and a deployment without a name gets one that follows from
        it, such as V(release-3f9a2c1d07). Description, tags and properties are no content.
      - The versions of assets that are about to be published are predicted for it.
    type: bool
    default: false
seealso:
  - module: mlops.azureml.batch_release
  - module: mlops.azureml.reference_info
"""

EXAMPLES = r"""
- name: Find mistakes before anything is written
  mlops.azureml.batch_deploy_check:
    endpoint:
      name: digits-batch
    models:
      - name: digits
        path: files/model/digits.npz
    deployments:
      - name: blue
        model: digits
        compute: batch-cluster
    default: blue
"""

RETURN = r"""
batch_deploy_check:
  description: What was checked. The entries of each list are in its order.
  returned: success
  type: dict
  contains:
    endpoint:
      description: The endpoint.
      returned: always
      type: dict
      contains:
        name:
          description: Its name.
          returned: always
          type: str
          sample: digits-batch
    computes:
      description: The computes.
      returned: always
      type: list
      elements: dict
      sample: [{"name": "batch-cluster", "key": "computes.0", "required_files": []}]
    codes:
      description: The code. C(required_files) are the scripts that deployments run from it.
      returned: always
      type: list
      elements: dict
      sample: [{"name": "digits-score", "key": "codes.0", "required_files": ["score.py"]}]
    models:
      description: The models.
      returned: always
      type: list
      elements: dict
      sample: [{"name": "digits", "key": "models.0", "required_files": []}]
    environments:
      description: The environments.
      returned: always
      type: list
      elements: dict
      sample: []
    components:
      description: The components.
      returned: always
      type: list
      elements: dict
      sample: []
    deployments:
      description:
        - The deployments. C(references) has, for each option that refers to something, the C(key) of an entry or an id.
        - With O(content_names), C(content) is the same text whenever settings and versions of assets are the same.
      returned: always
      type: list
      elements: dict
      sample:
        - name: blue
          references:
            model: models.0
            compute: /subscriptions/.../workspaces/ws1/computes/batch-cluster
    ids:
      description: What the deployments refer to beside the entries.
      returned: always
      type: list
      elements: str
      sample: [/subscriptions/.../workspaces/ws1/computes/batch-cluster]
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.check_deployment import CheckDeployment
from ansible_collections.mlops.azureml.plugins.module_utils._operations.manage import Manage
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish import Publish
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish_component import PublishComponent
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_deployment import BATCH_DEPLOYMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.batch_endpoint import BATCH_ENDPOINT
from ansible_collections.mlops.azureml.plugins.module_utils._types.code import CODE
from ansible_collections.mlops.azureml.plugins.module_utils._types.compute import COMPUTE
from ansible_collections.mlops.azureml.plugins.module_utils._types.environment import ENVIRONMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.model import MODEL

LISTS: dict[str, Manage | Publish] = {
    "computes": Manage(COMPUTE),
    "codes": Publish(CODE),
    "models": Publish(MODEL),
    "environments": Publish(ENVIRONMENT),
    "components": PublishComponent(),
}
OPERATION = CheckDeployment(Manage(BATCH_ENDPOINT), Manage(BATCH_DEPLOYMENT), LISTS)


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
