# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._errors import ServiceError
from ansible_collections.mlops.azureml.plugins.module_utils._service.paging import read_items
from ansible_collections.mlops.azureml.tests.unit.plugins.module_utils._service.arm_bench import ARM, VERSION, W, reply

FIRST = f"{ARM}{W}/models?{VERSION}"


def test_a_link_is_followed_unchanged_and_only_when_its_page_is_reached(arm: Any) -> None:
    link = f"{W}/models?{VERSION}&listViewType=All&$skipToken=H4sIA_-a+b%2F=="
    a = arm(
        reply(200, {"value": [{"name": "a"}, {"name": "b"}], "nextLink": ARM + link}),
        reply(200, {"value": [{"name": "c"}], "nextLink": None}),
    )
    items = a.arm.list(f"{W}/models", listViewType="All")
    assert [next(items)["name"], next(items)["name"]] == ["a", "b"]
    assert len(a.lines) == 1
    assert [item["name"] for item in items] == ["c"]
    assert a.lines == [f"GET {W}/models?{VERSION}&listViewType=All", f"GET {link}"]


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/models",
        "http://management.azure.com/x",
        "https://management.azure.com.evil.example/",
        f"{ARM}{W}/models?{VERSION}",
    ],
)
def test_a_link_to_another_host_or_back_is_not_followed(arm: Any, link: str) -> None:
    a = arm(reply(200, {"value": [{}], "nextLink": link}))
    with pytest.raises(ServiceError, match="next page"):
        list(a.arm.list(f"{W}/models"))
    assert len(a.lines) == 1


def test_a_page_may_be_empty_before_the_last() -> None:
    pages: dict[str, Any] = {FIRST: {"value": [], "nextLink": f"{FIRST}&page=2"}, f"{FIRST}&page=2": {"value": [{}]}}
    assert list(read_items(FIRST, pages.__getitem__, what="list models")) == [{}]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        *(({"value": value}, "not a list of objects") for value in (5, "text", None, {"a": 1}, [1], [None])),
        ({}, "not a list of objects"),
        ({"error": {"code": "Proxy"}}, "not a list of objects"),
        *(({"value": [], "nextLink": link}, "not a text") for link in (7, ["x"], {"href": "x"}, True)),
    ],
)
def test_what_is_no_page_is_an_error_and_never_an_empty_list(page: dict[str, Any], words: str) -> None:
    with pytest.raises(ServiceError, match=f"list models: .*{words}"):
        list(read_items(FIRST, lambda _url: page, what="list models"))
