# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Waiting until it is true."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until the service has finished what the task asked for.
      - A resource that another operation is changing is waited for first, in check mode, too.
    type: bool
    default: true
  wait_timeout:
    description:
      - How many seconds to wait at most.
      - When they are over the task fails and the service goes on; running the task again goes on waiting.
    type: int
    default: 1800
"""
