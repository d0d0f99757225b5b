# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """As whom a resource acts."""

    DOCUMENTATION = r"""
options:
  identity:
    description:
      - The managed identity as which the resource acts. It replaces the current one.
    type: dict
    suboptions:
      type:
        description:
          - An identity that Azure makes and deletes together with the resource (V(system_assigned)), identities that
            users created (V(user_assigned)), both, or none.
        type: str
        required: true
        choices: [none, system_assigned, user_assigned, 'system_assigned,user_assigned']
      user_assigned_identities:
        description:
          - The identities that users created. The types that use them need at least one.
        type: list
        elements: dict
        suboptions:
          resource_id:
            description:
              - Full ARM id of the identity.
            type: str
            required: true
"""
