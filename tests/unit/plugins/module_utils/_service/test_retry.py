# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.mlops.azureml.plugins.module_utils._service.retry import TRANSIENT, UNCERTAIN, Retry, jittered
from ansible_collections.mlops.azureml.tests.unit.conftest import Clock


def test_attempts_are_numbered() -> None:
    assert list(Retry(Clock(), attempts=3)) == [1, 2, 3]


def test_pauses_have_jitter() -> None:
    pauses = {jittered(1.0) for _time in range(50)}
    assert len(pauses) > 1
    assert all(0.75 <= pause <= 1.25 for pause in pauses)


def test_a_throttled_request_was_certainly_not_processed() -> None:
    assert {429} == TRANSIENT - UNCERTAIN
    assert {408, 500, 502, 503, 504} <= UNCERTAIN
    assert not {400, 401, 403, 404, 409, 412, 501} & TRANSIENT
