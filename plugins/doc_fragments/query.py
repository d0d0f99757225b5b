# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What to show of what was found."""

    DOCUMENTATION = r"""
requirements:
  - jmespath (for O(query))
options:
  query:
    description:
      - A JMESPath expression that is applied to the list before it is returned.
    type: str
"""
