# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Value types of assets: encoded, decoded, and compared as the service does."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._schema.asset_values import Flavors, TextList, WithDefault
from ansible_collections.mlops.azureml.plugins.module_utils._schema.scalar_values import Choice, Text
from hypothesis import given
from hypothesis import strategies as st

HERE = WorkspaceId("sub1", "rg1", "ws1")
MODES = Choice(off="Disabled", on="Enabled")
texts = st.text(max_size=5)


@given(st.dictionaries(texts, st.dictionaries(texts, texts, max_size=2), max_size=2))
def test_flavors_there_and_back(flavors: dict[str, dict[str, str]]) -> None:
    value_type = Flavors()
    sent = value_type.encode(flavors, HERE)

    assert value_type.decode(sent, HERE) == flavors
    assert value_type.same(sent, value_type.encode(value_type.decode(sent, HERE), HERE), HERE)


@pytest.mark.parametrize("current", [None, {}])
def test_no_flavors(current: Any) -> None:
    assert Flavors().same(Flavors().encode({}, HERE), current, HERE)


@pytest.mark.parametrize("current", [None, {}, {"data": None}, {"data": {}}])
def test_flavor_without_data(current: Any) -> None:
    assert Flavors().same({"f": {"data": {}}}, {"f": current}, HERE)


@given(st.lists(texts), st.randoms())
def test_list_has_no_order(some: list[str], random: Any) -> None:
    other = [*some]
    random.shuffle(other)

    assert TextList().same(TextList().encode(some, HERE), other, HERE)
    assert not TextList().same(some, [*other, "more"], HERE)
    assert TextList().decode(other, HERE) == sorted(some)


def test_absent_list_is_empty() -> None:
    assert TextList().same([], None, HERE)
    assert TextList().decode(None, HERE) == []


@pytest.mark.parametrize(
    ("value_type", "one", "other", "same"),
    [
        (WithDefault(Text(), "Dockerfile"), None, "Dockerfile", True),
        (WithDefault(Text(), "Dockerfile"), None, None, True),
        (WithDefault(Text(), "Dockerfile"), None, "d/Dockerfile", False),
        (WithDefault(Text(), "Dockerfile"), "Dockerfile", None, True),
        (WithDefault(MODES, "Disabled"), None, "disabled", True),
        (WithDefault(MODES, "Disabled"), "Enabled", None, False),
    ],
)
def test_what_the_service_fills_in(value_type: WithDefault, one: Any, other: Any, same: bool) -> None:
    assert value_type.same(one, other, HERE) is same


def test_filled_speaks_as_what_it_fills() -> None:
    value_type = WithDefault(MODES, "Disabled")
    assert value_type.spec() == MODES.spec()
    assert (value_type.encode("on", HERE), value_type.decode("Enabled", HERE), value_type.decode(None, HERE)) == (
        "Enabled",
        "on",
        None,
    )
