# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compares what a module returned with its documentation of returned values."""

from __future__ import annotations

import functools
import types
from collections.abc import Iterator
from typing import Any

import yaml

# Keys that Ansible documents itself.
COMMON = {"changed", "diff", "invocation", "warnings", "deprecations", "msg", "failed", "exception"}
TYPES = {"str": str, "int": int, "float": (int, float), "bool": bool, "list": list, "dict": dict, "raw": object}


def differences(module: types.ModuleType, result: dict[str, Any]) -> list[str]:
    """What the documentation of the module does not say of this result: keys, types, values that are null."""
    documented = _documentation(module)
    return list(_compare({key: value for key, value in result.items() if key not in COMMON}, documented, ""))


@functools.cache
def _documentation(module: types.ModuleType) -> dict[str, Any]:
    return yaml.safe_load(module.RETURN) or {}


def _compare(values: dict[str, Any], documented: dict[str, Any], above: str) -> Iterator[str]:
    for name, value in values.items():
        path = f"{above}{name}"
        entry = documented.get(name)
        if entry is None:
            yield f"{path} is not documented"
        elif value is None:
            if "null" not in str(entry["description"]).lower():
                yield f"{path} is null, and its description does not say when"
        else:
            yield from _compare_value(value, entry, path)


def _compare_value(value: Any, entry: dict[str, Any], path: str) -> Iterator[str]:
    expected = TYPES[entry["type"]]
    if not isinstance(value, expected) or (isinstance(value, bool) and entry["type"] in ("int", "float")):
        yield f"{path} is {value!r}, and {entry['type']} is documented"
    elif "contains" in entry:
        for part in value if isinstance(value, list) else [value]:
            yield from _compare(part, entry["contains"], f"{path}.")
