# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Deleting what is in use."""

    DOCUMENTATION = r"""
options:
  force:
    description:
      - Whether it is deleted although it is in use.
      - By default the task fails before it deletes anything that a deployment refers to, or on which a scoring job has
        not ended, and names them; in check mode, too. It also fails if they cannot be read. Only a task that would
        delete something reads them.
    type: bool
    default: false
"""

    USERS = r"""
options:
  ignore_endpoints:
    description:
      - Names of batch endpoints whose deployments do not count as users, for instance because an earlier task of the
        play deletes them, which check mode only predicts.
    type: list
    elements: str
    default: []
"""
