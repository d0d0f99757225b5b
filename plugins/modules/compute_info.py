#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: compute_info
short_description: Read computes of an Azure Machine Learning workspace
version_added: 0.1.0
description:
  - Reads one compute, or lists all of the workspace. Those of other kinds than clusters show what they have in common
    with them.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.attributes.info_module
  - mlops.azureml.connection
  - mlops.azureml.query
options:
  name:
    description:
      - Name of a compute. One that is not there gives an empty list.
    type: str
seealso:
  - module: mlops.azureml.compute
"""

EXAMPLES = r"""
- name: Is the cluster there, and how many nodes has it now?
  mlops.azureml.compute_info:
    name: batch-cluster
  register: found

- name: The names of all clusters that cost something while there is no work
  mlops.azureml.compute_info:
    query: "[?min_instances > `0`].name"
"""

RETURN = r"""
computes:
  description: The computes, or what O(query) makes of them.
  returned: success
  type: list
  elements: dict
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

from ansible_collections.mlops.azureml.plugins.module_utils._info import Info
from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._types.compute import COMPUTE


def main() -> None:
    run(Info(COMPUTE))


if __name__ == "__main__":
    main()
