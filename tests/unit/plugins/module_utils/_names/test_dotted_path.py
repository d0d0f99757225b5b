# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dotted paths."""

from __future__ import annotations

from typing import Any

from ansible_collections.mlops.azureml.plugins.module_utils._names.dotted_path import dig, plant, uproot


def test_dig_plant_and_uproot() -> None:
    tree: dict[str, Any] = {"a": {"b": None}, "x": 1}
    assert [dig(tree, path) for path in ("a.b", "a.b.c", "x", "x.y", "z")] == [None, None, 1, None, None]
    plant(tree, "a.b.c", 2)
    plant(tree, "y", 3)
    for path in ("x", "q.r", "y.z"):
        uproot(tree, path)
    assert tree == {"a": {"b": {"c": 2}}, "y": 3}
