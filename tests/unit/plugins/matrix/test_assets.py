# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of every asset, and of the containers of their versions: set, set again, changed, left out.

Made from the tables, and run under every answer to the open questions, as the other resources are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._names.arm_id import WorkspaceId
from ansible_collections.mlops.azureml.plugins.module_utils._names.dotted_path import get_at
from ansible_collections.mlops.azureml.plugins.module_utils._operations.operation import Operation
from ansible_collections.mlops.azureml.plugins.module_utils._schema.asset_type import AssetType
from ansible_collections.mlops.azureml.plugins.module_utils._schema.component_values import unseen
from ansible_collections.mlops.azureml.plugins.module_utils._schema.resource_type import Change, Field
from ansible_collections.mlops.azureml.plugins.module_utils._types.code import CODE
from ansible_collections.mlops.azureml.plugins.module_utils._types.component import COMPONENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.data import DATA
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.assets import (
    CASES,
    CONTAIN,
    CONTAINER_CASES,
    NAME,
    OF_ASSETS,
    Case,
    lay_ground,
)
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.bench import Bench, Done, Open
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.samples import samples
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.subjects import pairwise, two_of
from ansible_collections.mlops.azureml.tests.unit.plugins.matrix.test_matrix import without_repeats

from tests.integration.stories import FILES


class Course:
    """One option of one asset, in one workspace. ``blind``: lists do not show yet what was written."""

    def __init__(
        self, bench: Bench, operation: Operation, asset: AssetType, answers: dict[str, str], *, by_hash: bool = False
    ) -> None:
        self.bench = bench
        self.operation = operation
        self.container = asset.container_path.format(name=NAME)
        self.blind = answers["list_lag"] != "0"
        self.by_hash = by_hash
        self.by_number = asset is COMPONENT and answers.get("component_next_version") == "timed"
        settings = bench.settings
        self.here = WorkspaceId(settings.subscription_id, settings.resource_group, settings.workspace_name)

    def version(self, version: str) -> str:
        return f"{self.container}/versions/{version}"

    def run(self, task: dict[str, Any], *, check: bool = False) -> Done:
        done = self.bench.run(self.operation, task, check=check)
        assert done.message == ""
        assert done.warnings == []
        return done

    def predicted(self, task: dict[str, Any]) -> Done:
        """The run, after check mode has predicted it, and written and uploaded nothing."""
        before = self.uploads()
        check = self.run(task, check=True)
        assert check.writes == []
        assert self.uploads() == before
        done = self.run(task)
        assert (check.changed, check.diff) == (done.changed, done.diff)
        return done

    def again(self, task: dict[str, Any], version: str, *, latest: str | None = None) -> None:
        """Check mode and run report no change, read as little as possible, write and upload nothing."""
        uploaded = self.uploads()
        for check in (True, False):
            done = self.run(task, check=check)
            assert not done.changed
            assert done.diff == ({}, {})
            assert without_repeats(done) == self.finding(task, version, latest or version)
        assert self.uploads() == uploaded

    def finding(self, task: dict[str, Any], version: str, latest: str) -> list[str]:
        """The reads that find a version: itself if the task names it, else the list, or a search by hash.

        Where those lag, the container names the latest version, and those before it are read; if it names
        none, all numbers from the first.
        """
        if "version" in task:
            return [f"GET {self.version(task['version'])}"]
        tried = range(1, int(version) + 1) if self.by_number else range(int(latest), int(version) - 1, -1)
        listed = f"GET {self.container}/versions"
        late = [f"GET {self.container}", *(f"GET {self.version(str(number))}" for number in tried)]
        if self.by_hash:
            late.insert(1, listed)
        return [listed, *(late if self.blind else [])]

    def uploads(self) -> list[str]:
        return [line for container in self.bench.storage.containers.values() for line in container.log]

    def sent(self, done: Done, at: str) -> Any:
        (write,) = (one for one in done.writes if one.method == "PUT")
        return get_at(json.loads(write.body), at)

    def has_value(self, path: str, field: Field, value: Any) -> bool:
        """True if the service returns the value."""
        return self.holds(field, field.read_from(self.bench.send("GET", path)), value)

    def holds(self, field: Field, now: Any, value: Any) -> bool:
        """Is this JSON the value? Maps may hold what others put there."""
        desired = field.value_type.encode(value, self.here)
        if field.option == "definition":
            desired = {key: item for key, item in desired.items() if key not in unseen(desired, now)}
        if field.change in (Change.MERGE, Change.APPEND):
            return desired.items() <= (now or {}).items()
        return field.value_type.same(desired, now, self.here)


def in_slices() -> Iterator[Any]:
    """Each case, under the defaults and under most different answers."""
    for number, case in enumerate(CASES):
        for which, answers in zip(("defaults", "others"), two_of(case.policies, number), strict=True):
            yield pytest.param(case, answers, id=f"{case} ({which})")


# -- versions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("case", "answers"), list(in_slices()))
def test_an_option_of_a_version(opened: Open, case: Case, answers: dict[str, str]) -> None:
    run_the_course(opened(**answers), case, answers)


@pytest.mark.on_request
@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_option_of_a_version_under_each_two_answers(opened: Open, case: Case) -> None:
    for answers in pairwise(case.policies):
        run_the_course(opened(**answers), case, answers)


def run_the_course(bench: Bench, case: Case, answers: dict[str, str]) -> None:
    lay_ground(bench)
    course = Course(bench, case.operation, case.asset, answers, by_hash=case.is_local and case.asset is CODE)
    made = set_at_creation(course, case)
    if case.is_content:
        publish_other_content(course, case, made)
    else:
        say_something_else(course, case)


def written(path: str) -> list[str]:
    """One write and its read-back."""
    return [f"PUT {path}", f"GET {path}"]


def set_at_creation(course: Course, case: Case) -> Done:
    first, _second = case.values
    done = course.predicted(case.task(first))
    search = [f"GET {course.container}/versions", f"GET {course.container}"]
    assert without_repeats(done)[:2] == search
    assert without_repeats(done)[-2:] == written(course.version("1"))
    assert [one.method for one in done.writes if not one.path.endswith("/startPendingUpload")] == ["PUT"]
    if case.is_local:
        assert course.uploads() != []
        assert course.sent(done, case.field.at)
    else:
        assert course.holds(case.field, course.sent(done, case.field.at), first)
        assert course.has_value(course.version("1"), case.field, first)
    course.again(case.task(first), "1")
    course.again(case.task(first, version="1"), "1")
    return done


def say_something_else(course: Course, case: Case) -> None:
    first, second = case.values
    field = case.field
    done = course.predicted(case.task(second))
    version = {"name": NAME, "version": "1"}
    # What a list shows may be late: it is read before it is changed.
    reads = dict.fromkeys([*course.finding(case.task(second), "1", "1"), f"GET {course.version('1')}"])
    assert without_repeats(done) == [*reads, *written(course.version("1"))]
    for words, value in zip(done.diff, (first, second), strict=True):
        assert words.keys() == {*version, field.option}
        shown = {**first, **second} if field.change in (Change.MERGE, Change.APPEND) and value is second else value
        assert words[field.option] == as_text(shown)
    course.again(case.task(second), "1")
    left_out = {"name": NAME, **case.base}
    course.again(left_out, "1")
    course.again(version, "1")
    assert course.has_value(course.version("1"), field, second), "what the task leaves out stays"


def as_text(value: Any) -> Any:
    """Values of a map are texts to the service."""
    texts = {True: "true", False: "false"}
    if isinstance(value, dict):
        return {key: texts.get(item, item) if isinstance(item, bool) else item for key, item in value.items()}
    return value


def publish_other_content(course: Course, case: Case, made: Done) -> None:
    first, second = case.values
    if first == second:
        return
    refused = course.bench.run(course.operation, case.task(second, version="1"))
    assert "version 1 holds other content" in refused.message
    assert refused.lines == [f"GET {course.version('1')}"]
    other = course.predicted(case.task(second))
    kind = case.asset.name
    assert (made.values[kind]["version"], other.values[kind]["version"]) == ("1", "2")
    course.again(case.task(second), "2")
    course.again(case.task(second, version="2"), "2")
    course.again(case.task(first), "1", latest="2")
    course.again({"name": NAME, "version": "2"}, "2")


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("version", [None, "7"])
def test_all_versions_of_a_data_asset_are_of_one_type(opened: Open, check: bool, version: str | None) -> None:
    bench = opened()
    case = next(one for one in CASES if one.asset is DATA and one.is_local)
    assert bench.run(case.operation, case.task(case.values[0])).changed
    file = {**case.task(str(FILES / "times.txt")), "type": "uri_file", "version": version}
    refused = bench.run(case.operation, file, check=check)
    assert "type is uri_folder for all its versions, the task asks for uri_file. Choose another name" in refused.message
    assert refused.writes == []


# -- containers --------------------------------------------------------------------------------------------------------


def title(case: tuple[AssetType, Field]) -> str:
    return f"{case[0].name}: {case[1].option}"


@pytest.mark.parametrize("answers", two_of(OF_ASSETS, 0), ids=["defaults", "others"])
@pytest.mark.parametrize("case", CONTAINER_CASES, ids=title)
def test_an_option_of_a_container(opened: Open, case: tuple[AssetType, Field], answers: dict[str, str]) -> None:
    describe_a_container(opened(**answers), *case, answers)


@pytest.mark.on_request
@pytest.mark.parametrize("case", CONTAINER_CASES, ids=title)
def test_an_option_of_a_container_under_each_two_answers(opened: Open, case: tuple[AssetType, Field]) -> None:
    for answers in pairwise(OF_ASSETS):
        describe_a_container(opened(**answers), *case, answers)


def describe_a_container(bench: Bench, asset: AssetType, field: Field, answers: dict[str, str]) -> None:
    lay_ground(bench)
    maker = next(one for one in CASES if one.asset is asset)
    assert bench.run(maker.operation, maker.task(maker.values[0])).changed
    course = Course(bench, CONTAIN, asset, answers)
    bare = {"type": asset.name, "name": NAME}
    for value in samples(field):
        task = {**bare, field.option: value}
        done = course.predicted(task)
        assert done.lines == [f"{method} {course.container}" for method in ("GET", "PUT", "GET")]
        assert all(words.keys() == {"name", field.option} for words in done.diff)
        assert course.has_value(course.container, field, value)
        for unchanged in (task, bare):
            again = course.run(unchanged)
            assert (again.changed, again.lines) == (False, [f"GET {course.container}"])
        assert course.has_value(course.container, field, value), "what the task leaves out stays"
