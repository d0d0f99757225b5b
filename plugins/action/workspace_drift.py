# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module workspace_drift: inside the controller's worker where that is possible, else as a module."""

from __future__ import annotations

from ansible_collections.mlops.azureml.plugins.modules import workspace_drift
from ansible_collections.mlops.azureml.plugins.plugin_utils._controller_action import ControllerAction


class ActionModule(ControllerAction):
    module = workspace_drift
