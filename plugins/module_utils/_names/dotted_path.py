# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# This file is private to the collection mlops.azureml: it may change without notice.

"""Dotted paths into trees of maps: options of a task, JSON of the service."""

from __future__ import annotations

import re
import typing as t


def get_at(tree: t.Any, path: str) -> t.Any:
    """The value at a dotted path; None if a part of the path is absent."""
    for step in path.split("."):
        if not isinstance(tree, t.Mapping):
            return None
        tree = tree.get(step)
    return tree


def set_at(tree: dict[str, t.Any], path: str, value: t.Any) -> None:
    """Set the value at a dotted path. Maps on the way to it are made where they are absent or null."""
    *steps, last = path.split(".")
    for step in steps:
        if not isinstance(tree.get(step), dict):
            tree[step] = {}
        tree = tree[step]
    tree[last] = value


def delete_at(tree: dict[str, t.Any], path: str) -> None:
    """Delete the value at a dotted path, if there is one."""
    *steps, last = path.split(".")
    holder = get_at(tree, ".".join(steps)) if steps else tree
    if isinstance(holder, dict):
        holder.pop(last, None)


def without(tree: t.Any, path: str) -> t.Any:
    """A copy of a tree that lacks what is at a dotted path; the step ``*`` is each item of a list."""
    first, _dot, rest = path.partition(".")
    if isinstance(tree, list) and first == "*":
        return [without(item, rest) for item in tree]
    if not isinstance(tree, t.Mapping) or first not in tree:
        return tree
    others = {key: value for key, value in tree.items() if key != first}
    return {key: without(tree[key], rest) if key == first else tree[key] for key in tree} if rest else others


def spellings(path: str) -> tuple[str, ...]:
    """A path, and the same path in snake case, if that is another: ``properties.vcName``, ``properties.vc_name``."""
    return tuple(dict.fromkeys((path, re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", path).lower())))
