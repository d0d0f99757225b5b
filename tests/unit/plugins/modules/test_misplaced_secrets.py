# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets in a wrong place of an option are in no output: not in the message, nor in the invocation."""

from __future__ import annotations

import json
import types
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import compute, datastore
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import Run

KEY = "PLANTEDkey/41aa+planted=="
STORE = {"name": "store", "account_name": "acc", "container_name": "blobs"}
CLUSTER = {"name": "cpu", "size": "Standard_DS3_v2"}


@pytest.mark.parametrize(
    ("module", "task"),
    [
        *(
            (datastore, {**STORE, "credentials": text})
            for text in (KEY, f"account_key={KEY}", f'"{KEY}"', [KEY], KEY[:-2])
        ),
        (datastore, {**STORE, "credentials": {"acount_key": KEY}}),
        (datastore, {**STORE, "credentials": json.dumps({"acount_key": KEY})}),
        (datastore, {**STORE, "credentials": {"type": "account_key", "key": {"deep": KEY}}}),
        (compute, {**CLUSTER, "ssh_settings": KEY}),
        (compute, {**CLUSTER, "ssh_settings": {"admin_passwort": KEY}}),
    ],
)
def test_a_misplaced_secret_is_not_shown(run: Run, module: types.ModuleType, task: dict[str, Any]) -> None:
    out = run(module, task)
    assert out.failed
    text = json.dumps(out.result)
    assert "PLANTED" not in text
    assert "planted" not in text
    assert "credentials" in out["msg"] or "ssh_settings" in out["msg"]


def test_a_map_as_json_text_is_taken(run: Run) -> None:
    out = run(datastore, {**STORE, "credentials": '{"type": "wrong"}'})
    assert "value of type must be one of" in out["msg"]
