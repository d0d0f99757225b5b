# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What becomes of files of another job in a local folder."""

    DOCUMENTATION = r"""
options:
  dest_policy:
    description:
      - What becomes of files in O(dest) that were downloaded for another job and are no files of this one.
      - V(keep) leaves them there, with a warning.
      - V(clean) deletes them. A file that somebody changed since its download is kept, with a warning, and files that
        the list of downloads does not name are never deleted.
      - V(fail) fails before anything is downloaded if the folder holds a file of another job, even one of the same
        name.
    type: str
    choices: [keep, clean, fail]
    default: keep
"""
