"""Every page of the documentation does what it says (see pages.py)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .local_workspace import LocalWorkspace
from .pages import Block, blocks, expected, missing, script

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs" / "docsite" / "rst").glob("*.rst"))
OWN_WORKSPACE = "first_steps"  # starts one, as its readers do


def run(page: list[Block], folder: Path, environment: dict[str, str], outputs: Path) -> None:
    """Run a page in a folder, and compare what it prints."""
    outputs.mkdir()
    done = subprocess.run(
        ["bash", "-c", script(page, outputs)], cwd=folder, env=environment, check=False, stdin=subprocess.DEVNULL
    )
    printed = {int(file.name): file.read_text(encoding="utf-8") for file in outputs.iterdir()}
    assert done.returncode == 0, f"line {max(printed)}:\n{printed[max(printed)]}"
    lost = {line: missing(printed[line], lines) for line, lines in expected(page).items()}
    assert not any(lost.values()), [(line, wanted, printed[line]) for line, wanted in lost.items() if wanted]


@pytest.fixture(scope="module")
def flowers(started: LocalWorkspace, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A copy of the starter that was deployed and has scored, and the environment of a user."""
    home = tmp_path_factory.mktemp("home")
    collections = home / ".ansible/collections/ansible_collections/mlops"
    collections.mkdir(parents=True)
    (collections / "azureml").symlink_to(ROOT)
    dropped = ("ANSIBLE_COLLECTIONS_PATH", "ANSIBLE_HOME", "XDG_CACHE_HOME", "PYTHONPATH")
    mine = {name: value for name, value in os.environ.items() if name not in dropped}
    environment = {**mine, **started.settings, "HOME": str(home)}
    folder = home / "flowers"
    shutil.copytree(ROOT / "playbooks" / "starter", folder)
    started.reset()
    subprocess.run(["ansible-playbook", "deploy_and_score.yml"], cwd=folder, env=environment, check=True)
    return folder, environment


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_does_what_it_says(page: Path, flowers: tuple[Path, dict[str, str]], tmp_path: Path) -> None:
    folder, environment = flowers
    if page.stem == OWN_WORKSPACE:
        run(blocks(page), tmp_path, environment, tmp_path / "outputs")
        return
    shutil.copytree(folder, tmp_path / "flowers")
    run(blocks(page), tmp_path / "flowers", environment, tmp_path / "outputs")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_is_run_or_says_why_not(page: Path) -> None:
    """A block that is no file, command or output would be run by nobody; so would a file that no command reads."""
    found = blocks(page)
    assert len(found) == page.read_text(encoding="utf-8").count("code-block::")
    assert [block.line for block in found if not block.caption and block.language not in ("shell", "text")] == []
    commands = " ".join(block.body for block in found if block.language == "shell" or block.caption)
    # Another block calls a file by its name, or by that of its folder.
    assert [block.caption for block in found if block.caption and block.caption.split("/")[0] not in commands] == []


def test_the_playbooks_of_the_starter_go_the_way_of_its_workflow(
    flowers: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    folder, environment = flowers
    shutil.copytree(folder, tmp_path / "flowers")
    model = tmp_path / "flowers/model/flowers.json"
    model.write_text(model.read_text().replace("4.3, 1.3", "4.4, 1.3"))
    survey = json.dumps({"batch_score_endpoint_name": "flowers-batch", "batch_score_input": str(folder / "data")})
    for words in (
        ["check.yml", "-e", "workspace_check_diagnose=false"],
        ["release.yml", "-e", "batch_release_stage=candidate"],
        ["release.yml", "-e", "batch_release_stage=switch"],
        ["score.yml", "-e", survey, "-e", "awx_workflow_job_id=12", "-e", '{"batch_score_wait": false}'],
        ["score.yml", "-e", survey, "-e", "awx_workflow_job_id=12"],
        ["rollback.yml"],
        ["retention.yml", "--check"],
    ):
        command = ["ansible-playbook", *words]
        done = subprocess.run(command, cwd=tmp_path / "flowers", env=environment, check=False, stdout=subprocess.PIPE)
        assert done.returncode == 0, done.stdout.decode()
