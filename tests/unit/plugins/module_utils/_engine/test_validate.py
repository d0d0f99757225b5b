# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with a task by itself, and which table it is about."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._engine.validate import check_options, check_task, table_for
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ImmutableFieldError, InvalidOption
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import Field, Kinds
from ansible_collections.mlops.azureml.plugins.module_utils._schema.scalar_values import Choice, Integer
from ansible_collections.mlops.azureml.tests.unit.plugins.module_utils._engine.rooms import HERE, ROOM, WS


class TestKinds:
    TALL = dataclasses.replace(
        ROOM, parent=None, path="rooms/{name}", fields=(Field("height", at="properties.height"),)
    )
    WIDE = dataclasses.replace(TALL, fields=(Field("width", at="properties.width"),))
    HALL = dataclasses.replace(
        TALL,
        label="hall",
        fields=(),
        kinds=Kinds(
            "form",
            at="properties.form",
            value_type=Choice(tall="Tall", wide="Wide"),
            default="tall",
            tables={"tall": TALL, "wide": WIDE},
        ),
    )

    def options(self, **task: Any) -> dict[str, Any]:
        return {"name": "hall", "form": None, "height": None, "width": None, **task}

    def test_the_kind_is_that_of_the_task_or_the_current_one_or_the_default(self) -> None:
        wide = {"properties": {"form": "Wide"}}
        assert table_for(self.HALL, self.options(), None) is self.TALL
        assert table_for(self.HALL, self.options(form="wide"), None) is self.WIDE
        assert table_for(self.HALL, self.options(width="9"), wide) is self.WIDE
        assert table_for(self.TALL, self.options(), wide) is self.TALL

    def test_one_kind_does_not_become_another(self) -> None:
        with pytest.raises(ImmutableFieldError) as caught:
            table_for(self.HALL, self.options(form="tall"), {"properties": {"form": "Wide"}})
        assert str(caught.value).startswith(
            "hall hall cannot become another: form is 'wide', the task asks for 'tall'."
        )

    def test_a_kind_without_a_table_is_left_alone(self) -> None:
        with pytest.raises(InvalidOption, match="hall hall is of the form 'Round', which is not managed here"):
            table_for(self.HALL, self.options(), {"properties": {"form": "Round"}})

    def test_the_option_of_another_kind_is_refused_whatever_exists(self) -> None:
        for check in (
            lambda: check_task(self.HALL, self.options(form="tall", width="9"), WS),
            lambda: table_for(self.HALL, self.options(width="9"), None),
        ):
            with pytest.raises(InvalidOption) as caught:
                check()
            assert str(caught.value) == (
                "width is for the form wide, and hall hall is of the form tall. Drop it, or correct form."
            )

    def test_bad_values_are_found_whatever_the_kind(self) -> None:
        rule = dataclasses.replace(
            self.HALL,
            kinds=dataclasses.replace(
                self.HALL.kinds,
                tables={
                    "wide": dataclasses.replace(
                        self.WIDE, fields=(Field("width", at="w", value_type=Integer(minimum=1)),)
                    )
                },
            ),
        )
        with pytest.raises(InvalidOption, match="width: 0 is too small"):
            check_task(rule, self.options(width=0), WS)
        check_task(rule, self.options(width=1), WS)


class TestOptions:
    @pytest.mark.parametrize(
        ("task", "complaint"),
        [
            ({"name": "Kitchen"}, "name: 'Kitchen' cannot be the name of a room: small letters. Choose another name."),
            ({"name": "kitchen\n"}, "name: 'kitchen\\n' cannot be the name of a room"),
            ({"house": "HOME"}, "house: 'HOME' cannot be the name of a house"),
            ({"heating": {"power": -1}}, "heating.power: -1 is too small: the smallest value is 0."),
        ],
    )
    def test_bad_input_is_named(self, task: dict[str, Any], complaint: str) -> None:
        with pytest.raises(InvalidOption) as caught:
            check_options(ROOM, {**HERE, **task}, WS)
        assert str(caught.value).startswith(complaint)

    def test_what_the_task_leaves_out_has_no_value(self) -> None:
        assert check_options(ROOM, {**HERE, "heating": None, "tags": None, "description": ""}, WS) == {
            "properties.description": ""
        }
