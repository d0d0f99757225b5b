# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documentation of returned values must hold, over all modules."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from ansible_collections.mlops.azureml.plugins import modules

RETURNED: dict[str, dict[str, Any]] = {
    found.name: yaml.safe_load(importlib.import_module(f"{modules.__name__}.{found.name}").RETURN) or {}
    for found in pkgutil.iter_modules(modules.__path__)
}
TWINS = sorted(name for name in RETURNED if f"{name}_info" in RETURNED)
# Maps whose keys are the user's or the service's own.
FREE = {
    *("tags", "properties", "environment_variables", "definition", "conda_file", "flavors", "instance_types"),
    *("inputs", "outputs", "references"),
}
COUNTS = {
    *(f"item_counts{part}" for part in ("", ".total", ".succeeded", ".failed")),
    *(f"mini_batch_counts{part}" for part in ("", ".total", ".succeeded", ".failed", ".retried")),
    "row_count",
}
# Of a job the module returns what only the run that follows it knows, and what its logs count; of an asset the list
# also shows names.
ONLY_HERE = {"batch_job": {"timeline", "timeline.status", "timeline.at", *COUNTS}}
ONLY_THERE = {"latest_version", "next_version"}
DIFFERENT = {
    "batch_job": {"attempt", "experiment_name", "inputs", "key", "name"},
    **{key: {"version"} for key in ("code", "component", "data", "environment", "model")},
}


def walk(values: dict[str, Any], above: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every documented value with its dotted path."""
    for name, value in values.items():
        yield f"{above}{name}", value
        yield from walk(value.get("contains") or {}, f"{above}{name}.")


@pytest.mark.parametrize("module", RETURNED)
def test_a_template_can_read_every_key_with_a_dot(module: str) -> None:
    """``result.items`` is the method of a dict, not the key."""
    assert [path for path, _value in walk(RETURNED[module]) if hasattr(dict, path.rpartition(".")[2])] == []


@pytest.mark.parametrize("module", RETURNED)
def test_a_map_with_fixed_keys_lists_them(module: str) -> None:
    maps = [path for path, value in walk(RETURNED[module]) if value["type"] == "dict" and "contains" not in value]
    assert [path for path in maps if path.rpartition(".")[2] not in FREE] == []


@pytest.mark.parametrize("module", RETURNED)
def test_a_sample_that_is_null_is_explained(module: str) -> None:
    silent = [
        path
        for path, value in walk(RETURNED[module])
        if "sample" in value and value["sample"] is None and "null" not in str(value["description"]).lower()
    ]
    assert silent == []


@pytest.mark.parametrize("module", TWINS)
def test_a_module_and_its_info_module_return_the_same(module: str) -> None:
    def documented(name: str) -> dict[str, Any]:
        resource = next(value["contains"] for value in RETURNED[name].values() if "contains" in value)
        return {path: (value["type"], value["description"]) for path, value in walk(resource)}

    here, there = documented(module), documented(f"{module}_info")
    assert here.keys() - there.keys() == ONLY_HERE.get(module, set())
    assert there.keys() - here.keys() <= ONLY_THERE
    assert {path for path in here.keys() & there.keys() if here[path] != there[path]} == DIFFERENT.get(module, set())


def test_modules_that_read_a_job_identify_it_alike() -> None:
    """These values are documented three times, since documentation fragments cannot hold returned values."""

    def identity(module: str) -> dict[str, tuple[str, str]]:
        found = RETURNED[module][module]["contains"]
        first = {key: found[key]["description"].partition(". ")[0].rstrip(".") for key in ("name", "status")}
        whole = {key: found[key]["description"] for key in ("key", "attempt")}
        return {key: (found[key]["type"], text) for key, text in {**first, **whole}.items()}

    assert identity("batch_job_check") == identity("batch_job_results") == identity("batch_job_logs")
