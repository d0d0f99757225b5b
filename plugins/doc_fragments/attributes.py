# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What every module of the collection can do; each module states its support."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can predict what it would do, and do nothing.
  diff_mode:
    description: Shows what changed, or would change, in the words of the task.
  idempotent:
    description: Run again with the same options, it changes nothing.
  action:
    description:
      - Runs inside the controller's worker if the connection is C(local), the interpreter is the controller's, and the
        task uses neither C(become) nor C(async) nor C(environment); else as a module, with the same result. The
        variable C(azureml_execution) chooses V(auto), V(module) or V(controller).
    support: full
  action_group:
    description: Use C(group/mlops.azureml.all) in C(module_defaults) to set the options all modules share.
    support: full
    membership:
      - mlops.azureml.all
"""

    INFO_MODULE = r"""
attributes:
  check_mode:
    support: full
    details:
      - This module changes nothing.
  diff_mode:
    support: N/A
    details:
      - This module changes nothing.
  idempotent:
    support: full
    details:
      - This module changes nothing.
"""
