# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all tests of the module share: pauses without jitter, and storage in memory."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._jobs import wait
from ansible_collections.mlops.azureml.plugins.module_utils._operations import run_job
from ansible_collections.mlops.azureml.plugins.module_utils._service import datastore_storage
from ansible_collections.mlops.azureml.tests.unit.plugins.scoring_harness import Storage


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait, "jittered", lambda seconds: seconds)


@pytest.fixture(autouse=True)
def storage(monkeypatch: pytest.MonkeyPatch) -> Storage:
    storage = Storage()
    monkeypatch.setattr(datastore_storage, "_open", lambda _datastore: storage)
    return storage


@pytest.fixture
def reads_counts() -> bool:
    """False: the tests of a file are not about the logs that a completed job is counted in, and script no request."""
    return False


@pytest.fixture(autouse=True)
def _uncounted(monkeypatch: pytest.MonkeyPatch, reads_counts: bool) -> None:
    if not reads_counts:
        monkeypatch.setattr(run_job, "read_counts", lambda _job, _workspace: None)
