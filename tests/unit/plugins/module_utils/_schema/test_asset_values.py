# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wire types of assets: there and back, and equal to the service."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._schema.asset_values import Filled, Flavors, TextList
from ansible_collections.mlops.azureml.plugins.module_utils._schema.values import Choice, Text
from hypothesis import given
from hypothesis import strategies as st

HERE = WorkspaceId("sub1", "rg1", "ws1")
MODES = Choice(off="Disabled", on="Enabled")
texts = st.text(max_size=5)


@given(st.dictionaries(texts, st.dictionaries(texts, texts)))
def test_flavors_there_and_back(flavors: dict[str, dict[str, str]]) -> None:
    wire = Flavors()
    sent = wire.encode(flavors, HERE)

    assert wire.decode(sent, HERE) == flavors
    assert wire.same(sent, wire.encode(wire.decode(sent, HERE), HERE), HERE)


@pytest.mark.parametrize("standing", [None, {}])
def test_no_flavors(standing: Any) -> None:
    assert Flavors().same(Flavors().encode({}, HERE), standing, HERE)


@pytest.mark.parametrize("standing", [None, {}, {"data": None}, {"data": {}}])
def test_flavor_without_data(standing: Any) -> None:
    assert Flavors().same({"f": {"data": {}}}, {"f": standing}, HERE)


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
    ("wire", "one", "other", "same"),
    [
        (Filled(Text(), "Dockerfile"), None, "Dockerfile", True),
        (Filled(Text(), "Dockerfile"), None, None, True),
        (Filled(Text(), "Dockerfile"), None, "d/Dockerfile", False),
        (Filled(Text(), "Dockerfile"), "Dockerfile", None, True),
        (Filled(MODES, "Disabled"), None, "disabled", True),
        (Filled(MODES, "Disabled"), "Enabled", None, False),
    ],
)
def test_what_the_service_fills_in(wire: Filled, one: Any, other: Any, same: bool) -> None:
    assert wire.same(one, other, HERE) is same


def test_filled_speaks_as_what_it_fills() -> None:
    wire = Filled(MODES, "Disabled")
    assert wire.spec() == MODES.spec()
    assert (wire.encode("on", HERE), wire.decode("Enabled", HERE), wire.decode(None, HERE)) == ("Enabled", "on", None)
