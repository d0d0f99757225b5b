# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from ansible_collections.mlops.azureml.tests.unit.plugins.module_utils._service.arm_bench import arm
from ansible_collections.mlops.azureml.tests.unit.plugins.module_utils._service.slow_server import certificates, serve

__all__ = ["arm", "certificates", "serve"]
