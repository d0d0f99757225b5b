# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Which assets, and which of their versions."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the asset, to list its versions, the newest first. One that is not there gives an empty list.
      - Left out, the names of the workspace are listed, each with its latest version.
    type: str
  version:
    description:
      - Only this version of O(name).
    type: str
  label:
    description:
      - Only the version of O(name) that was created last.
    type: str
    choices: [latest]
  newest:
    description:
      - Only so many versions of O(name), those that were created last of all that the other options leave.
    type: int
"""

    LIST_VIEW = r"""
options:
  list_view:
    description:
      - Whether to list what is not archived, what is, or both. V(active) when left out.
      - Not together with O(version) or O(label), which find archived versions, too.
    type: str
    choices: [active, archived, all]
"""

    TAG_FILTER = r"""
options:
  tags:
    description:
      - List only versions of O(name) with all of these tags, as V(name) or V(name=value).
    type: list
    elements: str
"""
