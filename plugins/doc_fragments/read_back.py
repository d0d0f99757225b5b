# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What happens to a resource that several clients write at the same time."""

    DOCUMENTATION = r"""
options: {}
notes:
  - Azure ML has no conditional writes, and a write replaces the whole resource. So the module reads back what it wrote.
    If another client has undone it, it is written again on what that client wrote, at most three times in all; then the
    task fails and names the option, what was written and what the service shows.
  - A gap remains. Another client that has read the resource before this task wrote it, and writes it after this task
    has read it back, undoes the change unseen. Run the task again, or let one play at a time change a resource.
"""
