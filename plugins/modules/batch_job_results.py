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
  - Finds the results of a scoring job, downloads them, and returns their rows.
  - The results are where the call of the job named an output, or else where the run inside the job wrote.
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
      - Lists the files whose content is new below O(dest).
  idempotent:
    support: full
options:
  name:
    description:
      - Name of the job, as M(mlops.azureml.batch_job) returns it in RV(mlops.azureml.batch_job#module:batch_job.name).
      - The job must have ended. A file that was written later may be another job's, and gives a warning.
    type: str
    required: true
  output:
    description:
      - Name of the output. The deployment of a model has one, V(score).
    type: str
    default: score
  dest:
    description:
      - Folder that the files are downloaded to. It is created if it does not exist.
      - Files that exist with the same content are not downloaded again, an interrupted download is resumed, and a file
        appears only when it is complete and checked. No file is written outside of the folder.
      - C(.batch_job_results/manifest.json) below the folder lists what was downloaded from where.
    type: path
  rows:
    description:
      - Whether to return the rows of the file with the predictions. Blank lines are skipped.
      - The file is read as UTF-8. Other bytes become replacement characters, with a warning.
      - A line may have up to 8 Mi characters, and a value between separators up to 2 Mi.
    type: bool
    default: false
  limit:
    description:
      - Maximum number of rows to return, at least 1. The rest of the file is not read.
    type: int
    default: 1000
  file:
    description:
      - Path, below the output, of the file whose rows are returned.
      - Required if there are several files and none of them is the one that the deployment appends rows to.
    type: str
  format:
    description:
      - Format of the file. V(auto) chooses it by the extension of the file's name, V(csv) for an unknown one.
    type: str
    choices: [auto, csv, tsv, json_lines]
    default: auto
  separator:
    description:
      - The character between the values of a row. The default is a comma, or a tab with O(format=tsv).
      - A deployment writes the rows of data frames with a space between values.
    type: str
  header:
    description:
      - Whether the first line has the names of the columns, which must differ. The file that a deployment appends rows
        to has no such line.
    type: bool
    default: false
  columns:
    description:
      - Names for the values of a row, for a file without header. Names must differ. A row is then a dict instead of a
        list.
      - For a V(json_lines) file with dicts, the names of the values to return.
    type: list
    elements: str
  types:
    description:
      - Types of columns, V(str), V(int), V(float) or V(bool), by name of the column, in place of inferred ones.
      - In a column of numbers an empty value, not-a-number and infinity are returned as null.
      - Refused for a V(json_lines) file, whose values have their types; O(header), O(separator) and
        O(infer_types=false) are refused as well. Not-a-number and numbers too large to parse are returned as null.
    type: dict
  infer_types:
    description:
      - Whether a column gets the narrowest type that fits all its values in the returned rows. Otherwise all values are
        text.
      - A column with a number that no float or integer can hold, or with C(inf), is text.
    type: bool
    default: true
seealso:
  - module: mlops.azureml.batch_job
"""

EXAMPLES = r"""
- name: Score, and wait for the end
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

- name: Show the doubtful predictions
  ansible.builtin.debug:
    msg: "{{ item.file }} may be a {{ item.digit }}"
  loop: "{{ predictions.batch_job_results.rows }}"
  loop_control:
    label: "{{ item.file }}"
  when: item.probability < 0.6
"""

RETURN = r"""
batch_job_results:
  description: The output of the job, its files and their rows.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the job.
      type: str
      returned: always
      sample: digits-20260131
    status:
      description: Status of the job as Azure reports it.
      type: str
      returned: always
      sample: Completed
    output:
      description: Name of the output.
      type: str
      returned: always
      sample: score
    location:
      description: URI of the output.
      type: str
      returned: always
      sample: azureml://datastores/workspaceblobstore/paths/azureml/92a3c31d-f2de-44f9-b559-726ee2adb848/score
    dest:
      description: Full path of the local folder.
      type: str
      returned: when O(dest) is given
      sample: /srv/predictions
    manifest:
      description: Full path of the list of what was downloaded into the folder.
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
          description: MD5 checksum of the content, null if the storage keeps none.
          type: str
          returned: always
          sample: 0cc175b9c0f1b6a831c399e269772661
    rows:
      description: Rows of the file, lists of values, or dicts if the columns have names.
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
