# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The description of an endpoint, which the service may keep as it is: sent once, then left alone."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.modules import batch_endpoint, batch_endpoint_info
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated

NAME = {"name": "digits"}
KEPT = [{"endpoint_description": "kept"}, {"endpoint_description": "kept", "generation": "G1"}]
CHANGED = [{"endpoint_description": "changed"}, {"endpoint_description": "changed", "generation": "G1"}]


def describe(place: Emulated, description: str, **more: Any) -> Any:
    """One run, after check mode has shown the same."""
    task = {**NAME, "description": description, **more}
    predicted = place(batch_endpoint, task, check=True)
    assert place.writes == []
    done = place(batch_endpoint, task)
    assert done.warnings == []
    assert (done["changed"], done.result.get("diff")) == (predicted["changed"], predicted.result.get("diff"))
    return done


@pytest.mark.parametrize("policies", KEPT)
def test_it_is_sent_once_and_then_no_difference(emulated: Emulated, policies: dict[str, str]) -> None:
    emulated.policy(**policies)
    describe(emulated, "first")
    tried = describe(emulated, "second")
    assert (tried["changed"], tried["not_updatable"]) == (True, ["description"])
    for text in ("second", "second", "third"):
        left = describe(emulated, text)
        assert (left["changed"], left["not_updatable"]) == (False, ["description"])
        assert left["batch_endpoint"]["description"] == "first"
    assert "not_updatable" not in describe(emulated, "first").result


@pytest.mark.parametrize("policies", KEPT)
def test_it_goes_along_with_another_change(emulated: Emulated, policies: dict[str, str]) -> None:
    emulated.policy(**policies)
    describe(emulated, "first")
    for tag in ("a", "b"):
        done = describe(emulated, "second", tags={"team": tag})
        assert done["diff"]["after"] == {"name": "digits", "description": "second", "tags": {"team": tag}}
        assert done["not_updatable"] == ["description"]
        assert not describe(emulated, "second", tags={"team": tag})["changed"]


@pytest.mark.parametrize("policies", CHANGED)
def test_where_it_changes_it_changes_each_time(emulated: Emulated, policies: dict[str, str]) -> None:
    emulated.policy(**policies)
    for text in ("first", "second", "third", "second", "first", "second", "first", "fourth"):
        done = describe(emulated, text)
        assert (done["changed"], done["batch_endpoint"]["description"]) == (True, text)
        assert "not_updatable" not in done.result
        assert not describe(emulated, text)["changed"]


def test_no_result_shows_that_it_was_sent(emulated: Emulated) -> None:
    emulated.policy(endpoint_description="kept")
    describe(emulated, "first", properties={"p": "q"})
    shown = describe(emulated, "second", properties={"p": "q"})["batch_endpoint"]["properties"]
    assert shown["p"] == "q"
    assert not [key for key in shown if key.startswith("description")]
    (listed,) = emulated(batch_endpoint_info, NAME)["batch_endpoints"]
    assert listed["properties"] == shown
    kept = emulated.get("batchEndpoints/digits")["properties"]["properties"]
    assert len([key for key in kept if key.startswith("description_sent_in_place_of_")]) == 1


@pytest.mark.parametrize("policies", [*KEPT, *CHANGED])
def test_one_without_a_description_gets_one_where_it_can(emulated: Emulated, policies: dict[str, str]) -> None:
    emulated.policy(**policies)
    emulated(batch_endpoint, NAME)
    describe(emulated, "first")
    assert not describe(emulated, "first")["changed"]
    assert emulated(batch_endpoint, NAME)["changed"] is False
