# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Archiving and restoring end the same way, whatever the service makes of stages.

See assets contract 1.8, 14.13, open question 8.
"""

from __future__ import annotations

import itertools
import types
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import asset_container, code, data, environment, model
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated

PLACE = "azureml://datastores/workspaceblobstore/paths/here"
ASSETS = {
    model: {"path": PLACE},
    environment: {"image": "library/python:3.11"},
    data: {"path": PLACE},
    code: {"path": "https://account.blob.core.windows.net/c/src"},
}
# (archive_with_stage, environment_archive): with the fourth pair environments cannot be archived at all.
ARCHIVING = (("ignored", "applied"), ("ignored", "ignored"), ("applied", "applied"))
POLICIES = [
    {
        "archive_with_stage": stage,
        "environment_archive": archive,
        "restored_stage": restored,
        "equal_put_status": status,
    }
    for (stage, archive), (restored, status) in itertools.product(
        ARCHIVING, (("Development", "200"), ("Archived", "201"))
    )
]


def short(value: Any) -> str:
    return value.__name__.rpartition(".")[2] if isinstance(value, types.ModuleType) else "-".join(value.values())


@pytest.mark.parametrize("policies", POLICIES, ids=short)
@pytest.mark.parametrize("module", ASSETS, ids=short)
def test_archive_and_restore(emulated: Emulated, module: types.ModuleType, policies: dict[str, str]) -> None:
    emulated.policy(**policies)
    kind = short(module)
    task = {"name": "a", "version": "1"}
    made = emulated(module, {**task, **ASSETS[module], "tags": {"team": "vision"}})
    stage = made[kind].get("stage")

    predicted = emulated(module, {**task, "state": "archived"}, check=True)
    assert emulated.writes == []
    archived = emulated(module, {**task, "state": "archived"})
    assert (
        archived["diff"]
        == predicted["diff"]
        == {
            "before": {"name": "a", "version": "1", "archived": False},
            "after": {"name": "a", "version": "1", "archived": True},
        }
    )
    assert archived[kind]["archived"]
    assert not emulated(module, {**task, "state": "archived"})["changed"]
    assert [request.method for request in emulated.requests] == ["GET"]

    described = emulated(module, {**task, "state": "archived", "description": "old"})
    assert (described["diff"]["after"], described[kind]["archived"]) == (
        {"name": "a", "version": "1", "description": "old"},
        True,
    )

    restored = emulated(module, {**task, "tags": {"a": "b"}})
    assert restored["diff"]["after"]["archived"] is False
    assert restored[kind] == {
        **made[kind],
        "description": "old",
        "tags": {"team": "vision", "a": "b"},
        **({"stage": stage} if stage else {}),
    }
    assert not emulated(module, {**task, **ASSETS[module], "tags": {"a": "b"}})["changed"]
    assert [request.method for request in emulated.requests] == ["GET"]


@pytest.mark.parametrize("module", [model, environment], ids=short)
@pytest.mark.parametrize("policies", POLICIES, ids=short)
def test_stage_of_ones_own(emulated: Emulated, module: types.ModuleType, policies: dict[str, str]) -> None:
    emulated.policy(**policies)
    task = {"name": "a", "version": "1", **ASSETS[module], "stage": "Production"}

    assert emulated(module, task)[short(module)]["stage"] == "Production"
    assert not emulated(module, task)["changed"]
    changed = emulated(module, {**task, "stage": "Retired"})
    assert (changed[short(module)]["stage"], changed[short(module)]["archived"]) == ("Retired", False)
    kept = emulated(module, {"name": "a", "version": "1", "description": "new"})
    assert kept[short(module)]["stage"] == "Retired", "what the task leaves out stays"


def test_a_service_that_archives_no_environments_fails_the_task(emulated: Emulated) -> None:
    emulated.policy(environment_archive="ignored", archive_with_stage="applied")
    emulated(environment, {"name": "a", "version": "1", **ASSETS[environment]})
    refused = emulated(environment, {"name": "a", "version": "1", "state": "archived"})

    assert refused.failed
    assert "did not archive it" in refused["msg"]


@pytest.mark.parametrize("check", [True, False])
def test_version_that_is_not_there_cannot_be_archived(emulated: Emulated, check: bool) -> None:
    refused = emulated(model, {"name": "a", "version": "7", "state": "archived"}, check=check)
    assert "has no version 7 that could be archived" in refused["msg"]


@pytest.mark.parametrize(
    ("task", "complaint"),
    [
        ({"state": "archived"}, "missing: version"),
        ({"version": "1", "state": "archived", "stage": "Production"}, "an archived version has no stage of its own"),
        ({"version": "1", "stage": "Archived"}, "to archive a version write state: archived"),
        ({"version": "1", "stage": ""}, "stage: '' is not accepted"),
    ],
)
def test_contradictions_are_found_before_any_request(emulated: Emulated, task: dict[str, str], complaint: str) -> None:
    assert complaint in emulated(model, {"name": "a", **task})["msg"]
    assert emulated.requests == []


@pytest.mark.parametrize("lag", ["0", "0.5", "8"])
@pytest.mark.parametrize("module", [environment, asset_container], ids=short)
def test_a_read_may_show_it_late(emulated: Emulated, module: types.ModuleType, lag: str) -> None:
    """Recorded half a second after an archiving (assets contract 14.17)."""
    emulated.policy(archive_lag=lag)
    emulated(environment, {"name": "env", "image": "library/python:3.11"})
    which = {"version": "1"} if module is environment else {"type": "environment"}
    for state in ("archived", "present"):
        task = {"name": "env", **which, "state": state}
        assert emulated(module, task)["changed"]
        assert not emulated(module, task)["changed"]
        assert emulated.writes == []
