# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Tags."""

    DOCUMENTATION = r"""
options:
  tags:
    description:
      - Tags of the resource, names and values. The service refuses empty values.
    type: dict
  append_tags:
    description:
      - Whether O(tags) are added to the current tags. With V(false) they replace them.
    type: bool
    default: true
"""
