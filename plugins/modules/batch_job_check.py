#!/usr/bin/python
# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: batch_job_check
short_description: Check the predictions of a scoring job
version_added: 0.1.0
description:
  - Checks the rows of a scoring job against rules, compares them with the rows of another job, and scores them against
    expected values. The task fails if a rule is not met.
  - Rows are read once and in bounded memory, millions of them as well. Beyond a few megabytes they are kept in a
    temporary file that has no name and that nobody else can read.
  - Writes nothing, but for the report that O(report) asks for.
  - The job must have ended. In check mode a job that is absent or has not ended is a warning.
  - That the job completed is a rule, V(status).
  - Types of columns are found in the first 1000 rows. A later value of another type stays text, and a text that writes
    a number counts as that number wherever numbers are checked or compared.
author:
  - mlops.azureml contributors (@mlops-azureml)
extends_documentation_fragment:
  - mlops.azureml.attributes
  - mlops.azureml.connection
  - mlops.azureml.job_lookup
  - mlops.azureml.job_rows
requirements:
  - azure-storage-blob
attributes:
  check_mode:
    support: full
    details:
      - Rules are checked, and fail the task, in check mode as well. The report is not written.
  diff_mode:
    support: full
    details:
      - Shows that the report changes.
  idempotent:
    support: full
options:
  min_rows:
    description:
      - The least number of rows.
    type: int
    default: 1
  max_rows:
    description:
      - The largest number of rows. There is no limit by default.
    type: int
  required_columns:
    description:
      - Columns that each row must have.
    type: list
    elements: str
  key_column:
    description:
      - Column that identifies a row. Each row must have a value of its own in it.
      - By it rows are compared with those of O(compare_to), and O(expected) values are found. A number and the text
        that writes it are the same key.
      - Without it rows are compared by their position.
    type: str
  rules:
    description:
      - Rules about the values of columns. Several entries may name the same column.
      - A rule about a column that no row has fails. Rows in which the value is absent or null are checked by
        O(rules[].not_null) and O(rules[].unique) alone.
    type: list
    elements: dict
    suboptions:
      column:
        description:
          - Name of the column, or its number from V(0) if columns have no names.
        type: str
        required: true
      not_null:
        description:
          - Whether each row must have a value that is neither null nor an empty text.
        type: bool
        default: false
      unique:
        description:
          - Whether each row must have a value that no other row has.
        type: bool
        default: false
      min:
        description:
          - The least value. A value that is no number fails.
        type: float
      max:
        description:
          - The largest value. A value that is no number fails.
        type: float
      allowed:
        description:
          - All values that are allowed.
        type: list
        elements: raw
      pattern:
        description:
          - Regular expression of Python that the whole text of each value must match.
        type: str
      value:
        description:
          - The value, such as a class, whose share of the rows is bounded by O(rules[].min_share) and
            O(rules[].max_share).
        type: raw
      min_share:
        description:
          - The least share of the rows that have O(rules[].value), from 0 to 1.
        type: float
      max_share:
        description:
          - The largest share of the rows that have O(rules[].value), from 0 to 1.
        type: float
  max_duration:
    description:
      - How many seconds the job may run. The time before its start, as in a queue, does not count.
      - The rule fails if the service has no times of the job.
    type: float
  compare_to:
    description:
      - Compares the rows with those of another job. Rows of either job that the other one does not have are failures,
        the rules V(missing) and V(surplus).
      - The options that say how its file is read are by default those of the first job.
    type: dict
    suboptions:
      name:
        description:
          - Name of the other job, as O(name). It must have ended.
        type: str
      key:
        description:
          - In place of O(compare_to.name), the key of the other job, as O(key).
        type: str
      attempt:
        description:
          - Number of the attempt, in place of the last one. V(1) is the first.
        type: int
        aliases: [try]
      endpoint_name:
        description:
          - Batch endpoint of the other job. Required if jobs of several endpoints have its name or key.
        type: str
      output:
        description:
          - Name of its output.
        type: str
      file:
        description:
          - Path, below its output, of the file with its rows. Not taken from the first job.
        type: str
      format:
        description:
          - As O(format), for its file.
        type: str
        choices: [auto, csv, tsv, lines, literal, json_lines, parquet]
      separator:
        description:
          - As O(separator), for its file.
        type: str
      quote:
        description:
          - As O(quote), for its file.
        type: str
        choices: [auto, minimal, none]
      header:
        description:
          - As O(header), for its file.
        type: bool
      columns:
        description:
          - As O(columns), for its file.
        type: list
        elements: str
      types:
        description:
          - As O(types), for its file.
        type: dict
      infer_types:
        description:
          - As O(infer_types), for its file.
        type: bool
      compared_columns:
        description:
          - Columns that are compared. All are compared by default, the key aside.
        type: list
        elements: str
      tolerance:
        description:
          - By how much numbers may differ.
        type: float
        default: 0.0
      relative_tolerance:
        description:
          - By which share of the larger one numbers may differ. The wider one of both tolerances counts.
        type: float
        default: 0.0
      max_changed_share:
        description:
          - The largest share, from 0 to 1, of the rows of both jobs that may differ.
        type: float
        default: 0.0
      max_distance:
        description:
          - How far the numbers in rows of both jobs may be apart.
        type: float
      shares:
        description:
          - Columns of classes whose shares of the rows may differ from those of the other job by a limit.
        type: list
        elements: dict
        suboptions:
          column:
            description:
              - Name of the column. It may have 1000 values at most.
            type: str
            required: true
          max_change:
            description:
              - By how much the share of each value may differ, from 0 to 1.
            type: float
            required: true
  expected:
    description:
      - Scores the predictions against expected values, which are found by O(key_column).
      - Rows without an expected value and expected values without a row are failures, the rules V(surplus) and
        V(missing).
    type: dict
    suboptions:
      file:
        description:
          - Local file with the expected values, with a column of the name of O(key_column).
        type: path
      rows:
        description:
          - The expected values themselves.
        type: list
        elements: dict
      format:
        description:
          - As O(format), for the file with expected values.
        type: str
        choices: [auto, csv, tsv, lines, literal, json_lines, parquet]
        default: auto
      separator:
        description:
          - As O(separator), for the file with expected values.
        type: str
      quote:
        description:
          - As O(quote), for the file with expected values.
        type: str
        choices: [auto, minimal, none]
        default: auto
      header:
        description:
          - As O(header), for the file with expected values.
        type: bool
      columns:
        description:
          - As O(columns), for the file with expected values.
        type: list
        elements: str
      types:
        description:
          - As O(types), for the file with expected values.
        type: dict
      infer_types:
        description:
          - As O(infer_types), for the file with expected values.
        type: bool
        default: true
      column:
        description:
          - Column of the job with the prediction.
        type: str
        required: true
      expected_column:
        description:
          - Column with the expected value. The default is O(expected.column).
        type: str
      accuracy:
        description:
          - Limits for the share of the rows whose prediction is the expected value. A row without a prediction counts
            as wrong.
        type: dict
        suboptions:
          min:
            description:
              - The least accuracy.
            type: float
          max_loss:
            description:
              - How much lower than that of the job in O(compare_to) it may be.
            type: float
      error_rate:
        description:
          - Limits for the share of the rows whose prediction is not the expected value.
        type: dict
        suboptions:
          max:
            description:
              - The largest error rate.
            type: float
          max_rise:
            description:
              - How much higher than that of the job in O(compare_to) it may be.
            type: float
      mean_absolute_error:
        description:
          - Limits for the mean distance between the prediction and the expected value. A value that is no number fails.
        type: dict
        suboptions:
          max:
            description:
              - The largest mean absolute error.
            type: float
          max_rise:
            description:
              - How much higher than that of the job in O(compare_to) it may be.
            type: float
  fail_on:
    description:
      - Rules that fail the task. A rule that is not met and is not among them gives a warning. An empty list never
        fails.
      - An entry is the kind of a rule, as in RV(batch_job_check.rules[].rule), or a kind and what the rule is about,
        such as V(range:probability), V(surplus:expected) or V(missing:compare_to).
      - All rules fail the task by default.
    type: list
    elements: str
  samples:
    description:
      - Maximum number of failures that are shown of each rule, 0 to 1000. They are those of the first rows. Values
        beyond 200 characters are cut.
    type: int
    default: 10
  report:
    description:
      - Local path of an HTML page about the job, with its rules, the distribution of its predictions, the errors of its
        script grouped by message, and its timeline. The page needs nothing from outside, so that it can be mailed.
      - It is written before the task fails for a rule, and only if its content changes. The folder must exist.
    type: path
seealso:
  - module: mlops.azureml.batch_job
  - module: mlops.azureml.batch_job_results
"""

EXAMPLES = r"""
- name: Score, and wait for the end
  mlops.azureml.batch_job:
    endpoint_name: digits-batch
    inputs:
      images:
        path: azureml:digits-inbox@latest
  register: scored

- name: Require plausible predictions
  mlops.azureml.batch_job_check:
    name: "{{ scored.batch_job.name }}"
    columns: [file, digit, probability]
    key_column: file
    rules:
      - column: file
        pattern: '[^/]+\.\w+'
      - column: digit
        allowed: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
      - column: probability
        not_null: true
        min: 0
        max: 1
    max_duration: 3600
    report: "{{ playbook_dir }}/predictions.html"

- name: Score the same images with the new deployment
  mlops.azureml.batch_job:
    endpoint_name: digits-batch
    deployment_name: green
    inputs:
      images:
        path: azureml:digits-inbox@latest
  register: candidate

- name: Require that the new deployment predicts nearly the same
  mlops.azureml.batch_job_check:
    name: "{{ candidate.batch_job.name }}"
    columns: [file, digit, probability]
    key_column: file
    compare_to:
      name: "{{ scored.batch_job.name }}"
      tolerance: 0.01
      max_changed_share: 0.02

- name: Warn of predictions that differ from those of the first deployment, without failing
  mlops.azureml.batch_job_check:
    name: "{{ candidate.batch_job.name }}"
    compare_to:
      name: "{{ scored.batch_job.name }}"
    fail_on: [status, min_rows]
"""

RETURN = r"""
batch_job_check:
  description: What became of each rule. A task that fails for a rule returns it as well.
  returned: when the rows could be read
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
    file:
      description: Path, below the output, of the file with the rows.
      type: str
      returned: when the job has ended
      sample: predictions.csv
    duration:
      description: Seconds that the job ran, null if the service has no times of it.
      type: float
      returned: when the job has ended
      sample: 84.0
    passed:
      description:
        - Whether all rules are met, those that O(fail_on) leaves out as well. Null in check mode if the job has not
          ended.
      type: bool
      returned: always
      sample: false
    row_count:
      description: Number of rows. Null in check mode if the job has not ended.
      type: int
      returned: always
      sample: 1000
    rules:
      description: Each rule.
      type: list
      elements: dict
      returned: always
      contains:
        rule:
          description:
            - Kind of the rule, V(status), V(max_duration), V(min_rows), V(max_rows), V(columns), V(not_null),
              V(unique), V(range), V(allowed), V(pattern), V(share), V(missing), V(surplus), V(changed_share),
              V(accuracy), V(error_rate) or V(mean_absolute_error).
          type: str
          returned: always
          sample: range
        column:
          description: Column that the rule is about, null if it is about none.
          type: str
          returned: always
          sample: probability
        against:
          description: The other rows that the rule is about, V(compare_to) or V(expected), null if it is about none.
          type: str
          returned: always
          sample: null
        passed:
          description: Whether the rule is met.
          type: bool
          returned: always
          sample: false
        message:
          description: What was found.
          type: str
          returned: always
          sample: "probability: 1 of 1000 values are not between 0 and 1."
        checked:
          description: Number of rows that were checked, null if the rule is not about rows.
          type: int
          returned: always
          sample: 1000
        failed:
          description: Number of rows that fail the rule, null if the rule is not about single rows.
          type: int
          returned: always
          sample: 1
        value:
          description: The number that was compared with a limit, such as a share, null if there is none.
          type: float
          returned: always
          sample: null
        samples:
          description:
            - The first rows that fail, at most O(samples), with C(row), the number of the row from 1, and what fails in
              it, C(key), C(column), C(value), C(other), C(expected) or C(first_row). Rows that are missing are numbered
              in the other rows.
          type: list
          elements: dict
          returned: always
          sample: [{row: 17, value: 1.25}]
    comparison:
      description: The comparison with the other job, null without O(compare_to).
      type: dict
      returned: when the job has ended
      contains:
        name:
          description: Name of the other job.
          type: str
          returned: with O(compare_to)
          sample: digits-20260130
        key:
          description: Name under which it was started. Null if unknown.
          type: str
          returned: with O(compare_to)
          sample: digits-20260130
        attempt:
          description: Number of the attempt. Null if unknown.
          type: int
          returned: with O(compare_to)
          sample: 1
        status:
          description: Status of the other job as Azure reports it.
          type: str
          returned: with O(compare_to)
          sample: Completed
        output:
          description: Name of its output.
          type: str
          returned: with O(compare_to)
          sample: score
        location:
          description: URI of its output.
          type: str
          returned: with O(compare_to)
          sample: azureml://datastores/workspaceblobstore/paths/azureml/6d2bb5a0-2c7c-4c43-8a6e-5a2d0e0cf3a1/score
        file:
          description: Path, below its output, of the file with its rows.
          type: str
          returned: with O(compare_to)
          sample: predictions.csv
        matched:
          description: Number of rows that both jobs have.
          type: int
          returned: with O(compare_to)
          sample: 1000
        changed:
          description: Number of those that differ.
          type: int
          returned: with O(compare_to)
          sample: 3
        changed_share:
          description: Their share, null if the jobs have no row in common.
          type: float
          returned: with O(compare_to)
          sample: 0.003
        missing:
          description: Number of rows of the other job that the job does not have.
          type: int
          returned: with O(compare_to)
          sample: 0
        surplus:
          description: Number of rows of the job that the other job does not have.
          type: int
          returned: with O(compare_to)
          sample: 0
        largest_distance:
          description: The largest distance between two numbers, null if the jobs have no row in common.
          type: float
          returned: with O(compare_to)
          sample: 0.04
        differences:
          description: The numbers that are the farthest apart, with the row, as far as O(samples) allows.
          type: list
          elements: dict
          returned: with O(compare_to)
          sample: [{"row": 7, "key": "7.png", "column": "probability", "value": 0.91, "other": 0.95, "distance": 0.04}]
    expected:
      description: The predictions against expected values, null without O(expected).
      type: dict
      returned: when the job has ended
      contains:
        matched:
          description: Number of rows that have an expected value.
          type: int
          returned: with O(expected)
          sample: 1000
        missing:
          description: Number of expected values that no row has.
          type: int
          returned: with O(expected)
          sample: 0
        surplus:
          description: Number of rows without an expected value.
          type: int
          returned: with O(expected)
          sample: 0
        accuracy:
          description: Share of the predictions that are the expected value, null if no row has one.
          type: float
          returned: with O(expected)
          sample: 0.97
        error_rate:
          description: Share of the predictions that are not the expected value, null if no row has one.
          type: float
          returned: with O(expected)
          sample: 0.03
        mean_absolute_error:
          description: Mean distance, null without O(expected.mean_absolute_error) and if a value is no number.
          type: float
          returned: with O(expected)
          sample: 0.08
        other:
          description: The same numbers of the other job, null without O(compare_to).
          type: dict
          returned: with O(expected)
          contains:
            matched:
              description: Number of its rows that have an expected value.
              type: int
              returned: with O(compare_to)
              sample: 1000
            missing:
              description: Number of expected values that it does not have.
              type: int
              returned: with O(compare_to)
              sample: 0
            surplus:
              description: Number of its rows without an expected value.
              type: int
              returned: with O(compare_to)
              sample: 0
            accuracy:
              description: Its accuracy, null if none of its rows has an expected value.
              type: float
              returned: with O(compare_to)
              sample: 0.96
            error_rate:
              description: Its error rate, null if none of its rows has an expected value.
              type: float
              returned: with O(compare_to)
              sample: 0.04
            mean_absolute_error:
              description: Its mean distance, null without O(expected.mean_absolute_error) and if a value is no number.
              type: float
              returned: with O(compare_to)
              sample: 0.09
    report:
      description: Full path of the report.
      type: str
      returned: when O(report) is given and the job has ended
      sample: /srv/reports/digits.html
"""

from ansible_collections.mlops.azureml.plugins.module_utils._module import run
from ansible_collections.mlops.azureml.plugins.module_utils._operations.check_job import CheckJob

OPERATION = CheckJob()


def main() -> None:
    run(OPERATION)


if __name__ == "__main__":
    main()
