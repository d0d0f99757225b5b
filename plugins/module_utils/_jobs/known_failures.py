# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""The messages that the service documents for failed scoring jobs: what each one means, and what helps.

Service fact: batch contract 9.2 and its source on troubleshooting.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass


@dataclass(frozen=True)
class Known:
    """One documented message, as a pattern without case."""

    pattern: str
    cause: str
    remedy: str


# The more a message tells, the earlier it stands: several of them appear together.
KNOWN = (
    Known(
        r"No module named '?azureml",
        "The environment lacks the package azureml-core, which batch deployments need.",
        "Add azureml-core to the conda file of the environment, and deploy the new version of it.",
    ),
    Known(
        r"No module named|ModuleNotFoundError|ImportError",
        "The scoring script imports a package that the environment does not hold.",
        "Add the package to the conda file of the environment, and deploy the new version of it.",
    ),
    Known(
        r"Output already exists",
        "A file stands where the job has to write its output, and the service never overwrites one.",
        "Give another output place or name, set output_policy to unique or overwrite, or delete the old output.",
    ),
    Known(
        r"No progress update in \d+|run\(\) function in the entry script had timeout",
        "A mini batch took longer than the deployment allows, in each of its tries.",
        "Raise retry_settings.timeout, or lower mini_batch_size.",
    ),
    Known(
        r"ScriptExecution\.StreamAccess\.Authentication|StreamAccessException was caused by AuthenticationException",
        "The identity of the compute cluster may not read the storage that holds the input.",
        "Give that identity the role Storage Blob Data Reader on the storage account.",
    ),
    Known(
        r"Dataset initialization failed",
        "The input cannot be mounted: it does not exist, is empty, or the compute's identity may not read it.",
        "Check the path of the input, and give the identity of the compute cluster the role Storage Blob Data Reader "
        "on the storage account.",
    ),
    Known(
        r"references parameter dataset_param which doesn't have a specified value",
        "The kind of the input is not supported by batch endpoints (mltable and data sets of the first generation "
        "are not).",
        "Give a file or a folder: type uri_file or uri_folder.",
    ),
    Known(
        r"No objects to concatenate",
        "No file of a mini batch could be read: all are broken, or of a type that the model does not take.",
        "Look for 'Error processing input file' in logs/user/stdout, and convert the files, or deploy with a scoring "
        "script that reads them.",
    ),
    Known(
        r"There is no succeeded mini batch item returned from run\(\)",
        "run() failed, or returned nothing, for every mini batch: the files cannot be read or do not fit the model.",
        "See the errors of the script in this result, and try the script on one of the files.",
    ),
    Known(
        r"User program failed with Exception: Run failed",
        "init() or run() of the scoring script failed.",
        "See the errors of the script in this result, and in full below logs/user/error in the studio; mend it, and "
        "deploy it.",
    ),
)


def find_known(text: str) -> Known | None:
    """The documented message in a text that tells most, None when there is none."""
    return next((known for known in KNOWN if re.search(known.pattern, text, re.IGNORECASE)), None)


def first_line(texts: t.Iterable[str], known: Known) -> str | None:
    """The line that holds the message."""
    lines = (line for text in texts for line in text.splitlines())
    return next((line.strip() for line in lines if re.search(known.pattern, line, re.IGNORECASE)), None)
