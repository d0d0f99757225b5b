#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: batch_job_results
short_description: Fetch the results of a scoring job
version_added: 0.1.0
description:
  - Finds where a scoring job left its results, downloads them, and returns their rows.
  - The results are where the job was told to write, or else where the run inside the job wrote.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
requirements:
  - azure-storage-blob
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Lists the files that are new below O(dest).
  idempotent:
    support: full
options:
  name:
    description:
      - Name of the job, as M(mlops.azureml.batch_job) returns it in RV(mlops.azureml.batch_job#module:batch_job.name).
      - The job must have ended. A file that is newer than that may be another job's, and is warned of.
    type: str
    required: true
  output:
    description:
      - Name of the output. The deployment of a model has one, V(score).
    type: str
    default: score
  dest:
    description:
      - Folder that the files are downloaded to. It is created when it is missing.
      - Files that are there already with the same content are left alone, a download that was interrupted is gone on
        with, and a file appears only when it is whole and checked. No file is written outside of the folder.
      - What was brought, and from where, is noted in C(.batch_job_results/manifest.json) below it.
    type: path
  rows:
    description:
      - Whether to return the rows of the file with the predictions. Blank lines are no rows.
      - The file is read as UTF-8. What is not becomes replacement characters, and is warned of.
      - A line may have 8 Mi characters, and a value between separators 2 Mi.
    type: bool
    default: false
  limit:
    description:
      - How many rows to return at most. No more of the file is read than that takes.
    type: int
    default: 1000
  file:
    description:
      - Name, below the output, of the file whose rows are returned.
      - It is needed when there are several and none of them is the one that the deployment appends rows to.
    type: str
  format:
    description:
      - How the file is written. With V(auto) the ending of its name tells, V(csv) where it does not.
    type: str
    choices: [auto, csv, tsv, json_lines]
    default: auto
  separator:
    description:
      - The character between the values of a row. The default is a comma, or a tab with O(format=tsv).
      - Data frames are written with one space.
    type: str
  header:
    description:
      - Whether the first line names the columns, each another one. The file that a deployment appends rows to has no
        such line.
    type: bool
    default: false
  columns:
    description:
      - Names for the values of a row, each another one, where the file has no header. A row is then a map instead of
        a list.
      - Of the maps of a V(json_lines) file, the names of those values that are returned.
    type: list
    elements: str
  types:
    description:
      - Column to type, V(str), V(int), V(float) or V(bool), for columns whose type is not to be inferred.
      - A value that is missing, not a number, or infinite is null in a column of numbers.
      - The values of a V(json_lines) file have their types, and O(types) is refused; O(header), O(separator) and
        O(infer_types=false) are as well. Not a number and numbers too large to be read are null there.
    type: dict
  infer_types:
    description:
      - Whether values are given the narrowest type that all values of their column have, among the rows that are
        returned. Otherwise they are text.
      - Numbers that no float or integer can hold, and C(inf), make a column one of text.
    type: bool
    default: true
seealso:
  - module: mlops.azureml.batch_job
"""

EXAMPLES = r"""
- name: Score, and wait
  mlops.azureml.batch_job:
    endpoint_name: digits-batch
    inputs:
      images:
        path: azureml:digits-inbox@latest
  register: scored

- name: Download the predictions
  mlops.azureml.batch_job_results:
    name: "{{ scored.batch_job.name }}"
    dest: "{{ playbook_dir }}/predictions"

- name: Read them as data
  mlops.azureml.batch_job_results:
    name: "{{ scored.batch_job.name }}"
    rows: true
    columns: [file, digit, probability]
  register: predictions

- name: Show what is doubtful
  ansible.builtin.debug:
    msg: "{{ item.file }} may be a {{ item.digit }}"
  loop: "{{ predictions.batch_job_results.rows }}"
  loop_control:
    label: "{{ item.file }}"
  when: item.probability < 0.6
"""

RETURN = r"""
batch_job_results:
  description: What was found.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the job.
      type: str
      returned: always
      sample: digits-20260131
    status:
      description: How the job ended.
      type: str
      returned: always
      sample: Completed
    output:
      description: Name of the output.
      type: str
      returned: always
      sample: score
    location:
      description: Where the output is.
      type: str
      returned: always
      sample: azureml://datastores/workspaceblobstore/paths/azureml/92a3c31d-f2de-44f9-b559-726ee2adb848/score
    dest:
      description: Full path of the local folder.
      type: str
      returned: when O(dest) is given
      sample: /srv/predictions
    manifest:
      description: Full path of the note of what was brought into the folder.
      type: str
      returned: when O(dest) is given
      sample: /srv/predictions/.batch_job_results/manifest.json
    files:
      description: The files of the output.
      type: list
      elements: dict
      returned: always
      contains:
        name:
          description: Path below the output, and below RV(batch_job_results.dest).
          type: str
          returned: always
          sample: predictions.csv
        size:
          description: Size in bytes.
          type: int
          returned: always
          sample: 26
        md5:
          description: Checksum, null where the storage keeps none.
          type: str
          returned: always
          sample: 0cc175b9c0f1b6a831c399e269772661
    rows:
      description: Rows of the file, lists of values, or maps where the columns have names.
      type: list
      elements: raw
      returned: when O(rows=true)
      sample: [{file: 0001.png, digit: 7, probability: 0.99}]
    truncated:
      description: Whether the file has more rows than O(limit).
      type: bool
      returned: when O(rows=true)
      sample: false
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.fetch_results import FetchResults


def main() -> None:
    run(FetchResults())


if __name__ == "__main__":
    main()
