# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking references up; what the operations do with it is tested with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._engine.reference_lookup import full_id
from ansible_collections.mlops.azureml.plugins.module_utils._errors import InvalidOption, NotFoundError
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId

WS = WorkspaceId("sub", "rg1", "ws1")


class Shelf:
    """A workspace whose models have these versions, the newest first; None: no such model."""

    id = WS

    def __init__(self, versions: list[str] | None = None) -> None:
        self.versions = versions
        self.arm = self
        self.asked: list[Any] = []

    def path(self, below: str) -> str:
        return f"{WS.path}/{below}"

    def list(self, path: str, *, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        self.asked.append((path, query))
        if self.versions is None:
            raise NotFoundError("no such model", status=404)
        yield from ({"id": f"{path}/{version}"} for version in self.versions)


def test_latest_is_the_one_created_last_and_costs_one_request() -> None:
    shelf = Shelf(["bar", "2", "1"])
    assert full_id("azureml:digits@latest", "models", "model", shelf) == f"{WS.path}/models/digits/versions/bar"
    assert shelf.asked == [
        (f"{WS.path}/models/digits/versions", {"$orderBy": "createdtime desc", "$top": "1"}),
    ]


@pytest.mark.parametrize("text", ["azureml:digits:1", f"{WS.path}/models/digits/versions/1"])
def test_a_version_costs_none(text: str) -> None:
    shelf = Shelf()
    assert full_id(text, "models", "model", shelf) == f"{WS.path}/models/digits/versions/1"
    assert shelf.asked == []


@pytest.mark.parametrize("versions", [[], None])
def test_a_label_without_version_is_refused(versions: list[str] | None) -> None:
    with pytest.raises(InvalidOption, match=r"^model: 'digits@latest' has no version in workspace ws1\. Register one"):
        full_id("digits@latest", "models", "model", Shelf(versions))


def test_what_is_no_reference_is_refused() -> None:
    with pytest.raises(InvalidOption, match=r"^model: 'digits' names no version: write .*, or a full id\.$"):
        full_id("digits", "models", "model", Shelf())
