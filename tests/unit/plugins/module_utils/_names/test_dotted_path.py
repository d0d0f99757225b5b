# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dotted paths into trees of maps."""

from __future__ import annotations

from typing import Any

from ansible_collections.mlops.azureml.plugins.module_utils._names.dotted_path import delete_at, get_at, set_at


def test_values_are_read_set_and_deleted() -> None:
    tree: dict[str, Any] = {"a": {"b": None}, "x": 1}
    assert [get_at(tree, path) for path in ("a.b", "a.b.c", "x", "x.y", "z")] == [None, None, 1, None, None]
    set_at(tree, "a.b.c", 2)
    set_at(tree, "y", 3)
    for path in ("x", "q.r", "y.z"):
        delete_at(tree, path)
    assert tree == {"a": {"b": {"c": 2}}, "y": 3}
