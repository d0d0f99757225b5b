"""Every example in the docs runs as it is printed, in a workspace where what it presumes exists.

The examples are read from the docs, so that a new one is proved by being written.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from .stories import FILES

ROOT = Path(__file__).parents[2]
MODULES = sorted(ROOT.glob("plugins/modules/*.py"))
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("roles/*/README.md"))]
STARTER = ROOT / "playbooks" / "starter"
PRESUMED = yaml.safe_load((Path(__file__).with_name("presumed.yml")).read_text())
# Folders that do not exist; one of the workspace replaces them.
ELSEWHERE = (
    "https://account.blob.core.windows.net/samples/digits",
    "azureml://datastores/workspaceblobstore/paths/images/january",
    "azureml://jobs/train-42/outputs/artifacts/paths/model",
)
HERE = "'{{ presumed_inbox.data.path }}'"
DEFINITIONS = {
    "endpoint.yml": {"name": "digits-batch", "description": "Reads handwritten digits"},
    "inputs.yml": {"inputs": {"images": {"type": "uri_folder", "path": "azureml:digits-inbox:12"}}},
    "environment.yml": {"name": "digits-env", "image": "library/python:3.11"},
    "prepare.yml": {
        "name": "digits-prepare",
        "type": "command",
        "command": "ls",
        "environment": "azureml:digits-env:1",
    },
    "score.yml": {
        "name": "digits-step",
        "type": "command",
        "command": "ls",
        "code": "./score",
        "environment": "azureml:digits-env:1",
    },
    "pipeline.yml": {
        "name": "digits-pipeline",
        "type": "pipeline",
        "jobs": {"prepare": {"type": "command", "component": "./prepare.yml"}},
    },
}
SECRETS = {"storage_account_key": "a2V5LW9mLW5vLWFjY291bnQ=", "lake_secret": "secret-of-no-application"}

Tasks = list[dict[str, Any]]


def read(text: str) -> Tasks:
    for folder in ELSEWHERE:
        text = text.replace(folder, HERE)
    return list(yaml.safe_load(text))


def examples(module: Path) -> Tasks:
    """The tasks in the docs of a module."""
    [text] = re.findall(r'^EXAMPLES = r"""\n(.*?)^"""', module.read_text(), re.DOTALL | re.MULTILINE)
    return read(text)


def texts(page: Path) -> list[str]:
    """The YAML on a page."""
    return re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


def plays(page: Path) -> Tasks:
    """The plays on a page, which may show inventories, too."""
    return [play for text in texts(page) for play in read(text) if isinstance(play, dict) and "hosts" in play]


def spoils(tasks: Tasks) -> bool:
    """Do they take away what other examples presume?"""
    return "'state': 'absent'" in str(tasks)


def stand_in_files(folder: Path) -> None:
    """Small files under the names that the examples use."""
    files = folder / "files"
    shutil.copytree(FILES / "digits" / "score", files / "score")
    for name in ("images", "january", "held_out"):
        shutil.copytree(FILES / "pages", files / name)
    (files / "model").mkdir()
    shutil.copy(FILES / "times.txt", files / "model" / "digits.npz")
    shutil.copy(FILES / "conda.yml", files / "conda.yml")
    for name, definition in DEFINITIONS.items():
        (files / name).write_text(yaml.safe_dump(definition))
    (files / "image").mkdir()
    (files / "image" / "Dockerfile").write_text("FROM library/python:3.11\n")


def attempt(module: Path) -> Tasks:
    """Run its examples, and go on when one fails; then create again what they deleted."""
    tasks = examples(module)
    again = PRESUMED if spoils(tasks) else []
    named = [{**task, "name": f"{module.stem}: {task['name']}"} for task in tasks]
    return [{"block": named, "rescue": [{"ansible.builtin.meta": "noop"}]}, *again]


@pytest.mark.parametrize("spoiling", [False, True])
def test_the_examples_of_the_modules(play, workspace, tmp_path, spoiling):
    stand_in_files(tmp_path)
    modules = [module for module in MODULES if spoils(examples(module)) is spoiling]
    played = play([*PRESUMED, *(task for module in modules for task in attempt(module))], **SECRETS).well()
    assert [f"{one.task}: {one.result['msg']}" for one in played.failed] == []
    names = {one.task for one in played.results}
    assert {f"{module.stem}: {task['name']}" for module in modules for task in examples(module)} <= names


def test_the_plays_of_the_pages(play, workspace, tmp_path):
    """In a copy of the starter, in their order: the last one deletes what the others made."""
    shutil.copytree(STARTER, tmp_path, dirs_exist_ok=True)
    desired = [play for page in PAGES for play in plays(page)]
    assert len(desired) >= len(PAGES)
    play(desired).well()
    assert (tmp_path / "predictions" / "january").is_dir()
    assert "batchEndpoints/flowers-batch" not in workspace.current


def test_the_starter(play, workspace, tmp_path):
    copy = shutil.copytree(STARTER, tmp_path / "flowers")
    first = play(str(copy / "deploy_and_score.yml")).well()
    shown = next(one.result for one in first.results if one.task == "Show the predictions")
    rows = shown["batch_score_result.results[0].rows"]
    assert [(row["file"], row["kind"]) for row in sorted(rows, key=lambda row: row["file"])] == [
        (f"flower-{number:02}.json", kind)
        for number, kind in enumerate((*3 * ["setosa"], *3 * ["versicolor"], *3 * ["virginica"]), start=1)
    ]
    assert (copy / "predictions" / "predictions.csv").is_file()
    workspace.forget()
    assert play(str(copy / "deploy_and_score.yml")).well().changed == []
    assert workspace.writes == []


def test_every_example_says_what_becomes_of_failed_items():
    """A deployment has an error_threshold, and a job a max_failed_items."""
    texts = [
        text
        for page in PAGES
        for text in re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    ]
    texts += [file.read_text() for file in (STARTER / "vars.yml", ROOT / "playbooks" / "vars" / "example.yml")]
    for text in texts:
        if "batch_deployment:" in text or "batch_deploy_deployments:" in text:
            assert "error_threshold: " in text
        if "batch_job:" in text or "batch_score_jobs:" in text:
            assert "max_failed_items: " in text


def test_the_variables_of_the_playbooks(play, workspace, tmp_path):
    stand_in_files(tmp_path)
    variables = yaml.safe_load((ROOT / "playbooks" / "vars" / "example.yml").read_text())
    del variables["azureml_connection"]  # it names nobody's workspace
    play("mlops.azureml.deploy_and_score", **variables).well()
    assert (tmp_path / "files" / "predictions" / "predictions.csv").is_file()
    play("mlops.azureml.teardown", **variables).well()
    assert "batchEndpoints/digits-batch" not in workspace.current
