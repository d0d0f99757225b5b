# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Option values of a resource."""

from __future__ import annotations

import dataclasses

from ansible_collections.mlops.azureml.plugins.module_utils._engine.render import render
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import Field, Kinds
from ansible_collections.mlops.azureml.plugins.module_utils._schema.scalar_values import Choice
from ansible_collections.mlops.azureml.tests.unit.plugins.module_utils._engine.rooms import (
    CURRENT,
    ID,
    ROOM,
    WS,
    current,
)


class TestRender:
    def test_a_resource_is_shown_as_option_values(self) -> None:
        assert render(ROOM, CURRENT, WS) == {
            "id": ID,
            "house": "home",
            "name": "kitchen",
            "location": "eastus",
            "description": None,
            "tags": {"theirs": "1"},
            "notes": {"service": "x"},
            "heating": {"pause": 60, "power": 3},
            "floor": 1,
            "identity": {"type": "none", "user_assigned_identities": []},
            "wall": None,
            "paint": None,
            "light": {"level": None, "hours": None},
            "settings": {"loud": None},
            "temperature": 21,
        }

    def test_a_prediction_leaves_out_what_is_not_known(self) -> None:
        assert render(ROOM, {"id": ID, "properties": {"floor": 2}}, WS, predicted=True) == {
            "id": ID,
            "house": "home",
            "name": "kitchen",
            "floor": 2,
        }


def test_a_kind_is_shown_by_its_own_table() -> None:
    tall = dataclasses.replace(
        ROOM, path="rooms/{name}", parent=None, fields=(Field("height", at="properties.height"),)
    )
    wide = dataclasses.replace(tall, fields=(Field("width", at="properties.width"),))
    choice = Choice(tall="Tall", wide="Wide")
    kinds = Kinds("form", at="properties.form", value_type=choice, default="tall", tables={"tall": tall, "wide": wide})
    hall = dataclasses.replace(tall, fields=(), kinds=kinds)
    shown = render(hall, {"properties": {"form": "Wide", "width": "9", "height": "3"}}, WS)
    assert (shown["form"], shown["width"], "height" in shown) == ("wide", "9", False)


def test_the_service_may_return_a_value_under_another_key() -> None:
    assert render(ROOM, current(settings={"House.Settings.loud": "x"}), WS)["settings"] == {"loud": "x"}
