# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Which scoring job a module reads."""

    DOCUMENTATION = r"""
options:
  name:
    description:
      - Name of the job, as M(mlops.azureml.batch_job) got it or returns it in
        RV(mlops.azureml.batch_job#module:batch_job.name) or RV(mlops.azureml.batch_job#module:batch_job.key).
      - The name under which a job was started means its last attempt. The name of a later attempt, as V(nightly--2),
        and a name that the service assigned mean that one.
    type: str
  key:
    description:
      - In place of O(name), the O(mlops.azureml.batch_job#module:key) with which the job was started. It is looked up
        in the ledger below C(batch-scoring/.jobs) in the default datastore.
      - Refused if several jobs were started with it, as with other inputs.
    type: str
  attempt:
    description:
      - Number of the attempt, in place of the last one; V(1) is the first.
    type: int
    aliases: [try]
  endpoint_name:
    description:
      - Batch endpoint of the job. Required if jobs of several endpoints have this O(name) or O(key).
    type: str
"""
