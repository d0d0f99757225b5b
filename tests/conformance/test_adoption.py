"""What others made is adopted: the equivalent task finds nothing to do, sends no write, and shows no difference.

The files in `files/adopted` describe each type of resource, and each way to make one. The SDK makes what they
describe; our modules then take the same files, as a folder of `az ml` definitions is taken over.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.local_workspace import LocalWorkspace
from tests.integration.plays import Played

from .conftest import HERE, Run, Tasks
from .environments import python_of

FOLDER = HERE / "files" / "adopted"
DESCRIBED = sorted(FOLDER.glob("*.yml"))


# What a file in the shape of `az ml ... show` does not say, so that it means something else to az, too.
NOT_SHOWN = {
    "04-store-key.datastore.yml": "the secret",
    "05-store-sas.datastore.yml": "the secret",
    "06-store-file.datastore.yml": "the secret",
    "07-store-gen2.datastore.yml": "the secret",
    "42-pipeline.component.yml": "the jobs of a pipeline",
}


def kind_of(file: Path) -> str:
    """A file is called NUMBER-NAME.KIND.yml."""
    return file.name.split(".")[1]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what the SDK shows of the resources that it has made."""
    return tmp_path_factory.mktemp("shown")


@pytest.fixture(scope="module", params=["sdk", pytest.param("sdk-1.31", marks=pytest.mark.on_request)])
def made_by_the_sdk(
    request: pytest.FixtureRequest, run: Run, started: LocalWorkspace, shown: Path
) -> Iterator[LocalWorkspace]:
    started.reset()
    with without_jobs(started):
        run(python_of(request.param), HERE / "clients" / "sdk_files.py", FOLDER, shown)
        yield started


@contextlib.contextmanager
def without_jobs(workspace: LocalWorkspace) -> Iterator[None]:
    """No training job has left anything in storage, and a file describes a model of one."""

    def demand(answer: str) -> None:
        workspace.control.post("/emulator/policies", json={"model_path_check": answer}).raise_for_status()

    demand("none")
    try:
        yield
    finally:
        demand("exists")


def test_the_files_describe_every_type_of_resource() -> None:
    modules = Path(__file__).parents[2] / "plugins" / "modules"
    definable = {file.stem for file in modules.glob("*.py") if "azureml.definition" in file.read_text()}
    # Code has no file of its own in the schema of az ml; it is adopted in test_sdk.py.
    assert {kind_of(file) for file in DESCRIBED} == (definable | {"component"}) - {"code"}


def test_what_the_sdk_made_is_adopted(made_by_the_sdk: LocalWorkspace, play: Callable[..., Played]) -> None:
    adopt(made_by_the_sdk, play)


def test_what_the_sdk_shows_is_adopted(
    made_by_the_sdk: LocalWorkspace, shown: Path, play: Callable[..., Played]
) -> None:
    """The shape of `az ml ... show`, with the keys that no file can set."""
    adopt(made_by_the_sdk, play, [shown / file.name for file in DESCRIBED if file.name not in NOT_SHOWN])


@pytest.mark.on_request
def test_what_the_neighbour_made_is_adopted(
    started: LocalWorkspace, neighbour: Callable[..., Tasks], play: Callable[..., Played], tmp_path: Path
) -> None:
    started.reset()
    book = tmp_path / "play.json"
    book.write_text(
        json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": list(map(as_its_task, DESCRIBED))}])
    )
    with without_jobs(started):
        done = neighbour(book)
    assert {name: (one.outcome, one.changed) for name, one in done.items()} == {
        file.name: ("ok", True) for file in DESCRIBED
    }
    adopt(started, play)


def as_its_task(file: Path) -> dict[str, Any]:
    """azure.azcollection's task for a file: its text, with what its module reads in options only."""
    described = yaml.safe_load(file.read_text())
    read = ("name", "version", "endpoint_name", *(["type"] if kind_of(file) == "model" else []))
    named = {key: described[key] for key in read if key in described}
    if kind_of(file) == "environment":
        named.setdefault("version", "1")  # its module chooses none itself, and fails
    text = re.sub(r"(path|conda_file|code): (?:\./)?(?=table|mlflow|context|code)", rf"\1: {FOLDER}/", file.read_text())
    verbatim = f"{{% raw %}}{text}{{% endraw %}}"  # the bindings of a component look like templates
    where = {"resource_group": "AZUREML_RESOURCE_GROUP", "ml_workspace": "AZUREML_WORKSPACE"}
    options = {key: f"{{{{ lookup('ansible.builtin.env', '{name}') }}}}" for key, name in where.items()}
    return {
        "name": file.name,
        f"azure.azcollection.azure_rm_ml_{kind_of(file)}": {**options, **named, "resource_definition": verbatim},
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "ignore_errors": True,  # the test reports what it cannot create, file by file
    }


def adopt(workspace: LocalWorkspace, play: Callable[..., Played], files: Sequence[Path] = DESCRIBED) -> None:
    workspace.forget()
    tasks = [
        {"name": file.name, f"mlops.azureml.{kind_of(file)}": {"definition": str(file)}, "diff": True} for file in files
    ]
    played = play(tasks).well()
    assert [(one.task, one.diff) for one in played.results if one.changed] == []
    assert workspace.writes == []
    assert len(played.results) == len(files)
