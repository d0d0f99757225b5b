# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every option of every asset: set, set again, changed, left out. Made from the tables."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._asset_type import AssetType
from ansible_collections.mlops.azureml.plugins.module_utils._dotted import dig, plant
from ansible_collections.mlops.azureml.plugins.module_utils._resource import Change, Field
from ansible_collections.mlops.azureml.plugins.module_utils._types.code import CODE
from ansible_collections.mlops.azureml.plugins.module_utils._types.component import COMPONENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.data import DATA
from ansible_collections.mlops.azureml.plugins.module_utils._types.environment import ENVIRONMENT
from ansible_collections.mlops.azureml.plugins.module_utils._types.model import MODEL
from ansible_collections.mlops.azureml.plugins.modules import code, component, data, environment, model
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated
from ansible_collections.mlops.azureml.tests.unit.plugins.harness import Outcome

PLACE = "azureml://datastores/workspaceblobstore/paths/"
BLOBS = "https://account.blob.core.windows.net/c/"
IMAGE, BUILT = {"image": "library/python:3.11"}, {"build": {"path": f"{BLOBS}one/"}}
STEP = {"type": "command", "command": "echo", "environment": "azureml:AzureML-sklearn:1"}

MODULES: dict[str, tuple[types.ModuleType, AssetType, dict[str, Any]]] = {
    "code": (code, CODE, {"path": f"{BLOBS}one"}),
    "model": (model, MODEL, {"path": f"{PLACE}one"}),
    "data": (data, DATA, {"path": f"{PLACE}one"}),
    "environment": (environment, ENVIRONMENT, IMAGE),
    "component": (component, COMPONENT, {"definition": STEP}),
}
MAP = ({"a": "1"}, {"a": "2", "b": "3"})
VALUES: dict[str, tuple[Any, Any]] = {
    "description": ("one", "two"),
    "display_name": ("one", "two"),
    "tags": MAP,
    "properties": MAP,
    "stage": ("Production", "Retired"),
    "job_name": ("job-1", "job-2"),
    "flavors": ({"f": {"a": "1"}}, {"f": {"a": "2"}, "g": {}}),
    "referenced_uris": (["a"], ["b", "c"]),
    "image": ("library/python:3.11", "library/python:3.12"),
    "conda_file": ({"name": "one"}, {"name": "two"}),
    "build.path": (f"{BLOBS}one/", f"{BLOBS}two/"),
    "build.dockerfile_path": ("Dockerfile", "d/Dockerfile"),
    "os_type": ("linux", "windows"),
    "auto_rebuild": ("disabled", "on_base_image_update"),
    "definition": (STEP, {**STEP, "command": "cat"}),
}
ROUTES = {"path": ("/one", "/two"), "port": (5001, 5002)}
KINDS = {"model": ("custom_model", "mlflow_model"), "data": ("uri_folder", "uri_folder")}
# All versions of a data asset are of one kind, so that there another kind takes another name.
POLICIES = (
    {},
    {
        "equal_put_status": "201",
        "immutable_status": "409",
        "archive_with_stage": "applied",
        "restored_stage": "Archived",
    },
)


@dataclasses.dataclass(frozen=True)
class Case:
    """One option of one module, with two values."""

    kind: str
    field: Field

    @property
    def values(self) -> tuple[Any, Any]:
        option = self.field.option
        if option == "path":
            root = BLOBS if self.kind == "code" else PLACE
            return f"{root}one", f"{root}two"
        if option == "type":
            return KINDS[self.kind]
        return ROUTES[option.rpartition(".")[2]] if option.startswith("inference_config.") else VALUES[option]

    @property
    def base(self) -> dict[str, Any]:
        """What a version needs beside the option."""
        base = BUILT if self.field.option.startswith("build.") else MODULES[self.kind][2]
        return {key: dict(value) if isinstance(value, dict) else value for key, value in base.items()}

    def task(self, value: Any, **more: Any) -> dict[str, Any]:
        task: dict[str, Any] = {"name": "a", **self.base, **more}
        if self.field.along_with:
            plant(task, self.field.along_with, dataclasses.replace(self, field=self._companion).values[0])
        plant(task, self.field.option, value)
        return task

    @property
    def _companion(self) -> Field:
        return next(field for field in MODULES[self.kind][1].fields if field.option == self.field.along_with)

    def __str__(self) -> str:
        return f"{self.kind}-{self.field.option}"


def cases(content: bool) -> Iterator[Any]:
    for kind, (_module, asset, _base) in MODULES.items():
        for field in asset.fields:
            if (field.change is Change.NEW_VERSION) is content:
                yield pytest.param(Case(kind, field), id=f"{kind}-{field.option}")


class Course:
    """The runs of one module, each of which has to be right before the next."""

    def __init__(self, emulated: Emulated, case: Case) -> None:
        self.emulated = emulated
        self.case = case
        self.module = MODULES[case.kind][0]

    def predicted(self, task: dict[str, Any]) -> Outcome:
        """Check mode writes nothing and tells what the run then does."""
        check = self.run(task, check=True)
        assert self.emulated.writes == []
        done = self.run(task)
        assert (check["changed"], check["diff"]) == (done["changed"], done["diff"])
        return done

    def again(self, task: dict[str, Any]) -> None:
        assert not self.run(task)["changed"]
        assert [request.method for request in self.emulated.requests] == ["GET"]

    def run(self, task: dict[str, Any], *, check: bool = False) -> Outcome:
        done = self.emulated(self.module, task, check=check)
        assert not done.failed, done.result["msg"]
        assert done.warnings == []
        return done

    def shown(self, done: Outcome) -> Any:
        return dig(done[self.case.kind], self.case.field.option)

    @property
    def sent(self) -> Any:
        (write,) = [request for request in self.emulated.requests if request.method == "PUT"]
        return dig(json.loads(write.content), self.case.field.at)


@pytest.mark.parametrize("policies", POLICIES, ids=["first", "other"])
@pytest.mark.parametrize("case", cases(content=False))
def test_word_about_a_version(emulated: Emulated, case: Case, policies: dict[str, str]) -> None:
    emulated.policy(**policies)
    course = Course(emulated, case)
    first, second = case.values
    made = course.predicted(case.task(first))
    assert course.sent is not None, "the value reaches the wire"
    assert course.shown(made) == first
    course.again(case.task(first))
    course.again(case.task(first, version="1"))

    changed = course.predicted(case.task(second))
    version = {"name": "a", "version": "1"}
    told = changed["diff"]
    assert (told["before"].keys(), told["after"].keys()) == (
        {*version, case.field.option},
        {*version, case.field.option},
    )
    assert (told["before"][case.field.option], told["after"][case.field.option]) == (first, second)
    assert course.shown(changed) == second
    course.again(case.task(second))
    course.again({"name": "a", **case.base})
    course.again(version)
    assert course.shown(course.run(version)) == second, "what the task leaves out stays"


@pytest.mark.parametrize("policies", POLICIES, ids=["first", "other"])
@pytest.mark.parametrize("case", cases(content=True))
def test_content_of_a_version(emulated: Emulated, case: Case, policies: dict[str, str]) -> None:
    emulated.policy(**policies)
    course = Course(emulated, case)
    first, second = case.values
    made = course.predicted(case.task(first))
    assert course.sent is not None, "the value reaches the wire"
    course.again(case.task(first))
    course.again(case.task(first, version="1"))
    if first == second:
        return

    refused = emulated(course.module, case.task(second, version="1"))
    assert "version 1 holds other content" in refused["msg"]
    assert emulated.writes == []

    other = course.predicted(case.task(second))
    assert (made[case.kind]["version"], other[case.kind]["version"]) == ("1", "2")
    assert course.shown(other) != course.shown(made)
    course.again(case.task(second))
    course.again(case.task(second, version="2"))
    assert course.run(case.task(first))[case.kind]["version"] == "1", "the older one is found as well"
    course.again({"name": "a", "version": "2"})
