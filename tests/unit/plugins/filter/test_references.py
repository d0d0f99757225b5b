# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.mlops.azureml.plugins.filter import references
from ansible_collections.mlops.azureml.plugins.filter.references import (
    FilterModule,
    resource_id,
    rows_table,
    short_reference,
    unique_output_path,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import CONNECTION, WORKSPACE


@pytest.mark.parametrize(
    ("short", "kind", "below"),
    [
        ("azureml:digits:3", "model", "models/digits/versions/3"),
        ("azureml:src:1", "code", "codes/src/versions/1"),
        ("azureml:cluster", "compute", "computes/cluster"),
        ("azureml:store", "datastore", "datastores/store"),
    ],
)
def test_ids_and_back(short: str, kind: str, below: str) -> None:
    full = resource_id(short, kind, CONNECTION)
    assert full == f"{WORKSPACE}/{below}"
    assert resource_id(full, kind, CONNECTION) == full
    assert short_reference(full) == short


def test_ids_of_registries() -> None:
    asset = "azureml://registries/azureml/models/digits/versions/3"
    assert short_reference(asset) == asset
    assert resource_id(asset, "model", CONNECTION) == asset


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: resource_id("digits", "model", CONNECTION), "names no version"),
        (lambda: resource_id("azureml:a@latest", "model", CONNECTION), "has to be resolved first"),
        (lambda: resource_id("a:1", "job", CONNECTION), "is no kind"),
        (lambda: resource_id("a:1", "model", {"subscription_id": "x"}), "lacks resource_group, workspace_name"),
        (lambda: short_reference("digits"), "is no id"),
        (lambda: unique_output_path("/"), "give a folder"),
        (lambda: unique_output_path("a/../b"), "give a folder"),
        (lambda: rows_table([], "pdf"), "is no format"),
        (lambda: rows_table(["abc"]), "a row is a map or a list"),
        (lambda: rows_table([[1, 2, 3]], columns=["a"]), "a row has 3 cells"),
    ],
)
def test_what_cannot_be(call: Any, complaint: str) -> None:
    with pytest.raises(AnsibleFilterError, match=complaint):
        call()


def test_output_paths_differ() -> None:
    paths = {unique_output_path("/scores/", "store", "a.csv") for _number in range(100)}
    assert len(paths) == 100
    assert all(
        path.startswith("azureml://datastores/store/paths/scores/") and path.endswith("/a.csv") for path in paths
    )


ROWS = [{"file": "a|b.png", "digit": 7}, {"digit": None, "note": "<x>\n"}]


def test_tables() -> None:
    assert rows_table(ROWS) == "file     digit  note\n-------  -----  ----\na|b.png  7\n                <x> ".rstrip()
    assert rows_table(ROWS, "markdown", ["digit", "file"]) == (
        "| digit | file |\n| --- | --- |\n| 7 | a\\|b.png |\n|  |  |"
    )
    assert rows_table([["<x>", 1], [2]], "html") == (
        "<table><tr><th>1</th><th>2</th></tr><tr><td>&lt;x&gt;</td><td>1</td></tr><tr><td>2</td><td></td></tr></table>"
    )
    assert rows_table([]) == "\n"


def test_each_filter_is_documented() -> None:
    folder = Path(references.__file__).parent
    documented = {yaml.safe_load(file.read_text())["DOCUMENTATION"]["name"] for file in folder.glob("*.yml")}
    assert documented == set(FilterModule().filters())
