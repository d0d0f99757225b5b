# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All versions of an asset at once, through their life, for each type of asset."""

from __future__ import annotations

import pytest
from ansible_collections.mlops.azureml.plugins.modules import (
    asset_container,
    code,
    code_info,
    data,
    data_info,
    environment,
    environment_info,
    model,
    model_info,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated

PLACE = "azureml://datastores/workspaceblobstore/paths/here"
MAKERS = {
    "model": (model, model_info, "models", {"path": PLACE}),
    "environment": (environment, environment_info, "environments", {"image": "library/python:3.11"}),
    "data": (data, data_info, "data", {"path": PLACE}),
    "code": (code, code_info, "codes", {"path": "https://account.blob.core.windows.net/c/src"}),
}


@pytest.mark.parametrize("deletion", ["accepted", "refused"])
@pytest.mark.parametrize("kind", MAKERS)
def test_life(emulated: Emulated, kind: str, deletion: str) -> None:
    emulated.policy(delete_container=deletion)
    maker, info, plural, content = MAKERS[kind]
    emulated(maker, {"name": "a", "version": "1", **content})
    emulated(maker, {"name": "a", "version": "x", **content})
    emulated(maker, {"name": "a", "version": "x", "state": "archived"})
    task = {"type": kind, "name": "a"}

    assert not emulated(asset_container, task)["changed"]
    assert [request.method for request in emulated.requests] == ["GET"]
    predicted = emulated(asset_container, {**task, "description": "d", "tags": {"a": "b"}}, check=True)
    assert emulated.writes == []
    described = emulated(asset_container, {**task, "description": "d", "tags": {"a": "b"}})
    assert described["diff"] == predicted["diff"]
    assert described["asset_container"] == predicted["asset_container"]
    assert described["asset_container"]["latest_version"] == "x"

    archived = emulated(asset_container, {**task, "state": "archived", "properties": {"p": "q"}})
    assert archived["diff"]["after"] == {"name": "a", "properties": {"p": "q"}, "archived": True}
    kept = {**described["asset_container"], "properties": {"p": "q"}, "archived": True}
    assert archived["asset_container"] == kept, "what the task leaves out stays"
    assert not emulated(asset_container, {**task, "state": "archived"})["changed"]
    if kind != "code":  # the service lists codes whatever they are
        assert emulated(info, {})[plural] == []
    assert emulated(asset_container, task)["asset_container"] == {**kept, "archived": False}

    assert emulated(asset_container, {**task, "state": "absent"}, check=True)["changed"]
    assert emulated.writes == []
    assert emulated(asset_container, {**task, "state": "absent"})["changed"]
    assert not emulated(asset_container, {**task, "state": "absent"})["changed"]
    assert emulated(maker, {"name": "a", "version": "1", **content})["changed"], "its versions are gone, too"


@pytest.mark.parametrize("kind", ["model", "environment", "data"])
def test_versions_that_no_list_shows_yet_go_as_well(emulated: Emulated, kind: str) -> None:
    emulated.policy(delete_container="refused", list_lag="30")
    maker, _info, _plural, content = MAKERS[kind]
    for version in ("1", "x", "2"):
        emulated(maker, {"name": "a", "version": version, **content})

    assert emulated(asset_container, {"type": kind, "name": "a", "state": "absent"})["changed"]
    assert not emulated(asset_container, {"type": kind, "name": "a", "state": "absent"})["changed"]


@pytest.mark.parametrize("state", ["present", "archived"])
def test_name_that_is_not_there(emulated: Emulated, state: str) -> None:
    refused = emulated(asset_container, {"type": "model", "name": "a", "state": state})
    assert "there is no model a. It is created with its first version" in refused["msg"]
