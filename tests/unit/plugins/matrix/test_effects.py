# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No option of any module is ignored or without a case: those of the tables are in the matrix, all others here."""

from __future__ import annotations

import copy
import functools
import importlib
import itertools
import pkgutil
import re
from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

import httpx
import pytest
from ansible_collections.mlops.azureml.plugins import modules
from ansible_collections.mlops.azureml.plugins.module_utils._names.dotted_path import set_at
from ansible_collections.mlops.azureml.plugins.module_utils._operations.asset_container import ManageAssetContainer
from ansible_collections.mlops.azureml.plugins.module_utils._operations.asset_info import AssetInfo
from ansible_collections.mlops.azureml.plugins.module_utils._operations.info import Info
from ansible_collections.mlops.azureml.plugins.module_utils._operations.manage import Manage
from ansible_collections.mlops.azureml.plugins.module_utils._operations.operation import Operation
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish import Publish
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.assets import CASES, CONTAINER_CASES
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Bench, Open
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.effects import SCENES, Effect, Scene, of_filters
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.job_effects import SCENES as JOB_SCENES
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.subjects import OPTIONS

BY_CHANCE = r"\d{4}-\d\d-\d\dT[\d:.]+|\d{4}(?:-\d\d){5}-\d{7}|'display_name': '\w+'|[0-9a-f]{8}-[0-9a-z-]{26,}"


@functools.cache
def operations() -> dict[str, Operation]:
    """The operation of each module."""
    found: dict[str, Operation] = {}
    for one in pkgutil.iter_modules(modules.__path__):
        module = importlib.import_module(f"{modules.__name__}.{one.name}")
        with mock.patch.object(module, "run", functools.partial(found.__setitem__, one.name)):
            module.main()
    return found


def effects(scene: Scene) -> tuple[Effect, ...]:
    """Those of the scene, and of the filters that its module declares."""
    operation = operations()[scene.module]
    if not isinstance(operation, Info):
        return scene.effects
    name = next((one.other for one in scene.effects if one.option == "name"), None)
    return (*scene.effects, *of_filters(operation.filters, name if isinstance(operation, AssetInfo) else None))


def cases() -> Iterator[Any]:
    for scene in SCENES:
        for effect in effects(scene):
            yield pytest.param(scene, effect, id=f"{scene.module}: {effect.option}")


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.module)
def test_equal_tasks_come_out_equal(opened: Open, scene: Scene) -> None:
    """Otherwise a difference would prove nothing."""
    effect = scene.effects[0]
    outcomes = [outcome(opened(**scene.policies), scene, effect, effect.one) for _twice in range(2)]
    assert outcomes[0] == outcomes[1]


@pytest.mark.parametrize(("scene", "effect"), list(cases()))
def test_an_option_makes_a_difference(opened: Open, scene: Scene, effect: Effect) -> None:
    outcomes = [outcome(opened(**scene.policies), scene, effect, value) for value in (effect.one, effect.other)]
    assert outcomes[0] != outcomes[1]


def outcome(bench: Bench, scene: Scene, effect: Effect, value: Any) -> str:
    """All that can be observed of the task with this value, without times and random names."""
    operation = operations()[scene.module]
    scene.ground(bench)
    for task in effect.first:
        assert bench.run(operation, copy.deepcopy(task)).message == ""
    scene.leaves(bench)
    if effect.faults:
        add_faults(bench, effect.faults)
    task = copy.deepcopy({**scene.task, **effect.also})
    if value is not None:
        set_at(task, effect.option, copy.deepcopy(value))
    elif "." not in effect.option:
        task.pop(effect.option, None)
    done = bench.run(operation, task)
    # How often an operation is polled is random.
    steps = [(one.method, one.path, one.query, one.body) for one in done.requests if "Operation" not in one.path]
    requests = [step for step, _again in itertools.groupby(steps)]
    polled = any("Operation" in one.path for one in done.requests)
    observed = repr((done.message, done.changed, done.diff, done.values, requests, polled))
    return re.sub(BY_CHANCE, "...", observed)


def add_faults(bench: Bench, rules: tuple[Mapping[str, Any], ...]) -> None:
    with httpx.Client(transport=bench.transport) as client:
        client.post(f"{bench.settings.url('management')}/emulator/faults", json=list(rules)).raise_for_status()


# What the entry point does, and not the operation, or only check mode.
OF_ENTRY_POINT = {"progress_file": "test_follow.py", "predicted": "test_predicted.py"}
# Modules with such a test of their own, of all their options.
ELSEWHERE = {
    "batch_job_check": "test_batch_job_check.py",
    "batch_retention": "test_batch_retention.py",
    "workspace_drift": "test_drift.py",
    "workspace_check": "test_workspace_check.py",
    **dict.fromkeys(("batch_release", "batch_rollback", "batch_release_info"), "test_release_options.py"),
}


# -- none is without a case --------------------------------------------------------------------------------------------


def leaves(arguments: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """The dotted paths of all options that hold values themselves, or lists."""
    for name, about in arguments.items():
        inner = about.get("options")
        if inner and about.get("type") == "dict":
            yield from leaves(inner, f"{above}{name}.")
        else:
            yield f"{above}{name}"


def covered(module: str, operation: Operation) -> set[str]:
    """The options of a module that some case is about."""
    mine = {effect.option for scene in (*SCENES, *JOB_SCENES) if scene.module == module for effect in effects(scene)}
    if isinstance(operation, Manage):
        mine |= {field.option for subject, field in OPTIONS if subject.resource is operation.resource}
    if isinstance(operation, Publish):
        mine |= {case.field.option for case in CASES if case.asset is operation.asset}
    if isinstance(operation, ManageAssetContainer):
        mine |= {field.option for _asset, field in CONTAINER_CASES}
    return mine


@pytest.mark.parametrize("module", sorted(operations().keys() - ELSEWHERE.keys()))
def test_no_option_is_without_a_case(module: str) -> None:
    operation = operations()[module]
    declared = set(leaves(operation.spec().opened().arguments))
    assert declared - covered(module, operation) - OF_ENTRY_POINT.keys() == set()
