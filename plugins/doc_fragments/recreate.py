# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Replacing what cannot be changed."""

    DOCUMENTATION = r"""
options:
  recreate:
    description:
      - With V(true) the resource is deleted and created again when it is in a failed state, or when an option differs
        that cannot be changed in any other way. With V(false) the task fails then, and says which option it is.
      - What the task leaves out is taken over from the deleted resource, but for secrets, which nobody can read.
      - The task has to say all that a new resource needs, so that it can be run again if it is interrupted when the
        old resource is gone and the new one not yet there. What only the old one had is then lost.
      - It needs O(wait=true). A resource that is in use is not deleted, see O(force).
    type: bool
    default: false
"""
