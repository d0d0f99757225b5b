# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A datastore from creation to deletion: no current value is lost, above all not its secret."""

from __future__ import annotations

from pathlib import Path
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


ELSEWHERE = {"account_name": "other", "endpoint": "core.example.net", "protocol": "http"}
SAS = {
    "name": "scans",
    "account_name": "acc",
    "container_name": "scans",
    "credentials": {"sas_token": "sv=1&sig=planted"},
}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("recreate", [False, True])
@pytest.mark.parametrize("place", ELSEWHERE)
@pytest.mark.parametrize("made", [TASK, SAS], ids=["key", "sas"])
def test_a_stored_secret_never_goes_elsewhere(
    emulated: Emulated, made: dict[str, Any], place: str, recreate: bool, check: bool
) -> None:
    emulated(datastore, made)
    said = {"name": "scans", "account_name": "acc", "container_name": "scans"}
    task = {**said, place: ELSEWHERE[place], "recreate": recreate}
    refused = emulated(datastore, task, check=check)
    assert refused.failed
    assert f"credentials: {place} is " in refused["msg"]
    assert "Give the credentials of the new one" in refused["msg"]
    assert emulated.writes == []


@pytest.mark.parametrize("place", ELSEWHERE)
@pytest.mark.parametrize("update", ["on_create", "always"])
def test_another_place_gets_the_secret_of_the_task(emulated: Emulated, place: str, update: str) -> None:
    emulated(datastore, TASK)
    task = {**TASK, place: ELSEWHERE[place], "credentials": {"account_key": RENEWED}, "update_credentials": update}
    assert emulated(datastore, task)["changed"]
    assert held(emulated) == RENEWED
    assert not emulated(datastore, task)["changed"]


def test_another_container_of_the_account_keeps_the_secret(emulated: Emulated) -> None:
    emulated(datastore, TASK)
    assert emulated(datastore, {"name": "scans", "container_name": "photos"})["changed"]
    assert held(emulated) == KEY


def test_another_place_by_identity_needs_no_secret(emulated: Emulated) -> None:
    emulated(datastore, TASK)
    assert emulated(datastore, {"name": "scans", "account_name": "other", "credentials": {"type": "none"}})["changed"]
    assert emulated(datastore, {"name": "scans", "account_name": "third"})["changed"]


def test_a_file_without_credentials_means_identity(emulated: Emulated, tmp_path: Path) -> None:
    """As az takes it: what was stored before does not stay."""
    emulated(datastore, TASK)
    file = tmp_path / "store.yml"
    file.write_text("name: scans\ntype: azure_blob\naccount_name: other\ncontainer_name: scans\n")
    changed = emulated(datastore, {"definition": str(file)})
    assert changed["datastore"]["credentials"] == {"type": "none"}
    assert not emulated(datastore, {"definition": str(file)})["changed"]
