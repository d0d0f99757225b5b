# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """A resource as a whole, in place of single options."""

    DOCUMENTATION = r"""
options:
  definition:
    description:
      - The resource as the YAML files of C(az ml) describe it, a mapping or the path of such a file. It can say what
        the options named like its keys say; an option that the task gives itself wins.
      - Keys that are not supported are an error that names all of them. C($schema) is ignored, and so are the keys
        that C(az ml ... show) adds and no file can set, such as C(id), C(creation_context) and C(provisioning_state).
      - Relative paths in a file are meant from its folder.
      - A mapping must hold no secret, since Ansible logs it; a file may.
    type: raw
"""
