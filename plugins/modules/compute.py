#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: compute
short_description: Manage compute clusters of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Creates, scales and deletes a compute cluster (AmlCompute), on which batch deployments run.
  - Options that the task leaves out are left as they stand.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
  - mlops.azureml.tags
  - mlops.azureml.wait
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
      - Whether the cluster should be there.
      - Deleting it deletes its nodes.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the cluster, 3 to 24 letters, digits and dashes, beginning with a letter.
    type: str
    required: true
  type:
    description:
      - Kind of compute.
    type: str
    choices: [amlcompute]
    default: amlcompute
  description:
    description:
      - What the cluster is for.
    type: str
  location:
    description:
      - Region of the nodes. A new cluster is placed in the region of the workspace when the task does not say.
      - It cannot be changed later.
    type: str
  size:
    description:
      - Size of the virtual machines, for example V(Standard_DS3_v2).
      - A new cluster needs it. It cannot be changed later.
    type: str
  tier:
    description:
      - Whether nodes are reserved (V(dedicated)) or cheaper and may be taken away (V(low_priority)).
      - It cannot be changed later.
    type: str
    choices: [dedicated, low_priority]
  min_instances:
    description:
      - Number of nodes that are kept when there is no work.
    type: int
  max_instances:
    description:
      - Number of nodes at the most. A new cluster needs it.
    type: int
  idle_time_before_scale_down:
    description:
      - Seconds without work after which a node is given back.
    type: int
  ssh_public_access_enabled:
    description:
      - Whether the nodes can be reached by SSH from outside of their network.
      - It cannot be changed later.
    type: bool
  enable_node_public_ip:
    description:
      - Whether the nodes have public addresses.
      - It cannot be changed later.
    type: bool
  network_settings:
    description:
      - The network of the nodes.
    type: dict
    suboptions:
      subnet:
        description:
          - Id of the subnet. It cannot be changed later.
        type: str
seealso:
  - name: Compute clusters
    description: What a compute cluster is and how it is billed.
    link: https://learn.microsoft.com/azure/machine-learning/how-to-create-attach-compute-cluster
"""

EXAMPLES = r"""
- name: A cluster that costs nothing while there is no work
  mlops.azureml.compute:
    name: batch-cluster
    size: Standard_DS3_v2
    min_instances: 0
    max_instances: 5

- name: Let it grow, and see what would change before it does
  mlops.azureml.compute:
    name: batch-cluster
    max_instances: 10
    idle_time_before_scale_down: 300
  check_mode: true
  diff: true

- name: Delete the cluster
  mlops.azureml.compute:
    name: batch-cluster
    state: absent
"""

RETURN = r"""
compute:
  description: The cluster as it stands after the task. Missing when it was deleted.
  returned: when O(state=present)
  type: dict
  contains:
    id:
      description: Full ARM id.
      type: str
      returned: always
      sample: /subscriptions/.../workspaces/ws1/computes/batch-cluster
    name:
      description: Name of the cluster.
      type: str
      returned: always
      sample: batch-cluster
    location:
      description: Region of the nodes.
      type: str
      returned: always
      sample: eastus
    type:
      description: Kind of compute.
      type: str
      returned: always
      sample: amlcompute
    description:
      description: What the cluster is for.
      type: str
      returned: always
      sample: Nodes of the nightly scoring
    tags:
      description: Tags of the cluster.
      type: dict
      returned: always
      sample: {team: vision}
    size:
      description: Size of the virtual machines.
      type: str
      returned: always
      sample: Standard_DS3_v2
    tier:
      description: Whether nodes are reserved or may be taken away.
      type: str
      returned: always
      sample: dedicated
    min_instances:
      description: Nodes kept when there is no work.
      type: int
      returned: always
      sample: 0
    max_instances:
      description: Nodes at the most.
      type: int
      returned: always
      sample: 5
    idle_time_before_scale_down:
      description: Seconds without work after which a node is given back.
      type: int
      returned: always
      sample: 120
    ssh_public_access_enabled:
      description: Whether the nodes can be reached by SSH from outside of their network.
      type: bool
      returned: always
      sample: false
    enable_node_public_ip:
      description: Whether the nodes have public addresses.
      type: bool
      returned: always
      sample: true
    network_settings:
      description: The network of the nodes, with the id of its RV(ignore:subnet).
      type: dict
      returned: always
      sample: {subnet: null}
    current_instances:
      description: Number of nodes that are allocated now.
      type: int
      returned: always
      sample: 0
    allocation_state:
      description: Whether the cluster is changing its number of nodes.
      type: str
      returned: always
      sample: Steady
    provisioning_state:
      description: How far the service is.
      type: str
      returned: always
      sample: Succeeded
"""

from ansible_collections.mlops.azureml.plugins.module_utils._converge import Converge
from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._types.compute import COMPUTE


def main() -> None:
    run(Converge(COMPUTE))


if __name__ == "__main__":
    main()
