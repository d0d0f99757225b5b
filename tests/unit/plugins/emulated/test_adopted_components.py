# Copyright (c) 2026, mlops.azureml contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A component that `az ml` registered from a file: its code under a GUID, its environment without a name of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.mlops.azureml.plugins.module_utils._local.files import read
from ansible_collections.mlops.azureml.plugins.modules import component, environment
from ansible_collections.mlops.azureml.tests.unit.plugins.emulated.conftest import Emulated

GUID = "7c7eb2e6-4b1c-4f3c-9a76-0d6a0d3b1f11"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    (folder / "inner").mkdir(parents=True)
    (folder / "prep.py").write_text("print(1)\n")
    (folder / "inner" / "more.py").write_text("print(2)\n")
    return folder


def compile_it(folder: Path) -> None:
    for cache in (folder / "__pycache__", folder / "inner" / "__pycache__"):
        cache.mkdir()
        (cache / "prep.cpython-312.pyc").write_bytes(b"compiled")


def definition(source: Path, **more: Any) -> dict[str, Any]:
    return {
        "name": "prep",
        "type": "command",
        "command": "python prep.py",
        "code": str(source),
        "environment": {"image": "library/python:3.11"},
        **more,
    }


@pytest.fixture
def made_by_az(emulated: Emulated, source: Path) -> Emulated:
    hashes = {"hash_sha256": read(str(source), "code").content_hash, "hash_version": "202208"}
    code = {"codeUri": "https://account.blob.core.windows.net/c/src", "properties": hashes, "isAnonymous": True}
    emulated.put(f"codes/{GUID}/versions/1", {"properties": code})
    image = {"image": "library/python:3.11", "isAnonymous": True}
    emulated.put("environments/CliV2AnonymousEnvironment/versions/0f1e", {"properties": image})
    spec = {
        "name": "prep",
        "version": "1",
        "type": "command",
        "command": "python prep.py",
        "code": f"azureml:{emulated.path(f'codes/{GUID}/versions/1')}",
        "environment": f"azureml:{emulated.path('environments/CliV2AnonymousEnvironment/versions/0f1e')}",
        "is_deterministic": True,
    }
    marks = {"client_component_hash": "of another client"}
    emulated.put("components/prep/versions/1", {"properties": {"componentSpec": spec, "properties": marks}})
    return emulated


@pytest.mark.parametrize("version", [None, "1"])
def test_it_is_taken_without_a_write(made_by_az: Emulated, source: Path, version: str | None) -> None:
    compile_it(source)
    for check in (True, False):
        taken = made_by_az(component, {"definition": definition(source), "version": version}, check=check)
        assert (taken["changed"], taken["published"], taken["component"]["version"]) == (False, [], "1")
        assert made_by_az.writes == []


def test_what_is_said_about_it_is_changed_in_place(made_by_az: Emulated, source: Path) -> None:
    task = {"definition": definition(source), "tags": {"a": "b"}}
    changed = made_by_az(component, task)
    assert (changed["component"]["version"], changed["published"], made_by_az.writes) == ("1", [], ["PUT"])
    assert GUID in changed["component"]["definition"]["code"]
    assert not made_by_az(component, task)["changed"]


def test_other_code_is_another_version(made_by_az: Emulated, source: Path) -> None:
    (source / "prep.py").write_text("print(3)\n")
    refused = made_by_az(component, {"definition": definition(source), "version": "1"})
    assert "version 1 holds other content" in refused["msg"]
    assert made_by_az.writes == []
    assert made_by_az(component, {"definition": definition(source)})["component"]["version"] == "2"


def test_another_environment_is_another_version(made_by_az: Emulated, source: Path) -> None:
    other = definition(source, environment={"image": "library/python:3.12"})
    assert made_by_az(component, {"definition": other})["component"]["version"] == "2"
    assert not made_by_az(component, {"definition": other})["changed"]


def test_a_step_of_a_pipeline_is_taken_as_well(made_by_az: Emulated, source: Path) -> None:
    """Where the service returns the jobs: the anonymous components of the steps are compared, too."""
    made_by_az.policy(pipeline_component_jobs="shown")
    anonymous = {"type": "command", "name": "azureml_anonymous", "version": "1", "command": "echo"}
    anonymous["environment"] = f"azureml:{made_by_az.path('environments/CliV2AnonymousEnvironment/versions/0f1e')}"
    made = made_by_az.put(
        f"components/azureml_anonymous/versions/{GUID}",
        {"properties": {"componentSpec": anonymous, "isAnonymous": True}},
    )
    jobs = {"say": {"name": "say", "type": "command", "componentId": made["id"]}}
    spec = {"type": "pipeline", "name": "pipe", "version": "1", "jobs": jobs}
    made_by_az.put("components/pipe/versions/1", {"properties": {"componentSpec": spec}})
    step = {"type": "command", "command": "echo", "environment": {"image": "library/python:3.11"}}
    pipe = {"name": "pipe", "type": "pipeline", "jobs": {"say": {"component": step}}}
    taken = made_by_az(component, {"definition": pipe})
    assert (taken["changed"], made_by_az.writes) == (False, [])


def test_a_label_is_looked_up_once_however_many_versions_there_are(emulated: Emulated, source: Path) -> None:
    emulated(environment, {"name": "env", "image": "library/python:3.11"})
    for number in (1, 2, 3):
        given = definition(source, environment="azureml:env@latest", command=f"python prep.py {number}")
        assert emulated(component, {"definition": given})["component"]["version"] == str(number)
    first = definition(source, environment="azureml:env@latest", command="python prep.py 1")
    assert not emulated(component, {"definition": first})["changed"]
    paths = [request.url.path.partition("/workspaces/")[2].partition("/")[2] for request in emulated.requests]
    assert sorted(paths[:2]) == ["components/prep/versions", "environments/env/versions"]
    assert [path.split("/")[0] for path in paths[2:]] == ["codes"]


def test_versions_of_our_own_are_searched_once(emulated: Emulated, source: Path) -> None:
    for number in range(5):
        (source / "prep.py").write_text(f"print({number})\n")
        assert emulated(component, {"definition": definition(source)})["component"]["version"] == str(number + 1)
    (source / "prep.py").write_text("print('other')\n")
    assert emulated(component, {"definition": definition(source)}, check=True)["component"]["version"] == "6"
    reads = [request.url.path for request in emulated.requests if "/codes/" in request.url.path]
    assert len(reads) == 4, "the search by hash, the container, its versions, and code without a name"


def test_compiled_files_are_no_other_code(emulated: Emulated, source: Path) -> None:
    first = emulated(component, {"definition": definition(source)})
    compile_it(source)
    again = emulated(component, {"definition": definition(source)})
    assert (first["changed"], again["changed"]) == (True, False)
