# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each message that the service documents has its cause and remedy; no other message is given one."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._jobs.failure import KNOWN, find_known, first_line

GENERIC = (
    "User program failed with Exception: Run failed, please check logs for details. "
    "You can check logs/readme.txt for the layout of logs."
)
MOUNT = (
    "Dataset initialization failed: UserErrorException: Message: Cannot mount Dataset(id='x', name='None', "
    "version=None). Source of the dataset is either not accessible or does not contain any data."
)


STREAM = (
    "ScriptExecutionException was caused by StreamAccessException. "
    "StreamAccessException was caused by AuthenticationException."
)
NO_PARAMETER = (
    "Data set node [code] references parameter dataset_param which doesn't have a specified value or a default value"
)
NOTHING = (
    "There is no succeeded mini batch item returned from run(). "
    "Please check 'response: run()' in https://aka.ms/batch-inference-documentation."
)
SLOW = "No progress update in 60 seconds. No progress update in this check. Wait 30 seconds since last update."


@pytest.mark.parametrize(
    ("message", "cause", "remedy"),
    [
        ("No module named 'azureml'", "azureml-core", "conda file"),
        ("ModuleNotFoundError: No module named 'torch'", "does not contain", "conda file"),
        ("Output already exists", "never overwrites", "output_policy"),
        ("The run() function in the entry script had timeout for 3 times", "longer than", "retry_settings.timeout"),
        (SLOW, "longer than", "mini_batch_size"),
        ("ScriptExecution.StreamAccess.Authentication", "may not read", "Storage Blob Data Reader"),
        (STREAM, "may not read", "Storage Blob Data Reader"),
        (MOUNT, "cannot be mounted", "Check the path"),
        (NO_PARAMETER, "not supported", "uri_folder"),
        (GENERIC, "init() or run()", "batch_job_logs (kind: errors)"),
        ("ValueError: No objects to concatenate.", "could be read", "Error processing input file"),
        (NOTHING, "run() failed", "one of the files"),
    ],
)
def test_a_documented_message(message: str, cause: str, remedy: str) -> None:
    known = find_known([f"12:00 started\n12:01 {message}\n"])
    assert known is not None
    assert cause in known.cause
    assert remedy in known.remedy
    assert first_line([f"12:00 started\n12:01 {message}\n"], known) == f"12:01 {message}"


def test_the_most_specific_message_wins() -> None:
    texts = [GENERIC, "There is no succeeded mini batch item returned from run()", "No module named 'torch'"]
    found = find_known(texts)
    assert found is not None
    assert "package" in found.cause


@pytest.mark.parametrize(
    "message", ["", "Segmentation fault", "the output exists", "run() was fine", "CUDA out of memory"]
)
def test_any_other_message_is_not_explained(message: str) -> None:
    assert find_known([message]) is None


def test_causes_and_remedies_are_sentences() -> None:
    for known in KNOWN:
        assert known.cause.endswith((".", ")."))
        assert known.remedy.endswith(".")
