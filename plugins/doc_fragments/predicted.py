# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What earlier tasks of a play create."""

    DOCUMENTATION = r"""
options:
  predicted:
    description:
      - Ids of resources that earlier tasks of the play create, as those tasks return them. In check mode they are only
        predicted, and the task does not warn that they do not exist yet. A run ignores this option.
    type: list
    elements: str
    default: []
"""
