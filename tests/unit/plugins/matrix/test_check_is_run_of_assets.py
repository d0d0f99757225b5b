# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What check mode says of assets is what the run does, whatever was published before and whatever the task asks."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.dotted_path import get_at, set_at
from ansible_collections.mlops.azureml.plugins.module_utils._operations.publish import Publish
from ansible_collections.mlops.azureml.plugins.module_utils._schema.asset_type import AssetType
from ansible_collections.mlops.azureml.plugins.modules.asset_container import ASSETS
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.assets import (
    CASES,
    CONTAIN,
    NAME,
    OF_ASSETS,
    Case,
    lay_ground,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Bench, Open, Tried
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.samples import samples
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.subjects import values_of
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.test_check_is_run import EACH, QUIET
from hypothesis import given, settings
from hypothesis import strategies as some

Task = dict[str, Any]
# Beside the values of the matrix: all versions of a data asset are of one type.
MORE = {"data: type": ("uri_file",)}
ANSWERS = some.fixed_dictionaries({policy: some.sampled_from(values_of(policy)) for policy in OF_ASSETS})
BY_NAME = pytest.mark.parametrize("asset", ASSETS.values(), ids=list(ASSETS))


def tasks(asset: AssetType) -> some.SearchStrategy[Task]:
    """Tasks of all sorts: with and without content, for a version or any, for each state."""
    cases = [case for case in CASES if case.asset is asset]
    said = some.lists(
        some.sampled_from(cases).flatmap(
            lambda case: some.tuples(some.just(case), some.sampled_from([*case.values, *MORE.get(str(case), ())]))
        ),
        max_size=4,
    )
    switches = some.fixed_dictionaries(
        {},
        optional={
            "version": some.sampled_from(["1", "2", "x"]),
            "state": some.sampled_from(["present"] * 4 + ["archived", "absent"]),
            "append_tags": some.booleans(),
        },
    )
    return some.builds(task_of, some.just(cases[0]), said, switches, with_content=some.booleans())


def task_of(any_case: Case, said: list[tuple[Case, Any]], switches: Task, *, with_content: bool) -> Task:
    task: Task = {"name": NAME, **(any_case.base if with_content else {}), **switches}
    if any(case.field.option.startswith("build.") for case, _value in said):
        task.pop("image", None)
    for case, value in said:
        for option, given_ in _flat(case.task(value), case):
            set_at(task, option, given_)
    if "build" in task:
        task = {key: value for key, value in task.items() if key not in ("image", "conda_file")}
    if switches.get("state", "present") != "present":
        task.setdefault("version", "1")
    return task


def _flat(whole: Task, case: Case) -> list[tuple[str, Any]]:
    """The option of a case with its value, and what it cannot do without."""
    options = [case.field.option, *([case.field.along_with] if case.field.along_with else [])]
    return [(option, get_at(whole, option)) for option in (*options, "datastore") if get_at(whole, option) is not None]


def same_twice(bench: Bench, operation: Any, task: Task) -> None:
    """Check mode, the run, and the run again."""
    check = bench.run(operation, task, check=True)
    assert check.writes == []
    done = bench.run(operation, task)
    assert (done.message, done.changed, done.diff) == (check.message, check.changed, check.diff)
    assert done.steps == check.steps
    assert bool(done.steps) is done.changed
    assert bool(done.writes) is done.changed
    if done.message:
        return
    again = bench.run(operation, task)
    assert (again.message, again.changed, again.diff, again.writes) == ("", False, ({}, {}), [])


@BY_NAME
def test_versions(asset: AssetType, opened: Open, tried: Tried) -> None:
    @settings(max_examples=EACH, deadline=None, suppress_health_check=QUIET, database=None)
    @given(answers=ANSWERS, before=some.lists(tasks(asset), max_size=2), task=tasks(asset))
    def any_two(answers: dict[str, str], before: list[Task], task: Task) -> None:
        tried()
        bench = opened(**answers)
        lay_ground(bench)
        for one in before:
            bench.run(Publish(asset), one)
        same_twice(bench, Publish(asset), task)

    any_two()


@BY_NAME
def test_containers(asset: AssetType, opened: Open, tried: Tried) -> None:
    values = {field.option: some.sampled_from(samples(field)) for field in asset.container.fields}
    switches = {"state": some.sampled_from(["present", "archived", "absent"]), "append_tags": some.booleans()}
    asked = some.fixed_dictionaries(
        {"type": some.just(asset.name), "name": some.just(NAME)}, optional={**values, **switches}
    )
    made = next(case for case in CASES if case.asset is asset)

    @settings(max_examples=EACH, deadline=None, suppress_health_check=QUIET, database=None)
    @given(answers=ANSWERS, exists=some.booleans(), before=some.lists(asked, max_size=1), task=asked)
    def any_two(answers: dict[str, str], exists: bool, before: list[Task], task: Task) -> None:
        tried()
        bench = opened(**answers)
        lay_ground(bench)
        if exists:
            bench.run(made.operation, made.task(made.values[0]))
        for one in before:
            bench.run(CONTAIN, one)
        same_twice(bench, CONTAIN, task)

    any_two()
