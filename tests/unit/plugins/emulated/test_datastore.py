# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A datastore through its life: nothing that stands is dropped, its secret least of all."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import datastore, datastore_info
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated

KEY, RENEWED = "planted-account-key-41aa", "planted-account-key-93cb"
TASK = {"name": "scans", "account_name": "acc", "container_name": "scans", "credentials": {"account_key": KEY}}


def held(emulated: Emulated) -> Any:
    path = emulated.emulator.state.workspace("datastores", "scans")
    current = emulated.emulator.state.resources.get(path)
    assert current is not None
    return current.secrets.get("key")


@pytest.mark.parametrize("policies", [{"delete_absent": "204"}, {"delete_absent": "404", "list_lag": "30"}])
def test_life(emulated: Emulated, policies: dict[str, str]) -> None:
    emulated.policy(**policies)
    predicted = emulated(datastore, TASK, check=True)
    assert emulated.writes == []
    made = emulated(datastore, TASK)
    assert made["diff"] == predicted["diff"]
    assert held(emulated) == KEY

    assert not emulated(datastore, TASK)["changed"]
    assert [request.method for request in emulated.requests] == ["GET"]
    assert emulated(datastore_info, {"name": "scans"})["datastores"] == [made["datastore"]]

    emulated(datastore, {"name": "scans", "tags": {"a": "b"}})
    assert held(emulated) == KEY, "an update for another reason keeps the secret"

    changed = {**TASK, "credentials": {"account_key": RENEWED}}
    assert not emulated(datastore, changed)["changed"]
    assert emulated(datastore, {**changed, "update_credentials": "always"}, check=True)["changed"]
    assert held(emulated) == KEY
    assert emulated(datastore, {**changed, "update_credentials": "always"})["changed"]
    assert held(emulated) == RENEWED
    assert not emulated(datastore, {**changed, "update_credentials": "always"})["changed"]

    shared = emulated(datastore, {"name": "scans", "credentials": {"type": "none"}})
    assert shared["datastore"] == {**made["datastore"], "credentials": {"type": "none"}, "tags": {"a": "b"}}

    assert emulated(datastore, {"name": "scans", "state": "absent"})["changed"]
    assert not emulated(datastore, {"name": "scans", "state": "absent"})["changed"]
