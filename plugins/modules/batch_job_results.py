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
  - The job must have ended. A file that was written later may be another job's, and gives a warning. In check mode
    a job that is absent or has not ended is a warning.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
  - mlops.azureml.dest_policy
  - mlops.azureml.job_lookup
  - mlops.azureml.job_rows
requirements:
  - azure-storage-blob
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Lists the files whose content is new below O(dest), and those that O(dest_policy=clean) deletes.
  idempotent:
    support: full
options:
  dest:
    description:
      - Folder that the files are downloaded to. It is created if it does not exist.
      - Files that exist with the same content are not downloaded again, an interrupted download is resumed, and a file
        appears only when it is complete and checked. No file is written outside of the folder.
      - C(.batch_job_results/manifest.json) below the folder lists what was downloaded from where.
    type: path
  rows:
    description:
      - Whether to return the rows of the file with the predictions. The format that was found in the file is returned
        as RV(batch_job_results.format). The types of columns are those of the returned rows.
      - A file that is compressed with gzip is decompressed. It is read as UTF-8; other bytes become replacement
        characters, with a warning.
      - If the file that the deployment appends rows to has more or fewer rows than the job scored items, as far as its
        logs say how many, there is a warning. Values with line ends are one cause.
      - A line may have up to 8 Mi characters, a value inside of quotes up to 2 Mi, and a V(literal) line up to 256 Ki.
    type: bool
    default: false
  limit:
    description:
      - Maximum number of rows to return, at least 1. The rest of the file is not read.
      - Without it 1000 rows are returned, with a warning if there are more.
    type: int
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

- name: Read texts exactly as the script returned them
  mlops.azureml.batch_job_results:
    name: "{{ scored.batch_job.name }}"
    rows: true
    format: lines
    limit: 5000

- name: Keep only the predictions of the last job in a folder
  mlops.azureml.batch_job_results:
    name: "{{ scored.batch_job.name }}"
    dest: /srv/predictions
    dest_policy: clean

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
    key:
      description: Name under which the job was started. Null if unknown.
      type: str
      returned: when the job has ended
      sample: digits-20260131
    attempt:
      description: Number of the attempt. Null if unknown.
      type: int
      returned: when the job has ended
      sample: 1
    status:
      description: Status of the job as Azure reports it.
      type: str
      returned: when the job has ended
      sample: Completed
    output:
      description: Name of the output.
      type: str
      returned: always
      sample: score
    location:
      description: URI of the output.
      type: str
      returned: when the job has ended
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
    deleted:
      description: Files of other jobs that were deleted from the folder, or would be in check mode.
      type: list
      elements: str
      returned: when O(dest) is given
      sample: [sunday.csv]
    kept:
      description: Files of other jobs that are still in the folder.
      type: list
      elements: str
      returned: when O(dest) is given
      sample: []
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
      description: Rows of the file, lists of values, or dicts if they have names. A line of one value is a list of one.
      type: list
      elements: raw
      returned: when O(rows=true)
      sample: [{file: 0001.png, digit: 7, probability: 0.99}]
    truncated:
      description: Whether the file has more rows than were returned.
      type: bool
      returned: when O(rows=true)
      sample: false
    format:
      description: Format by which the rows were read.
      type: str
      returned: when O(rows=true)
      sample: csv
    separator:
      description: What separates the values of a row, null for a format without separators.
      type: str
      returned: when O(rows=true)
      sample: ","
    quote:
      description: Whether quotes enclosed values, V(minimal) or V(none), null for a format without separators.
      type: str
      returned: when O(rows=true)
      sample: minimal
    header:
      description: Whether the first line was taken as the names of the columns.
      type: bool
      returned: when O(rows=true)
      sample: false
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.fetch_results import FetchResults

OPERATION = FetchResults()


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
